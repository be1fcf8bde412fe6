package intake

import (
	"strings"

	"wengang/internal/calendar"
	"wengang/internal/fact"
	"wengang/internal/rule"
	"wengang/internal/transfer"
)

// yearly reports a table that speaks of a whole year: it says what was, like a
// history, not what holds in a month.
func yearly(b *transfer.Batch) bool { return b.Layout == layoutLastYear || b.Layout == layoutIncome }

// asHistory is the batch as the rules of matching and confirming take it: a
// yearly table has no month of its own.
func asHistory(b *transfer.Batch) *transfer.Batch {
	if !yearly(b) || b.Month == 0 {
		return b
	}
	c := *b
	c.Month = 0
	return &c
}

// yearOf is the year of which a yearly table speaks: as stated, or the one
// before the month in which it was brought in. The income table states its own.
func yearOf(b *transfer.Batch, today calendar.Date) int {
	switch {
	case b.Layout == layoutIncome:
		return 0
	case b.Year != 0:
		return b.Year
	case b.Month != 0:
		return b.Month.Year() - 1
	}
	return today.Month().Year() - 1
}

// layout reads what only the batch's layout has.
func (c *workChecker) layout(j *jobRow) {
	switch c.b.Layout {
	case layoutPosts:
		c.post(j)
	case layoutLastYear:
		c.lastYear(j)
	case layoutIncome:
		c.income(j)
	case layoutJobless:
		j.out = fact.No
		j.s.Row.Out = fact.No
		if j.end == 0 && j.row.text("end") == "" {
			j.row.add(rule.At("row.required", "end", "", "失业时间"))
		}
	}
}

// post is a row of the monthly attendance of public posts: who turned up worked
// in that month, in the village. When the agreement ends is a plan, no leaving.
func (c *workChecker) post(j *jobRow) {
	r := j.row
	j.term.Channel, j.place = fact.ChannelPost, "本村"
	if days := r.count("post_days"); days <= 0 {
		r.add(rule.Of("work.post_days", clip(r.text("post_days"))))
	}
}

// fill takes from the person's record what the layout says by being what it is.
func (c *workChecker) fill(j *jobRow, was *known) {
	if c.b.Layout == layoutPosts {
		if county, ok := countyOf(was.Village); ok {
			j.term.Place = county
		}
	}
}

// lastYear is a row of last year's work: with its months, or with all twelve of
// them. A number of months below that does not say which.
func (c *workChecker) lastYear(j *jobRow) {
	r := j.row
	state := r.text("away")
	months := r.count("work_months")
	no := strings.ContainsAny(state, "未无没否") || state == "在校" || state == "务农" || strings.Contains(state, "返乡")
	switch {
	case j.start != 0:
		j.out = fact.Yes
	case no && months <= 0, months == 0:
		j.nothing = true
	case months >= 12:
		j.out, j.start, j.end = fact.Yes, calendar.MonthOf(c.month.Year(), 1), 0
	default:
		n := r.text("work_months")
		r.add(rule.Of("work.months_only", clip(n), clip(n)))
	}
	j.s.Row.Out, j.s.Row.Start, j.s.Row.End = j.out, j.start, j.end
}

// income is a row of the yearly table of wages by quarter and month. The months
// are certain only where the columns that hold money have as many months as the
// row says in all, and stand side by side.
func (c *workChecker) income(j *jobRow) {
	r := j.row
	if !c.incomeYear(r) {
		return
	}
	total, covered, first, last, gap := int64(0), 0, 0, 0, false
	for _, m := range incomeMonths {
		fen := r.fen(m.key)
		if fen <= 0 {
			continue
		}
		if first == 0 {
			first = m.first
		} else if m.first != last+1 {
			gap = true
		}
		last = m.last
		total, covered = total+fen, covered+m.last-m.first+1
	}
	months := r.count("work_months")
	switch {
	case covered == 0 && months <= 0:
		j.nothing = true
		return
	case covered != months || gap:
		r.add(rule.Of("work.income_months", clip(r.text("work_months")), max(months, 0), covered))
		return
	}
	year := c.month.Year()
	j.out, j.start = fact.Yes, calendar.MonthOf(year, first)
	if last < 12 {
		j.end = calendar.MonthOf(year, last)
	}
	j.term.WageFen = total / int64(months) / 100 * 100
	j.s.Row.Out, j.s.Row.Start, j.s.Row.End = j.out, j.start, j.end
}

// incomeYear reads the row's year. The first one holds for the file: what ran
// at one year's end is confirmed up to there, and no file has two.
func (c *workChecker) incomeYear(r *row) bool {
	n := r.count("year")
	if n < 1990 || n > 2099 {
		r.add(rule.At("row.required", "year", clip(r.text("year")), "年份"))
		return false
	}
	if !c.dated {
		c.month, c.dated = calendar.MonthOf(n, 12), true
	}
	if n != c.month.Year() {
		r.add(rule.Of("work.year_differs", clip(r.text("year")), n, c.month.Year()))
		return false
	}
	return true
}

// soften keeps a yearly average from going over what the ledger knows by month.
func (c *workChecker) soften(j *jobRow, old *fact.Spell) {
	if !yearly(c.b) {
		return
	}
	if t := termAt(old, max(min(c.month, old.End), old.Start)); t.WageFen >= 0 {
		j.term.WageFen = -1
	}
}
