package transfer

import (
	"context"

	"wengang/internal/account"
	"wengang/internal/fault"
	"wengang/internal/sheet"
)

// EachRow walks the rows of data of a recognised workbook, without heading,
// numbering and foot. The row's cells are by Match.Columns and are reused.
func EachRow(b *sheet.Book, m *Match, fn func(Row) error) error {
	cells := make([]Cell, len(m.Columns))
	return newSource(b, m).each(func() []Cell { return cells }, func(r row) error { return fn(r.Row) })
}

// Reread walks the rows of a batch's kept file as it came, for who brought it
// in and while the file is kept. open is called once, before the first row.
func (s *Service) Reread(ctx context.Context, c account.Caller, id int64, open func(Info, *Match) error, fn func(Row) error) error {
	in, err := s.own(ctx, c, id)
	if err != nil {
		return err
	}
	switch {
	case in.CreatedBy != c.UserID:
		return fault.New(fault.Forbidden, "import.rejects_owner")
	case !in.HasFile:
		return fault.New(fault.NotFound, "import.gone")
	}
	book, f, m, err := s.reopen(in)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := open(in, m); err != nil {
		return err
	}
	return EachRow(book, m, fn)
}
