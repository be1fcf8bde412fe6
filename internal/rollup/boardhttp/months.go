package boardhttp

import (
	"context"
	"net/http"
	"strings"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/fault"
	"wengang/internal/month"
	"wengang/internal/region"
	"wengang/internal/web"
)

// monthsView is the state of the month in every county of the place.
type monthsView struct {
	Sub      string
	Lines    []monthLine
	Empty    *web.Empty
	CanAll   bool // several counties may be closed at once
	Open     int
	Errors   []web.FieldText
	CanClose bool
}

type monthLine struct {
	At                 region.Code
	Name, Href         string
	State              month.Stage
	Stamp              []string // settings that differ from the defaults
	People             int
	ClosedAt           int64
	Last               calendar.Month // last closed month
	CanClose           bool
	CanReopen          bool
	Early              bool
	Next               calendar.Month // what must be closed first
	Reason             string
	DialogID, FormName string
}

func (h *Rim) monthPage(w http.ResponseWriter, r *web.Request) error {
	return h.showMonths(w, r, http.StatusOK, nil)
}

func (h *Rim) showMonths(w http.ResponseWriter, r *web.Request, status int, errs []web.FieldText) error {
	v := monthsView{Errors: errs, Sub: r.T("board.months.sub", r.Month.String())}
	scope := r.Caller.Scope(account.BoardRead)
	counties, err := h.months.Counties(r.Context(), scope, r.At)
	if err != nil {
		return err
	}
	all, err := h.statuses(r.Context(), scope, r.At, counties)
	if err != nil {
		return err
	}
	for _, c := range counties {
		if !scope.Contains(c) {
			continue // a town's officer sees the board, not the county's months
		}
		l := h.monthLine(r, c, all[c])
		if l.CanClose {
			v.Open++
		}
		v.Lines = append(v.Lines, l)
	}
	v.CanAll = v.Open > 1
	if len(v.Lines) == 0 {
		v.Empty = &web.Empty{Icon: "lock-open", Title: r.T("board.months.none"), Note: r.T("board.months.none.note")}
	}
	return h.shell.PageStatus(w, r, status, "board/months", v)
}

// statuses are the months of some counties at or around a place: one question,
// however many counties there are.
func (h *Rim) statuses(ctx context.Context, scope region.Scope, at region.Code, counties []region.Code) (map[region.Code][]month.Status, error) {
	if at.Level() > region.County {
		at = at.At(region.County)
	}
	if !scope.Contains(at) || len(counties) == 0 {
		return nil, nil
	}
	all, err := h.months.Statuses(ctx, scope, at, 0, calendar.Open)
	if err != nil {
		return nil, err
	}
	out := map[region.Code][]month.Status{}
	for _, st := range all {
		out[st.County] = append(out[st.County], st)
	}
	return out, nil
}

func (h *Rim) monthLine(r *web.Request, c region.Code, all []month.Status) monthLine {
	l := monthLine{At: c, Name: h.name(r, c), Href: r.Link("/board", "at", atParam(c)), State: month.Open, DialogID: "reopen-" + c.String()}
	for _, st := range all {
		if st.State == month.Closed {
			l.Last = st.Month
		}
		if st.Month == r.Month {
			l.State, l.People, l.ClosedAt, l.Reason = st.State, st.People, st.ClosedAt, st.Reason
			for _, part := range strings.Split(st.Stamp, ";") {
				if name, v, ok := strings.Cut(part, "="); ok && name != fact.VersionName {
					l.Stamp = append(l.Stamp, r.T("setting."+name)+" "+v)
				}
			}
		}
	}
	l.Early = calendar.MonthAt(h.shell.Now()) <= r.Month
	if l.Last != 0 && r.Month > l.Last.Add(1) {
		l.Next = l.Last.Add(1)
	}
	may := func(p account.Permission, at region.Code) bool { return r.Caller.Scope(p).Contains(at) }
	l.CanClose = l.State != month.Closed && !l.Early && l.Next == 0 && (l.Last == 0 || r.Month > l.Last) && may(account.MonthClose, c)
	l.CanReopen = l.State == month.Closed && l.Last == r.Month && may(account.MonthReopen, c) && may(account.MonthReopen, c.Parent())
	return l
}

// close closes one county (its code in the form), or all of the place that
// may be closed.
func (h *Rim) close(w http.ResponseWriter, r *web.Request) error {
	var counties []region.Code
	if v := r.PostFormValue("county"); v != "" {
		c, err := h.county(r, v)
		if err != nil {
			return err
		}
		counties = []region.Code{c}
	} else {
		var err error
		if counties, err = h.months.Counties(r.Context(), r.Scope(), r.At); err != nil {
			return err
		}
	}
	for _, c := range counties {
		if err := h.months.Close(r.Context(), r.Caller, c, r.Month); err != nil {
			return err
		}
	}
	return r.Redirect(w, r.Link("/board/months"))
}

func (h *Rim) reopen(w http.ResponseWriter, r *web.Request) error {
	c, err := h.county(r, r.PostFormValue("county"))
	if err != nil {
		return err
	}
	err = h.months.Reopen(r.Context(), r.Caller, c, r.Month, r.PostFormValue("reason"))
	if fault.Is(err, fault.Invalid) {
		return h.showMonths(w, r, http.StatusUnprocessableEntity, r.FieldTexts(err))
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, r.Link("/board/months"))
}

func (h *Rim) county(r *web.Request, v string) (region.Code, error) {
	c, err := region.ParseCode(v)
	if err != nil || !r.At.Contains(c) {
		return 0, fault.NotFoundf("fault.notfound")
	}
	return c, nil
}

// ClosedOn is the day on which a county closed.
func (l monthLine) ClosedOn() string {
	if l.ClosedAt == 0 || l.State != month.Closed {
		return ""
	}
	return calendar.DateAt(db.FromMillis(l.ClosedAt)).String()
}
