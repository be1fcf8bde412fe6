package target

import (
	"strconv"

	"wengang/internal/region"
)

// tableKey tells tables of one place apart.
func tableKey(indicator string, year int, doc string) string {
	return calibreOf(indicator).key + "|" + strconv.Itoa(year) + "|" + fold(doc)
}

// assemble makes a table of the lines of one indicator and year. Its place is
// the lowest one that holds all rows and is a parent of each, or their own.
func assemble(lines []*line) *Table {
	t := &Table{TotalValue: -1, Comparator: AtLeast}
	whole := 0
	for _, l := range lines {
		if t.Indicator == "" {
			k := calibreOf(l.Indicator)
			t.Indicator, t.IndicatorKey, t.Direction, t.Year = l.Indicator, k.key, k.direction, l.Year
		}
		t.YearTo = max(t.YearTo, l.YearTo)
		first(&t.Unit, l.Unit)
		first(&t.Source, l.Source)
		first(&t.DocNo, l.Doc)
		first(&t.Calibre, l.Calibre)
		first(&t.Publicity, l.Public)
		first(&t.BaseSource, l.BaseFrom)
		t.BaseYear = max(t.BaseYear, l.Base)
		if l.Compare != "" && len(t.Rows) == 0 {
			t.Comparator = l.Compare
		}
		if l.Total {
			t.PrintedTotal = l.Printed
			continue
		}
		r := Row{N: len(t.Rows) + 1, Region: l.Region, Name: l.Name, Printed: l.Printed, PartName: l.Part, FileRow: l.FileRow, Partner: l.Partner, Note: l.Note}
		if l.Compare != t.Comparator {
			r.Comparator = l.Compare
		}
		if l.Part != "" {
			r.PartOf = whole
		} else {
			whole = r.N
		}
		t.Rows = append(t.Rows, r)
	}
	if t.Comparator == About || t.Comparator == Steady {
		t.ToleranceBP = defaultTolerance
	}
	t.Region = holder(t.Rows)
	t.value()
	return t
}

func first(into *string, s string) {
	if *into == "" {
		*into = s
	}
}

// holder is the place over which a table divides: the common parent of its
// rows, or the one place that it is about.
func holder(rows []Row) region.Code {
	var at region.Code
	for i, r := range rows {
		if i == 0 {
			at = r.Region
		}
		for !at.Contains(r.Region) {
			at = at.Parent()
		}
	}
	return at
}
