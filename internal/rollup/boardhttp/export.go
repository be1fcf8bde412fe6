package boardhttp

import (
	"bytes"
	"context"
	"crypto/sha256"
	"net/http"
	"net/url"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/fault"
	"wengang/internal/sheet"
	"wengang/internal/web"
)

// Leave puts a file that leaves the product on record.
type Leave func(ctx context.Context, by account.Caller, e audit.Export) error

// Exports lets the board be taken out as a workbook.
func (h *Rim) Exports(l Leave) *Rim { h.leave = l; return h }

// export answers the board's tables as a workbook. It holds no person; that it
// left is on record.
func (h *Rim) export(w http.ResponseWriter, r *web.Request) error {
	if h.leave == nil {
		return fault.NotFoundf("fault.notfound")
	}
	a, v, err := h.boardOf(r)
	if err != nil {
		return err
	}
	if v.Empty != nil {
		return fault.NotFoundf("fault.notfound")
	}
	b := &book{h: h, a: a, v: v}
	raw, err := b.write()
	if err != nil {
		return err
	}
	sum := sha256.Sum256(raw)
	if err := h.leave(r.Context(), r.Caller, audit.Export{Kind: "board", Region: r.At, Rows: int64(b.rows), FileHash: sum[:]}); err != nil {
		return err
	}
	name := h.name(r, r.At) + r.T("board.file") + r.Month.String() + ".xlsx"
	w.Header().Set("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	w.Header().Set("Content-Disposition", `attachment; filename="board`+r.Month.String()+`.xlsx"; filename*=UTF-8''`+url.PathEscape(name))
	w.Header().Set("Cache-Control", "no-store")
	_, err = w.Write(raw)
	return err
}

// book writes the tables of a board, one a sheet, each with what must be known
// to read it.
type book struct {
	h    *Rim
	a    *asked
	v    *boardView
	w    *sheet.Writer
	rows int
}

func (b *book) write() ([]byte, error) {
	var err error
	if b.w, err = sheet.NewWriter(""); err != nil {
		return nil, err
	}
	defer func() { _ = b.w.Close() }()
	for _, part := range []func() error{b.figures, b.months, b.change, b.ranking, b.channels, b.matrix, b.dests} {
		if err := part(); err != nil {
			return nil, err
		}
	}
	var buf bytes.Buffer
	if err := b.w.Write(&buf); err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}

// sheet starts one: title, place, month and calibre, then the heading.
func (b *book) sheet(title string, heads ...string) error {
	widths := make([]float64, len(heads))
	for i := range widths {
		widths[i] = 14
	}
	widths[0] = 26
	if err := b.w.Sheet(title, widths, 3); err != nil {
		return err
	}
	r := b.a.r
	if err := b.w.RowLook(sheet.Head, b.h.name(r, b.a.at)+" · "+title); err != nil {
		return err
	}
	if err := b.w.Row(b.a.month.String() + " · " + b.v.Sub + " · " + r.T("board.file.by", r.Caller.Name, b.a.today.Format("2006-01-02 15:04"))); err != nil {
		return err
	}
	cells := make([]any, len(heads))
	for i, s := range heads {
		cells[i] = s
	}
	return b.w.RowLook(sheet.Head, cells...)
}

func (b *book) row(cells ...any) error {
	b.rows++
	return b.w.Row(cells...)
}

func (b *book) figures() error {
	t := b.a.r.T
	if err := b.sheet(t("board.file.figures"), t("board.indicator"), t("board.value"), t("board.file.unit"), t("board.yoy"), t("board.mom"), t("board.file.how")); err != nil {
		return err
	}
	for _, tile := range b.v.Tiles {
		changes := [2]string{"—", "—"}
		for i := range min(2, len(tile.Changes)) {
			changes[i] = changeText(b.a.r, tile.Changes[i])
		}
		how := ""
		for i, c := range tile.Calibre {
			if i > 0 {
				how += "；"
			}
			how += c
		}
		if err := b.row(tile.Label, tile.Value, tile.Unit, changes[0], changes[1], how); err != nil {
			return err
		}
	}
	return nil
}

// changeText is a comparison in a cell: with its sign, or why there is none.
func changeText(r *web.Request, c web.Change) string {
	switch {
	case c.Reason != "":
		return r.T("web.notcomparable") + "：" + c.Reason
	case c.Up:
		return "+" + c.Value
	case c.Down:
		return "−" + c.Value
	}
	return c.Value
}

func (b *book) months() error {
	t, c := b.a.r.T, b.v.Line
	if err := b.sheet(t("board.file.months"), t("board.month"), c.Series[0].Name, c.Series[1].Name); err != nil {
		return err
	}
	for i, m := range c.Categories {
		cells := []any{m}
		for _, s := range c.Series {
			if s.Values[i] == nil {
				cells = append(cells, nil)
			} else {
				cells = append(cells, int64(*s.Values[i]))
			}
		}
		if err := b.row(cells...); err != nil {
			return err
		}
	}
	return nil
}

func (b *book) change() error {
	r := b.a.r
	q, err := whyOf(b.a)
	if err != nil {
		return err
	}
	v, err := b.h.whyView(b.a, q, true)
	if err != nil {
		return err
	}
	t := r.T
	heads := []string{v.PartHead, t("board.why.from"), t("board.why.to"), t("board.why.c.began"), t("board.why.c.ended"), t("board.why.c.in"), t("board.why.c.out"), t("board.why.net"), t("board.why.share")}
	if v.Ratio {
		heads = []string{v.PartHead, t("board.why.from"), t("board.why.to"), t("board.why.within"), t("board.why.mix"), t("board.why.net"), t("board.why.share")}
	}
	if err := b.sheet(t("board.why.change"), heads...); err != nil {
		return err
	}
	if v.Empty != "" {
		return b.row(t("rollup.nc") + "：" + v.Empty)
	}
	for _, s := range v.Say {
		if err := b.row(s); err != nil {
			return err
		}
	}
	v.Total.Name, v.Total.Share = t("board.total"), "100.0%"
	if v.Same {
		v.Total.Share = "—"
	}
	for _, l := range append(v.Lines, v.Total) {
		cells := []any{l.Name, l.From, l.To, l.Began, l.Ended, l.Came, l.Went, l.Delta, l.Share}
		if v.Ratio {
			cells = []any{l.Name, l.From, l.To, l.Within, l.Mix, l.Text, l.Share}
		}
		if err := b.row(cells...); err != nil {
			return err
		}
	}
	return nil
}

func (b *book) ranking() error {
	t, rv := b.a.r.T, b.v.Rank
	if rv == nil {
		return nil
	}
	if err := b.sheet(t("board.rank"), t("board.rank.place"), t("board.rank.year"), t("board.rank.target"), t("board.rank.rate")+"%", t("board.rank.working"), t("board.mom"), t("board.rank.state")); err != nil {
		return err
	}
	for _, l := range append(rv.Lines, rv.Total) {
		cells := []any{l.Name, l.Year, nil, nil, l.Working, nil, ""}
		if l.Target > 0 {
			cells[2], cells[3] = l.Target, web.Rate(l.Rate)
		}
		if l.HasBase {
			cells[5] = l.Delta
		}
		if l.Behind {
			cells[6] = t("board.slow")
		}
		if err := b.row(cells...); err != nil {
			return err
		}
	}
	return nil
}

func (b *book) channels() error {
	t, cv := b.a.r.T, b.v.Channels
	if cv == nil {
		return nil
	}
	if err := b.sheet(cv.Title, append(append([]string{t("board.rank.place")}, cv.Labels...), t("board.total"))...); err != nil {
		return err
	}
	for _, l := range append(cv.Lines, cv.Total) {
		cells := []any{l.Name}
		for _, c := range l.Cells {
			cells = append(cells, c.N)
		}
		if err := b.row(append(cells, l.N)...); err != nil {
			return err
		}
	}
	return nil
}

func (b *book) matrix() error {
	t, fv := b.a.r.T, b.v.Flow
	if fv == nil {
		return nil
	}
	if err := b.sheet(t("board.file.matrix"), append(append([]string{t("board.rank.place")}, fv.Columns...), t("board.total"))...); err != nil {
		return err
	}
	for _, l := range append(fv.Lines, fv.Total) {
		cells := []any{l.Name}
		for _, c := range l.Cells {
			cells = append(cells, c.N)
		}
		if err := b.row(append(cells, l.Sum)...); err != nil {
			return err
		}
	}
	return nil
}

func (b *book) dests() error {
	t := b.a.r.T
	if b.v.Dests == nil {
		return nil
	}
	if err := b.sheet(t("board.dest.place"), t("board.dest.place"), t("board.list.class"), t("board.rank.working"), t("board.mom"), t("board.yoy")+"%", t("board.dest.wage")); err != nil {
		return err
	}
	lines, _, err := b.h.destLines(b.a)
	if err != nil {
		return err
	}
	for _, l := range lines {
		cells := []any{l.Name, l.Class, l.N, l.Delta, nil, nil}
		if l.Year != nil {
			cells[4] = web.Rate(*l.Year)
		}
		if l.Mean >= 0 {
			cells[5] = sheet.Yuan(l.Mean)
		}
		if err := b.row(cells...); err != nil {
			return err
		}
	}
	return nil
}
