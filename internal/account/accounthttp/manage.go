package accounthttp

import (
	"net/http"
	"net/netip"
	"strconv"
	"strings"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/web"
)

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

func idOf(s string) int64 {
	n, _ := strconv.ParseInt(s, 10, 64)
	return n
}

// until sets the last day of an account.
func (h *Rim) until(w http.ResponseWriter, r *web.Request) error {
	id, err := userID(r)
	if err != nil {
		return err
	}
	var day calendar.Date
	if words := strings.TrimSpace(r.PostFormValue("until")); words != "" {
		if day, err = calendar.ParseDate(words); err != nil {
			return h.showUser(w, r, http.StatusUnprocessableEntity, fault.InvalidFields(fault.Field{Name: "until", Key: "account.until.form"}))
		}
	}
	if err := h.Accounts.SetUntil(r.Context(), r.Caller, id, day); err != nil {
		if !shown(err) {
			return err
		}
		return h.showUser(w, r, http.StatusUnprocessableEntity, err)
	}
	return r.Redirect(w, r.Link("/users/"+itoa(id)))
}

func (h *Rim) endUserSession(w http.ResponseWriter, r *web.Request) error {
	id, err := userID(r)
	if err != nil {
		return err
	}
	if err := h.Accounts.EndUserSession(r.Context(), r.Caller, id, idOf(r.PathValue("session"))); err != nil {
		return err
	}
	return r.Redirect(w, r.Link("/users/"+itoa(id)))
}

func (h *Rim) endOthers(w http.ResponseWriter, r *web.Request) error {
	if err := h.Accounts.EndOtherSessions(r.Context(), r.Caller); err != nil {
		return err
	}
	return r.Redirect(w, "/account")
}

// inspectFields are the form that opens an account to an inspector.
func inspectFields(r *web.Request, u *account.User, bad map[string]string) []web.Field {
	v := func(name string) string { return r.PostFormValue(name) }
	places := v("places")
	if places == "" {
		places = codeOf(u.Region)
	}
	field := func(name, kind string, max int) web.Field {
		return web.Field{Name: name, Kind: kind, Label: r.T("account.inspect." + name + "_label"), Required: true, Value: v(name), Error: bad[name], Max: max}
	}
	f := []web.Field{field("number", "", 120), field("title", "", 120), field("places", "", 400), field("first", "date", 0), field("last", "date", 0), field("first_month", "month", 0), field("last_month", "month", 0)}
	f[2].Value, f[2].Hint, f[2].Wide = places, r.T("account.inspect.places_hint"), true
	return append(f, web.Field{Name: "reveal", Kind: "check", Label: r.T("account.inspect.reveal_yes"), Hint: r.T("account.inspect.reveal_hint"), Wide: true, Value: v("reveal")})
}

// inspect opens an account to an inspector by a document.
func (h *Rim) inspect(w http.ResponseWriter, r *web.Request) error {
	id, err := userID(r)
	if err != nil {
		return err
	}
	in := account.Inspection{UserID: id, DocNumber: r.PostFormValue("number"), DocTitle: r.PostFormValue("title"), Reveal: r.PostFormValue("reveal") == "1"}
	for _, words := range strings.FieldsFunc(r.PostFormValue("places"), func(c rune) bool { return strings.ContainsRune(" ,，、;；\r\n", c) }) {
		at, ok := h.place(words, r.FullScope())
		if !ok {
			return h.showUser(w, r, http.StatusUnprocessableEntity, fault.InvalidFields(fault.Field{Name: "places", Key: "account.place"}))
		}
		in.Places = append(in.Places, at)
	}
	in.First, _ = calendar.ParseDate(r.PostFormValue("first"))
	in.Last, _ = calendar.ParseDate(r.PostFormValue("last"))
	in.FirstMonth, _ = calendar.ParseMonth(r.PostFormValue("first_month"))
	in.LastMonth, _ = calendar.ParseMonth(r.PostFormValue("last_month"))
	if _, err := h.Accounts.GrantInspection(r.Context(), r.Caller, in); err != nil {
		if !shown(err) {
			return err
		}
		return h.showUser(w, r, http.StatusUnprocessableEntity, err)
	}
	return r.Redirect(w, r.Link("/users/"+itoa(id)))
}

type addressView struct {
	Fields  []web.Field
	Errors  []web.FieldText
	Message string
	Saved   bool
	Own     string
}

// addresses is the page of networks from which administration and metrics are
// answered.
func (h *Rim) addresses(w http.ResponseWriter, r *web.Request) error {
	return h.showAddresses(w, r, http.StatusOK, nil)
}

func (h *Rim) showAddresses(w http.ResponseWriter, r *web.Request, status int, failed error) error {
	v := addressView{Saved: r.URL.Query().Has("saved"), Own: h.Sessions.Address(r.Request)}
	bad := map[string]string{}
	if failed != nil {
		v.Errors, v.Message, bad = r.FieldTexts(failed), sentence(r, failed), fieldErrors(r, failed)
	}
	for _, kind := range []account.AddressKind{account.AdminAddress, account.MetricAddress} {
		list, err := h.Accounts.Addresses(r.Context(), kind)
		if err != nil {
			return err
		}
		value := joinPrefixes(list)
		if failed != nil {
			value = r.PostFormValue(string(kind))
		}
		v.Fields = append(v.Fields, web.Field{Name: string(kind), Kind: "area", Label: r.T("account.address." + string(kind)), Hint: r.T("account.address." + string(kind) + "_hint"), Value: value, Error: bad[string(kind)], Wide: true, Max: 2000})
	}
	v.Fields = append(v.Fields, web.Field{Name: "source", Label: r.T("account.policy.source"), Hint: r.T("account.policy.source_hint"), Required: true, Wide: true, Value: r.PostFormValue("source"), Error: bad["source"], Max: 200})
	return h.Shell.PageStatus(w, r, status, "account/addresses", v)
}

func joinPrefixes(list []netip.Prefix) string {
	var words []string
	for _, p := range list {
		words = append(words, p.String())
	}
	return strings.Join(words, "\n")
}

func (h *Rim) setAddresses(w http.ResponseWriter, r *web.Request) error {
	own := h.Sessions.Address(r.Request)
	for _, kind := range []account.AddressKind{account.AdminAddress, account.MetricAddress} {
		if err := h.Accounts.SetAddresses(r.Context(), r.Caller, kind, r.PostFormValue(string(kind)), r.PostFormValue("source"), own); err != nil {
			if !shown(err) {
				return err
			}
			return h.showAddresses(w, r, http.StatusUnprocessableEntity, err)
		}
	}
	return r.Redirect(w, r.Link("/addresses", "saved", "1"))
}

// inspectionView is a document on the page of an account.
type inspectionView struct {
	account.Inspection
	Where []string
	Open  bool
}

func (h *Rim) inspectionViews(r *web.Request, list []account.Inspection) []inspectionView {
	today := calendar.DateAt(h.Shell.Now())
	var out []inspectionView
	for _, i := range list {
		v := inspectionView{Inspection: i, Open: i.EndedAt == 0 && i.Last >= today}
		for _, p := range i.Places {
			v.Where = append(v.Where, h.placeName(r, p))
		}
		out = append(out, v)
	}
	return out
}

// mayInspect: an account without roles and without a document can get one.
func mayInspect(u *account.User, home region.Code) bool {
	return len(u.Grants) == 0 && u.Inspection == nil && home != 0
}

// moreOf adds to an account's page what stands beside its grants: open
// sessions, second factor, documents of inspection.
func (h *Rim) moreOf(r *web.Request, v *userView, u *account.User, bad map[string]string) error {
	var err error
	if v.Sessions, err = h.Accounts.UserSessions(r.Context(), r.Caller, u.ID); err != nil {
		return err
	}
	list, err := h.Accounts.Inspections(r.Context(), r.Caller, u.ID)
	if err != nil {
		return err
	}
	v.Inspections = h.inspectionViews(r, list)
	if mayInspect(u, r.Caller.Home()) || r.PostFormValue("number") != "" {
		v.Inspect = inspectFields(r, u, bad)
	}
	v.Until = web.Field{Name: "until", Kind: "date", Label: r.T("account.until"), Hint: r.T("account.until_hint"), Error: bad["until"]}
	if u.ValidUntil != 0 {
		v.Until.Value = u.ValidUntil.String()
	}
	factor := r.T("account.factor.none")
	if u.FactorAt != 0 {
		factor = web.DateTime(u.FactorAt)
	}
	last := r.T("account.until_open")
	if u.ValidUntil != 0 {
		last = u.ValidUntil.String()
	}
	v.Facts = append(v.Facts, web.Fact{Label: r.T("account.phone"), Value: u.PhoneMask}, web.Fact{Label: r.T("account.until"), Value: last}, web.Fact{Label: r.T("account.factor.title"), Value: factor})
	return nil
}
