package listinghttp

import (
	"net/http"
	"strconv"
	"strings"

	"wengang/internal/listing"
	"wengang/internal/web"
)

type versionView struct {
	V       listing.Version
	Title   string
	Place   string
	Heads   []head
	Rows    []row
	More    int
	Print   string
	Now     string
	List    string
	Kept    bool
	Facts   []web.Fact
	Leave   leaveView
	Damaged string
}

// versionRows is how many rows of a version a page shows; paper and workbook
// hold all.
const versionRows = 300

// load reads the version of the address.
func (h *Rim) load(r *web.Request) (listing.Version, error) {
	id, err := pathID(r)
	if err != nil {
		return listing.Version{}, err
	}
	return h.one(r, id)
}

// one is a version as the caller may read it: an inspector those of the
// document's months.
func (h *Rim) one(r *web.Request, id int64) (listing.Version, error) {
	v, err := h.lists.Version(r.Context(), r.FullScope(), id)
	if i := r.Caller.Inspection; err == nil && i != nil && !i.Covers(v.Month) {
		return listing.Version{}, err404()
	}
	return v, err
}

func (h *Rim) versionTitle(r *web.Request, v listing.Version) string {
	o, err := listing.OfficialOf(v.List)
	if err != nil {
		return v.List
	}
	return h.title(r, o, v.Region)
}

// version is a settled list as it was printed.
func (h *Rim) version(w http.ResponseWriter, r *web.Request) error {
	x, err := h.load(r)
	if err != nil {
		return err
	}
	prints, err := h.lists.Prints(r.Context(), r.FullScope(), x)
	if err != nil {
		return err
	}
	base := "/lists/version/" + strconv.FormatInt(x.ID, 10)
	words := h.lists.Words(r.Lang)
	v := versionView{V: x, Title: h.versionTitle(r, x), Place: words.Place(x.Region), Kept: r.URL.Query().Get("kept") == "1",
		Print: r.Link(base + "/print"), Now: r.Link(base + "/compare"), List: r.Link("/lists/official/"+x.List, "at", x.Region.Full()), Leave: h.leave(r, r.Link(base+"/export"), x.People)}
	cols := columns(x.Columns)
	v.Heads = heads(r, words, cols)
	v.Rows = h.prints(r, words, cols, prints[:min(len(prints), versionRows)], true)
	v.More = len(prints) - len(v.Rows)
	v.Facts = []web.Fact{
		{Label: r.T("listing.version.asof"), Value: x.AsOf.String()}, {Label: r.T("listing.version.month"), Value: x.Month.String()},
		{Label: r.T("listing.version.people"), Value: web.Thousands(x.People) + r.T("people.unit")}, {Label: r.T("listing.version.by"), Value: x.ByName, Source: web.DateTime(x.At)},
		{Label: r.T("listing.version.document"), Value: x.Document}, {Label: r.T("listing.version.hash"), Value: shortHash(x.Hash), Source: r.T("listing.version.whole")},
	}
	return h.shell.Page(w, r, "lists/version", v)
}

func columns(keys []string) []listing.Column {
	out := make([]listing.Column, 0, len(keys))
	for _, k := range keys {
		if c, ok := listing.ColumnOf(k); ok {
			out = append(out, c)
		} else {
			out = append(out, listing.Column{Key: "gone", Width: 4})
		}
	}
	return out
}

// prints draws kept rows; a link leads to the record where today's scope
// still holds the person's place.
func (h *Rim) prints(r *web.Request, words *listing.Words, cols []listing.Column, prints []listing.Print, grouped bool) []row {
	out := make([]row, len(prints))
	for i, p := range prints {
		out[i] = row{No: i + 1, Cells: cellsOf(words, cols, p.Cells), Href: r.Link("/people/" + strconv.FormatInt(p.ID, 10))}
		if grouped && (i == 0 || prints[i-1].Village != p.Village) {
			out[i].Group = words.Place(p.Village)
		}
	}
	return out
}

func shortHash(b []byte) string {
	const hex = "0123456789abcdef"
	var s strings.Builder
	for i, c := range b[:min(len(b), 8)] {
		if i > 0 && i%2 == 0 {
			s.WriteByte(' ')
		}
		s.WriteByte(hex[c>>4])
		s.WriteByte(hex[c&15])
	}
	return s.String()
}

func (h *Rim) printVersion(w http.ResponseWriter, r *web.Request) error {
	x, err := h.load(r)
	if err != nil {
		return err
	}
	split := r.URL.Query().Get("split") == "1"
	l, err := h.lists.PrintVersion(r.Context(), r.Caller, x, listing.Out{Title: h.versionTitle(r, x), Region: x.Region, Lang: r.Lang, Split: split})
	if err != nil {
		return err
	}
	v := h.paper(r, l, x.Region, x.AsOf.String(), r.Link("/lists/version/"+strconv.FormatInt(x.ID, 10)))
	v.Split, v.Note = split, r.T("listing.version.note", x.No, shortHash(x.Hash))
	return h.shell.Page(w, r, "lists/paper", v)
}

func (h *Rim) exportVersion(w http.ResponseWriter, r *web.Request) error {
	x, err := h.load(r)
	if err != nil {
		return err
	}
	title := h.versionTitle(r, x)
	data, err := h.lists.ExportVersion(r.Context(), r.Caller, x, h.out(r, title, x.Region))
	if err != nil {
		return err
	}
	return h.send(w, r, title, data)
}

type compareView struct {
	Title     string
	Old, New  string
	Heads     []head
	Came      []row
	Went      []row
	Changed   []changedRow
	Came0     int // counts, all of them
	Went0     int
	Changed0  int
	Same      int
	Back      string
	Limit     int
	Anything  bool
	Columns   int
	Versioned bool
}

type changedRow struct {
	Name, Href, Place string
	Lines             []changedLine
}

type changedLine struct{ Label, Old, New string }

// compareRows bounds what one page shows of each part.
const compareRows = 200

// compare says who came, who went and what changed since a version.
func (h *Rim) compare(w http.ResponseWriter, r *web.Request) error {
	x, err := h.load(r)
	if err != nil {
		return err
	}
	var other *listing.Version
	v := compareView{Title: h.versionTitle(r, x), Old: r.T("listing.version.name", x.No, x.AsOf.String()), New: r.T("listing.compare.now", h.today()),
		Back: r.Link("/lists/official/"+x.List, "at", x.Region.Full()), Limit: compareRows}
	if s := r.URL.Query().Get("with"); s != "" {
		id, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			return err404()
		}
		y, err := h.one(r, id)
		if err != nil {
			return err
		}
		other, v.Versioned = &y, true
		v.New = r.T("listing.version.name", y.No, y.AsOf.String())
	}
	d, err := h.lists.Compare(r.Context(), r.Caller, x, other)
	if err != nil {
		return err
	}
	words, cols := h.lists.Words(r.Lang), columns(d.Columns)
	v.Heads, v.Columns = heads(r, words, cols), len(cols)
	v.Came0, v.Went0, v.Changed0, v.Same = len(d.Came), len(d.Went), len(d.Changed), d.Same
	v.Came = h.prints(r, words, cols, d.Came[:min(len(d.Came), compareRows)], false)
	v.Went = h.prints(r, words, cols, d.Went[:min(len(d.Went), compareRows)], false)
	for _, c := range d.Changed[:min(len(d.Changed), compareRows)] {
		row := changedRow{Href: r.Link("/people/" + strconv.FormatInt(c.New.ID, 10)), Place: words.Place(c.New.Village)}
		for j, col := range cols {
			if col.Key == "name" {
				row.Name = c.New.Cells[j]
			}
		}
		for _, j := range c.Columns {
			row.Lines = append(row.Lines, changedLine{words.Label(cols[j]), c.Old.Cells[j], c.New.Cells[j]})
		}
		v.Changed = append(v.Changed, row)
	}
	v.Anything = v.Came0+v.Went0+v.Changed0 > 0
	return h.shell.Page(w, r, "lists/compare", v)
}
