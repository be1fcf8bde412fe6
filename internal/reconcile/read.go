package reconcile

import (
	"io"
	"slices"
	"strings"

	"wengang/internal/calendar"
	"wengang/internal/fact"
	"wengang/internal/fault"
	"wengang/internal/idcard"
	"wengang/internal/people"
	"wengang/internal/region"
	"wengang/internal/secret"
	"wengang/internal/sheet"
	"wengang/internal/transfer"
)

// wanted are the canonical columns that a list is read for; only the number is
// needed.
var wanted = []string{"id_number", "name", "province", "city", "county", "town", "village", "place", "household", "kind", "monitored_class", "risk",
	"status", "work_place", "work_province", "work_city", "work_county", "start", "wage"}

// layoutOf is the one layout of lists: the wanted columns under every heading
// by which any layout of an import knows them. heading names one more for the
// number.
func layoutOf(known []transfer.Layout, heading string) transfer.Layout {
	out := transfer.Layout{ID: "list", Title: "名单"}
	for _, key := range wanted {
		c := transfer.Column{Key: key, Required: key == "id_number", Secret: key == "id_number"}
		if key == "id_number" && strings.TrimSpace(heading) != "" {
			c.Headings = append(c.Headings, heading)
		}
		for _, l := range known {
			for _, k := range l.Columns {
				if k.Key != key {
					continue
				}
				for _, h := range k.Headings {
					if !slices.Contains(c.Headings, h) {
						c.Headings = append(c.Headings, h)
					}
				}
			}
		}
		out.Columns = append(out.Columns, c)
	}
	return out
}

// MaxLines bounds a list.
const MaxLines = 1_000_000

// listReader turns rows into lines: numbers become indexes, places codes.
type listReader struct {
	index  func(kind, normalised string) []byte
	tree   *region.Tree
	at     region.Code
	col    map[string]int
	homes  map[string]region.Code
	places map[string]region.Code
	lines  []Line
}

func (s *Store) newReader(at region.Code) *listReader {
	return &listReader{index: s.Box.BlindIndex, tree: s.Tree(), at: at, col: map[string]int{}, homes: map[string]region.Code{}, places: map[string]region.Code{}}
}

// open takes the columns that were found and answers those that are compared.
func (p *listReader) open(columns []string) []string {
	var found []string
	for i, key := range columns {
		p.col[key] = i
	}
	for _, f := range Fields {
		for _, key := range f.columns {
			if _, ok := p.col[key]; ok {
				found = append(found, f.Name)
				break
			}
		}
	}
	return found
}

// readBook reads a workbook of any layout with a column of numbers.
func (s *Store) readBook(p *listReader, r io.ReaderAt, size int64, name, heading string) (columns []string, err error) {
	book, err := sheet.OpenReader(r, size, name)
	if err != nil {
		return nil, err
	}
	defer book.Close()
	m, err := transfer.Recognise(book, []transfer.Layout{layoutOf(s.Layouts(), heading)})
	if err != nil {
		return nil, err
	}
	columns = p.open(m.Columns)
	return columns, transfer.EachRow(book, m, p.row)
}

func (p *listReader) cell(r transfer.Row, key string) transfer.Cell {
	if i, ok := p.col[key]; ok {
		return r.Cells[i]
	}
	return transfer.Cell{}
}

func (p *listReader) row(r transfer.Row) error {
	if len(p.lines) >= MaxLines {
		return fault.New(fault.Invalid, "reconcile.large", MaxLines)
	}
	l := Line{Row: r.N, Wage: -1, Name: clip(p.cell(r, "name").Clean(), 40), Household: clip(p.cell(r, "household").Clean(), 40)}
	p.number(&l, p.cell(r, "id_number"))
	l.Village = p.home(r)
	l.Place = p.workplace(r)
	for _, key := range []string{"kind", "monitored_class"} {
		if k, bad := p.cell(r, key).Word(fact.Kind); bad == nil && k != 0 {
			l.Kinds |= 1 << k
		}
	}
	if v, bad := p.cell(r, "risk").Word(fact.Risk); bad == nil {
		l.Risk = v
	}
	if v, bad := p.cell(r, "status").Word(fact.Status); bad == nil {
		l.Status = v
	}
	if m, bad := p.cell(r, "start").Month(); bad == nil {
		l.Start = m
	}
	if v, bad := p.cell(r, "wage").Fen(transfer.InYuan); bad == nil {
		l.Wage = v
	}
	p.lines = append(p.lines, l)
	return nil
}

func (p *listReader) number(l *Line, c transfer.Cell) {
	text, bad := c.IDText()
	if bad != nil {
		l.Problem = bad.Key
		return
	}
	id, problem := idcard.Parse(text)
	if problem != idcard.OK {
		l.Problem = problem.Key()
		l.Mask = clip(secret.MaskID(text), 24)
		return
	}
	copy(l.Index[:], p.index(people.IndexID, id.Number))
	l.Mask = secret.MaskID(id.Number)
}

func (p *listReader) home(r transfer.Row) region.Code {
	parts := [5]string{}
	for i, key := range []string{"province", "city", "county", "town", "village"} {
		parts[i] = p.cell(r, key).Clean()
	}
	words := strings.Join(parts[:], "\x00") + "\x00" + p.cell(r, "place").Clean()
	if len(words) == 5 {
		return 0
	}
	code, known := p.homes[words]
	if !known {
		m := p.tree.ResolvePath(parts[0], parts[1], parts[2], parts[3], parts[4], p.at)
		if parts[4] == "" {
			m = p.tree.Resolve(words[strings.LastIndexByte(words, 0)+1:], p.at)
		}
		if m.Status == region.One && m.Code.Level() == region.Village {
			code = m.Code
		}
		p.homes[words] = code
	}
	return code
}

func (p *listReader) workplace(r transfer.Row) region.Code {
	words := p.cell(r, "work_province").Clean() + p.cell(r, "work_city").Clean() + p.cell(r, "work_county").Clean()
	if words == "" {
		words = p.cell(r, "work_place").Clean()
	}
	if words == "" {
		return 0
	}
	code, known := p.places[words]
	if !known {
		if m := p.tree.ResolveWorkplace(words); m.Status == region.One {
			code = m.Code.At(min(m.Code.Level(), region.County))
		}
		p.places[words] = code
	}
	return code
}

func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}

// Field is what is compared of somebody who is on both sides.
type Field struct {
	Name    string
	columns []string
	differ  func(l *Line, p *attributes) bool // false also where the list says nothing
}

// Fields are compared in this order; which of them depends on the list's
// columns. Their words stand under "reconcile.field.<name>".
var Fields = []Field{
	{"name", []string{"name"}, func(l *Line, p *attributes) bool { return l.Name != "" && squeeze(l.Name) != squeeze(p.name) }},
	{"village", []string{"village", "place"}, func(l *Line, p *attributes) bool { return l.Village != 0 && p.village != 0 && l.Village != p.village }},
	{"household", []string{"household"}, func(l *Line, p *attributes) bool { return l.Household != "" && l.Household != p.household }},
	{"kind", []string{"kind", "monitored_class"}, func(l *Line, p *attributes) bool { return l.Kinds&^p.kinds != 0 }},
	{"risk", []string{"risk"}, func(l *Line, p *attributes) bool { return l.Risk != 0 && l.Risk != p.risk }},
	{"status", []string{"status"}, func(l *Line, p *attributes) bool { return l.Status != 0 && l.Status != p.status }},
	{"place", []string{"work_place", "work_county"}, func(l *Line, p *attributes) bool {
		return l.Place != 0 && !l.Place.Contains(p.place) && p.place != l.Place
	}},
	{"start", []string{"start"}, func(l *Line, p *attributes) bool { return l.Start != 0 && l.Start != p.start }},
	{"wage", []string{"wage"}, func(l *Line, p *attributes) bool { return l.Wage >= 0 && l.Wage != p.wage }},
}

// squeeze leaves out spaces and the dots of long names.
func squeeze(s string) string {
	return strings.Map(func(r rune) rune {
		if r == ' ' || r == '　' || r == '·' || r == '•' || r == '.' || r == '．' {
			return -1
		}
		return r
	}, s)
}

// attributes are what the ledger has of a person that a list may also have.
type attributes struct {
	id, merged      int64
	village         region.Code
	name, household string
	status          int
	inOn, outOn     calendar.Date
	outReason       int
	kinds           uint32
	risk            int
	place           region.Code
	start           calendar.Month
	wage            int64
	works           bool // that work runs at the month's end
}
