package report

import (
	"context"
	"fmt"
	"sort"

	"wengang/internal/fact"
	"wengang/internal/region"
)

// projects makes the rows of 附件2: what the places below submitted, the others
// as registered now, by place and then in the order of registration, numbered
// over the whole list.
func (c *computing) projects(ctx context.Context) error {
	at := c.sheet.Region
	places := c.below(at)
	if len(places) == 0 {
		places = []region.Place{{Code: at, Name: c.Tree.Name(at)}}
	}
	codes := make([]region.Code, len(places))
	for i, p := range places {
		codes[i] = p.Code
	}
	begun := map[region.Code]*Report{}
	if codes[0] != at {
		var err error
		if begun, err = reports(ctx, c.db.Read, c.sheet.Form.ID, codes, c.sheet.Period); err != nil {
			return err
		}
	}
	for _, p := range places {
		if r := begun[p.Code]; r != nil && !r.State.open() {
			sh, err := c.frozen(ctx, c.sheet.Form, r, r.Version)
			if err != nil {
				return err
			}
			for _, row := range sh.Rows {
				row.Source = Source{ReportID: r.ID, Version: r.Version, State: r.State}
				c.sheet.Rows = append(c.sheet.Rows, row)
			}
			continue
		}
		c.listProjects(p.Name, p.Code.Contains)
	}
	if codes[0] != at {
		c.listProjects(c.Tree.Name(at), func(x region.Code) bool { return ownLevel(at, codes, x) })
	}
	for i := range c.sheet.Rows {
		c.sheet.Rows[i].Cell("no").Text = fmt.Sprint(i + 1)
	}
	return nil
}

func (c *computing) listProjects(place string, in func(region.Code) bool) {
	items := append([]*fact.RegisterItem(nil), c.items["project"]...)
	sort.Slice(items, func(i, j int) bool { return items[i].ID < items[j].ID })
	for _, it := range items {
		if in(it.Region) {
			c.sheet.Rows = append(c.sheet.Rows, c.project(place, it))
		}
	}
}

func (c *computing) project(place string, it *fact.RegisterItem) Row {
	row := Row{Key: projectKey(it.ID), Region: it.Region, Name: it.Name, Role: Project}
	words := map[string]string{"county": place, "name": it.Name, "brief": it.Extra["brief"], "marks": marks(it.Marks),
		"contact": it.Contact, "phone": it.PhoneMask, "note": it.Extra["note"]}
	for i := range c.sheet.Form.Columns {
		col := &c.sheet.Form.Columns[i]
		cell := Cell{Col: position(col, i), Key: col.Key, Text: words[col.Key],
			Explain: Explain{Column: col.Key, From: c.from, Cutoff: c.sheet.Cutoff, Received: c.sheet.Received, Records: 1, Last: -1, Calibre: calibreVersion}}
		switch col.Key {
		case "people":
			cell.Value = it.People
		case "poor":
			cell.Value = it.Poor
		}
		cell.Computed = cell.Value
		row.Cells = append(row.Cells, cell)
	}
	return row
}

// marks as the form prints them.
func marks(bits int) string {
	out := ""
	for i, s := range []string{"①", "②", "③"} {
		if bits&(1<<i) != 0 {
			out += s
		}
	}
	if out == "" {
		return "否"
	}
	return out
}

// projectID reads a row's key back.
func projectID(key string) (id int64, ok bool) {
	_, err := fmt.Sscanf(key, "project%d", &id)
	return id, err == nil
}
