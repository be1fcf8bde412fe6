package division

import (
	"context"
	"fmt"

	"wengang/internal/calendar"
	"wengang/internal/change"
	"wengang/internal/db"
	"wengang/internal/region"
)

// column says where something stands today. It follows its place.
type column struct{ table, id, name string }

// following are the columns that follow; residence, with its months, goes its
// own way. A table that is in neither list below fails the inventory test.
var following = []column{
	{"person", "id", "village"},
	{"household", "id", "village"},
	{"finding", "id", "village"},
	{"register", "id", "region"},
	{"person_merge", "id", "village"},
	{"handover", "id", "to_village"},
	{"handover", "id", "from_village"},
	{"proof", "id", "village"},
	{"entry_sheet", "id", "village"},
	{"evidence", "id", "region"},
	{"saved_list", "id", "office_region"},
	{"slice_view", "id", "office_region"},
}

// what names the column in division_moved.
func (c column) what() string { return c.table + "." + c.name }

// shift moves everything that stands at one place to another from a month on,
// and keeps what it did.
func shift(ctx context.Context, tx *db.Tx, id int64, st Step, m calendar.Month) error {
	for _, q := range residenceMoves {
		if _, err := tx.ExecContext(ctx, q.sql, q.args(id, st, m)...); err != nil {
			return fmt.Errorf("move residences: %w", err)
		}
	}
	for _, c := range following {
		_, err := tx.ExecContext(ctx, `
			INSERT INTO division_moved (change_id, what, row_id, was, became)
			SELECT CAST($1 AS BIGINT), '`+c.what()+`', `+c.id+`, `+c.name+`, CAST($2 AS BIGINT) FROM `+c.table+` WHERE `+c.name+` = $3`,
			id, int64(st.To), int64(st.From))
		if err != nil {
			return fmt.Errorf("note %s: %w", c.table, err)
		}
		set := ""
		if c.table == "person" {
			set = ", version = version + 1"
		}
		_, err = tx.ExecContext(ctx, `UPDATE `+c.table+` SET `+c.name+` = $1`+set+` WHERE `+c.name+` = $2`, int64(st.To), int64(st.From))
		if err != nil {
			return fmt.Errorf("move %s: %w", c.table, err)
		}
	}
	return nil
}

// residenceMoves cut a residence that began before the month and go on at the
// new place; one that begins later simply is there. In this order.
var residenceMoves = []struct {
	sql  string
	args func(id int64, st Step, m calendar.Month) []any
}{
	{`INSERT INTO division_moved (change_id, what, row_id, since, was, became, split)
		SELECT CAST($1 AS BIGINT), 'residence', person_id, since, village, CAST($2 AS BIGINT), since < $3
		FROM residence WHERE village = $4 AND until >= $3`,
		func(id int64, st Step, m calendar.Month) []any {
			return []any{id, int64(st.To), int32(m), int64(st.From)}
		}},
	{`INSERT INTO residence (person_id, since, until, village, batch_id)
		SELECT person_id, CAST($1 AS INTEGER), until, CAST($2 AS BIGINT), 0 FROM residence WHERE village = $3 AND since < $1 AND until >= $1`,
		func(_ int64, st Step, m calendar.Month) []any { return []any{int32(m), int64(st.To), int64(st.From)} }},
	{`UPDATE residence SET until = $1 WHERE village = $2 AND since < $3 AND until >= $3`,
		func(_ int64, st Step, m calendar.Month) []any {
			return []any{int32(m.Add(-1)), int64(st.From), int32(m)}
		}},
	{`UPDATE residence SET village = $1 WHERE village = $2 AND since >= $3`,
		func(_ int64, st Step, m calendar.Month) []any { return []any{int64(st.To), int64(st.From), int32(m)} }},
}

// moved lists who moved with one step, by number.
func moved(ctx context.Context, q db.Querier, id int64, st Step) ([]int64, error) {
	rows, err := q.QueryContext(ctx, `
		SELECT row_id FROM division_moved WHERE change_id = $1 AND what = 'person.village' AND was = $2 AND became = $3 ORDER BY row_id`,
		id, int64(st.From), int64(st.To))
	if err != nil {
		return nil, fmt.Errorf("who moved: %w", err)
	}
	defer rows.Close()
	var out []int64
	for rows.Next() {
		var n int64
		if err := rows.Scan(&n); err != nil {
			return nil, fmt.Errorf("who moved: %w", err)
		}
		out = append(out, n)
	}
	return out, rows.Err()
}

// historyRows bounds the rows of one insert of history.
const historyRows = 1000

// remember leaves a line in the history of everybody who moved, and sets the
// class of their places of work anew where the county is another.
func (s *Store) remember(ctx context.Context, tx *db.Tx, ids []int64, from, to region.Code, by int64, ch *Change, reason string) error {
	for start := 0; start < len(ids); start += historyRows {
		part := ids[start:min(start+historyRows, len(ids))]
		lines := make([]change.Field, len(part))
		for i, id := range part {
			lines[i] = change.Field{PersonID: id, Entity: change.OfResidence, Field: "village",
				Old: fmt.Sprint(int64(from)), New: fmt.Sprint(int64(to)), By: by, Reason: reason}
		}
		if err := change.Record(ctx, tx, lines...); err != nil {
			return err
		}
	}
	if from.At(region.County) == to.At(region.County) {
		return nil
	}
	for _, id := range ids {
		if err := s.Reclass(ctx, tx, id, to, ch.Month); err != nil {
			return err
		}
	}
	return nil
}
