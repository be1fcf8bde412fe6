package transfer

import (
	"context"
	"slices"

	"wengang/internal/account"
	"wengang/internal/fault"
)

// Ask is a decision as the page sends it: about which finding, what, and the
// fingerprint of what the page showed.
type Ask struct {
	Rule    string
	Verdict Verdict
	Basis   string
	Reason  string
}

// minReason is the shortest reason for confirming a remark, in characters.
const minReason = 2

func (a Ask) check() (Ask, error) {
	a.Reason = clip(CleanText(a.Reason))
	if a.Verdict == Confirm && len([]rune(a.Reason)) < minReason {
		return a, fault.InvalidFields(fault.Field{Name: "reason", Key: "import.desk.why"})
	}
	if !slices.Contains(verdicts, a.Verdict) || a.Verdict == LeaveOut {
		return a, fault.NotFoundf("import.desk.nochoice")
	}
	return a, nil
}

// Decide settles one finding of a row. Where the record has changed since the
// page was shown, nothing is settled: Conflict, look again.
func (s *Service) Decide(ctx context.Context, c account.Caller, id int64, at RowRef, ask Ask) (int64, error) {
	ask, err := ask.check()
	if err != nil {
		return 0, err
	}
	return s.act(ctx, c, id, func(in Info, d *desk, stands *overlay) (*change, error) {
		now, err := s.offers(ctx, in, d, stands, []rowKey{at.key()})
		if err != nil {
			return nil, err
		}
		basis, ok := now[at.key()].basis(ask)
		switch {
		case !ok:
			return nil, fault.New(fault.Conflict, "import.desk.nochoice")
		case basis != ask.Basis:
			return nil, fault.New(fault.Conflict, "import.desk.changed")
		}
		ch := &change{kind: ActDecide, reason: ask.Reason}
		ch.rulings = []ruling{{at.key(), Decision{Rule: ask.Rule, Verdict: ask.Verdict, Basis: basis, Reason: ask.Reason, By: c.UserID}}}
		return ch, nil
	})
}

// DecideAll settles all findings of one rule that offer the choice, as the page
// showed them; those whose record has changed since stay open.
func (s *Service) DecideAll(ctx context.Context, c account.Caller, id int64, ask Ask) (int64, error) {
	ask, err := ask.check()
	if err != nil {
		return 0, err
	}
	return s.act(ctx, c, id, func(in Info, d *desk, stands *overlay) (*change, error) {
		rows, shown, err := s.offered(ctx, id, ask)
		if err != nil {
			return nil, err
		}
		now, err := s.offers(ctx, in, d, stands, rows)
		if err != nil {
			return nil, err
		}
		ch := &change{kind: ActDecides, reason: ask.Reason}
		for i, k := range rows {
			basis, ok := now[k].basis(ask)
			if !ok || basis != shown[i] {
				continue
			}
			ch.rulings = append(ch.rulings, ruling{k, Decision{Rule: ask.Rule, Verdict: ask.Verdict, Basis: basis, Reason: ask.Reason, By: c.UserID}})
		}
		if len(ch.rulings) == 0 {
			return nil, errNothing
		}
		return ch, nil
	})
}

// maxAct bounds the rows of one act.
const maxAct = 20_000

// offered reads which rows offer a choice about a rule, with the fingerprints
// that the page shows.
func (s *Service) offered(ctx context.Context, id int64, ask Ask) (rows []rowKey, basis []string, err error) {
	q, err := s.db.Read.QueryContext(ctx, `SELECT sheet, row_no, offers, basis FROM import_finding WHERE batch_id = $1 AND rule = $2 AND offers <> '' ORDER BY chunk, row_no LIMIT $3`, id, ask.Rule, maxAct)
	if err != nil {
		return nil, nil, err
	}
	defer q.Close()
	for q.Next() {
		var k rowKey
		var offers, b string
		if err := q.Scan(&k.sheet, &k.n, &offers, &b); err != nil {
			return nil, nil, err
		}
		if slices.Contains(splitVerdicts(offers), ask.Verdict) {
			rows, basis = append(rows, k), append(basis, b)
		}
	}
	return rows, basis, q.Err()
}

// Offered counts the rows that DecideAll would settle.
func (s *Service) Offered(ctx context.Context, c account.Caller, id int64, ask Ask) (int, error) {
	if _, err := s.own(ctx, c, id); err != nil {
		return 0, err
	}
	rows, _, err := s.offered(ctx, id, ask)
	return len(rows), err
}

// open are the findings of a row that ask something, as a check made now says.
type openAsks []Finding

func (o openAsks) basis(a Ask) (string, bool) {
	for _, f := range o {
		if f.Rule == a.Rule && slices.Contains(f.Offers, a.Verdict) {
			return f.Basis, true
		}
	}
	return "", false
}

// offers checks rows against the ledger as it is now, with what they are tied
// to, and answers what each asks. A kind that is not Linked is asked about the
// rows by themselves.
func (s *Service) offers(ctx context.Context, in Info, d *desk, stands *overlay, rows []rowKey) (map[rowKey]openAsks, error) {
	var at []int
	for _, k := range rows {
		if i, ok := d.find(k); ok {
			at = append(at, i)
		}
	}
	if len(at) == 0 {
		return nil, fault.NotFoundf("import.desk.norow")
	}
	tied, ok, err := d.tied(at, stands, stands)
	if err != nil {
		return nil, err
	}
	if !ok {
		slices.Sort(at)
		tied = slices.Compact(at)
	}
	l := d.laying
	l.over = stands
	if l.checker, err = s.kinds[in.Kind].Open(ctx, l.b); err != nil {
		return nil, err
	}
	want := map[rowKey]bool{}
	for _, k := range rows {
		want[k] = true
	}
	out := map[rowKey]openAsks{}
	for len(tied) > 0 {
		c := &d.chunks[d.chunkOf(tied[0])]
		n, _ := slices.BinarySearch(tied, c.first+len(c.rows))
		read, err := d.read(tied[:n], stands)
		if err != nil {
			return nil, err
		}
		got, err := l.judge(ctx, read)
		if err != nil {
			return nil, err
		}
		for i, o := range got {
			k := rowKey{valid(read[i].Sheet), read[i].N}
			if !want[k] {
				continue
			}
			for _, f := range o.Findings {
				if len(f.Offers) > 0 {
					out[k] = append(out[k], f)
				}
			}
		}
		tied = tied[n:]
	}
	return out, nil
}
