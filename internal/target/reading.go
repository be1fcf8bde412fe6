package target

import (
	"regexp"
	"strconv"
	"strings"

	"wengang/internal/region"
	"wengang/internal/transfer"
)

var bracketed = regexp.MustCompile(`\([^()]*\)`)

var yearInTitle = regexp.MustCompile(`(20\d\d)年?度?`)

// readTitle takes the indicator and the year out of a title such as 2022年度各
// 地市吸纳脱贫人口务工目标任务表. A line with neither 目标 nor 任务 is no title.
func readTitle(s string) (indicator string, year int) {
	s = fold(s)
	if !strings.Contains(s, "目标") && !strings.Contains(s, "任务") {
		return "", 0
	}
	if m := yearInTitle.FindStringSubmatch(s); m != nil {
		year, _ = strconv.Atoi(m[1])
		s = strings.Replace(s, m[0], "", 1)
	}
	s = bracketed.ReplaceAllString(s, "")
	for _, w := range []string{"附件", "各省份", "各省", "各地市", "各市", "各县", "各旗县", "各地", "目标任务分解表", "目标任务分解", "目标任务表", "目标任务", "任务表", "分解表"} {
		s = strings.ReplaceAll(s, w, "")
	}
	return strings.Trim(s, "0123456789:.、"), year
}

// isTotal recognises the line that adds the table up.
func isTotal(s string) bool {
	s = strings.TrimRight(fold(s), ":")
	return s == "合计" || s == "总计" || s == "共计" || s == "全国合计" || s == "全省合计" || s == "全市合计" || s == "计"
}

func (c *checker) place(r transfer.Row, l *line, find finder) {
	no := c.cell(r, "no").Clean()
	if isTotal(l.Name) || l.Name == "" && isTotal(no) {
		l.Total, l.Region = true, c.b.Region
		return
	}
	name := l.Name
	if name == "" {
		name = no
	}
	if part, ok := strings.CutPrefix(fold(name), "其中"); ok {
		l.Part = strings.TrimLeft(part, ":,，、")
		if l.Part == "" {
			l.Part = "其中"
		}
	}
	if l.Part != "" {
		lines := c.lines[l.group()]
		for i := len(lines) - 1; i >= 0; i-- {
			if lines[i].Part == "" && !lines[i].Total {
				l.Region, l.Name = lines[i].Region, lines[i].Name
				return
			}
		}
		find("place", "target.part_alone", transfer.Error, l.Part)
		return
	}
	if name == c.s.places.Name(c.b.Region) || name == "全市" || name == "全省" || name == "全县" || name == "全国" || name == "全区" {
		l.Region = c.b.Region
		return
	}
	m := c.s.places.Resolve(name, c.b.Region)
	if m.Status != region.One && c.b.Region != region.Country {
		// The place of the import itself, in a short form.
		if up := c.s.places.Resolve(name, c.b.Region.Parent()); up.Status == region.One && up.Code == c.b.Region {
			m = up
		}
	}
	if m.Status == region.Several {
		m = sibling(m, c.b.Region)
	}
	switch m.Status {
	case region.One:
		l.Region = m.Code
	case region.Several:
		find("place", "target.place_several", transfer.Error, name, len(m.Candidates))
	default:
		find("place", "target.place_unknown", transfer.Error, name)
	}
}

// sibling takes the one candidate directly below the place of the import: the
// rows of a table are of one level, so 吉林 in a table of provinces is the
// province and not its city.
func sibling(m region.Match, at region.Code) region.Match {
	var below []region.Code
	for _, p := range m.Candidates {
		if p.Code.Parent() == at {
			below = append(below, p.Code)
		}
	}
	if len(below) == 1 {
		return region.Match{Status: region.One, Code: below[0]}
	}
	return m
}

// partner reads the place outside the tree's branch that a row is about: 帮助重
// 庆、甘肃协作区县 (A045). A 其中 item is about its row's partner.
func (c *checker) partner(r transfer.Row, l *line, find finder) {
	if l.Part != "" {
		lines := c.lines[l.group()]
		for i := len(lines) - 1; i >= 0; i-- {
			if lines[i].Part == "" && !lines[i].Total {
				l.Partner = lines[i].Partner
				return
			}
		}
	}
	name := c.cell(r, "partner").Clean()
	if name == "" || l.Total {
		return
	}
	m := c.s.places.Resolve(name, region.Country)
	switch {
	case m.Status == region.One && (c.b.Region == region.Country || !c.b.Region.Contains(m.Code)):
		l.Partner = m.Code
	case m.Status == region.One:
		find("partner", "target.partner_inside", transfer.Error, name)
	case m.Status == region.Several:
		find("partner", "target.place_several", transfer.Error, name, len(m.Candidates))
	default:
		find("partner", "target.partner_unknown", transfer.Error, name)
	}
}
