package intake

import (
	"context"
	"fmt"
	"strconv"

	"wengang/internal/calendar"
	"wengang/internal/change"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/pinyin"
	"wengang/internal/region"
	"wengang/internal/rule"
	"wengang/internal/secret"
	"wengang/internal/transfer"
)

// arrival is a new person with the row of the file.
type arrival struct {
	personRow
	row int
}

// Apply writes the new people of a chunk with their households, residences,
// kinds and findings. All of it carries the batch and is hidden with it.
func (k *personKind) Apply(ctx context.Context, tx *db.Tx, b *transfer.Batch, rows []transfer.Staged) error {
	var in []*arrival
	var said []*personRow
	for _, r := range rows {
		if r.Result != transfer.New && r.Result != transfer.Changed {
			continue
		}
		a := &arrival{row: r.Row}
		if err := decode(r.Payload, &a.personRow); err != nil {
			return err
		}
		said = append(said, &a.personRow)
		if r.Result == transfer.New {
			in = append(in, a)
		}
	}
	if len(in) == 0 {
		return insertAid(ctx, tx, b, said)
	}
	if err := k.settle(ctx, tx, b, in); err != nil {
		return err
	}
	first, err := tx.NextIDs(ctx, "person", len(in))
	if err != nil {
		return err
	}
	for i, a := range in {
		a.ID = first + int64(i)
	}
	if err := k.insertPeople(ctx, tx, b, in); err != nil {
		return err
	}
	if err := insertAid(ctx, tx, b, said); err != nil {
		return err
	}
	return k.insertDated(ctx, tx, b, in)
}

type homeKey struct {
	village region.Code
	code    string
}

// settle gives every arrival a household: the one with the number in the
// village, also where an earlier chunk of this batch made it, else a new one.
func (k *personKind) settle(ctx context.Context, tx *db.Tx, b *transfer.Batch, in []*arrival) error {
	homes := map[homeKey]int64{}
	codes := map[string]bool{}
	for _, a := range in {
		if a.Household != "" {
			codes[a.Household] = true
		}
	}
	if err := findHomes(ctx, tx, b.ID, codes, homes); err != nil {
		return err
	}
	var fresh []*arrival
	for _, a := range in {
		key := homeKey{a.Village, a.Household}
		if a.Household != "" {
			if _, ok := homes[key]; ok {
				continue
			}
			homes[key] = 0
		}
		fresh = append(fresh, a)
	}
	if len(fresh) > 0 {
		if err := k.insertHomes(ctx, tx, b, fresh, homes); err != nil {
			return err
		}
	}
	for _, a := range in {
		if a.Household != "" {
			a.HouseholdID = homes[homeKey{a.Village, a.Household}]
		}
	}
	return nil
}

func findHomes(ctx context.Context, q db.Querier, batch int64, codes map[string]bool, homes map[homeKey]int64) error {
	list := make([]string, 0, len(codes))
	for c := range codes {
		list = append(list, c)
	}
	for len(list) > 0 {
		n := min(lookupChunk, len(list))
		var a db.Args
		rows, err := q.QueryContext(ctx, `SELECT h.id, h.village, h.code FROM household h
			WHERE h.code IN `+db.List(&a, list[:n])+` AND (h.batch_id = `+a.Add(batch)+` OR `+live("h")+`) ORDER BY h.id DESC`, a.Values...)
		if err != nil {
			return fmt.Errorf("find households: %w", err)
		}
		for rows.Next() {
			var id int64
			var key homeKey
			if err := rows.Scan(&id, &key.village, &key.code); err != nil {
				rows.Close()
				return fmt.Errorf("find households: %w", err)
			}
			homes[key] = id // the oldest of several with one number
		}
		rows.Close()
		if err := rows.Err(); err != nil {
			return fmt.Errorf("find households: %w", err)
		}
		list = list[n:]
	}
	return nil
}

var homeColumns = []string{"id", "village", "code", "phone_cipher", "phone_index", "phone_mask", "batch_id", "created_at", "updated_at"}

func (k *personKind) insertHomes(ctx context.Context, tx *db.Tx, b *transfer.Batch, fresh []*arrival, homes map[homeKey]int64) error {
	first, err := tx.NextIDs(ctx, "household", len(fresh))
	if err != nil {
		return err
	}
	now := db.Millis(tx.Now)
	rows := make([][]any, len(fresh))
	for i, a := range fresh {
		id := first + int64(i)
		a.HouseholdID = id
		if a.Household != "" {
			homes[homeKey{a.Village, a.Household}] = id
		}
		phone, err := k.sealPhone(sealHomePhone, a.HomePhone)
		if err != nil {
			return err
		}
		rows[i] = []any{id, int64(a.Village), a.Household, phone.cipher, phone.index, phone.mask, b.ID, now, now}
	}
	return tx.Dialect.BulkInsert(ctx, tx, "household", homeColumns, rows)
}

// sealed is a value as it is stored; cipher and index are nil for none, typed
// any so that an absent one is NULL.
type sealed struct {
	cipher, index any
	mask          string
}

func (b *base) sealPhone(context, phone string) (sealed, error) {
	if phone == "" {
		return sealed{}, nil
	}
	c, err := b.Box.Encrypt(context, []byte(phone))
	return sealed{cipher: c, index: b.Box.BlindIndex(indexPhone, phone), mask: secret.MaskPhone(phone)}, err
}

var personColumns = func() []string {
	cols := []string{"id", "household_id", "village", "initials", "birth", "id_cipher", "id_index", "id_mask", "phone_cipher", "phone_index", "phone_mask",
		"willing_on", "settlement", "status", "status_on", "status_source", "in_on", "batch_id", "created_at", "updated_at"}
	for _, f := range personFields {
		cols = append(cols, f.name)
	}
	return cols
}()

func (k *personKind) insertPeople(ctx context.Context, tx *db.Tx, b *transfer.Batch, in []*arrival) error {
	now := db.Millis(tx.Now)
	rows := make([][]any, len(in))
	for i, a := range in {
		number, err := k.Box.Encrypt(sealID, []byte(a.IDNumber))
		if err != nil {
			return err
		}
		phone, err := k.sealPhone(sealPhone, a.Phone)
		if err != nil {
			return err
		}
		from := ""
		if a.Status != 0 {
			from = source
		}
		v := make([]any, 0, len(personColumns))
		v = append(v, a.ID, a.HouseholdID, int64(a.Village), pinyin.Initials(a.Name), int64(a.Birth),
			number, k.Box.BlindIndex(indexID, a.IDNumber), secret.MaskID(a.IDNumber), phone.cipher, phone.index, phone.mask,
			int64(a.WillingOn), a.Settlement, a.Status, int64(a.StatusOn), from, int64(a.InOn), b.ID, now, now)
		for j := range personFields {
			f := &personFields[j]
			if f.num != nil {
				v = append(v, *f.num(&a.Person))
			} else {
				v = append(v, *f.text(&a.Person))
			}
		}
		rows[i] = v
	}
	return tx.Dialect.BulkInsert(ctx, tx, "person", personColumns, rows)
}

var (
	residenceColumns = []string{"person_id", "since", "until", "village", "batch_id"}
	kindColumns      = []string{"person_id", "kind", "since", "until", "risk_removed_on", "risk", "source", "batch_id"}
	statusColumns    = []string{"person_id", "since", "status", "source", "recorded_at", "recorded_by", "batch_id"}
)

func (k *personKind) insertDated(ctx context.Context, tx *db.Tx, b *transfer.Batch, in []*arrival) error {
	var stays, kinds, states [][]any
	var history []change.Field
	var found []rule.Kept
	var reasons []excuse
	now := db.Millis(tx.Now)
	for _, a := range in {
		stays = append(stays, []any{a.ID, int64(a.InOn.Month()), int64(calendar.Open), int64(a.Village), b.ID})
		for _, o := range a.KindOps {
			kinds = append(kinds, kindRow(a.ID, o.Now, b.ID))
		}
		if a.Status != 0 {
			states = append(states, []any{a.ID, int64(a.StatusOn), a.Status, source, now, b.UserID, b.ID})
		}
		history = append(history, change.Field{PersonID: a.ID, Entity: change.OfPerson, Field: change.Created, By: b.UserID, Batch: b.ID, FileRow: a.row})
		if len(a.Found) > 0 {
			found = append(found, rule.Kept{PersonID: a.ID, Village: a.Village, Found: findings(a.Found), Checked: nothing})
			reasons = append(reasons, excused(a.ID, a.Found)...)
		}
	}
	for _, t := range []struct {
		table   string
		columns []string
		rows    [][]any
	}{{"residence", residenceColumns, stays}, {"person_kind", kindColumns, kinds}, {"status_history", statusColumns, states}} {
		if len(t.rows) == 0 {
			continue
		}
		if err := tx.Dialect.BulkInsert(ctx, tx, t.table, t.columns, t.rows); err != nil {
			return err
		}
	}
	if err := change.Record(ctx, tx, history...); err != nil {
		return err
	}
	if err := rule.KeepAll(ctx, tx, b.ID, found); err != nil {
		return err
	}
	return writeExcuses(ctx, tx, b.ID, reasons)
}

// nothing is the answer of a check of a new person: there is nothing to mend.
func nothing(*rule.Rule, string) bool { return false }

func kindRow(id int64, k fact.PersonKind, batch int64) []any {
	return []any{id, k.Kind, int64(k.Since), int64(k.Until), int64(k.RiskRemovedOn), k.Risk, k.Source, batch}
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

func atoi(s string) (int64, error) { return strconv.ParseInt(s, 10, 64) }
