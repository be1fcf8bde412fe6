package app

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/report/design"
)

// Filled is what a blank workbook was filled with.
type Filled struct {
	Design int64      `json:"design"`
	Title  string     `json:"title"`
	Region string     `json:"region"`
	Month  string     `json:"month"`
	File   string     `json:"file"`
	Known  bool       `json:"known"` // the same headings were filled before
	Bound  []FilledBy `json:"bound"`
	Open   []string   `json:"open"`    // cells that nothing fills
	Places []string   `json:"nowhere"` // places without a row in the blank
}

// FilledBy is what fills one cell. Suggested: nobody has confirmed it.
type FilledBy struct {
	Cell      string `json:"cell"`
	Heading   string `json:"heading"`
	Filled    string `json:"filled"`
	Suggested bool   `json:"suggested"`
}

// FillBlank fills a blank workbook for a place and a month into a file, whole
// or not at all. Bindings are remembered from the same headings or guessed.
func (a *App) FillBlank(ctx context.Context, c account.Caller, at region.Code, m calendar.Month, path, out string) (Filled, error) {
	st, err := os.Stat(path)
	if err != nil || st.Size() > design.MaxBlank {
		return Filled{}, fault.New(fault.Invalid, "design.file", design.MaxBlank>>20)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return Filled{}, err
	}
	v, err := a.Designs.Upload(ctx, c, at, design.ForFill, filepath.Base(path), raw)
	if err != nil {
		return Filled{}, err
	}
	part := out + ".part"
	f, err := os.OpenFile(part, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return Filled{}, err
	}
	defer os.Remove(part)
	tr, err := a.Designs.Fill(ctx, c, v.ID, at, m, f)
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return Filled{}, err
	}
	if err := os.Rename(part, out); err != nil {
		return Filled{}, err
	}
	done := Filled{Design: v.ID, Title: v.Spec.Title, Region: at.String(), Month: m.String(), File: out, Known: v.Known, Open: tr.Open, Places: tr.Grid.Nowhere, Bound: []FilledBy{}}
	for i := range v.Spec.Binds {
		if b := &v.Spec.Binds[i]; b.Kind != design.Left && b.Kind != design.Words {
			done.Bound = append(done.Bound, FilledBy{b.At, strings.Join(b.Heading, " · "), b.Name(), b.Guess})
		}
	}
	return done, nil
}
