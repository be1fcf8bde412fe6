package accounthttp

import (
	"fmt"
	"net/http"
	"strings"

	"rsc.io/qr"

	"wengang/internal/account"
	"wengang/internal/fault"
	"wengang/internal/web"
)

type proveView struct {
	Name    string
	Next    string
	Coded   bool // by second factor; else by password
	Half    bool // the second half of a sign-in
	Message string
	Errors  []web.FieldText
	Fields  []web.Field
}

// codePage is the second half of a sign-in.
func (h *Rim) codePage(w http.ResponseWriter, r *web.Request) error {
	return h.showProve(w, r, http.StatusOK, "/sign-in/code", nil)
}

// provePage asks a signed-in person for a fresh proof, before acts that need
// one, and leads back.
func (h *Rim) provePage(w http.ResponseWriter, r *web.Request) error {
	return h.showProve(w, r, http.StatusOK, "/account/prove", nil)
}

func (h *Rim) showProve(w http.ResponseWriter, r *web.Request, status int, path string, failed error) error {
	ses, err := h.Sessions.lookup(r.Request)
	if err != nil {
		return err
	}
	u, err := h.Accounts.Own(r.Context(), ses.Caller)
	if err != nil {
		return err
	}
	v := proveView{Name: u.Name, Next: back(r), Coded: u.FactorAt != 0, Half: path == "/sign-in/code"}
	if v.Half && ses.MustChange != "code" {
		return r.Redirect(w, "/")
	}
	bad := map[string]string{}
	if failed != nil {
		v.Errors, v.Message, bad = r.FieldTexts(failed), sentence(r, failed), fieldErrors(r, failed)
	}
	f := web.Field{Name: "code", Label: r.T("account.factor.code"), Hint: r.T("account.factor.code_hint"), Required: true, Complete: "one-time-code", Error: bad["code"], Max: 40}
	if !v.Coded {
		f = web.Field{Name: "code", Label: r.T("account.signin.password"), Kind: "password", Required: true, Complete: "current-password", Error: bad["code"], Max: 256}
		if f.Error != "" {
			f.Error = r.T("account.password.old_wrong")
			v.Errors = []web.FieldText{{Name: "code", Message: f.Error}}
		}
	}
	v.Fields = []web.Field{f}
	if v.Half {
		r.Caller = account.Caller{}
	}
	return h.Shell.PageStatus(w, r, status, "account/prove", v)
}

// back is where a proof leads on to.
func back(r *web.Request) string {
	p := r.FormValue("next")
	if p == "" {
		return "/"
	}
	return next(p)
}

func (h *Rim) code(w http.ResponseWriter, r *web.Request) error {
	return h.proved(w, r, "/sign-in/code")
}

func (h *Rim) prove(w http.ResponseWriter, r *web.Request) error {
	return h.proved(w, r, "/account/prove")
}

func (h *Rim) proved(w http.ResponseWriter, r *web.Request, path string) error {
	ses, err := h.Sessions.lookup(r.Request)
	if err != nil {
		return err
	}
	c := ses.Caller
	c.RequestID = r.ID()
	token, err := h.Accounts.Prove(r.Context(), c, r.PostFormValue("code"))
	if err != nil {
		if !shown(err) {
			return err
		}
		status := http.StatusUnprocessableEntity
		if fault.Is(err, fault.TooMany) {
			status = http.StatusTooManyRequests
		}
		return h.showProve(w, r, status, path, err)
	}
	h.Sessions.set(w, token)
	return r.Redirect(w, back(r))
}

type factorView struct {
	account.Factor
	Must    bool
	Name    string
	Login   string
	Secret  string
	QR      string // path of the drawing
	Size    int    // modules with the quiet zone
	Message string
	Errors  []web.FieldText
	Fields  []web.Field
	Codes   []string
	Sample  bool
}

// factorPage is the own second factor: set up, or looked after.
func (h *Rim) factorPage(w http.ResponseWriter, r *web.Request) error {
	return h.showFactor(w, r, http.StatusOK, nil)
}

func (h *Rim) showFactor(w http.ResponseWriter, r *web.Request, status int, failed error) error {
	ses, err := h.Sessions.lookup(r.Request)
	if err != nil {
		return err
	}
	v := factorView{Must: ses.MustChange == "factor", Name: ses.Caller.Name, Login: ses.Caller.Login}
	if v.Factor, err = h.Accounts.Factor(r.Context(), ses.Caller); err != nil {
		return err
	}
	p, err := h.Accounts.Policy(r.Context())
	if err != nil {
		return err
	}
	v.Sample = p.Sample
	bad := map[string]string{}
	if failed != nil {
		v.Errors, v.Message, bad = r.FieldTexts(failed), sentence(r, failed), fieldErrors(r, failed)
	}
	if v.EnrolledAt == 0 && (v.Must || r.Method == http.MethodPost) {
		e, err := h.Accounts.BeginFactor(r.Context(), ses.Caller, r.T("account.factor.issuer"))
		if err != nil {
			return err
		}
		v.Secret = e.Secret
		if v.QR, v.Size, err = drawQR(e.URI); err != nil {
			return err
		}
		v.Fields = []web.Field{{Name: "code", Label: r.T("account.factor.first"), Hint: r.T("account.factor.first_hint"), Required: true, Complete: "one-time-code", Error: bad["code"], Max: 10}}
	}
	if v.Must {
		r.Caller = account.Caller{}
	}
	return h.Shell.PageStatus(w, r, status, "account/factor", v)
}

// factor answers the page's forms: begin, confirm, renew codes, take away.
func (h *Rim) factor(w http.ResponseWriter, r *web.Request) error {
	ses, err := h.Sessions.lookup(r.Request)
	if err != nil {
		return err
	}
	c := ses.Caller
	c.RequestID = r.ID()
	var codes []string
	switch r.PostFormValue("act") {
	case "confirm":
		codes, err = h.Accounts.ConfirmFactor(r.Context(), c, r.PostFormValue("code"))
	case "codes":
		codes, err = h.Accounts.RenewCodes(r.Context(), c)
	case "drop":
		if err := h.Accounts.DropFactor(r.Context(), c); err != nil {
			return err
		}
		return r.Redirect(w, "/account/factor")
	default:
		return h.showFactor(w, r, http.StatusOK, nil)
	}
	if err != nil {
		if !shown(err) {
			return err
		}
		return h.showFactor(w, r, http.StatusUnprocessableEntity, err)
	}
	v := factorView{Must: ses.MustChange == "factor", Name: c.Name, Login: c.Login, Codes: codes}
	if v.Must {
		r.Caller = account.Caller{}
	}
	return h.Shell.Page(w, r, "account/factor", v)
}

// drawQR is a QR code as one SVG path over unit squares, with the quiet zone
// of four that readers need.
func drawQR(words string) (path string, size int, err error) {
	c, err := qr.Encode(words, qr.M)
	if err != nil {
		return "", 0, fmt.Errorf("qr: %w", err)
	}
	var b strings.Builder
	for y := range c.Size {
		for x := 0; x < c.Size; x++ {
			if !c.Black(x, y) {
				continue
			}
			run := 1
			for c.Black(x+run, y) {
				run++
			}
			fmt.Fprintf(&b, "M%d %dh%dv1h-%dz", x+4, y+4, run, run)
			x += run
		}
	}
	return b.String(), c.Size + 8, nil
}
