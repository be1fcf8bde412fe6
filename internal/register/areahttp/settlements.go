package areahttp

import (
	"net/http"
	"slices"
	"strconv"

	"wengang/internal/account"
	"wengang/internal/indicator"
	"wengang/internal/region"
	"wengang/internal/register"
	"wengang/internal/rollup"
	"wengang/internal/web"
)

// columns are the figures of a settlement, in the table's order.
var columns = []string{"registered", "able_willing", "working", "employment_rate", "jobless", "income_mean"}

type settlementsView struct {
	Sub    string
	Empty  *web.Empty
	Add    string
	Import string
	People string // import of residents
	Tiles  []web.Tile
	Heads  []headView
	Rows   []homeRow
	Sum    []cell
	Living int64
	Gaps   []gapRow
	Four   []fourRow
	Shares []shareRow
	Goal   int64
	Short  int
	Dated  datedView
}

type headView struct{ Label, Unit string }

type homeRow struct {
	Name, Href, Form string
	Where            int64
	Size             string
	Residents        string
	Cells            []cell
	Badge            web.Badge
}

type gapRow struct {
	Name, Href, Do string
	Badge          web.Badge
}

type fourRow struct {
	Label string
	cell
	Note string
}

type shareRow struct {
	Name, Href, Kind, Posts, Moved, Rate string
	Stated, short                        bool
	Badge                                web.Badge
}

type datedView struct{ Listed, Undated, Outside, Households int64 }

// settlements is the page of the settlements of a place and month.
func (h *Rim) settlements(w http.ResponseWriter, r *web.Request) error {
	day := r.Month.LastDay()
	homes, err := h.homes.Homes(r.Context(), r.Scope(), day)
	if err != nil {
		return err
	}
	s, err := h.figures.Slice(r.Context(), r.Scope(), rollup.Query{At: r.At, Month: r.Month, By: []rollup.Dim{rollup.DimSettlement}})
	if err != nil {
		return err
	}
	shares, err := h.homes.Shares(r.Context(), r.Scope(), day)
	if err != nil {
		return err
	}
	v := &settlementsView{Sub: r.T("settlement.sub", r.Month.String())}
	if r.Caller.Scope(account.RegisterEdit).Contains(r.At) {
		v.Add = r.Link("/register/new", "kind", register.SettlementKind)
	}
	if r.Caller.Scope(account.ImportRun).Contains(r.At) {
		v.Import = r.Link("/import/new", "kind", "roster", "type", register.SettlementKind)
		v.People = r.Link("/import/new", "kind", "roster", "type", register.SettlementKind+"_members")
	}
	if len(homes) == 0 {
		v.Empty = &web.Empty{Icon: "home-move", Title: r.T("settlement.empty"), Note: r.T("settlement.empty.note"), Action: r.T("settlement.import"), Href: v.Import}
		return h.shell.Page(w, r, "areas/settlements", v)
	}
	h.rows(r, v, homes, &s)
	h.shares(r, v, homes, shares)
	h.tiles(r, v, homes, &s)
	return h.shell.Page(w, r, "areas/settlements", v)
}

// living are the people of all settlements together: everybody but the cell of
// those who live in none.
func living(s *rollup.Sliced, d *indicator.Def) rollup.Value {
	none := s.At(0)
	switch d.Kind {
	case indicator.Ratio:
		num, den := living(s, indicator.MustGet(d.Num)).N, living(s, indicator.MustGet(d.Den)).N
		if den == 0 {
			return rollup.Value{}
		}
		v := rollup.Value{Known: true, Num: num, Den: den, N: num}
		if d.Unit == indicator.Fen {
			v.N = (2*num + den) / (2 * den)
		}
		return v
	}
	whole := s.Whole.Value(d)
	return rollup.Value{Known: whole.Known, N: whole.N - none.Value(d).N}
}

func (h *Rim) rows(r *web.Request, v *settlementsView, homes []*register.Settled, s *rollup.Sliced) {
	for _, id := range columns {
		d := indicator.MustGet(id)
		v.Heads = append(v.Heads, headView{r.T("settlement." + headOf[id]), r.T("indicator.unit." + string(d.Unit))})
		val := living(s, d)
		v.Sum = append(v.Sum, cell{shown(d, val), list(r, d, val, "w.settlement", rollup.AnySettlement)})
	}
	named := map[string]int{}
	for _, x := range homes {
		named[x.Name]++
	}
	for _, x := range homes {
		name := x.Name
		if named[name] > 1 { // two of one name are told apart by where they lie
			name = r.T("settlement.name.in", name, h.name(r, x.Region))
		}
		row := homeRow{Name: name, Href: r.Link("/register/" + strconv.FormatInt(x.ID, 10)), Form: register.ByID(x.Kind).Field("form").Show(x.Extra["form"]),
			Where: int64(x.Region), Size: r.T("settlement.size." + strconv.Itoa(int(x.Size))), Residents: "—", Badge: gapBadge(r, x.Gap)}
		if x.Residents >= 0 {
			row.Residents = web.Thousands(x.Residents)
			v.Living += x.Residents
		}
		c := s.At(x.ID)
		for _, id := range columns {
			d := indicator.MustGet(id)
			val := c.Value(d)
			row.Cells = append(row.Cells, cell{shown(d, val), list(r, d, val, "c.settlement", x.ID)})
		}
		v.Rows = append(v.Rows, row)
		if x.Gap != register.NoGap {
			v.Gaps = append(v.Gaps, gapRow{Name: name, Href: row.Href, Do: r.T("settlement.gap." + string(x.Gap) + ".do"), Badge: row.Badge})
		}
		v.Dated.Listed += x.Listed
		v.Dated.Undated += x.Undated
		v.Dated.Outside += x.Outside
		v.Dated.Households += x.Households
	}
	for _, f := range []struct{ label, id string }{{"out", "channel_organised"}, {"workshop", "channel_workshop"}, {"new", ""}, {"post", "channel_post"}} {
		row := fourRow{Label: r.T("settlement.four." + f.label)}
		if f.id == "" {
			row.Text, row.Note = "—", r.T("settlement.four.unknown")
		} else {
			d := indicator.MustGet(f.id)
			val := living(s, d)
			row.cell = cell{shown(d, val), list(r, d, val, "w.settlement", rollup.AnySettlement)}
		}
		v.Four = append(v.Four, row)
	}
}

// headOf are the words of the columns.
var headOf = map[string]string{"registered": "registered", "able_willing": "able", "working": "working", "employment_rate": "rate", "jobless": "jobless", "income_mean": "income"}

func gapBadge(r *web.Request, g register.Gap) web.Badge {
	switch g {
	case register.NoGap:
		return web.Badge{Kind: "neu", Icon: "circle-check", Text: r.T("settlement.gap.ok")}
	case register.GapUnknown:
		return web.Badge{Kind: "dash", Icon: "help-circle", Text: r.T("settlement.gap.unknown")}
	}
	return web.Badge{Kind: "yel", Icon: "alert-triangle", Text: r.T("settlement.gap." + string(g))}
}

// shares are the projects of counties that have a settlement, those that lack
// first: elsewhere there is nobody whom a post could go to.
func (h *Rim) shares(r *web.Request, v *settlementsView, homes []*register.Settled, all []*register.Share) {
	near := map[region.Code]bool{}
	for _, x := range homes {
		near[x.Region.At(region.County)] = true
	}
	for _, x := range all {
		if !near[x.Region.At(region.County)] && x.Moved <= 0 {
			continue
		}
		row := shareRow{Name: x.Name, Href: r.Link("/register/" + strconv.FormatInt(x.ID, 10)), Kind: r.T(register.ByID(x.Kind).NameKey()), Posts: "—", Moved: "—", Rate: "—", Stated: x.Stated}
		v.Goal = x.Goal
		if x.Posts >= 0 {
			row.Posts = web.Thousands(x.Posts)
		}
		if x.Moved >= 0 {
			row.Moved = web.Thousands(x.Moved)
		}
		switch p := x.Percent(); {
		case p < 0:
			row.Badge = web.Badge{Kind: "dash", Icon: "help-circle", Text: r.T("settlement.share.unknown")}
		case x.Short:
			row.Rate, row.Badge = web.Rate(p), web.Badge{Kind: "yel", Icon: "alert-triangle", Text: r.T("settlement.share.short")}
		default:
			row.Rate, row.Badge = web.Rate(p), web.Badge{Kind: "neu", Icon: "circle-check", Text: r.T("settlement.share.ok")}
		}
		if x.Short {
			v.Short++
		}
		row.short = x.Short
		v.Shares = append(v.Shares, row)
	}
	slices.SortStableFunc(v.Shares, func(a, b shareRow) int {
		if a.short == b.short {
			return 0
		}
		if a.short {
			return -1
		}
		return 1
	})
}

func (h *Rim) tiles(r *web.Request, v *settlementsView, homes []*register.Settled, s *rollup.Sliced) {
	tile := func(key, id string) web.Tile {
		d := indicator.MustGet(id)
		val := living(s, d)
		return web.Tile{Label: r.T(key), Value: shown(d, val), Unit: r.T("indicator.unit." + string(d.Unit)), Href: list(r, d, val, "w.settlement", rollup.AnySettlement), Calibre: []string{r.T(d.How())}}
	}
	real := 0
	for _, x := range homes {
		if x.Gap == register.GapWindow || x.Gap == register.GapPlatform {
			real++
		}
	}
	v.Tiles = []web.Tile{{Label: r.T("settlement.tile.all"), Value: web.Thousands(len(homes)), Unit: r.T("settlement.tile.unit"), Href: r.Link("/register", "kind", register.SettlementKind)},
		tile("settlement.tile.people", "registered"), tile("settlement.tile.working", "working"), tile("settlement.tile.rate", "employment_rate"),
		{Label: r.T("settlement.tile.gap"), Value: web.Thousands(real), Unit: r.T("settlement.tile.unit"), Calibre: []string{r.T("settlement.tile.gap.goal")}}}
}
