package accounthttp

import (
	"bytes"
	"io"
	"net/http"
	"os"
	"strconv"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/web"
)

// sheetLimit bounds an uploaded workbook of accounts in bytes: 500 rows are
// far below.
const sheetLimit = 2 << 20

type sheetsView struct {
	Rows    []account.Sheet
	Message string
	None    web.Empty
	CanMake bool
}

// sheets lists workbooks of accounts and takes a new one.
func (h *Rim) sheets(w http.ResponseWriter, r *web.Request) error {
	return h.showSheets(w, r, http.StatusOK, nil)
}

func (h *Rim) showSheets(w http.ResponseWriter, r *web.Request, status int, failed error) error {
	list, err := h.Accounts.Sheets(r.Context(), r.Caller)
	if err != nil {
		return err
	}
	v := sheetsView{Rows: list, CanMake: r.Can(account.UserCreate),
		None: web.Empty{Icon: "file-spreadsheet", Title: r.T("account.sheet.nothing"), Note: r.T("account.sheet.nothing_note")}}
	if failed != nil {
		v.Message = sentence(r, failed)
	}
	return h.Shell.PageStatus(w, r, status, "account/sheets", v)
}

func (h *Rim) sheetTemplate(w http.ResponseWriter, r *web.Request) error {
	var b bytes.Buffer
	if err := account.SheetTemplate(&b, os.TempDir()); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	w.Header().Set("Content-Disposition", `attachment; filename="accounts.xlsx"; filename*=UTF-8''%E8%B4%A6%E5%8F%B7%E8%A1%A8.xlsx`)
	_, err := w.Write(b.Bytes())
	return err
}

func (h *Rim) uploadSheet(w http.ResponseWriter, r *web.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, sheetLimit)
	if err := r.ParseMultipartForm(sheetLimit); err != nil {
		return h.showSheets(w, r, http.StatusUnprocessableEntity, fault.New(fault.Invalid, "account.sheet.file", sheetLimit>>20))
	}
	file, head, err := r.FormFile("file")
	if err != nil {
		return h.showSheets(w, r, http.StatusUnprocessableEntity, fault.New(fault.Invalid, "account.sheet.file", sheetLimit>>20))
	}
	defer file.Close()
	body, err := io.ReadAll(file)
	if err != nil {
		return err
	}
	places := func(words string, within region.Scope) (region.Code, bool) { return h.place(words, within) }
	id, err := h.Accounts.StageSheet(r.Context(), r.Caller, r.At, places, bytes.NewReader(body), int64(len(body)), head.Filename)
	if err != nil {
		if !shown(err) {
			return err
		}
		return h.showSheets(w, r, http.StatusUnprocessableEntity, err)
	}
	return r.Redirect(w, r.Link("/sheets/"+strconv.FormatInt(id, 10)))
}

type sheetView struct {
	account.Sheet
	Lines   []sheetLine
	Good    int
	Bad     int
	Wishes  []wishLine
	Waiting int // wishes that nobody decided
	Message string
	Grants  bool // the caller may decide
	Gone    bool // staged by somebody else, or too old
}

type sheetLine struct {
	account.SheetRow
	Why []web.FieldText
	Is  map[string]bool // wrong cells
}

type wishLine struct {
	account.Wish
	Role, Dept string
	State      web.Badge
}

func (h *Rim) sheet(w http.ResponseWriter, r *web.Request) error {
	return h.showSheet(w, r, http.StatusOK, nil)
}

func (h *Rim) showSheet(w http.ResponseWriter, r *web.Request, status int, failed error) error {
	id, err := userID(r)
	if err != nil {
		return err
	}
	sh, err := h.Accounts.Sheet(r.Context(), r.Caller, id)
	if err != nil {
		return err
	}
	v := sheetView{Sheet: sh, Grants: r.Caller.Can(account.UserGrant), Gone: sh.MadeAt == 0 && sh.Rows == nil}
	if failed != nil {
		v.Message = sentence(r, failed)
	}
	for _, row := range sh.Rows {
		line := sheetLine{SheetRow: row, Is: map[string]bool{}, Why: r.FieldTexts(fault.InvalidFields(row.Bad...))}
		for _, f := range row.Bad {
			line.Is[f.Name] = true
		}
		if row.OK() {
			v.Good++
		} else {
			v.Bad++
		}
		v.Lines = append(v.Lines, line)
	}
	if sh.MadeAt != 0 {
		wishes, err := h.Accounts.Wishes(r.Context(), r.Caller, id)
		if err != nil {
			return err
		}
		for _, x := range wishes {
			l := wishLine{Wish: x, Role: r.T("web.role." + string(x.Grant.Role)), Dept: r.T("account.dept." + string(x.Grant.Dept)), State: wishState(r, x)}
			if x.DecidedAt == 0 {
				v.Waiting++
			}
			v.Wishes = append(v.Wishes, l)
		}
	}
	return h.Shell.PageStatus(w, r, status, "account/sheet", v)
}

func wishState(r *web.Request, x account.Wish) web.Badge {
	switch {
	case x.DecidedAt == 0:
		return web.Badge{Kind: "dash", Icon: "clock", Text: r.T("account.sheet.waits")}
	case x.Granted:
		return web.Badge{Kind: "work", Icon: "check", Text: r.T("account.sheet.granted")}
	}
	return web.Badge{Kind: "out", Icon: "ban", Text: r.T("account.sheet.declined")}
}

type slipsView struct {
	Slips []slipView
	Back  string
	Left  int
}

type slipView struct {
	account.Slip
	Role, Dept string
	UntilDay   calendar.Date
}

// makeSheet answers with the slips themselves: printed once, kept nowhere.
func (h *Rim) makeSheet(w http.ResponseWriter, r *web.Request) error {
	id, err := userID(r)
	if err != nil {
		return err
	}
	slips, err := h.Accounts.MakeSheet(r.Context(), r.Caller, id)
	if err != nil {
		if !shown(err) {
			return err
		}
		return h.showSheet(w, r, http.StatusUnprocessableEntity, err)
	}
	v := slipsView{Back: r.Link("/sheets/" + strconv.FormatInt(id, 10))}
	for _, s := range slips {
		v.Slips = append(v.Slips, slipView{Slip: s, Role: r.T("web.role." + string(s.Row.RoleCode)), Dept: r.T("account.dept." + string(s.Row.DeptCode)), UntilDay: s.Row.Day})
	}
	return h.Shell.Page(w, r, "account/slips", v)
}

// decideSheet grants what a workbook wished for the ticked accounts, or
// declines it.
func (h *Rim) decideSheet(w http.ResponseWriter, r *web.Request) error {
	id, err := userID(r)
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return fault.New(fault.Invalid, "web.badform")
	}
	var users []int64
	for _, s := range r.PostForm["user"] {
		if n, err := strconv.ParseInt(s, 10, 64); err == nil {
			users = append(users, n)
		}
	}
	if _, err := h.Accounts.DecideWishes(r.Context(), r.Caller, id, users, r.PostFormValue("act") != "decline"); err != nil {
		if !shown(err) {
			return err
		}
		return h.showSheet(w, r, http.StatusUnprocessableEntity, err)
	}
	return r.Redirect(w, r.Link("/sheets/"+strconv.FormatInt(id, 10)))
}
