package sample

import (
	"math/rand/v2"

	"wengang/internal/region"
)

// workplace is a county of work as files print it.
type workplace struct {
	code                   region.Code
	province, city, county string
}

// destinations are where people of the region go to work, with weights.
type destinations struct {
	province            region.Code
	inside, outside     []*workplace
	insideUp, outsideUp []float64
	hmt, abroad         []*workplace
}

// Destinations outside the province, by how many people of the east and the
// middle go there; only their proportions matter.
var famous = []struct {
	code   region.Code
	weight float64
}{
	{110105, 5}, {110106, 4}, {110108, 2}, {110112, 4}, {110114, 4}, {110115, 4}, {120116, 5}, {120110, 3}, {120112, 3}, {120113, 3},
	{310115, 4}, {310112, 3}, {310114, 2}, {310117, 3}, {310120, 2}, {320583, 7}, {320506, 3}, {320509, 3}, {320505, 2}, {320412, 2}, {320281, 2},
	{330282, 3}, {330212, 3}, {330109, 2}, {330110, 3}, {330782, 3}, {330304, 1}, {440306, 3}, {440307, 2}, {441900, 4}, {440605, 2}, {440606, 2},
	{440114, 1}, {350582, 2}, {350206, 1}, {130402, 3}, {130108, 2}, {130683, 1}, {410105, 3}, {410902, 2}, {140105, 1}, {610113, 1}, {650104, 1}, {150602, 1},
	{500112, 1}, {510107, 1}, {420111, 1}, {370212, 2}, {370181, 2},
}

func newDestinations(t *region.Tree, home region.Code) *destinations {
	d := &destinations{province: home.At(region.Province)}
	city := home.At(region.City)
	capital := d.province + 1_00_000_000
	in, near := t.Counties(d.province), len(t.Counties(city))
	for _, c := range in {
		w := 0.5 / float64(len(in))
		switch c.At(region.City) {
		case city:
			w = 0.22 / float64(near)
		case capital:
			w = 0.28 / float64(len(t.Counties(capital)))
		}
		if p, ok := workplaceOf(t, c); ok {
			d.inside, d.insideUp = append(d.inside, p), append(d.insideUp, w)
		}
	}
	for _, f := range famous {
		c := f.code * 1_000_000
		if d.province.Contains(c) {
			continue
		}
		if p, ok := workplaceOf(t, c); ok {
			d.outside, d.outsideUp = append(d.outside, p), append(d.outsideUp, f.weight)
		}
	}
	for _, c := range []region.Code{region.HongKong, region.Macao, region.Taiwan} {
		d.hmt = append(d.hmt, &workplace{code: c, province: t.Name(c)})
	}
	d.abroad = []*workplace{{code: region.Abroad, province: "境外"}}
	return d
}

// workplaceOf names a county so that it can mean nothing else.
func workplaceOf(t *region.Tree, c region.Code) (*workplace, bool) {
	p := &workplace{code: c, province: t.Name(c.At(region.Province)), city: t.Name(c.At(region.City)), county: t.Name(c)}
	if p.city == "市辖区" || p.city == "县" {
		p.city = p.province // as people write it
	}
	m := t.ResolvePath(p.province, p.city, p.county, "", "", region.Country)
	return p, m.Status == region.One && m.Code == c && !m.Former
}

func (d *destinations) pick(r *rand.Rand, class int, home region.Code) *workplace {
	for range 50 {
		var p *workplace
		switch class {
		case 2:
			p = d.inside[pick(r, d.insideUp...)]
		case 3:
			p = d.outside[pick(r, d.outsideUp...)]
		case 4:
			p = d.hmt[pick(r, 0.6, 0.3, 0.1)]
		default:
			p = d.abroad[0]
		}
		if p.code != home {
			return p
		}
	}
	return d.outside[0]
}
