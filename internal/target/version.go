package target

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
)

func insert(ctx context.Context, tx *db.Tx, t *Table, user int64) error {
	id, err := tx.NextIDs(ctx, "target_table", 1)
	if err != nil {
		return err
	}
	t.ID = id
	_, err = tx.ExecContext(ctx, `
		INSERT INTO target_table (id, region, indicator, indicator_key, calibre, direction, year, year_to, title, unit, comparator, tolerance_bp,
			doc_no, source, publicity, printed_total, total_value, sample_of, version, batch_id, created_by, created_at,
			doc_date, base_year, base_source, parent_table, parent_key, check_rule, check_bp, signed_by, signed_name)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31)`,
		t.ID, int64(t.Region), t.Indicator, t.IndicatorKey, t.Calibre, t.Direction, t.Year, t.YearTo, t.Title, t.Unit, t.Comparator, t.ToleranceBP,
		t.DocNo, t.Source, t.Publicity, t.PrintedTotal, t.TotalValue, t.SampleOf, t.Version, t.BatchID, user, db.Millis(tx.Now),
		int64(t.DocDate), t.BaseYear, t.BaseSource, t.ParentTable, t.ParentKey, t.CheckRule, t.CheckBP, t.SignedBy, t.SignedName)
	if err != nil {
		return fmt.Errorf("add target table: %w", err)
	}
	for _, r := range t.Rows {
		if _, err := tx.ExecContext(ctx, `
			INSERT INTO target_row (table_id, n, region, name, printed, value, part_of, part_name, comparator, file_row, partner, note)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
			t.ID, r.N, int64(r.Region), r.Name, r.Printed, r.Value, r.PartOf, r.PartName, r.Comparator, r.FileRow, int64(r.Partner), r.Note); err != nil {
			return fmt.Errorf("add target row: %w", err)
		}
	}
	return nil
}

// replace writes a table as the next version of the one that stands for the
// same place, calibre, year and document. Where nothing differs, it writes
// nothing; a signed decomposition stays.
func replace(ctx context.Context, tx *db.Tx, t *Table, user int64) error {
	old, err := scanTable(tx.QueryRowContext(ctx, "SELECT "+tableColumns+` FROM target_table t
		WHERE t.region = $1 AND t.indicator_key = $2 AND t.year = $3 AND t.doc_no = $4 AND t.sample_of = $5 AND t.replaced_by = 0 AND t.withdrawn_at = 0 AND t.batch_id <> $6`,
		int64(t.Region), t.IndicatorKey, t.Year, t.DocNo, t.SampleOf, hiddenOr(t.BatchID)))
	if errors.Is(err, sql.ErrNoRows) {
		if t.Version, err = nextVersion(ctx, tx, t); err != nil {
			return err
		}
		return insert(ctx, tx, t, user)
	}
	if err != nil {
		return fmt.Errorf("standing target table: %w", err)
	}
	if err := addRows(ctx, tx, region.ScopeOf(region.Country), []*Table{old}); err != nil {
		return err
	}
	if same(old, t) {
		return nil
	}
	if old.SignedBy != 0 { // a second person signed it: only a decomposition that is signed again replaces it
		return fault.New(fault.Conflict, "target.signed", t.DocNo)
	}
	if t.Unit == "" && old.Unit != "" { // somebody said what the document does not print
		t.Unit = old.Unit
		t.value()
	}
	t.Version = old.Version + 1
	if err := insert(ctx, tx, t, user); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "UPDATE target_table SET replaced_by = $1 WHERE id = $2", t.ID, old.ID)
	return err
}

// nextVersion counts on from tables of that place, calibre, year and document
// which do not stand any more.
func nextVersion(ctx context.Context, tx *db.Tx, t *Table) (v int, err error) {
	err = tx.QueryRowContext(ctx, `SELECT coalesce(max(version), 0) + 1 FROM target_table WHERE region = $1 AND indicator_key = $2 AND year = $3 AND doc_no = $4 AND sample_of = $5`,
		int64(t.Region), t.IndicatorKey, t.Year, t.DocNo, t.SampleOf).Scan(&v)
	if err != nil {
		return 0, fmt.Errorf("version of target table: %w", err)
	}
	return v, nil
}

// hiddenOr is an id that no other batch has: a page's table has batch 0.
func hiddenOr(batch int64) int64 {
	if batch == 0 {
		return -1
	}
	return batch
}

func same(a, b *Table) bool {
	if a.PrintedTotal != b.PrintedTotal || b.Unit != "" && a.Unit != b.Unit || a.Comparator != b.Comparator || len(a.Rows) != len(b.Rows) || a.Publicity != b.Publicity || a.Calibre != b.Calibre || a.BaseYear != b.BaseYear {
		return false
	}
	for i := range a.Rows {
		x, y := a.Rows[i], b.Rows[i]
		if x.Region != y.Region || x.Printed != y.Printed || x.PartName != y.PartName || x.Comparator != y.Comparator || x.Partner != y.Partner {
			return false
		}
	}
	return true
}
