package reporthttp

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"

	"wengang/internal/account"
	"wengang/internal/fault"
	"wengang/internal/report"
	"wengang/internal/web"
)

// Papers keeps the files of forms (internal/evidence).
type Papers interface {
	// Attach keeps a file with a begun form and answers its number.
	Attach(ctx context.Context, by account.Caller, reportID int64, name string, file io.Reader) (int64, error)
}

// WithPapers lets the pages take files: stamped scans, papers of corrections
// and of departments.
func (h *Rim) WithPapers(p Papers) *Rim {
	h.papers = p
	return h
}

// lifeRoutes are the acts on a form's way.
func (h *Rim) lifeRoutes() {
	add := func(pattern string, need account.Permission, a web.Action) {
		h.shell.Add(web.Route{Pattern: pattern, Need: need, Action: a, Long: true})
	}
	for _, a := range []report.Action{report.Review, report.Approve, report.Sign} {
		add("POST /report/{form}/"+string(a), account.ReportSign, h.endorse(a))
	}
	add("POST /report/{form}/back", account.ReportSign, h.back)
	add("POST /report/{form}/recall", account.ReportFill, h.recall)
	add("POST /report/{form}/cosign", account.ReportSign, h.cosign)
	add("POST /report/{form}/mark", account.ReportSign, h.mark)
	add("POST /report/{form}/unmark", account.ReportSign, h.unmark)
	add("POST /report/{form}/answer", account.ReportFill, h.answer)
	add("GET /report/matrix", account.ReportRead, h.matrix)
	add("GET /report/matrix/export", account.ReportRead, h.matrixExport)
	add("GET /report/codes", account.ReportRead, h.codes)
	add("GET /report/{form}/versions", account.ReportRead, h.versions)
	add("GET /report/signing", account.SettingEdit, h.signing)
	add("POST /report/signing/chain", account.SettingEdit, h.setChain)
	add("POST /report/signing/names", account.SettingEdit, h.setNames)
	add("GET /report/{form}/call", account.ReportReview, h.call)
	add("POST /report/{form}/call", account.ReportReview, h.setCall)
	up := func(pattern string, a web.Action) {
		h.shell.Add(web.Route{Pattern: pattern, Need: account.ReportFill, Action: a, Upload: true})
	}
	up("POST /report/{form}/scan", h.scan)
	up("POST /report/{form}/prove", h.prove)
	up("POST /report/{form}/record", h.record)
}

func version(r *web.Request) int {
	n, _ := strconv.Atoi(r.PostFormValue("version"))
	return n
}

func (h *Rim) endorse(act report.Action) web.Action {
	return func(w http.ResponseWriter, r *web.Request) error {
		a, err := h.ask(r)
		if err != nil {
			return err
		}
		if err := h.store.Endorse(r.Context(), r.Caller, a.form.ID, a.at, a.period, act, version(r), r.PostFormValue("note")); err != nil {
			return h.again(w, r, err, string(act), "note")
		}
		return r.Redirect(w, a.link(r, ""))
	}
}

func (h *Rim) back(w http.ResponseWriter, r *web.Request) error {
	a, err := h.ask(r)
	if err != nil {
		return err
	}
	to := report.State(r.PostFormValue("to"))
	if to == "" {
		to = report.Sentback
	}
	if err := h.store.SendBack(r.Context(), r.Caller, a.form.ID, a.at, a.period, version(r), to, r.PostFormValue("remark")); err != nil {
		return h.again(w, r, err, "back", "remark", "to")
	}
	return r.Redirect(w, a.link(r, ""))
}

func (h *Rim) recall(w http.ResponseWriter, r *web.Request) error {
	a, err := h.ask(r)
	if err != nil {
		return err
	}
	if err := h.store.Recall(r.Context(), r.Caller, a.form.ID, a.at, a.period, version(r)); err != nil {
		return err
	}
	return r.Redirect(w, a.link(r, ""))
}

func (h *Rim) cosign(w http.ResponseWriter, r *web.Request) error {
	a, err := h.ask(r)
	if err != nil {
		return err
	}
	word := report.Word{Dept: r.PostFormValue("dept"), Verdict: report.Verdict(r.PostFormValue("verdict")), Remark: r.PostFormValue("word")}
	if err := h.store.Cosign(r.Context(), r.Caller, a.form.ID, a.at, a.period, version(r), word); err != nil {
		return h.again(w, r, err, "cosign", "word", "verdict")
	}
	return r.Redirect(w, a.link(r, ""))
}

func (h *Rim) mark(w http.ResponseWriter, r *web.Request) error {
	a, err := h.ask(r)
	if err != nil {
		return err
	}
	row, col := cellAt(r)
	if err := h.store.Mark(r.Context(), r.Caller, a.ref(row, col), version(r), r.PostFormValue("mark")); err != nil {
		return h.again(w, r, err, "mark", "mark")
	}
	return r.Redirect(w, a.link(r, ""))
}

func (h *Rim) unmark(w http.ResponseWriter, r *web.Request) error {
	a, err := h.ask(r)
	if err != nil {
		return err
	}
	n, _ := strconv.Atoi(r.PostFormValue("n"))
	if err := h.store.Unmark(r.Context(), r.Caller, a.form.ID, a.at, a.period, n); err != nil {
		return err
	}
	return r.Redirect(w, a.link(r, ""))
}

func (h *Rim) answer(w http.ResponseWriter, r *web.Request) error {
	a, err := h.ask(r)
	if err != nil {
		return err
	}
	n, _ := strconv.Atoi(r.PostFormValue("n"))
	if err := h.store.Respond(r.Context(), r.Caller, a.form.ID, a.at, a.period, n, r.PostFormValue("kind"), r.PostFormValue("answer")); err != nil {
		return h.again(w, r, err, "")
	}
	return r.Redirect(w, a.link(r, ""))
}

// sent is a form with a file: the words come before it.
type sent struct {
	words map[string]string
	name  string
	file  io.Reader
}

// receive reads a form up to its file. Nothing is written to a temporary folder
// in plain.
func receive(r *web.Request) (*sent, error) {
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, fault.New(fault.Invalid, "web.badform")
	}
	out := &sent{words: map[string]string{}}
	for range 20 {
		p, err := parts.NextPart()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, fault.Wrap(err, fault.Invalid, "evidence.broken_off")
		}
		if p.FormName() == "file" {
			if p.FileName() != "" {
				out.name, out.file = p.FileName(), p
				return out, nil
			}
			continue
		}
		b, err := io.ReadAll(io.LimitReader(p, 4000))
		if err != nil {
			return nil, fault.Wrap(err, fault.Invalid, "evidence.broken_off")
		}
		out.words[p.FormName()] = strings.TrimSpace(string(b))
	}
	return out, nil
}

// attach brings the file to the form, or says that there is none.
func (h *Rim) attach(r *web.Request, s *sent) func(int64) (int64, error) {
	return func(id int64) (int64, error) {
		if s.file == nil {
			return 0, fault.InvalidFields(fault.Field{Name: "file", Key: "report.scan.nofile"})
		}
		return h.papers.Attach(r.Context(), r.Caller, id, s.name, s.file)
	}
}

// upload is an act that brings a file.
func (h *Rim) upload(w http.ResponseWriter, r *web.Request, dialog string, act func(a ask, s *sent) error) error {
	a, err := h.ask(r)
	if err != nil {
		return err
	}
	if h.papers == nil {
		return fault.NotFoundf("fault.notfound")
	}
	s, err := receive(r)
	if err != nil {
		return err
	}
	if err := act(a, s); err != nil {
		return h.againWith(w, r, err, dialog, s.words)
	}
	return r.Redirect(w, a.link(r, ""))
}

func (h *Rim) scan(w http.ResponseWriter, r *web.Request) error {
	return h.upload(w, r, "scan", func(a ask, s *sent) error {
		return h.store.BindScan(r.Context(), r.Caller, a.form.ID, a.at, a.period, s.words["code"], h.attach(r, s))
	})
}

func (h *Rim) prove(w http.ResponseWriter, r *web.Request) error {
	return h.upload(w, r, "", func(a ask, s *sent) error {
		row, n, _ := strings.Cut(s.words["cell"], ".")
		col, _ := strconv.Atoi(n)
		return h.store.Prove(r.Context(), r.Caller, a.ref(row, col), h.attach(r, s))
	})
}

func (h *Rim) record(w http.ResponseWriter, r *web.Request) error {
	return h.upload(w, r, "record", func(a ask, s *sent) error {
		v, _ := strconv.Atoi(s.words["version"])
		word := report.Word{Dept: s.words["dept"], Verdict: report.Verdict(s.words["said"]), Person: s.words["person"], Remark: s.words["remarks"]}
		return h.store.RecordCosign(r.Context(), r.Caller, a.form.ID, a.at, a.period, v, word, h.attach(r, s))
	})
}
