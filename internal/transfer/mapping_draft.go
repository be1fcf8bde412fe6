package transfer

import (
	"context"
	"slices"
	"strings"

	"wengang/internal/account"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/sheet"
	"wengang/internal/text"
)

// sampleRows is how far into the data samples are looked for, samples how many
// of them a column shows.
const (
	sampleRows = 200
	samples    = 3
)

// Draft is a file's headings with the columns that they are taken for, for a
// person to confirm or change.
type Draft struct {
	Info
	Sheets   []string // visible sheets
	Sheet    int      // the one shown, by its place among them
	HeadRow  int
	HeadRows int
	Headings []DraftHeading
	Layout   Layout      // whose columns can be chosen
	Choices  []Layout    // layouts to choose from first, where the kind has no list of its own
	Open     bool        // the columns can be changed now
	Office   region.Code // whose choice it becomes where it is remembered
}

// DraftHeading is one heading.
type DraftHeading struct {
	Text    string
	Key     string // "" not imported
	Samples []string
}

// At says where a heading stands; zero values leave it to the program.
type At struct {
	Layout   string
	Sheet    int // from 1
	HeadRow  int
	HeadRows int
}

// Draft reads the headings of a batch's file.
func (s *Service) Draft(ctx context.Context, c account.Caller, id int64, where At) (Draft, error) {
	in, err := s.own(ctx, c, id)
	if err != nil {
		return Draft{}, err
	}
	if !in.HasFile {
		return Draft{}, fault.New(fault.NotFound, "import.gone")
	}
	book, f, err := s.openBook(in.filePath, in.FileSize, in.FileName)
	if err != nil {
		return Draft{}, err
	}
	defer f.Close()
	_, open := in.State.Next(ActMap)
	d := Draft{Info: in, Open: open && !in.cancelled, Office: office(c, in.Region)}
	var visible []*sheet.Sheet
	for _, sh := range book.Sheets() {
		if !sh.Hidden {
			visible = append(visible, sh)
			d.Sheets = append(d.Sheets, sh.Name)
		}
	}
	if len(visible) == 0 {
		return d, fault.New(fault.Invalid, "import.map.gone", "")
	}
	if err := s.draftLayout(&d, where.Layout); err != nil {
		return d, err
	}
	if err := d.place(visible, where); err != nil {
		return d, err
	}
	return d, d.read(visible[d.Sheet], where)
}

// draftLayout finds whose columns are offered.
func (s *Service) draftLayout(d *Draft, asked string) error {
	k := s.kinds[d.Kind]
	layout := d.Info.Layout
	if asked != "" {
		layout = asked
	} else if layout == "" {
		layout = d.Subtype
	}
	l, ok := byHand(k, layout)
	if !ok || d.Info.Layout == "" && d.Subtype == "" && !l.Hand {
		for _, x := range k.Layouts() {
			if x.Refuse == "" && !x.Hand {
				d.Choices = append(d.Choices, x)
			}
		}
		if len(d.Choices) == 1 && ok {
			d.Choices = nil
		}
		if !ok && len(d.Choices) > 0 {
			if l, ok = byHand(k, d.Choices[0].ID); !ok {
				l, ok = d.Choices[0], true
			}
		}
	}
	if !ok {
		return fault.New(fault.Invalid, "import.gone")
	}
	d.Layout = l
	return nil
}

// place finds the sheet and the rows of the heading: as asked, as the batch was
// read, or where the most headings are known.
func (d *Draft) place(visible []*sheet.Sheet, where At) error {
	if where.Sheet >= 1 && where.Sheet <= len(visible) {
		d.Sheet = where.Sheet - 1
	} else if len(d.Reading.Sheets) > 0 {
		d.Sheet = max(0, slices.Index(d.Sheets, d.Reading.Sheets[0].Name))
	}
	if where.HeadRow >= 1 && where.HeadRow <= headerRows+1 {
		d.HeadRow, d.HeadRows = where.HeadRow, max(1, min(2, where.HeadRows))
		return nil
	}
	if where.Sheet == 0 && len(d.Reading.Sheets) > 0 {
		d.HeadRow, d.HeadRows = d.Reading.Sheets[0].HeadRow, d.Reading.Sheets[0].HeadRows
		return nil
	}
	best, filled := -1, -1
	for i, sh := range visible {
		if where.Sheet != 0 && i != d.Sheet {
			continue
		}
		head, err := readHead(sh)
		if err != nil {
			return err
		}
		if r := bestReading(head, &d.Layout); r.count > max(best, 1) {
			best, d.Sheet, d.HeadRow, d.HeadRows = r.count, i, r.row, r.depth
		}
		for row := 1; row <= headerRows && best < 0; row++ {
			if n := texts(head[row]); n > filled {
				filled, d.Sheet, d.HeadRow, d.HeadRows = n, i, row, 1
			}
		}
	}
	d.HeadRow, d.HeadRows = max(1, d.HeadRow), max(1, d.HeadRows)
	return nil
}

// texts counts the cells of a row that may be headings.
func texts(row []string) (n int) {
	for _, s := range row {
		if s != "" && !longRun(s) && strings.Trim(s, "0123456789.-") != "" {
			n++
		}
	}
	return n
}

// read fills in the headings, what each is taken for, and samples.
func (d *Draft) read(sh *sheet.Sheet, where At) error {
	head, err := readHead(sh)
	if err != nil {
		return err
	}
	names := headAt(head, d.HeadRow, d.HeadRows)
	d.Headings = make([]DraftHeading, len(names))
	for c, n := range names {
		d.Headings[c].Text = shownSample(n, false)
	}
	d.take(head, names)
	keys := map[string]Column{}
	for _, c := range d.Layout.Columns {
		keys[c.Key] = c
	}
	rows := 0
	return sh.Rows(func(n int, cells []sheet.Cell) error {
		if n <= d.HeadRow {
			return nil
		}
		if rows++; rows > sampleRows {
			return sheet.Stop
		}
		for _, c := range cells {
			if c.Col >= len(d.Headings) {
				continue
			}
			h := &d.Headings[c.Col]
			v := shownSample(c.Text, keys[h.Key].Secret)
			if v != "" && len(h.Samples) < samples && !slices.Contains(h.Samples, v) {
				h.Samples = append(h.Samples, v)
			}
		}
		return nil
	})
}

// take says which column each heading is: as chosen before, else as recognised.
func (d *Draft) take(head map[int][]string, names []string) {
	if m := d.Reading.Mapping; m != nil {
		l := d.Layout
		if r, ok := l.mappedAt(head, m, d.HeadRow, d.HeadRows); ok {
			for c, k := range r.column {
				if k >= 0 {
					d.Headings[c].Key = l.Columns[k].Key
				}
			}
			return
		}
	}
	exact, bare := layoutIndex(&d.Layout)
	var parent []string
	if d.HeadRows == 2 {
		parent = head[d.HeadRow-1]
	}
	r := readRow(&d.Layout, exact, bare, parent, head[d.HeadRow])
	for c := range names {
		if c < len(r.column) && r.column[c] >= 0 {
			d.Headings[c].Key = d.Layout.Columns[r.column[c]].Key
		}
	}
}

// Waits is why a file waits for its columns, "" where it does not.
func (in Info) Waits(lang text.Lang) string {
	if in.State != StateMapping {
		return ""
	}
	return decodeMessage(in.Reading.Problem).text(lang)
}

// Title is a column's name for people: its first heading.
func (c Column) Title() string {
	if len(c.Headings) > 0 {
		return c.Headings[0]
	}
	return c.Key
}

// Titles are the names of the columns that a mapping over a layout may hold.
func (s *Service) Titles(kind, layout string) map[string]string {
	out := map[string]string{}
	k, ok := s.kinds[kind]
	if !ok {
		return out
	}
	if l, ok := byHand(k, layout); ok {
		for _, c := range l.Columns {
			out[c.Key] = c.Title()
		}
	}
	return out
}

// ReportColumn is a column of a Report whose columns somebody chose.
type ReportColumn struct {
	Heading string `json:"heading"`
	Column  string `json:"column"`
	Title   string `json:"title"`
}

// mapped are the columns by which a file was read where they were chosen by
// hand.
func (in Info) mapped() []ReportColumn {
	if in.Reading.Mapping == nil {
		return nil
	}
	var out []ReportColumn
	for _, c := range in.Reading.Columns {
		out = append(out, ReportColumn{c.Heading, c.Key, c.Title})
	}
	return out
}
