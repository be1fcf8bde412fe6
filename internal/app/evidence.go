package app

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"wengang/internal/account"
	"wengang/internal/db"
	"wengang/internal/evidence"
	"wengang/internal/fault"
	"wengang/internal/region"
)

// EnvEvidence names the folder of attachments. It is data, not a cache: where
// nothing names it, it stands beside the SQLite file, beside the given folder
// of uploads, or in the user's configuration folder.
const EnvEvidence = "WENGANG_EVIDENCE"

func evidenceDir(o Options, url string) (string, error) {
	if dir := os.Getenv(EnvEvidence); dir != "" {
		return filepath.Join(dir, nameOf(url)), nil
	}
	if o.UploadDir != "" {
		return filepath.Join(filepath.Dir(o.UploadDir), "evidence"), nil
	}
	if file, ok := strings.CutPrefix(url, "sqlite:"); ok && file != "" && file != ":memory:" {
		return file + ".evidence", nil
	}
	base, err := os.UserConfigDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(base, "wengang", "evidence", nameOf(url)), nil
}

func (a *App) connectEvidence(o Options) error {
	dir, err := evidenceDir(o, a.DB.URL)
	if err != nil {
		return err
	}
	a.Evidence, err = evidence.New(evidence.Config{DB: a.DB, Box: a.Box, Audit: a.Audit, Dir: dir, Kinds: a.evidenceKinds()})
	return err
}

// evidenceKinds are the records that take attachments. Papers are the business
// of where a person lives: the place of work sees none.
func (a *App) evidenceKinds() []evidence.Kind {
	gone := fault.NotFoundf("fault.notfound")
	person := func(ctx context.Context, q db.Querier, scope region.Scope, id int64) (evidence.Found, error) {
		p, _, reduced, err := a.People.InTx(ctx, q, scope, id)
		if err == nil && reduced {
			err = gone
		}
		return evidence.Found{Region: p.Village, PersonID: id}, err
	}
	// of finds the person of a row that belongs to one.
	of := func(query string) func(context.Context, db.Querier, region.Scope, int64) (evidence.Found, error) {
		return func(ctx context.Context, q db.Querier, scope region.Scope, id int64) (evidence.Found, error) {
			var owner int64
			if err := q.QueryRowContext(ctx, query, id).Scan(&owner); err != nil {
				return evidence.Found{}, gone
			}
			return person(ctx, q, scope, owner)
		}
	}
	return []evidence.Kind{
		{ID: "person", Read: account.PeopleRead, Edit: account.PeopleEdit, Find: person},
		{ID: "spell", Read: account.PeopleRead, Edit: account.PeopleEdit, Find: of(`SELECT min(person_id) FROM spell WHERE id = $1`)},
		{ID: "finding", Read: account.FindingsRead, Edit: account.FindingsClear, Find: of(`SELECT person_id FROM finding WHERE id = $1`)},
		{ID: "register", Read: account.RegisterRead, Edit: account.RegisterEdit, Find: func(ctx context.Context, _ db.Querier, scope region.Scope, id int64) (evidence.Found, error) {
			r, err := a.Registers.Get(ctx, scope, id)
			if err != nil {
				return evidence.Found{}, err
			}
			return evidence.Found{Region: r.Region}, nil
		}},
		{ID: "report", Read: account.ReportRead, Edit: account.ReportFill, Find: func(ctx context.Context, q db.Querier, scope region.Scope, id int64) (evidence.Found, error) {
			at, err := a.Reports.Place(ctx, q, scope, id)
			return evidence.Found{Region: at}, err
		}, Held: a.Reports.RestsOn},
	}
}
