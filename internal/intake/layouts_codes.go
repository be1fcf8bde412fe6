package intake

import (
	"context"
	"fmt"

	"wengang/internal/db"
	"wengang/internal/idcard"
	"wengang/internal/region"
	"wengang/internal/rule"
	"wengang/internal/transfer"
)

// byCode marks a row whose person was found, or was not, without a number: no
// check of numbers speaks of it.
const byCode idcard.Problem = "code"

// whom says who a row without a number is about.
type whom struct {
	index []byte       // blind index of the one person; nil where nobody was found
	why   rule.Finding // where index is nil
}

// coded is a person as codes and name find one.
type coded struct {
	index   string
	name    string
	code    string
	village region.Code
}

// whoms finds the people of the rows that carry no number: by the household's
// code and the name, or by the person's code and the name. A name alone finds
// nobody, and two people of one name in a household stay apart. nil where every
// row carries its number.
func (c *checker) whoms(ctx context.Context, rows []transfer.Row) ([]*whom, error) {
	if !c.byCodes {
		return nil, nil
	}
	var out []*whom
	var households []string
	one := false
	for i := range rows {
		r := row{Row: rows[i], rd: c.rd}
		if r.cell("id_number").Text != "" { // not cleaned: asked of every row of every file
			continue
		}
		if out == nil {
			out = make([]*whom, len(rows))
		}
		out[i] = &whom{}
		if h := r.text("household"); h != "" {
			households = append(households, h)
		} else if r.text("person_code") != "" {
			one = true
		}
	}
	if out == nil {
		return nil, nil
	}
	byHome, err := c.households(ctx, households)
	if err != nil {
		return nil, err
	}
	if one && c.codes == nil {
		if c.codes, err = c.personCodes(ctx); err != nil {
			return nil, err
		}
	}
	for i := range rows {
		if out[i] != nil {
			c.find(out[i], &row{Row: rows[i], rd: c.rd}, byHome)
		}
	}
	return out, nil
}

// find decides about one row.
func (c *checker) find(w *whom, r *row, byHome map[string][]coded) {
	household, code, name := r.text("household"), r.text("person_code"), transfer.CleanName(r.text("name"))
	var list []coded
	switch {
	case name == "" || household == "" && code == "":
		w.why = rule.Of("id.no_key", clip(name))
		return
	case household != "":
		list = byHome[household]
	default:
		list = c.codes[code]
	}
	var found []coded
	for _, p := range list {
		if p.name == name && (code == "" || p.code == "" || p.code == code) {
			found = append(found, p)
		}
	}
	switch len(found) {
	case 1:
		w.index = []byte(found[0].index)
	case 0:
		w.why = rule.Of("id.code_unknown", clip(name), clip(household+code), clip(name))
	default:
		w.why = rule.Of("id.code_ambiguous", clip(name), clip(household), clip(name), len(found))
	}
}

const codedFrom = `SELECT p.id_index, p.name, p.code, p.village, `

func (c *checker) households(ctx context.Context, codes []string) (map[string][]coded, error) {
	out := map[string][]coded{}
	seen := map[string]bool{}
	for len(codes) > 0 {
		var part []string
		for len(codes) > 0 && len(part) < lookupChunk {
			if !seen[codes[0]] {
				seen[codes[0]] = true
				part = append(part, codes[0])
			}
			codes = codes[1:]
		}
		if len(part) == 0 {
			break
		}
		a := &db.Args{}
		err := c.readCoded(ctx, out, codedFrom+`h.code FROM household h JOIN person p ON p.household_id = h.id
			WHERE h.code IN `+db.List(a, part)+` AND `+c.ours(a), a.Values)
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// personCodes reads all codes of the place's people, once per file.
func (c *checker) personCodes(ctx context.Context) (map[string][]coded, error) {
	out := map[string][]coded{}
	a := &db.Args{}
	err := c.readCoded(ctx, out, codedFrom+`p.code FROM person p WHERE p.code <> '' AND `+c.ours(a), a.Values)
	return out, err
}

func (c *checker) ours(a *db.Args) string {
	return region.ScopeOf(c.b.Region).Predicate("p.village", a.Add) + ` AND p.merged_into = 0 AND ` + live("p")
}

func (c *checker) readCoded(ctx context.Context, out map[string][]coded, query string, args []any) error {
	rows, err := c.db.Read.QueryContext(ctx, query, args...)
	if err != nil {
		return fmt.Errorf("look up codes: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var p coded
		var index []byte
		var key string
		if err := rows.Scan(&index, &p.name, &p.code, &p.village, &key); err != nil {
			return fmt.Errorf("look up codes: %w", err)
		}
		p.index = string(index)
		out[key] = append(out[key], p)
	}
	return rows.Err()
}
