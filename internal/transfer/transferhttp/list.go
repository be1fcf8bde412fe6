package transferhttp

import (
	"net/http"
	"strconv"

	"wengang/internal/transfer"
	"wengang/internal/web"
)

const pageRows = 50

// listView is the page of all imports of a place.
type listView struct {
	Rows []listRow
	Next string
}

type listRow struct {
	transfer.Info
	Kind  string
	When  string
	Href  string
	Badge web.Badge
}

func (h *Rim) list(w http.ResponseWriter, r *web.Request) error {
	before, _ := strconv.ParseInt(r.URL.Query().Get("after"), 10, 64)
	batches, err := h.imports.List(r.Context(), r.Scope(), before, pageRows+1)
	if err != nil {
		return err
	}
	v := listView{}
	if len(batches) > pageRows {
		batches = batches[:pageRows]
		v.Next = r.Self("after", batches[pageRows-1].ID)
	}
	for _, in := range batches {
		v.Rows = append(v.Rows, listRow{Info: in, Kind: kindName(r, in.Kind), When: in.CreatedAt.Format("01-02 15:04"), Href: r.Link(base(in)), Badge: badge(r, in)})
	}
	return h.shell.Page(w, r, "import/list", v)
}

// badge shows the state; what waits for a person is the one that stands out.
func badge(r *web.Request, in transfer.Info) web.Badge {
	b := web.Badge{Kind: "neu", Text: r.T("import.badge." + string(in.State))}
	switch in.State {
	case transfer.StateStaged, transfer.StateChecking, transfer.StateSaving:
		b.Icon = "refresh"
	case transfer.StateMapping:
		b.Kind, b.Icon = "work", "table"
	case transfer.StateChecked:
		b.Kind, b.Icon = "work", "device-floppy"
	case transfer.StateDone:
		b.Icon = "check"
	case transfer.StateFailed:
		b.Kind, b.Icon = "red", "alert-triangle"
	case transfer.StateCancelled, transfer.StateUndone:
		b.Kind, b.Icon = "out", "arrow-back-up"
	}
	return b
}
