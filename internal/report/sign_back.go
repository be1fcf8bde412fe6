package report

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"wengang/internal/account"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
)

// SendBack sends a version in signing back within the unit: to the filler, who
// makes a new version, or to an earlier signer. Whose turn it is may do it, with
// a remark, or with remarks on cells. Signatures behind the new place are void.
func (s *Store) SendBack(ctx context.Context, by account.Caller, form string, at region.Code, p Period, version int, to State, remark string) error {
	scope, err := maySign(by, at)
	if err != nil {
		return err
	}
	remark = strings.TrimSpace(remark)
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		r, err := s.signable(ctx, tx, scope, form, at, p, version)
		if err != nil {
			return err
		}
		g, err := s.signing(ctx, tx, form, at)
		if err != nil {
			return err
		}
		chain := parseChain(r.chain)
		if !named(by, g.Named[chain.next(r.State)]) {
			return fault.New(fault.Forbidden, "report.sign.not_named")
		}
		if !slices.Contains(backTo(chain, r.State), to) {
			return fault.New(fault.Conflict, "report.wrong_state", string(r.State), string(Back))
		}
		marks := 0
		if to == Sentback {
			if marks, err = sendMarks(ctx, tx, r); err != nil {
				return err
			}
		}
		if marks == 0 && len([]rune(remark)) < 2 {
			return fault.InvalidFields(fault.Field{Name: "remark", Key: "report.remark"})
		}
		if err := s.moveTo(ctx, tx, by, r, Back, to, remark); err != nil {
			return err
		}
		return void(ctx, tx, r, behind(chain, to), Back)
	})
}

// behind are the steps whose signatures fall when a form goes back to a state.
func behind(chain Chain, to State) []Action {
	i := slices.IndexFunc(chain, func(a Action) bool { return after[a] == to })
	return chain[i+1:] // all of them where it goes to the filler
}

// void strikes the signatures of a form's version for some steps.
func void(ctx context.Context, tx *db.Tx, r *Report, steps []Action, why Action) error {
	for _, a := range steps {
		if _, err := tx.ExecContext(ctx, "UPDATE report_sign SET void_at = $1, void_why = $2 WHERE report_id = $3 AND version = $4 AND step = $5 AND void_at = 0",
			db.Millis(tx.Now), string(why), r.ID, r.Version, string(a)); err != nil {
			return fmt.Errorf("void signatures: %w", err)
		}
	}
	return nil
}

// Recall takes a version back to its filler before the next signature.
func (s *Store) Recall(ctx context.Context, by account.Caller, form string, at region.Code, p Period, version int) error {
	scope, err := mayFill(by, at)
	if err != nil {
		return err
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		r, err := s.signable(ctx, tx, scope, form, at, p, version)
		if err != nil {
			return err
		}
		all, err := signatures(ctx, tx, r.ID)
		if err != nil {
			return err
		}
		if signed := standing(all, version); len(signed) == 0 || !own(by, signed[0].UserID) {
			return fault.New(fault.Forbidden, "report.sign.not_yours")
		}
		if err := s.move(ctx, tx, by, r, Recall, ""); err != nil {
			return err
		}
		return void(ctx, tx, r, parseChain(r.chain), Recall)
	})
}

// unseal takes a form out of signing because one of its cells is about to be
// changed; it does nothing for a form on which the unit still works.
func (s *Store) unseal(ctx context.Context, tx *db.Tx, by account.Caller, r *Report, cell string) error {
	if !r.State.Signing() {
		return nil
	}
	chain := parseChain(r.chain)
	if err := s.move(ctx, tx, by, r, Change, cell); err != nil {
		return err
	}
	return void(ctx, tx, r, chain, Change)
}

// Waiting are the forms whose next signature is the caller's, at a place and in
// the units below it that the caller may sign for.
func (s *Store) Waiting(ctx context.Context, by account.Caller, at region.Code) ([]Listing, error) {
	scope := by.Scope(account.ReportSign)
	if !scope.Contains(at) {
		return nil, nil
	}
	rows, err := s.db.Read.QueryContext(ctx, "SELECT "+reportColumns+" FROM report r WHERE r.region = $1 AND r.state IN ($2, $3, $4) ORDER BY r.due_on, r.id",
		int64(at), string(Filled), string(Reviewed), string(Approved))
	if err != nil {
		return nil, fmt.Errorf("waiting for signature: %w", err)
	}
	defer rows.Close()
	var all []*Report
	for rows.Next() {
		r, err := scanReport(rows)
		if err != nil {
			return nil, fmt.Errorf("waiting for signature: %w", err)
		}
		all = append(all, r)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	rows.Close()
	var out []Listing
	for _, r := range all {
		g, err := s.signing(ctx, s.db.Read, r.Form, r.Region)
		if err != nil {
			return nil, err
		}
		next := parseChain(r.chain).next(r.State)
		mine := named(by, g.Named[next])
		if !mine {
			words, err := s.words(ctx, s.db.Read, r, g.Depts)
			if err != nil {
				return nil, err
			}
			mine = slices.ContainsFunc(words, func(w Word) bool { return w.Verdict == "" && speaksFor(by, r.Region, w.Dept) })
		}
		if !mine {
			continue
		}
		f, err := s.form(ctx, s.db.Read, r.Form)
		if err != nil {
			return nil, err
		}
		out = append(out, Listing{Form: f, Region: r.Region, Name: s.Tree.Name(r.Region), Period: r.Period, State: r.State, Report: r, Due: r.DueOn})
	}
	return out, nil
}

// Unfinished are a unit's own forms that were begun and are not with the level
// above nor being signed, of every period.
func (s *Store) Unfinished(ctx context.Context, scope region.Scope, at region.Code) ([]Listing, error) {
	if !scope.Contains(at) {
		return nil, errNotFound
	}
	rows, err := s.db.Read.QueryContext(ctx, "SELECT "+reportColumns+" FROM report r WHERE r.region = $1 AND r.state IN ($2, $3, $4) ORDER BY r.due_on, r.id",
		int64(at), string(Draft), string(Sentback), string(Returned))
	if err != nil {
		return nil, fmt.Errorf("unfinished forms: %w", err)
	}
	defer rows.Close()
	var out []Listing
	for rows.Next() {
		r, err := scanReport(rows)
		if err != nil {
			return nil, fmt.Errorf("unfinished forms: %w", err)
		}
		out = append(out, Listing{Region: at, Name: s.Tree.Name(at), Period: r.Period, State: r.State, Report: r, Due: r.DueOn})
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	rows.Close()
	for i := range out {
		if out[i].Form, err = s.form(ctx, s.db.Read, out[i].Report.Form); err != nil {
			return nil, err
		}
	}
	return out, nil
}
