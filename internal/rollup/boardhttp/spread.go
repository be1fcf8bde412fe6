package boardhttp

import (
	"net/http"
	"strconv"

	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/rollup"
	"wengang/internal/web"
)

// spreadView is how the monthly incomes lie.
type spreadView struct {
	Sub   string
	By    []web.Tab
	Tiles []web.Tile
	Chart web.Chart
	Bands []bandLine
	Parts []spreadLine
	Total spreadLine
	Head  string
	Empty *web.Empty
}

type bandLine struct {
	Name, Href string
	N          int64
	Share      float64
}

type spreadLine struct {
	Name, Href       string
	Working, Unknown int64
	None             string // list of the unknown
	Q1, Median, Q3   int64
	Mean             int64
	Known            float64
	Low              int64 // below the first band's limit
	LowHref          string
}

func spreadBy(r *web.Request) (rollup.Dim, error) {
	switch by := rollup.Dim(r.URL.Query().Get("by")); by {
	case "":
		return rollup.DimPlace, nil
	case rollup.DimChannel, rollup.DimPlaceClass:
		return by, nil
	}
	return "", fault.NotFoundf("fault.notfound")
}

func (h *Rim) spread(w http.ResponseWriter, r *web.Request) error {
	by, err := spreadBy(r)
	if err != nil {
		return err
	}
	var children []region.Code
	if by == rollup.DimPlace {
		children = h.children(r, r.At)
	}
	whole, parts, err := h.figures.Spreads(r.Context(), r.Scope(), r.At, by, children, r.Month, view(r))
	if err != nil {
		return err
	}
	v := spreadView{Sub: r.T("spread.sub"), Head: r.T("cohort.by." + string(by))}
	if by == rollup.DimPlace {
		v.Head = r.T("board.rank.place")
	}
	for _, d := range []rollup.Dim{"", rollup.DimChannel, rollup.DimPlaceClass} {
		label := r.T("cohort.by." + string(d))
		if d == "" {
			label = r.T("board.rank.place")
		}
		v.By = append(v.By, web.Tab{Label: label, Href: r.Self("by", string(d)), On: d == by || d == "" && by == rollup.DimPlace})
	}
	if whole.Working == 0 {
		v.Empty = &web.Empty{Icon: "coin", Title: r.T("board.empty", r.Month.String()), Note: r.T("board.empty.note"), Action: r.T("board.empty.act"), Href: r.Link("/imports")}
		return h.shell.Page(w, r, "board/spread", v)
	}
	v.Tiles = spreadTiles(r, &whole)
	v.Chart = web.Chart{Kind: "bar", Title: r.T("spread.chart"), Sub: r.T("spread.chart.sub", web.Thousands(whole.Known)), Unit: r.T("indicator.unit.person"), First: r.T("spread.band")}
	s := web.Series{Name: r.T("spread.people")}
	for i, b := range whole.Bands {
		href := r.Link("/board/people", "set", "income", "band", i)
		l := bandLine{Name: bandName(r, b), N: b.N, Href: href}
		if whole.Known > 0 {
			l.Share = float64(b.N) / float64(whole.Known) * 100
		}
		v.Bands = append(v.Bands, l)
		v.Chart.Categories, v.Chart.Links = append(v.Chart.Categories, l.Name), append(v.Chart.Links, href)
		s.Values = append(s.Values, web.F(float64(b.N)))
	}
	v.Chart.Series = []web.Series{s}
	for i := range parts {
		v.Parts = append(v.Parts, h.spreadLine(r, by, &parts[i]))
	}
	v.Total = h.spreadLine(r, rollup.DimPlace, &whole)
	v.Total.Name, v.Total.Href = r.T("board.total"), ""
	return h.shell.Page(w, r, "board/spread", v)
}

func spreadTiles(r *web.Request, x *rollup.Spread) []web.Tile {
	yuan := r.T("indicator.unit.fen")
	known := float64(x.Known) / float64(x.Working) * 100
	return []web.Tile{
		{Label: r.T("spread.median"), Value: web.Yuan(x.Median), Unit: yuan, Calibre: []string{r.T("spread.median.how")}},
		{Label: r.T("spread.half"), Value: r.T("spread.range", wholeYuan(x.Q1), wholeYuan(x.Q3)), Unit: yuan, Calibre: []string{r.T("spread.half.how")}},
		{Label: r.T("indicator.income_mean"), Value: web.Yuan(x.Mean()), Unit: yuan, Calibre: []string{r.T("board.cal.n", web.Thousands(x.Known))}},
		{Label: r.T("spread.none"), Value: web.Thousands(x.Unknown()), Unit: r.T("indicator.unit.person"), Href: r.Link("/board/people", "set", "income", "band", "none"),
			Calibre: []string{r.T("board.cal.known", web.Percent(known)), r.T("spread.none.how")}},
	}
}

func (h *Rim) spreadLine(r *web.Request, by rollup.Dim, x *rollup.Spread) spreadLine {
	l := spreadLine{Working: x.Working, Unknown: x.Unknown(), Q1: x.Q1, Median: x.Median, Q3: x.Q3, Mean: x.Mean(), Low: x.Bands[0].N}
	if x.Working > 0 {
		l.Known = float64(x.Known) / float64(x.Working) * 100
	}
	kv := []any{"set", "income"}
	switch {
	case by != rollup.DimPlace:
		l.Name = keyName(h, r, by, x.Key)
		kv = append(kv, "by", string(by), "key", x.Key)
	case x.Key == 0:
		l.Name = r.T("spread.other")
		return l
	default:
		at := region.Code(x.Key)
		l.Name = h.name(r, at)
		kv = append(kv, "at", atParam(at))
		if at != r.At {
			kv = append(kv, "of", atParam(r.At))
		}
		if at.Level() < region.Village && at != r.At {
			l.Href = r.Link("/board/income", "at", atParam(at))
		}
	}
	l.None = r.Link("/board/people", append(kv, "band", "none")...)
	l.LowHref = r.Link("/board/people", append(kv, "band", 0)...)
	return l
}

// wholeYuan is an amount without its cents.
func wholeYuan(fen int64) string {
	if fen < 0 {
		return "—"
	}
	return web.Thousands((fen + 50) / 100)
}

// bandName is a band in yuan.
func bandName(r *web.Request, b rollup.Band) string {
	switch {
	case b.From == 0:
		return r.T("spread.under", plain(b.To))
	case b.To == 0:
		return r.T("spread.over", plain(b.From))
	}
	return r.T("spread.between", plain(b.From), plain(b.To))
}

// plain is a limit in yuan without separators: two of them stand in one label.
func plain(fen int64) string {
	if fen%100 != 0 {
		return strconv.FormatFloat(float64(fen)/100, 'f', 2, 64)
	}
	return strconv.FormatInt(fen/100, 10)
}
