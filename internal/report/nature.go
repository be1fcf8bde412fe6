package report

// Nature says how a column's number may move from one period to the next
// (A182: 当年累计数 does not fall within the year without a note).
type Nature uint8

// The natures. The zero value is what the note of 附件1 asks of all its columns.
const (
	Cumulative Nature = iota // from 1 January on: begins again every year, falls only with a note
	Stock                    // what there is at the cut-off: may fall, also over New Year
	Apart                    // of the period alone: the one before says nothing of it
)

func (n Nature) String() string {
	return [...]string{"cumulative", "stock", "apart"}[n]
}

// follows reports whether the period before says something of a number of this
// nature: a cumulative one begins again with the year.
func (n Nature) follows(before, now Period) bool {
	return n == Stock || n == Cumulative && before.Year == now.Year
}

// nature of a column of the sheet by its position.
func (f *Form) nature(col int) Nature {
	if c := f.Column(f.keyAt(col)); c != nil {
		return c.Nature
	}
	return Cumulative
}

// Unknown is the value of a number that nobody can tell: a figure of a place
// without figures. It is not zero and counts in no sum.
const Unknown = -1

// Dash stands on paper for a number that nobody can tell.
const Dash = "—"

// unknown tells figures that are missing and, of a total, how many rows below
// are missing in it.
func (sh *Sheet) unknown(r *Row) {
	for i := range r.Cells {
		c := &r.Cells[i]
		col := sh.Form.Column(c.Key)
		if c.Col < 1 || col == nil || col.Count != Figure {
			continue
		}
		sh.Checked++
		switch {
		case c.Value == Unknown:
			sh.tell(Finding{Rule: "report.check.unknown", Row: r.Key, Col: c.Col, Args: []any{r.Name, column(col)}})
		case c.Explain.Missing > 0:
			sh.tell(Finding{Rule: "report.check.missing", Row: r.Key, Col: c.Col, Args: []any{r.Name, column(col), c.Explain.Missing}})
		}
	}
}

// column is a column's heading in one line.
func column(c *Column) string {
	if n := len(c.Head); n > 0 {
		return c.Head[n-1]
	}
	return c.Key
}
