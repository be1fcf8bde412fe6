package listing

import (
	"os"
	"strings"
	"testing"

	"wengang/internal/region"
	"wengang/internal/text"
)

type nowhere struct{}

func (nowhere) Name(region.Code) string            { return "" }
func (nowhere) Children(region.Code) []region.Code { return nil }

// spy is a writer that looks into the folder when the workbook is written out.
type spy struct {
	dir  string
	seen int
}

func (s *spy) Write(p []byte) (int, error) {
	if entries, err := os.ReadDir(s.dir); err == nil {
		s.seen = max(s.seen, len(entries))
	}
	return len(p), nil
}

// A large list in plain overflowed into the machine's common folder: it goes to
// the private one, and nothing of it stays.
func TestOverflowStaysPrivate(t *testing.T) {
	common, private := t.TempDir(), t.TempDir()
	t.Setenv("TMPDIR", common)
	cols := columnsOf([]string{"name", "employer"})
	tab := &table{cols: cols}
	long := strings.Repeat("某", 300)
	for range 25_000 {
		tab.rows, tab.villages, tab.ids = append(tab.rows, []string{"张三", long}), append(tab.villages, 0), append(tab.ids, 1)
	}
	w := &Words{lang: text.ZH, tree: nowhere{}}
	in, out := &spy{dir: private}, &spy{dir: common}
	for _, s := range []*spy{in, out} {
		if err := workbook(s, private, tab, false, w, Out{Title: "表", Lang: text.ZH}, ""); err != nil {
			t.Fatal(err)
		}
	}
	left, err := os.ReadDir(private)
	if err != nil || in.seen == 0 || out.seen != 0 || len(left) != 0 {
		t.Errorf("private %d files, common %d, %d left, %v", in.seen, out.seen, len(left), err)
	}
}
