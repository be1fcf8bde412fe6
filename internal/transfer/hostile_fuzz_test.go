package transfer

import (
	"archive/zip"
	"bytes"
	"errors"
	"testing"

	"wengang/internal/fault"
	"wengang/internal/sheet"
)

// FuzzSource reads whatever comes as an upload is read: opened, recognised,
// walked. It is refused with words or read to its end.
func FuzzSource(f *testing.F) {
	f.Add(goodBook(3, zip.Store), "a.xlsx")
	f.Add(goodCSV(3), "a.csv")
	for _, x := range append(textFiles(), otherFiles()...) {
		if len(x.raw) < 4<<10 {
			f.Add(x.raw, "b.csv")
		}
	}
	layouts := testKind{}.Layouts()
	f.Fuzz(func(t *testing.T, raw []byte, name string) {
		book, err := sheet.OpenReader(bytes.NewReader(raw), int64(len(raw)), name)
		var m *Match
		if err == nil {
			m, err = Recognise(book, layouts)
		}
		if err == nil {
			last := map[string]int{}
			err = newSource(book, m).each(func() []Cell { return make([]Cell, len(m.Columns)) }, func(r row) error {
				if r.N <= last[r.Sheet] && len(book.Sheets()) == 1 {
					t.Errorf("row %d after %d", r.N, last[r.Sheet])
				}
				last[r.Sheet] = r.N
				return nil
			})
		}
		if e := (*fault.Error)(nil); err != nil && (!errors.As(err, &e) || e.Kind == fault.Internal) {
			t.Errorf("refused without words: %v", err)
		}
	})
}
