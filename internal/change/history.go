package change

import (
	"context"
	"fmt"

	"wengang/internal/db"
)

// Entity is what a history row is about.
type Entity string

// The entities of the ledger.
const (
	OfPerson    Entity = "person"
	OfHousehold Entity = "household"
	OfResidence Entity = "residence"
	OfKind      Entity = "kind"
	OfStatus    Entity = "status"
	OfNeed      Entity = "need"
	OfSpell     Entity = "spell"
	OfTerm      Entity = "term"
	OfSeen      Entity = "seen"
)

// Created is the field of the one row that a creation leaves; its new value
// names nothing, its origin is By, Batch and FileRow.
const Created = "created"

// Field is one change of one field. Old and New are the stored form (codes and
// months as numbers, money in fen); for encrypted fields they are the masks,
// with the ciphers beside them, so that an undo can restore the value.
type Field struct {
	PersonID  int64
	Entity    Entity
	EntityID  int64 // spell, household; kind code; 0 otherwise
	Field     string
	Old, New  string
	OldCipher []byte
	NewCipher []byte
	By        int64
	Batch     int64
	FileRow   int // the sheet's own row number, for imports
	Reason    string
}

var historyColumns = []string{"person_id", "id", "at", "entity", "entity_id", "field",
	"old_value", "new_value", "old_cipher", "new_cipher", "by_user", "batch_id", "file_row", "reason"}

// Record appends history rows.
func Record(ctx context.Context, tx *db.Tx, fields ...Field) error {
	if len(fields) == 0 {
		return nil
	}
	first, err := tx.NextIDs(ctx, "field_change", len(fields))
	if err != nil {
		return err
	}
	at := db.Millis(tx.Now)
	rows := make([][]any, len(fields))
	for i, f := range fields {
		rows[i] = []any{f.PersonID, first + int64(i), at, string(f.Entity), f.EntityID, f.Field,
			f.Old, f.New, f.OldCipher, f.NewCipher, f.By, f.Batch, f.FileRow, f.Reason}
	}
	if err := tx.Dialect.BulkInsert(ctx, tx, "field_change", historyColumns, rows); err != nil {
		return fmt.Errorf("history: %w", err)
	}
	return nil
}
