package sample

import (
	"fmt"

	"wengang/internal/fact"
	"wengang/internal/idcard"
)

// number gives everybody an identity number with the area 000000 and a right
// check character, households and people their codes, and phones that begin
// with 154. All are unique; the order of the world decides them.
func (w *world) number() {
	taken := map[string]int{} // people of a sex born on a day
	serial := 0
	for _, c := range w.counties {
		for i, h := range c.homes {
			h.code = fmt.Sprintf("%06d%06d", c.code.County6(), i+1)
			serial++
			h.phone = phone(w.Seed, serial)
			for k, p := range h.members {
				p.code = fmt.Sprintf("%s%02d", h.code, k+1)
				p.id = w.identity(p, taken)
				p.phone = ""
				switch age := p.age(w.today); {
				case k == 0:
					p.phone = h.phone
				case age >= 16 && age < 75:
					serial++
					p.phone = phone(w.Seed, serial)
				}
			}
		}
		for _, table := range tables {
			for i, g := range c.ghosts[table] {
				if g.p.id != "" || g.p.same != nil {
					continue // numbered above, or below by somebody of the ledger
				}
				g.p.id = w.identity(g.p, taken)
				serial++
				g.p.phone = phone(w.Seed, serial)
				g.p.home.phone = g.p.phone
				g.p.home.code = fmt.Sprintf("%06d9%05d", c.code.County6(), i+1)
				g.p.code = g.p.home.code + "01"
			}
		}
	}
	for _, c := range w.counties {
		for _, table := range tables {
			for i, g := range c.ghosts[table] {
				of := g.p.same
				if of == nil {
					continue
				}
				g.p.id, g.p.code, g.p.phone = of.id, of.code, of.phone
				if g.p.home.code == "" {
					g.p.home.code, g.p.home.phone = of.home.code, of.home.phone
					if !c.code.Contains(of.home.place.code) {
						g.p.home.code = fmt.Sprintf("%06d8%05d", c.code.County6(), i+1)
					}
				}
			}
		}
	}
	w.call(serial)
}

// identity is a number that nobody in the sample has: 17 digits of area, birth
// and serial (odd for men), and the check character.
func (w *world) identity(p *person, taken map[string]int) string {
	area := p.area
	if area == "" {
		area = "000000"
	}
	for {
		key := fmt.Sprintf("%s%08d%d", area, p.birth, p.sex%2)
		n := taken[key]
		taken[key]++
		if n >= 500 {
			// A day has 500 numbers for each sex; the neighbour's are as good.
			p.birth++
			if !p.birth.Valid() {
				p.birth -= 5
			}
			continue
		}
		number := 2 * n
		if p.sex == fact.Male {
			number++
		}
		first := fmt.Sprintf("%s%08d%03d", area, p.birth, number)
		return first + string(idcard.CheckDigit(first))
	}
}

// phone spreads a serial over the eight digits behind 154, a beginning that no
// operator has: nobody can be called by mistake. The factor is prime to 10^8.
func phone(seed uint64, serial int) string {
	return fmt.Sprintf("154%08d", (uint64(serial)*38_196_601+seed%1_000)%100_000_000)
}
