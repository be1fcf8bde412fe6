package report

import (
	"context"
	"fmt"
	"strings"

	"wengang/internal/db"
	"wengang/internal/region"
)

// Tags of the areas that 附件2's column 7 names.
const (
	tagKeyCounty   = region.TagProvKey
	tagSettlement  = "settlement"
	tagYellowRiver = "yellow_river"
)

// check runs the form's checks over a sheet (facts A15).
func (s *Store) check(ctx context.Context, sh *Sheet) error {
	sh.Findings, sh.Checked = nil, 0
	sh.reviewedBelow()
	sh.corrected()
	if sh.Form.Rows == Projects {
		return s.checkProjects(ctx, sh)
	}
	for i := range sh.Rows {
		r := &sh.Rows[i]
		if r.Role == Own || r.Source.ReportID != 0 {
			continue // a row from below was checked where it was filled
		}
		sh.notMore(r, "relief_poor", "relief", "report.check.relief")
		sh.notMore(r, "workshop_poor", "workshop_people", "report.check.workshop")
		sh.falls(r)
		sh.unknown(r)
		sh.designed(r)
	}
	sh.sums()
	sh.submittedBelow()
	return nil
}

func (sh *Sheet) tell(f Finding) { sh.Findings = append(sh.Findings, f) }

// notMore: a part is not more than its whole (9 ≤ 8; 7 ≤ all people of the
// workshops).
func (sh *Sheet) notMore(r *Row, part, whole, rule string) {
	a, b := r.Cell(part), r.Cell(whole)
	if a == nil || b == nil {
		return
	}
	sh.Checked++
	if a.Value > b.Value {
		sh.tell(Finding{Rule: rule, Row: r.Key, Col: a.Col, Hard: true, Args: []any{r.Name, a.Value, b.Value}})
	}
}

// falls: a figure of 当年累计数 does not fall within the year unless somebody
// says why (A182); a correction, also one to the same number, says it. A stock
// may fall.
func (sh *Sheet) falls(r *Row) {
	for i := range r.Cells {
		c := &r.Cells[i]
		if c.Col < 1 || c.Explain.Last < 0 || c.Value < 0 || sh.Form.nature(c.Col) != Cumulative {
			continue
		}
		sh.Checked++
		if c.Value < c.Explain.Last && c.Correction == nil {
			sh.tell(Finding{Rule: "report.check.fall", Row: r.Key, Col: c.Col, Hard: true, Args: []any{r.Name, c.Explain.Last, c.Value}})
		}
	}
}

// sums: the unit is the places below, plus its own level, less who is counted
// in several of them.
func (sh *Sheet) sums() {
	if len(sh.Rows) < 2 || sh.Rows[0].Role != Total {
		return
	}
	t := &sh.Rows[0]
	for i := range t.Cells {
		c := &t.Cells[i]
		if col := sh.Form.Column(c.Key); c.Col <= 1 || c.Value < 0 || col != nil && col.apart() {
			continue
		}
		sh.Checked++
		want := c.Explain.Children + c.Explain.Own - c.Explain.Double
		if c.Value != want {
			sh.tell(Finding{Rule: "report.check.sum", Row: t.Key, Col: c.Col, Args: []any{c.Value, c.Explain.Children, c.Explain.Own, c.Explain.Double}})
		}
	}
}

// corrected: what was counted may have changed since somebody corrected it; the
// correction then stands over a number that its maker never saw.
func (sh *Sheet) corrected() {
	for i := range sh.Rows {
		r := &sh.Rows[i]
		for j := range r.Cells {
			c := &r.Cells[j]
			if c.Correction == nil {
				continue
			}
			sh.Checked++
			if c.Correction.Computed != c.Computed {
				sh.tell(Finding{Rule: "report.check.stale", Row: r.Key, Col: c.Col, Args: []any{r.Name, c.Correction.Computed, c.Computed, c.Correction.Corrected}})
			}
		}
	}
}

// reviewedBelow: a form from below that waits for its review may still be
// returned, so the unit cannot send it on.
func (sh *Sheet) reviewedBelow() {
	seen := map[int64]bool{}
	for _, r := range sh.Rows {
		if r.Source.ReportID == 0 || seen[r.Source.ReportID] {
			continue
		}
		seen[r.Source.ReportID] = true
		sh.Checked++
		if r.Source.State == Submitted {
			name := r.Name
			if c := r.Cell("county"); c != nil {
				name = c.Text // of a list of projects
			}
			sh.tell(Finding{Rule: "report.check.unreviewed", Row: r.Key, Hard: true, Args: []any{name}})
		}
	}
}

func (sh *Sheet) submittedBelow() {
	var all int
	var late []string
	for _, r := range sh.Rows {
		if r.Role != Child && r.Role != Unit || r.Region.Level() > region.County {
			continue // towns in a designed list report nothing themselves
		}
		all++
		if r.Source.ReportID == 0 {
			late = append(late, r.Name)
		}
	}
	if all == 0 {
		return
	}
	sh.Checked++
	if len(late) > 0 {
		sh.tell(Finding{Rule: "report.check.below", Args: []any{all - len(late), all, strings.Join(late, "、")}})
	}
}

func (s *Store) checkProjects(ctx context.Context, sh *Sheet) error {
	tags := map[string]map[region.Code]bool{}
	for _, tag := range []string{tagKeyCounty, tagSettlement, tagYellowRiver} {
		places, err := s.Tags.Tags(ctx, tag, sh.Cutoff)
		if err != nil {
			return fmt.Errorf("area tag %s: %w", tag, err)
		}
		tags[tag] = places
	}
	for i := range sh.Rows {
		r := &sh.Rows[i]
		if r.Source.ReportID != 0 {
			continue
		}
		people, poor := r.Cell("people"), r.Cell("poor")
		sh.Checked += 3
		switch {
		case people.Value < 0 || poor.Value < 0:
			sh.tell(Finding{Rule: "report.check.empty", Row: r.Key, Col: people.Col, Hard: true, Args: []any{r.Name}})
		case poor.Value > people.Value:
			sh.tell(Finding{Rule: "report.check.project", Row: r.Key, Col: poor.Col, Hard: true, Args: []any{r.Name, poor.Value, people.Value}})
		}
		if r.Cell("contact").Text == "" || r.Cell("phone").Text == "" {
			sh.tell(Finding{Rule: "report.check.contact", Row: r.Key, Col: r.Cell("contact").Col, Args: []any{r.Name}})
		}
		mark := r.Cell("marks")
		if want, known := tagged(tags, r.Region); known != "" && agree(mark.Text, want, known) != "" {
			sh.tell(Finding{Rule: "report.check.marks", Row: r.Key, Col: mark.Col, Args: []any{r.Name, mark.Text, agree(mark.Text, want, known)}})
		}
	}
	return nil
}

// tagged is which of ①②③ the lists give a place, and which of the lists are
// known at all.
func tagged(tags map[string]map[region.Code]bool, at region.Code) (want, known string) {
	for i, tag := range []string{tagKeyCounty, tagSettlement, tagYellowRiver} {
		sign := []string{"①", "②", "③"}[i]
		if len(tags[tag]) == 0 {
			continue
		}
		known += sign
		for l := at; ; l = l.Parent() {
			if tags[tag][l] {
				want += sign
				break
			}
			if l == region.Country {
				break
			}
		}
	}
	return want, known
}

// agree tells what the lists say where the cell says otherwise, "" where they
// agree. Marks without a list are not judged.
func agree(written, want, known string) string {
	said := ""
	for _, sign := range []string{"①", "②", "③"} {
		if strings.Contains(known, sign) && strings.Contains(written, sign) {
			said += sign
		}
	}
	switch {
	case said == want:
		return ""
	case want == "":
		return "否"
	}
	return want
}

// addLast puts the value of the period before beside each cell: of the unit's
// own form, or of the row that a form above had for it; what was returned binds
// nobody. Of 当年累计数 only
// within a year, of a stock also over New Year (Nature).
func (s *Store) addLast(ctx context.Context, sh *Sheet) error {
	before := sh.Period.Before()
	if sh.Form.Rows != Units {
		return nil
	}
	var a db.Args
	var places []int64
	for _, r := range sh.Rows {
		if r.Role != Own {
			places = append(places, int64(r.Region))
		}
	}
	list := db.List(&a, places)
	rows, err := s.db.Read.QueryContext(ctx, `
		SELECT c.row_region, c.col, c.value, CASE WHEN r.region = c.row_region THEN 1 ELSE 0 END
		FROM report r JOIN report_cell c ON c.report_id = r.id AND c.version = r.version
		WHERE r.form = `+a.Add(sh.Form.ID)+` AND r.period = `+a.Add(before.String())+` AND (r.region IN `+list+` OR r.region = `+a.Add(int64(sh.Region.Parent()))+`)
			AND c.row_region IN `+list+` AND c.row_key NOT LIKE 'own%' AND c.col > 1
			AND r.state IN ('submitted', 'accepted', 'locked')
		ORDER BY 4`, a.Values...)
	if err != nil {
		return fmt.Errorf("period before: %w", err)
	}
	defer rows.Close()
	last := map[region.Code]map[int]int64{}
	for rows.Next() {
		var at region.Code
		var col, own int
		var v int64
		if err := rows.Scan(&at, &col, &v, &own); err != nil {
			return fmt.Errorf("period before: %w", err)
		}
		if last[at] == nil {
			last[at] = map[int]int64{}
		}
		last[at][col] = v // the unit's own form comes last
	}
	for i := range sh.Rows {
		if sh.Rows[i].Role == Own {
			continue
		}
		for j := range sh.Rows[i].Cells {
			c := &sh.Rows[i].Cells[j]
			if v, ok := last[sh.Rows[i].Region][c.Col]; ok && sh.Form.nature(c.Col).follows(before, sh.Period) {
				c.Explain.Last, c.Explain.LastOf = v, before.String()
			}
		}
	}
	return rows.Err()
}
