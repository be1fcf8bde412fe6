package setting

import (
	"context"
	"fmt"
	"strconv"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
)

// Load reads every stored value that can hold at or below a place: those of
// its ancestors, of itself and of its subtree.
func Load(ctx context.Context, q db.Querier, at region.Code) ([]Stored, error) {
	lo, hi := at.Range()
	rows, err := q.QueryContext(ctx, `
		SELECT region, name, year, value, source FROM setting
		WHERE region IN ($1, $2, $3, $4, $5, $6) OR (region >= $7 AND region < $8)
		ORDER BY region, name, year`,
		int64(region.Country), int64(at.At(region.Province)), int64(at.At(region.City)),
		int64(at.At(region.County)), int64(at.At(region.Town)), int64(at), int64(lo), int64(hi))
	if err != nil {
		return nil, fmt.Errorf("load settings: %w", err)
	}
	defer rows.Close()
	var out []Stored
	for rows.Next() {
		var s Stored
		var text string
		if err := rows.Scan(&s.Region, &s.Name, &s.Year, &text, &s.Source); err != nil {
			return nil, fmt.Errorf("load settings: %w", err)
		}
		if s.Value, err = strconv.ParseInt(text, 10, 64); err != nil {
			return nil, fmt.Errorf("setting %s of %s: %w", s.Name, s.Region, err)
		}
		out = append(out, s)
	}
	return out, rows.Err()
}

// At resolves the settings of one place and year.
func At(ctx context.Context, q db.Querier, at region.Code, year int) (Values, error) {
	stored, err := Load(ctx, q, at)
	if err != nil {
		return Values{}, err
	}
	return Resolve(stored, at, year), nil
}

// Set stores a value. It needs SettingEdit at the place, and the document or
// reason that the value stands on.
func Set(ctx context.Context, tx *db.Tx, log *audit.Log, c account.Caller, s Stored) error {
	if !c.Can(account.SettingEdit) {
		return fault.New(fault.Forbidden, "fault.forbidden", account.SettingEdit)
	}
	if !c.Scope(account.SettingEdit).Contains(s.Region) {
		return fault.NotFoundf("fault.notfound")
	}
	if err := Check(s.Name, s.Value); err != nil {
		return fault.InvalidFields(fault.Field{Name: s.Name, Key: "setting.bounds"})
	}
	if registry[s.Name].Counts && s.Region.Level() > region.County {
		// A month is counted by its county's settings: a town's would only be shown.
		return fault.InvalidFields(fault.Field{Name: s.Name, Key: "setting.county"})
	}
	if s.Source == "" {
		return fault.InvalidFields(fault.Field{Name: "source", Key: "setting.source_required"})
	}
	_, err := tx.ExecContext(ctx, `
		INSERT INTO setting (region, name, year, value, source, changed_by, changed_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (region, name, year) DO UPDATE
		SET value = excluded.value, source = excluded.source, changed_by = excluded.changed_by, changed_at = excluded.changed_at`,
		int64(s.Region), s.Name, s.Year, strconv.FormatInt(s.Value, 10), s.Source, c.UserID, db.Millis(tx.Now))
	if err != nil {
		return fmt.Errorf("set %s: %w", s.Name, err)
	}
	return log.Write(ctx, tx, c, audit.Entry{
		Action: "setting.set", Object: "setting", ObjectID: s.Name, Region: s.Region,
		Detail: map[string]string{"year": strconv.Itoa(s.Year), "value": strconv.FormatInt(s.Value, 10)},
	})
}
