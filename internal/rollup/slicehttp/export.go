package slicehttp

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/url"

	"wengang/internal/audit"
	"wengang/internal/db"
	"wengang/internal/web"
)

// export answers the whole table as a workbook. It holds no person; that it
// left is on record.
func (h *Rim) export(w http.ResponseWriter, r *web.Request) error {
	x, err := asked(r)
	if err != nil {
		return err
	}
	words, err := h.words(r.Context(), r)
	if err != nil {
		return err
	}
	m, err := h.ask(r, &x, words, true)
	if err != nil {
		return err
	}
	b := h.sheetOf(r, m, words)
	var buf bytes.Buffer
	if err := b.write(&buf); err != nil {
		return err
	}
	sum := sha256.Sum256(buf.Bytes())
	err = h.db.Tx(r.Context(), func(tx *db.Tx) error {
		_, err := h.leave.Exported(r.Context(), tx, r.Caller, audit.Export{Kind: "slice", Region: r.At, Rows: int64(len(m.rows)), FileHash: sum[:]})
		return err
	})
	if err != nil {
		return err
	}
	name := b.title + "_" + r.Month.String() + ".xlsx"
	w.Header().Set("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	w.Header().Set("Content-Disposition", `attachment; filename="table.xlsx"; filename*=UTF-8''`+url.PathEscape(name))
	w.Header().Set("Cache-Control", "no-store")
	_, err = w.Write(buf.Bytes())
	return err
}

// sheetOf is the table with what must be known to read it: place, month, which
// values, how it is counted, under which conditions, who took it and when.
func (h *Rim) sheetOf(r *web.Request, m *matrix, w *Words) *workbook {
	x := m.x
	b := &workbook{name: r.T("slice.nav"), title: title(r, x, w)}
	place := r.T("web.nation")
	if n := h.tree.Name(r.At); n != "" {
		place = h.shell.PlacePath(r, r.At)
	}
	b.meta = append(b.meta, r.T("slice.file.place", place, r.Month.String(), sub(r, x, &m.byRow.Whole.Figures)))
	if m.heads == nil {
		b.meta = append(b.meta, r.T("slice.file.how", r.T(x.Ind.Key()), r.T(x.Ind.How())))
	}
	for _, c := range h.conditions(x, w) {
		b.meta = append(b.meta, r.T("slice.file.where", c))
	}
	for _, d := range m.heads {
		b.foot = append(b.foot, r.T("slice.file.how", r.T(d.Key()), r.T(d.How())))
	}
	b.foot = append(b.foot, notes(r, m, w, &tableView{})...)
	b.foot = append(b.foot, r.T("slice.file.by", r.Caller.Name, h.shell.Now().Format("2006-01-02 15:04")))
	b.fill(r, m, w)
	return b
}

// conditions are the filters in words.
func (h *Rim) conditions(x *Question, w *Words) []string {
	var out []string
	for _, d := range dims(x) {
		s := ""
		for i, v := range x.Where[d] {
			if i > 0 {
				s += "、"
			}
			s += w.Value(d, v)
		}
		out = append(out, fmt.Sprintf("%s：%s", w.Dim(d), s))
	}
	return out
}
