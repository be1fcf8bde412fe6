package transferhttp

import (
	"bytes"
	"net/http"
	"strconv"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/region"
	"wengang/internal/transfer"
	"wengang/internal/web"
)

// absentRoutes are the list of whom a full file does not name.
func (h *Rim) absentRoutes() {
	h.shell.Add(
		web.Route{Pattern: "GET /import/{id}/absent", Need: account.ImportRun, Action: h.absent},
		web.Route{Pattern: "POST /import/{id}/absent/export", Need: account.ImportRun, Action: h.absentExport, Long: true},
	)
}

// fullKey is the sentence about a full list of a kind: of work, or of people.
func fullKey(key, kind string) string {
	if kind == "work" {
		return key
	}
	return key + ".list"
}

// absentNote is the line on a batch's page; without Href there is none.
type absentNote struct{ Text, Note, Href string }

func (h *Rim) noteAbsent(r *web.Request, in transfer.Info, v *batchView) error {
	if !in.Full {
		return nil
	}
	n, ok, err := h.imports.AbsentCount(r.Context(), r.FullScope(), in.ID)
	if err != nil || !ok || n == 0 {
		return err
	}
	v.Absent = absentNote{r.T("import.absent.total", web.Thousands(n)), r.T(noteKey(in.Kind)), r.Link(base(in) + "/absent")}
	return nil
}

func noteKey(kind string) string {
	if kind == "work" {
		return "import.absent.note.work"
	}
	return "import.absent.note.list"
}

// absentView is the list: one act beside each person.
type absentView struct {
	transfer.AbsentPage
	Kind   string
	Back   string
	Work   bool
	Note   string
	Rows   []absentRow
	Pager  web.Pager
	Export string
}

type absentRow struct {
	transfer.Absentee
	Href   string
	Act    string // address of the one act, "" where it is done or not allowed
	ActFor string
	LeftOn calendar.Date
	Seen   calendar.Month
	Place  region.Code
}

func (h *Rim) absent(w http.ResponseWriter, r *web.Request) error {
	n, err := id(r)
	if err != nil {
		return err
	}
	from, _ := strconv.Atoi(r.URL.Query().Get("after"))
	p, err := h.imports.Absent(r.Context(), r.Caller, n, from, pageRows)
	if err != nil {
		return err
	}
	v := absentView{AbsentPage: p, Kind: kindName(r, p.Kind), Back: r.Link(base(p.Info)), Work: p.Kind == "work", Note: r.T(noteKey(p.Kind))}
	edits := r.Caller.Scope(account.PeopleEdit)
	for _, x := range p.People {
		row := absentRow{Absentee: x, Href: r.Link("/people/" + strconv.FormatInt(x.ID, 10)), LeftOn: x.LeftOn, Seen: x.Seen, Place: x.Village}
		if x.LeftOn == 0 && edits.Contains(x.Village) {
			row.Act, row.ActFor = row.Href, "import.absent.look"
			if !v.Work {
				row.Act, row.ActFor = r.Link("/people/"+strconv.FormatInt(x.ID, 10)+"/leave"), "import.absent.leave"
			}
		}
		v.Rows = append(v.Rows, row)
	}
	from = max(0, min(from, int(p.Total)))
	v.Pager = web.Pager{Total: p.Total, Unit: r.T("import.absent.unit"), From: int64(from + 1), To: int64(min(from+pageRows, int(p.Total)))}
	if from > 0 {
		v.Pager.Prev = r.Self("after", max(0, from-pageRows))
	}
	if p.Next > 0 {
		v.Pager.Next = r.Self("after", p.Next)
	}
	if r.Caller.Scope(account.PeopleExport).Contains(p.Region) && p.Total > 0 {
		v.Export = r.Link(base(p.Info) + "/absent/export")
	}
	return h.shell.Page(w, r, "import/absent", v)
}

func (h *Rim) absentExport(w http.ResponseWriter, r *web.Request) error {
	n, err := id(r)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	err = h.imports.AbsentSheet(r.Context(), r.Caller, n, r.Lang, func(c region.Code) string { return h.shell.PlacePath(r, c) }, &b)
	if err != nil {
		return err
	}
	hd := w.Header()
	hd.Set("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	hd.Set("Content-Disposition", disposition(r.T("import.absent.file")+".xlsx"))
	hd.Set("Cache-Control", "no-store")
	_, err = w.Write(b.Bytes())
	return err
}
