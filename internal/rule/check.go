package rule

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/region"
)

// Checked is what a run of the checks over the ledger did.
type Checked struct {
	Whole  bool // everybody, not only where something changed
	Places int  // towns, or villages with a change
	People int
	Found  int // findings that stand at those people
}

// wholeEvery is how often everybody is looked at: ages and the month pass
// without a change of the record.
const wholeEvery = 7 * 24 * time.Hour

// Nightly looks at everybody once a week, when a month has begun, and when rules
// or settings changed; else only at the villages where something did.
func (d *Desk) Nightly(ctx context.Context, scope region.Scope) (Checked, error) {
	return d.Check(ctx, scope, region.Country, false, nil)
}

// NightlyDue reports that a look at the whole ledger should begin: at night, once;
// by day where the last night was missed.
func (d *Desk) NightlyDue(ctx context.Context) (bool, error) {
	last, err := d.lastRun(ctx, region.Country)
	if err != nil {
		return false, err
	}
	now := d.db.Clock().In(calendar.Zone)
	age := now.Sub(db.FromMillis(last.started))
	return last.started == 0 || age >= 30*time.Hour || age >= 18*time.Hour && now.Hour() < 6, nil
}

// lastRun is what the runs before have seen.
type lastRun struct {
	stamp          string
	change, effect int64
	whole, started int64 // Unix milliseconds
}

// Check runs the rules over a place of the scope: over everybody where whole is
// asked or due, else over the villages with changes since the last run there.
func (d *Desk) Check(ctx context.Context, scope region.Scope, at region.Code, whole bool, progress func(people, found int)) (Checked, error) {
	now := d.db.Clock()
	last, err := d.lastRun(ctx, at)
	if err != nil {
		return Checked{}, err
	}
	next := lastRun{started: db.Millis(now)}
	if next.stamp, err = d.stamp(ctx); err != nil {
		return Checked{}, err
	}
	if next.change, next.effect, err = d.marks(ctx); err != nil {
		return Checked{}, err
	}
	out := Checked{Whole: whole || last.stamp != next.stamp || last.whole == 0 || next.started-last.whole >= wholeEvery.Milliseconds() ||
		calendar.MonthAt(db.FromMillis(last.started)) != calendar.MonthAt(now)}
	if err := d.settleExpired(ctx, scope.Within(at)); err != nil {
		return out, err
	}
	var places []region.Code
	if out.Whole {
		places, err = d.towns(ctx, scope.Within(at))
	} else {
		places, err = d.changed(ctx, scope.Within(at), last, next.started)
	}
	if err != nil {
		return out, err
	}
	out.Places = len(places)
	if out.People, out.Found, err = d.checkPlaces(ctx, scope, at, places, progress); err != nil {
		return out, err
	}
	if err := d.closeGone(ctx, scope.Within(at)); err != nil {
		return out, err
	}
	return out, d.noteRun(ctx, scope, at, out, next)
}

// noteRun keeps the marks for the next run. A caller who does not see the whole
// place leaves none: what was out of reach has not been looked at.
func (d *Desk) noteRun(ctx context.Context, scope region.Scope, at region.Code, c Checked, r lastRun) error {
	if !scope.Contains(at) {
		return nil
	}
	whole := 0
	if c.Whole {
		whole = 1
	}
	return d.db.Tx(ctx, func(tx *db.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO check_run (region, whole, stamp, last_change, last_effect, started_at, ended_at, people, found)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, int64(at), whole, r.stamp, r.change, r.effect, r.started, db.Millis(tx.Now), c.People, c.Found)
		if err != nil {
			return fmt.Errorf("note run: %w", err)
		}
		return nil
	})
}

func (d *Desk) lastRun(ctx context.Context, at region.Code) (r lastRun, err error) {
	err = d.db.Read.QueryRowContext(ctx, `SELECT stamp, last_change, last_effect, started_at FROM check_run WHERE region = $1 ORDER BY id DESC LIMIT 1`, int64(at)).
		Scan(&r.stamp, &r.change, &r.effect, &r.started)
	if errors.Is(err, sql.ErrNoRows) {
		return r, nil
	}
	if err == nil {
		err = d.db.Read.QueryRowContext(ctx, `SELECT coalesce(max(started_at), 0) FROM check_run WHERE region = $1 AND whole = 1`, int64(at)).Scan(&r.whole)
	}
	if err != nil {
		return r, fmt.Errorf("read last run: %w", err)
	}
	return r, nil
}

// stamp names the book and every setting that it reads.
func (d *Desk) stamp(ctx context.Context) (string, error) {
	h := sha256.New()
	for _, r := range All() {
		fmt.Fprintln(h, r.ID, r.Severity, r.Scope, r.Field)
	}
	rows, err := d.db.Read.QueryContext(ctx, `SELECT region, name, year, value FROM setting WHERE name LIKE 'rule.%' ORDER BY region, name, year`)
	if err != nil {
		return "", fmt.Errorf("read settings: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var at, year int64
		var name, value string
		if err := rows.Scan(&at, &name, &year, &value); err != nil {
			return "", fmt.Errorf("read settings: %w", err)
		}
		fmt.Fprintln(h, at, name, year, value)
	}
	return hex.EncodeToString(h.Sum(nil)[:8]), rows.Err()
}

// marks are the newest edit and the newest import or undo.
func (d *Desk) marks(ctx context.Context) (change, effect int64, err error) {
	err = d.db.Read.QueryRowContext(ctx, `SELECT coalesce((SELECT max(id) FROM field_change WHERE batch_id = 0), 0),
		coalesce((SELECT max(effect_seq) FROM import_batch), 0)`).Scan(&change, &effect)
	if err != nil {
		return 0, 0, fmt.Errorf("read marks: %w", err)
	}
	return change, effect, nil
}

// changed are the villages of the scope with an edit, an import or an undo since
// the last run. Of an import every row leaves a history; what an undo took back
// does not, so its whole region is looked at. Exceptions that this run has just
// opened count as changes.
func (d *Desk) changed(ctx context.Context, scope region.Scope, last lastRun, started int64) ([]region.Code, error) {
	var a db.Args
	query := `SELECT DISTINCT p.village FROM person p WHERE ` + scope.Predicate("p.village", a.Add) + ` AND (p.id IN (
			SELECT person_id FROM field_change WHERE batch_id = 0 AND id > ` + a.Add(last.change) + `
			UNION SELECT f.person_id FROM field_change f JOIN import_batch b ON b.id = f.batch_id WHERE b.state = 'done' AND b.effect_seq > ` + a.Add(last.effect) + `
			UNION SELECT x.person_id FROM person_aid x JOIN import_batch b ON b.id = x.batch_id WHERE b.state = 'done' AND b.effect_seq > ` + a.Add(last.effect) + `
			UNION SELECT person_id FROM finding WHERE state = 0 AND opened_at >= ` + a.Add(started) + `)`
	undone, err := d.undone(ctx, last.effect)
	if err != nil {
		return nil, err
	}
	for _, at := range undone {
		query += " OR " + region.ScopeOf(at).Predicate("p.village", a.Add)
	}
	rows, err := d.db.Read.QueryContext(ctx, query+`) ORDER BY 1`, a.Values...)
	if err != nil {
		return nil, fmt.Errorf("list changed villages: %w", err)
	}
	defer rows.Close()
	var out []region.Code
	for rows.Next() {
		var c region.Code
		if err := rows.Scan(&c); err != nil {
			return nil, fmt.Errorf("list changed villages: %w", err)
		}
		out = append(out, c)
	}
	return out, rows.Err()
}

func (d *Desk) undone(ctx context.Context, effect int64) ([]region.Code, error) {
	rows, err := d.db.Read.QueryContext(ctx, `SELECT DISTINCT region FROM import_batch WHERE state = 'undone' AND effect_seq > $1`, effect)
	if err != nil {
		return nil, fmt.Errorf("list undone imports: %w", err)
	}
	defer rows.Close()
	var out []region.Code
	for rows.Next() {
		var c region.Code
		if err := rows.Scan(&c); err != nil {
			return nil, fmt.Errorf("list undone imports: %w", err)
		}
		out = append(out, c)
	}
	return out, rows.Err()
}

// settleExpired opens again what was excepted until a day that has passed. The
// run that follows closes what is no longer true.
func (d *Desk) settleExpired(ctx context.Context, scope region.Scope) error {
	return d.db.Tx(ctx, func(tx *db.Tx) error {
		var a db.Args
		rows, err := tx.QueryContext(ctx, `SELECT f.id, f.severity, p.village FROM finding f JOIN person p ON p.id = f.person_id
			WHERE f.state = 2 AND f.except_until <> 0 AND f.except_until < `+a.Add(int64(calendar.DateAt(tx.Now)))+` AND `+scope.Predicate("p.village", a.Add), a.Values...)
		if err != nil {
			return fmt.Errorf("read exceptions: %w", err)
		}
		type late struct {
			id       int64
			severity Severity
			village  region.Code
		}
		var all []late
		for rows.Next() {
			var x late
			if err := rows.Scan(&x.id, &x.severity, &x.village); err != nil {
				rows.Close()
				return fmt.Errorf("read exceptions: %w", err)
			}
			all = append(all, x)
		}
		rows.Close()
		if err := rows.Err(); err != nil || len(all) == 0 {
			return err
		}
		duties, err := loadDuties(ctx, tx)
		if err != nil {
			return err
		}
		for _, x := range all {
			u := duties.of(x.village, x.severity)
			if _, err := tx.ExecContext(ctx, `UPDATE finding SET state = 0, opened_at = $1, closed_at = 0, closed_by = 0, due_on = $2, owner = $3 WHERE id = $4`,
				db.Millis(tx.Now), int64(u.due), int(u.level), x.id); err != nil {
				return fmt.Errorf("open expired exception: %w", err)
			}
		}
		return nil
	})
}

// closeGone closes what stands against people who are in no register any more.
func (d *Desk) closeGone(ctx context.Context, scope region.Scope) error {
	return d.db.Tx(ctx, func(tx *db.Tx) error {
		var a db.Args
		set := strings.Join([]string{"state = " + a.Add(int(Mended)), "closed_at = " + a.Add(db.Millis(tx.Now)), "closed_how = " + a.Add(int(ByLeaving))}, ", ")
		_, err := tx.ExecContext(ctx, `UPDATE finding SET `+set+` WHERE state <> 1 AND person_id IN (
			SELECT p.id FROM person p WHERE (p.out_on <> 0 OR p.merged_into <> 0) AND `+scope.Predicate("p.village", a.Add)+`)`, a.Values...)
		if err != nil {
			return fmt.Errorf("close findings of leavers: %w", err)
		}
		return nil
	})
}
