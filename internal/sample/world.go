package sample

import (
	"math"
	"math/rand/v2"
	"strings"

	"wengang/internal/calendar"
	"wengang/internal/region"
)

// world is everything that is made in one run.
type world struct {
	Options
	first    calendar.Month // of the history
	today    calendar.Date  // the tenth of the month after End
	tree     *region.Tree
	locals   []region.Local
	counties []*county
	own      *county // the city's own registers; nil without
	names    *namer
	away     *destinations

	registers map[string]map[string]int // good rows of the rosters by kind and county
	planted   []Planted                 // in the region's own files
}

// county is one county or reporting unit with its people.
type county struct {
	w        *world
	n        int // position in the world: decides the style of its files
	code     region.Code
	name     string
	villages []place
	target   int // people
	homes    []*household
	rng      *rand.Rand
	self     *workplace            // the county as a place of work
	ghosts   map[string][]ghost    // rows of nobody's, by table
	planted  []Planted             // filled when the files are written
	tainted  map[string][]int      // rows of planted people, by file
	carriers map[string][]*carrier // registers, by kind
	settled  []*carrier            // settlements
	refused  map[string]int        // rows that are to be rejected, by file
}

// ghost is a row that stands for nobody of the ledger.
type ghost struct {
	p *person
	s *spell
}

// place is a village with the names that its rows carry.
type place struct {
	code          region.Code
	town, village string
}

// lastMonths is how many months come as monthly files.
const lastMonths = 3

func newWorld(o Options) (*world, error) {
	if o.End == 0 {
		o.End = 202311
	}
	if o.Months == 0 {
		o.Months = 24
	} else if o.Months > 0 && o.Months <= lastMonths {
		o.Months = lastMonths + 1 // the monthly files need a month of history before them
	}
	if o.People < 200 || o.Months <= lastMonths || o.Months > 60 || o.Tree == nil || o.Dir == "" {
		return nil, errorf("want at least 200 people, 4 to 60 months, a tree and a folder")
	}
	w := &world{Options: o, tree: o.Tree, first: o.End.Add(1 - o.Months)}
	next := o.End.Add(1)
	w.today = calendar.DateOf(next.Year(), next.Num(), 10)
	if !o.NoUnits && o.Region == liaocheng && !hasUnits(o.Tree, o.Region) {
		w.locals = liaochengUnits()
		w.tree = o.Tree.With(w.locals)
	}
	w.names = newNamer()
	w.away = newDestinations(w.tree, o.Region)
	total := 0.0
	for i, code := range w.tree.Counties(o.Region) {
		c := &county{w: w, n: i, code: code, name: w.tree.Name(code),
			rng:    rand.New(rand.NewPCG(o.Seed, uint64(code))),
			ghosts: map[string][]ghost{}, tainted: map[string][]int{}, carriers: map[string][]*carrier{}, refused: map[string]int{}}
		var ok bool
		if c.self, ok = workplaceOf(w.tree, code); !ok {
			return nil, errorf("%s cannot be named as a place of work", c.name)
		}
		c.villages = c.goodVillages()
		if len(c.villages) == 0 {
			return nil, errorf("%s has no villages", c.name)
		}
		total += c.weight()
		w.counties = append(w.counties, c)
	}
	if len(w.counties) == 0 {
		return nil, errorf("%s has no counties", o.Region)
	}
	left := o.People
	if float64(left)*w.counties[0].weight()/total < plantRoom {
		// A small sample has its planted rows in the first county.
		w.counties[0].target = min(left, plantRoom+20)
		left -= w.counties[0].target
		total -= w.counties[0].weight()
	}
	share := left
	for i, c := range w.counties {
		if c.target > 0 {
			continue
		}
		c.target = int(float64(share) * c.weight() / total)
		if i == len(w.counties)-1 {
			c.target = left
		}
		left -= c.target
	}
	return w, nil
}

// weight is the county's share of people: less than its villages, because where
// villages are many they are small.
func (c *county) weight() float64 { return math.Pow(float64(len(c.villages)), 0.6) }

func hasUnits(t *region.Tree, c region.Code) bool {
	for _, p := range t.Children(c) {
		if p.Kind == region.KindUnit {
			return true
		}
	}
	return false
}

// liaocheng is the city of the demo.
const liaocheng region.Code = 371500000000

// liaochengUnits are the three reporting units of 聊城 (A013) with the towns that
// they run; the towns' national codes lie in 东昌府区.
func liaochengUnits() []region.Local {
	var out []region.Local
	for i, u := range []struct {
		name, official string
		towns          []region.Code
	}{
		{"度假区", "江北水城旅游度假区", []region.Code{371502004, 371502011, 371502107, 371502109}},
		{"开发区", "经济技术开发区", []region.Code{371502008, 371502009, 371502010, 371502115, 371502116}},
		{"高新区", "高新技术产业开发区", []region.Code{371502108, 371502110}},
	} {
		source := "聊人社发〔2022〕29号 主送单位（" + u.official + "）；所辖乡镇为示例口径"
		unit := liaocheng + region.Code(90+i)*1_000_000
		out = append(out, region.Local{Code: unit, Name: u.name, Kind: region.KindUnit, Source: source})
		for k, t := range u.towns {
			official := t * 1000
			out = append(out, region.Local{Code: unit + region.Code(k+1)*1000, Official: official,
				Name: region.National().Name(official), Kind: region.KindCarved, Source: source})
		}
	}
	return out
}

// goodVillages are the villages whose names, as this county writes them, mean
// just them: a clean row must be clean.
func (c *county) goodVillages() []place {
	t := c.w.tree
	var out []place
	for _, town := range t.Children(c.code) {
		for _, v := range t.Children(town.Code) {
			p := place{code: v.Code, town: town.Name, village: v.Name}
			if c.n%2 == 1 {
				p.village = shortVillage(v.Name)
			}
			if m := t.ResolvePath("", "", c.name, p.town, p.village, c.w.Region); m.Status != region.One || m.Code != v.Code {
				p.village = v.Name
				if m := t.ResolvePath("", "", c.name, p.town, p.village, c.w.Region); m.Status != region.One || m.Code != v.Code {
					continue
				}
			}
			out = append(out, p)
		}
	}
	return out
}

// shortVillage writes 李庄村委会 and 李庄村村民委员会 as 李庄村, as counties do.
func shortVillage(name string) string {
	for _, e := range []string{"村民委员会", "村委会"} {
		if body, ok := strings.CutSuffix(name, e); ok && body != "" {
			return strings.TrimSuffix(body, "村") + "村"
		}
	}
	for _, e := range []string{"社区居民委员会", "社区居委会"} {
		if body, ok := strings.CutSuffix(name, e); ok && body != "" {
			return body + "社区"
		}
	}
	return name
}

// pick draws an index by weight.
func pick(r *rand.Rand, weights ...float64) int {
	sum := 0.0
	for _, w := range weights {
		sum += w
	}
	x := r.Float64() * sum
	for i, w := range weights {
		if x -= w; x < 0 {
			return i
		}
	}
	return len(weights) - 1
}

func chance(r *rand.Rand, p float64) bool { return r.Float64() < p }

func between(r *rand.Rand, lo, hi int) int { return lo + r.IntN(hi-lo+1) }
