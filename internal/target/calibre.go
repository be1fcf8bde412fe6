package target

import "strings"

// calibre is a reading of indicator names. Tables compare year on year only
// within one: 山东 17.88 万 (脱贫人口务工规模, 2022) and 40.6 万 (省内脱贫人口外出
// 务工规模, 2023) are two (A038).
type calibre struct {
	key       string
	all       []string // words that the name holds
	direction string
	figure    string // indicator whose value is the progress, "" for none
}

// calibres in the order of trial.
var calibres = []calibre{
	{"absorb_midwest", []string{"吸纳", "中西部"}, Absorbed, "absorbed_year_midwest"},
	{"absorb", []string{"吸纳"}, Absorbed, "absorbed_year"},
	{"partner", []string{"帮助", "协作"}, ByOrigin, ""},
	{"posts", []string{"公益性岗位"}, "", ""},
	{"settlement", []string{"易地搬迁"}, ByOrigin, "settled_worked_year"},
	{"settlement", []string{"安置区"}, ByOrigin, "settled_worked_year"},
	{"outgoing", []string{"外出务工"}, ByOrigin, "worked_year"},
	{"work", []string{"务工"}, ByOrigin, "worked_year"},
}

// calibreOf reads an indicator's name; a name of no known kind is its own
// calibre.
func calibreOf(indicator string) calibre {
	name := fold(indicator)
next:
	for _, c := range calibres {
		for _, w := range c.all {
			if !strings.Contains(name, w) {
				continue next
			}
		}
		return c
	}
	return calibre{key: name}
}

// Figure is the indicator that measures a table's progress, "" for none.
func (t *Table) Figure() string {
	for _, c := range calibres {
		if c.key == t.IndicatorKey {
			return c.figure
		}
	}
	return ""
}
