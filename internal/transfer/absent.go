package transfer

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/sheet"
	"wengang/internal/text"
)

// Lister is a Checker of a kind whose file may be declared the whole list of
// its place.
type Lister interface {
	// Named are the people of the ledger whom the rows checked so far name, also
	// in refused rows.
	Named() []int64
	// Absent are the people of the batch's place and kind who are in the ledger
	// and not Named, by village; ok is false where the file says nothing of that.
	Absent(ctx context.Context) (people []int64, ok bool, err error)
}

// Directory is a Kind that can say who absent people are.
type Directory interface {
	People(ctx context.Context, scope region.Scope, b *Batch, ids []int64) ([]Absentee, error)
}

// Absentee is somebody who is in the ledger and not in a full file.
type Absentee struct {
	ID       int64
	Name     string
	Village  region.Code
	IDMask   string
	Employer string         // of the work that runs, for a file of work
	Seen     calendar.Month // when some source last saw it; 0 never
	LeftOn   calendar.Date  // registered as gone since; 0 while on the list
}

// AbsentPage is a part of the list of absent people.
type AbsentPage struct {
	Info
	Total  int64
	People []Absentee
	Next   int // where the next part begins; 0 at the end
}

// findAbsent asks a checker that has seen the whole file.
func (r *checkRun) findAbsent(ctx context.Context) (packed []byte, total int, err error) {
	l, ok := r.checker.(Lister)
	if !ok || !r.in.Full {
		return nil, 0, nil
	}
	people, ok, err := l.Absent(ctx)
	if err != nil || !ok {
		return nil, 0, err
	}
	return packPeople(people), len(people), nil
}

// keepAbsent records what findAbsent found; nil records nothing.
func keepAbsent(ctx context.Context, tx *db.Tx, batch int64, packed []byte, total int) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM import_absent WHERE batch_id = $1`, batch); err != nil {
		return err
	}
	if packed == nil {
		return nil
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO import_absent (batch_id, total, people, found_at) VALUES ($1, $2, $3, $4)`, batch, total, packed, db.Millis(tx.Now))
	return err
}

// namedBy are the people whom a checker has seen, where that matters.
func namedBy(c Checker, in Info) []int64 {
	if l, ok := c.(Lister); ok && in.Full {
		return l.Named()
	}
	return nil
}

// dropAbsent takes people off the list who are named after all, by a row that
// was mended.
func dropAbsent(ctx context.Context, tx *db.Tx, batch int64, named []int64) error {
	if len(named) == 0 {
		return nil
	}
	var packed []byte
	err := tx.QueryRowContext(ctx, `SELECT people FROM import_absent WHERE batch_id = $1`, batch).Scan(&packed)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	people, err := unpackPeople(packed)
	if err != nil {
		return err
	}
	rest := slices.DeleteFunc(people, func(id int64) bool { return slices.Contains(named, id) })
	_, err = tx.ExecContext(ctx, `UPDATE import_absent SET people = $1, total = $2 WHERE batch_id = $3`, packPeople(rest), len(rest), batch)
	return err
}

// packPeople writes ids as differences: two bytes for most.
func packPeople(ids []int64) []byte {
	out := make([]byte, 0, 2*len(ids)+1)
	out = binary.AppendUvarint(out, uint64(len(ids)))
	last := int64(0)
	for _, id := range ids {
		out = binary.AppendVarint(out, id-last)
		last = id
	}
	return out
}

func unpackPeople(b []byte) ([]int64, error) {
	n, k := binary.Uvarint(b)
	if k <= 0 || n > uint64(len(b)) {
		return nil, errChunk
	}
	out := make([]int64, 0, n)
	last := int64(0)
	for b = b[k:]; len(b) > 0; {
		d, k := binary.Varint(b)
		if k <= 0 {
			return nil, errChunk
		}
		last += d
		out, b = append(out, last), b[k:]
	}
	if uint64(len(out)) != n {
		return nil, errChunk
	}
	return out, nil
}

// AbsentCount is how many people of the place are not in a full file; ok is
// false where that was not asked.
func (s *Service) AbsentCount(ctx context.Context, scope region.Scope, id int64) (n int64, ok bool, err error) {
	if _, err := load(ctx, s.db.Read, scope, id); err != nil {
		return 0, false, err
	}
	err = s.db.Read.QueryRowContext(ctx, `SELECT total FROM import_absent WHERE batch_id = $1`, id).Scan(&n)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, false, nil
	}
	return n, err == nil, err
}

func (s *Service) absent(ctx context.Context, c account.Caller, id int64) (Info, []int64, error) {
	in, err := s.own(ctx, c, id)
	if err != nil {
		return in, nil, err
	}
	var packed []byte
	err = s.db.Read.QueryRowContext(ctx, `SELECT people FROM import_absent WHERE batch_id = $1`, id).Scan(&packed)
	if errors.Is(err, sql.ErrNoRows) {
		return in, nil, fault.NotFoundf("import.absent.none")
	}
	if err != nil {
		return in, nil, err
	}
	people, err := unpackPeople(packed)
	return in, people, err
}

// Absent reads a part of the list of a batch's absent people, who they are as of
// now.
func (s *Service) Absent(ctx context.Context, c account.Caller, id int64, from, limit int) (AbsentPage, error) {
	in, people, err := s.absent(ctx, c, id)
	if err != nil {
		return AbsentPage{}, err
	}
	p := AbsentPage{Info: in, Total: int64(len(people))}
	from = max(0, min(from, len(people)))
	end := min(from+limit, len(people))
	if end < len(people) {
		p.Next = end
	}
	p.People, err = s.directory(ctx, c, in, people[from:end])
	return p, err
}

func (s *Service) directory(ctx context.Context, c account.Caller, in Info, ids []int64) ([]Absentee, error) {
	d, ok := s.kinds[in.Kind].(Directory)
	if !ok || len(ids) == 0 {
		return nil, nil
	}
	b, err := s.batch(in)
	if err != nil {
		return nil, err
	}
	list, err := d.People(ctx, c.Scope(account.ImportRun).Within(in.Region), b, ids)
	if err != nil {
		return nil, err
	}
	at := make(map[int64]int, len(ids))
	for i, id := range ids {
		at[id] = i
	}
	slices.SortFunc(list, func(a, b Absentee) int { return at[a.ID] - at[b.ID] })
	return list, nil
}

// exporter records what leaves the product (audit.Log).
type exporter interface {
	Exported(ctx context.Context, tx *db.Tx, c account.Caller, e audit.Export) (int64, error)
}

// AbsentSheet writes the whole list of a batch's absent people as a workbook,
// numbers masked. It needs account.PeopleExport at the batch's place; the export
// is on record before the first byte is written.
func (s *Service) AbsentSheet(ctx context.Context, c account.Caller, id int64, lang text.Lang, place func(region.Code) string, out io.Writer) error {
	in, people, err := s.absent(ctx, c, id)
	if err != nil {
		return err
	}
	if !c.Scope(account.PeopleExport).Contains(in.Region) {
		return fault.New(fault.Forbidden, "fault.forbidden", account.PeopleExport)
	}
	w, err := sheet.NewWriter(s.vault.scratch())
	if err != nil {
		return err
	}
	defer w.Close()
	if err := s.writeAbsent(ctx, c, in, people, lang, place, w); err != nil {
		return err
	}
	if e, ok := s.audit.(exporter); ok {
		err := s.db.Tx(ctx, func(tx *db.Tx) error {
			_, err := e.Exported(ctx, tx, c, audit.Export{Kind: "people", Region: in.Region, Rows: int64(len(people)), People: people})
			return err
		})
		if err != nil {
			return err
		}
	}
	return w.Write(out)
}

const absentChunk = 2000

func (s *Service) writeAbsent(ctx context.Context, c account.Caller, in Info, people []int64, lang text.Lang, place func(region.Code) string, w *sheet.Writer) error {
	t := func(key string, args ...any) string { return text.T(lang, key, args...) }
	if err := w.Sheet(t("import.absent"), []float64{38, 12, 24, 30, 14, 14}, 1); err != nil {
		return err
	}
	head := []any{t("import.absent.village"), t("import.absent.name"), t("import.absent.number"), t("import.absent.employer"), t("import.absent.seen"), t("import.absent.left")}
	if err := w.RowLook(sheet.Head, head...); err != nil {
		return err
	}
	for len(people) > 0 {
		n := min(absentChunk, len(people))
		list, err := s.directory(ctx, c, in, people[:n])
		if err != nil {
			return fmt.Errorf("absent people: %w", err)
		}
		for _, p := range list {
			seen, left := "", ""
			if p.Seen != 0 {
				seen = p.Seen.String()
			}
			if p.LeftOn != 0 {
				left = p.LeftOn.String()
			}
			if err := w.Row(place(p.Village), p.Name, p.IDMask, p.Employer, seen, left); err != nil {
				return err
			}
		}
		people = people[n:]
	}
	return nil
}
