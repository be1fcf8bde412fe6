package summary

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"

	"wengang/internal/calendar"
	"wengang/internal/region"
	"wengang/internal/report"
)

// composer writes one draft.
type composer struct {
	ctx    context.Context
	scope  region.Scope
	from   *Sources
	kind   *Kind
	at     region.Code
	period report.Period
	today  calendar.Date
	d      *Draft
	sheet  *report.Sheet // annex 1 of the same time, nil where the place has none
	goals  [][]Goal
	err    error
}

// Sources are what a draft is made of; all are needed.
type Sources struct {
	Numbers Numbers
	Goals   Goals
	Forms   Forms
	Tree    Tree
	Areas   Areas
}

// Compose drafts a paper of a place for a period as of today. The scope must
// hold the place; figures outside it are not asked for.
func (s *Sources) Compose(ctx context.Context, scope region.Scope, k *Kind, at region.Code, p report.Period, today calendar.Date) (*Draft, error) {
	if !scope.Contains(at) {
		return nil, errNotFound
	}
	c := &composer{ctx: ctx, scope: scope, from: s, kind: k, at: at, period: p, today: today}
	name := s.Tree.Name(at)
	c.d = &Draft{Kind: k.ID, Region: at, Period: p.String(), Made: today, Office: name + "人力资源和社会保障局",
		Title: name + fmt.Sprintf(k.Title, periodWords(p)), Figures: map[string]Figure{}}
	if err := c.month(); err != nil {
		return nil, err
	}
	if err := c.load(); err != nil {
		return nil, err
	}
	for _, chapter := range k.chapters {
		if err := chapter(c); err != nil {
			return nil, err
		}
	}
	c.tables()
	return c.d, c.err
}

func periodWords(p report.Period) string {
	if p.Quarter > 0 {
		return fmt.Sprintf("%d年第%s季度", p.Year, []string{"一", "二", "三", "四"}[p.Quarter-1])
	}
	return fmt.Sprintf("%d年", p.Year)
}

// month finds the last closed month of the period with figures, else the last
// one with figures at all.
func (c *composer) month() error {
	last := min(c.period.Last(), c.today.Month())
	first := calendar.MonthOf(c.period.Year, 1)
	if c.period.Quarter > 0 {
		first = calendar.MonthOf(c.period.Year, c.period.Quarter*3-2)
	}
	for m := last; m >= first; m = m.Add(-1) {
		st, err := c.from.Numbers.Month(c.ctx, c.scope, c.at, m)
		if err != nil {
			return err
		}
		if st.Rows > 0 && (c.d.Month == 0 || st.Closed) {
			c.d.Month, c.d.Closed = m, st.Closed
		}
		if c.d.Closed {
			break
		}
	}
	return nil
}

func (c *composer) load() (err error) {
	if c.d.Month != 0 {
		if c.goals, err = c.from.Goals.Goals(c.ctx, c.scope, c.at, c.d.Month); err != nil {
			return err
		}
	}
	if c.at.Level() > region.County || c.at.Level() < region.Province {
		return nil
	}
	f, err := report.ByID("progress")
	if err != nil {
		return err
	}
	c.sheet, err = c.from.Forms.Sheet(c.ctx, c.scope, f.ID, c.at, f.PeriodAt(min(c.period.Last(), c.today.Month())))
	return err
}

func (c *composer) keep(err error) {
	if c.err == nil && err != nil {
		c.err = err
	}
}

func (c *composer) head(level int, text string) {
	c.d.Paras = append(c.d.Paras, Para{Head: level, Pieces: []Piece{{Text: text}}})
}

func (c *composer) para(pieces ...Piece) {
	c.d.Paras = append(c.d.Paras, Para{Pieces: pieces})
}

// say mixes words and pieces into a stretch of a paragraph.
func say(parts ...any) (out []Piece) {
	for _, p := range parts {
		switch x := p.(type) {
		case string:
			if x != "" {
				out = append(out, Piece{Text: x})
			}
		case Piece:
			out = append(out, x)
		case []Piece:
			out = append(out, x...)
		default:
			out = append(out, Piece{Text: fmt.Sprint(x)})
		}
	}
	return out
}

// value reads an indicator of a place in the draft's month.
func (c *composer) value(id string, at region.Code) Value {
	if c.d.Month == 0 {
		return Value{}
	}
	v, err := c.from.Numbers.Value(c.ctx, c.scope, id, at, c.d.Month)
	c.keep(err)
	return v
}

// figure is an indicator as a piece; unknown says 暂无数据, never 0.
func (c *composer) figure(id string, at region.Code) Piece {
	return c.piece(id, at, c.value(id, at))
}

func (c *composer) piece(id string, at region.Code, v Value) Piece {
	if !v.Known {
		return Piece{Text: "（暂无数据）"}
	}
	f := Figure{Label: v.Label, N: v.N, Source: id, Place: at, Name: c.from.Tree.Name(at), Month: c.d.Month, Calibre: v.Calibre}
	switch {
	case v.Den > 0 && strings.HasSuffix(id, "_mean"):
		f.Text, f.Unit = yuan(v.N), "元"
	case v.Den > 0:
		f.N, f.Unit = int64(math.Round(float64(v.Num)/float64(v.Den)*1000)), "%"
		f.Text = percent(float64(v.Num) / float64(v.Den))
	default:
		f.Text, f.Unit = strconv.FormatInt(v.N, 10)+"人", "人"
	}
	return c.d.add(f)
}

// share is a part of a whole, with both behind it; nothing where it cannot be
// said.
func (c *composer) share(part, whole string, at region.Code) []Piece {
	p, w := c.value(part, at), c.value(whole, at)
	if !p.Known || !w.Known || w.N == 0 {
		return nil
	}
	f := Figure{Key: fmt.Sprintf("%s/%s@%s@%d", part, whole, at, c.d.Month), Label: p.Label + "占" + w.Label, N: int64(math.Round(float64(p.N) / float64(w.N) * 1000)), Unit: "%",
		Text: percent(float64(p.N) / float64(w.N)), Source: part + " ÷ " + whole, Place: at, Name: c.from.Tree.Name(at), Month: c.d.Month, Calibre: p.Calibre}
	return say("，占", c.d.add(f))
}

// change says 同比 or 环比 of an indicator; where the months cannot be
// compared it says so and why.
func (c *composer) change(id string, at region.Code, word string, base calendar.Month) []Piece {
	v := c.value(id, at)
	if !v.Known {
		return nil
	}
	x, err := c.from.Numbers.Change(c.ctx, c.scope, id, at, c.d.Month, base)
	c.keep(err)
	switch {
	case err != nil:
		return nil
	case !x.OK:
		return say("，" + word + "不可比（" + x.Why + "）")
	case v.Den > 0 && !strings.HasSuffix(id, "_mean"):
		points := math.Round(x.Ratio*1000) / 10
		if points == 0 {
			return say("，" + word + "持平")
		}
		return say("，"+word+up(points > 0, "提高", "下降"), c.changed(id, at, word, "points", fmt.Sprintf("%.1f个百分点", math.Abs(points)), int64(points*10), base))
	case x.Abs == 0:
		return say("，" + word + "持平")
	}
	unit := func(n int64) string { return strconv.FormatInt(n, 10) + "人" }
	if strings.HasSuffix(id, "_mean") {
		unit = yuan
	}
	return say("，"+word+up(x.Abs > 0, "增加", "减少"), c.changed(id, at, word, "abs", unit(max(x.Abs, -x.Abs)), x.Abs, base),
		"，"+up(x.Abs > 0, "增长", "下降"), c.changed(id, at, word, "ratio", percent(math.Abs(x.Ratio)), int64(math.Round(x.Ratio*1000)), base))
}

func (c *composer) changed(id string, at region.Code, word, kind, text string, n int64, base calendar.Month) Piece {
	v := c.value(id, at)
	return c.d.add(Figure{Key: fmt.Sprintf("%s@%s@%d~%d.%s", id, at, c.d.Month, base, kind), Label: v.Label + word + map[string]string{"abs": "增减", "ratio": "幅度", "points": "增减"}[kind],
		Text: text, N: n, Source: id + "，与" + base.String() + "比", Place: at, Name: c.from.Tree.Name(at), Month: c.d.Month, Calibre: v.Calibre})
}

func (c *composer) yearAgo() calendar.Month { return c.d.Month.Add(-12) }

func up(yes bool, a, b string) string {
	if yes {
		return a
	}
	return b
}

func percent(f float64) string { return fmt.Sprintf("%.1f%%", f*100) }

func yuan(fen int64) string { return fmt.Sprintf("%d元", (fen+50)/100) }
