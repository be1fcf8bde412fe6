// Package registerhttp is the pages of the registers: one list per kind, the
// record with its people, the forms that add, change and end. It binds and
// renders; every decision is register's.
package registerhttp

import (
	"embed"
	"errors"
	"strconv"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/fault"
	"wengang/internal/register"
	"wengang/internal/text"
	"wengang/internal/web"
)

//go:embed templates/*.html
var templates embed.FS

// Rim is the pages of the registers.
type Rim struct {
	shell *web.Shell
	store *register.Store
}

// New makes the rim; both are needed.
func New(s *web.Shell, store *register.Store) *Rim {
	if s == nil || store == nil {
		panic("registerhttp.New: a dependency is missing")
	}
	return &Rim{shell: s, store: store}
}

// Register adds routes, templates and navigation to the shell.
func (h *Rim) Register() {
	h.shell.Templates("register", templates)
	h.shell.Nav(web.NavItem{Key: "web.nav.register", Icon: "building-factory", Href: "/register", Need: account.RegisterRead, Order: 60})
	read, edit := account.RegisterRead, account.RegisterEdit
	h.shell.Add(
		web.Route{Pattern: "GET /register", Need: read, Action: h.list},
		web.Route{Pattern: "GET /register/{id}", Need: read, Action: h.record},
		web.Route{Pattern: "GET /register/new", Need: edit, Action: h.newForm},
		web.Route{Pattern: "POST /register/new", Need: edit, Action: h.create},
		web.Route{Pattern: "GET /register/{id}/edit", Need: edit, Action: h.editForm},
		web.Route{Pattern: "POST /register/{id}/edit", Need: edit, Action: h.save},
		web.Route{Pattern: "GET /register/{id}/end", Need: edit, Action: h.endForm},
		web.Route{Pattern: "POST /register/{id}/end", Need: edit, Action: h.end},
		web.Route{Pattern: "GET /register/{id}/members/new", Need: edit, Action: h.memberForm},
		web.Route{Pattern: "POST /register/{id}/members/new", Need: edit, Action: h.addMember},
		web.Route{Pattern: "GET /register/{id}/members/{member}/end", Need: edit, Action: h.endMemberForm},
		web.Route{Pattern: "POST /register/{id}/members/{member}/end", Need: edit, Action: h.endMember})
}

// label is a field's name: the official heading in Chinese, the catalogue's
// word otherwise.
func label(r *web.Request, f *register.Field) string {
	if r.Lang == text.ZH {
		return f.Heading()
	}
	return r.T(f.LabelKey())
}

func kindOf(r *web.Request) *register.Kind {
	if k := register.ByID(r.URL.Query().Get("kind")); k != nil {
		return k
	}
	return register.ByID("workshop")
}

func pathID(r *web.Request, name string) (int64, error) {
	id, err := strconv.ParseInt(r.PathValue(name), 10, 64)
	if err != nil || id <= 0 {
		return 0, fault.NotFoundf("fault.notfound")
	}
	return id, nil
}

func link(r *web.Request, id int64, tail string) string {
	return r.Link("/register/" + strconv.FormatInt(id, 10) + tail)
}

func stateBadge(r *web.Request, rec *register.Record, today calendar.Date) web.Badge {
	k := register.ByID(rec.Kind)
	switch {
	case k.Instant:
		return web.Badge{Kind: "neu", Icon: "calendar-event", Text: rec.StartedOn.String()}
	case rec.EndedOn < today:
		return web.Badge{Kind: "out", Icon: "archive", Text: r.T("register.state.9")}
	case rec.State == register.Idle:
		return web.Badge{Kind: "yel", Icon: "alert-circle", Text: r.T("register.state.3")}
	case rec.State == register.Seasonal:
		return web.Badge{Kind: "dash", Icon: "player-pause", Text: r.T("register.state.2")}
	}
	return web.Badge{Kind: "neu", Icon: "circle-check", Text: r.T("register.state.1")}
}

// wrong takes an Invalid or once-only fault to a form's fields; others are the
// shell's.
func wrong(r *web.Request, err error) ([]web.FieldText, error) {
	var e *fault.Error
	if !errors.As(err, &e) || e.Kind != fault.Invalid && e.Kind != fault.Conflict {
		return nil, err
	}
	out := r.FieldTexts(err)
	if len(e.Fields) == 0 {
		out = append(out, web.FieldText{Message: r.T(e.Key, e.Args...)})
	}
	return out, nil
}
