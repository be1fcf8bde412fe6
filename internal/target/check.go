package target

import (
	"fmt"
	"math/big"
	"strings"

	"wengang/internal/fault"
	"wengang/internal/region"
)

// Flag is what the arithmetic of a table tells. Key is a catalogue key, Args
// its values as printed.
type Flag struct {
	Rule string // "target.sum_differs": also the key of its sentence
	Args []any
	N    int // row, 0 for the table
}

// Sum is the printed arithmetic of a table: the rows added up beside what is
// printed.
type Sum struct {
	Rows       int
	Computed   string // at the finest printed precision
	Printed    string // total as printed, "" for none
	Difference string // computed − printed with sign, "" where equal or nothing is printed
}

// SumOf adds the rows below the table's place; 其中 items are left out, and so
// is the place's own row, which is a total itself.
func SumOf(t *Table) Sum {
	total, places := new(big.Rat), 0
	rows := t.Children()
	for _, r := range rows {
		if v, ok := new(big.Rat).SetString(r.Printed); ok {
			total.Add(total, v)
		}
		places = max(places, decimals(r.Printed))
	}
	s := Sum{Rows: len(rows), Printed: t.PrintedTotal}
	if len(rows) == 0 {
		return s
	}
	printed := t.PrintedTotal
	if printed == "" {
		if own := t.Own(); own != nil {
			printed = own.Printed
		}
	}
	places = max(places, decimals(printed))
	s.Printed, s.Computed = printed, total.FloatString(places)
	if want, ok := new(big.Rat).SetString(printed); ok && want.Cmp(total) != 0 {
		diff := new(big.Rat).Sub(total, want)
		s.Difference = diff.FloatString(places)
		if diff.Sign() > 0 {
			s.Difference = "+" + s.Difference
		}
		s.Difference = strings.Replace(s.Difference, "-", "−", 1)
	}
	return s
}

// Check tells everything that does not add up. It changes nothing.
func Check(t *Table) []Flag {
	var out []Flag
	if s := SumOf(t); s.Difference != "" {
		out = append(out, Flag{Rule: "target.sum_differs", Args: []any{s.Printed, s.Computed, s.Difference}})
	}
	if t.Unit == "" {
		out = append(out, Flag{Rule: "target.unit_missing"})
	}
	byN, seen := map[int]*Row{}, map[[2]region.Code]int{}
	for i := range t.Rows {
		r := &t.Rows[i]
		byN[r.N] = r
		if r.PartOf == 0 {
			if first, twice := seen[[2]region.Code{r.Region, r.Partner}]; twice {
				out = append(out, Flag{Rule: "target.place_twice", Args: []any{r.Name, first}, N: r.N})
			}
			seen[[2]region.Code{r.Region, r.Partner}] = r.N
		}
		if v, ok := new(big.Rat).SetString(r.Printed); ok {
			if _, exact := persons(v, t.Unit); !exact {
				out = append(out, Flag{Rule: "target.not_whole", Args: []any{r.Name, r.Printed, t.Unit}, N: r.N})
			}
		}
	}
	for _, r := range t.Rows {
		if whole := byN[r.PartOf]; r.PartOf != 0 && whole != nil && more(r.Printed, whole.Printed) {
			out = append(out, Flag{Rule: "target.part_over_whole", Args: []any{r.PartName, r.Printed, whole.Name, whole.Printed}, N: r.N})
		}
	}
	return out
}

func more(a, b string) bool {
	x, ok1 := new(big.Rat).SetString(a)
	y, ok2 := new(big.Rat).SetString(b)
	return ok1 && ok2 && x.Cmp(y) > 0
}

// jump is the change from one year to the next beyond which two figures of one
// name are taken for two calibres until the document's calibre says otherwise.
const jump = 1.5

// Compare is the change of a place's target from one year's table to the
// next's. It refuses where the calibres differ, or where nothing says that they
// agree and the change is too large to be one (A038).
func Compare(before, after *Table, at region.Code) (change int64, err error) {
	a, b := valueAt(before, at), valueAt(after, at)
	switch {
	case a < 0 || b < 0:
		return 0, fault.New(fault.Invalid, "target.no_base")
	case before.Direction != after.Direction || before.IndicatorKey != after.IndicatorKey:
		return 0, fault.New(fault.Invalid, "target.calibre_differs", before.Indicator, after.Indicator)
	case before.Calibre != "" && after.Calibre != "":
		if fold(before.Calibre) != fold(after.Calibre) {
			return 0, fault.New(fault.Invalid, "target.calibre_differs", before.Calibre, after.Calibre)
		}
	case a > 0 && (float64(b) > jump*float64(a) || float64(a) > jump*float64(b)):
		return 0, fault.New(fault.Invalid, "target.calibre_doubtful", fmt.Sprint(before.Year), fmt.Sprint(after.Year))
	}
	return b - a, nil
}

func valueAt(t *Table, at region.Code) int64 {
	for _, r := range t.Rows {
		if r.PartOf == 0 && r.Region == at && r.Partner == 0 {
			return r.Value
		}
	}
	if at == t.Region {
		return t.TotalValue
	}
	return -1
}

// Add adds the targets of tables; it refuses origin and absorbed together
// (A039: one person may count in both) and different calibres.
func Add(at region.Code, tables ...*Table) (int64, error) {
	var total int64
	for i, t := range tables {
		if i > 0 && (t.Direction != tables[0].Direction || t.IndicatorKey != tables[0].IndicatorKey) {
			return 0, fault.New(fault.Invalid, "target.never_added", tables[0].Indicator, t.Indicator)
		}
		if v := valueAt(t, at); v > 0 {
			total += v
		}
	}
	return total, nil
}

// Decomposition tells how a table's children stand to the figure that another
// document gives for the whole (A047): 387.57 below 387.6.
func Decomposition(above *Table, t *Table) *Flag {
	if above.IndicatorKey != t.IndicatorKey || above.Direction != t.Direction || above.Year != t.Year || above.SampleOf != t.SampleOf {
		return nil
	}
	var whole *Row
	for i := range above.Rows {
		if above.Rows[i].Region == t.Region && above.Rows[i].PartOf == 0 && above.Rows[i].Partner == 0 {
			whole = &above.Rows[i]
		}
	}
	scale, ok1 := units[above.Unit]
	own, ok2 := units[t.Unit]
	s := SumOf(t)
	if whole == nil || s.Rows == 0 || !ok1 || !ok2 {
		return nil
	}
	a, okA := new(big.Rat).SetString(whole.Printed)
	b, okB := new(big.Rat).SetString(s.Computed)
	if !okA || !okB {
		return nil
	}
	a.Mul(a, new(big.Rat).SetInt64(scale))
	b.Mul(b, new(big.Rat).SetInt64(own))
	if a.Cmp(b) == 0 {
		return nil
	}
	return &Flag{Rule: "target.split_differs", Args: []any{above.DocNo, whole.Printed + above.Unit, s.Computed + t.Unit}}
}
