package sample

import (
	"math/rand/v2"
	"strings"

	"wengang/internal/calendar"
)

// foundCity makes what a city keeps itself, beside its counties: alliances with
// other cities, brands and bases of its own. The form counts them in the city's
// row alone.
func (w *world) foundCity() {
	if len(w.counties) < 2 {
		return
	}
	r := rand.New(rand.NewPCG(w.Seed^0xc17e, uint64(w.Region)))
	own := &county{w: w, n: len(w.counties), code: w.Region, name: w.tree.Name(w.Region), rng: r, self: w.counties[0].self, carriers: map[string][]*carrier{}}
	short := strings.TrimSuffix(own.name, "市")
	add := func(kind, name, form, level string) {
		for own.hasCarrier(kind, name) {
			name += "（二）"
		}
		own.carriers[kind] = append(own.carriers[kind], &carrier{name: name, form: form, level: level,
			started: calendar.DateOf(w.End.Year()-pick(r, 0.4, 0.3, 0.3), between(r, 1, 10), between(r, 1, 28)),
			contact: w.names.name(r, 1, 1+r.IntN(2), 1980, w.names.surname(r))})
	}
	for class := 2; class <= 3; class++ {
		partner := w.away.pick(r, class, w.counties[0].code)
		for range 50 {
			if partner.city != own.self.city {
				break
			}
			partner = w.away.pick(r, class, w.counties[0].code)
		}
		add("alliance", own.name+"—"+partner.city+"劳务协作联盟", []string{"市际", "省际"}[class-2], "市级")
	}
	add("brand", short+"示例家政", "居民服务业", "省级")
	add("brand", short+"示例建工", "建筑业", "市级")
	add("base", own.name+firmWord[r.IntN(len(firmWord))]+"乡村振兴劳务基地", "", "市级")
	w.own = own
}

// keepers are who keeps registers: the counties, and last the city itself.
func (w *world) keepers() []*county {
	if w.own == nil {
		return w.counties
	}
	return append(w.counties[:len(w.counties):len(w.counties)], w.own)
}

// call gives every register's contact a phone; serial is the last one taken.
func (w *world) call(serial int) {
	for _, c := range w.keepers() {
		ks := c.settled
		for _, kind := range kinds {
			ks = append(ks[:len(ks):len(ks)], c.carriers[kind]...)
		}
		for _, k := range ks {
			serial++
			k.phone = phone(w.Seed, serial)
		}
	}
}
