package region

import (
	_ "embed"
	"encoding/csv"
	"strings"
	"sync"

	"wengang/internal/calendar"
)

// Tags that come with the program. Lists of a province's own key counties and
// additions to a partial list are dated rows that users keep.
const (
	TagCounty832 = "county832" // 832 个国家扶贫开发工作重点县和集中连片特困县 (2014)
	TagKey160    = "key160"    // 160 个国家乡村振兴重点帮扶县 (2021)
	TagProvKey   = "prov_key"  // 省级重点帮扶县, by the user
	TagMidWest   = "midwest"   // 中西部 22 省（区、市）
	TagPartner   = "partner"   // 对口协作省市的国家重点帮扶县 (A166), by the user
)

// Tag is what is known of a list of areas.
type Tag struct {
	ID      string
	Source  string
	From    calendar.Date // in force from
	Full    int           // how many the whole list has; 0 where the user decides
	Partial bool          // not all of them are known here
}

// Tags are the lists that the program knows of.
var Tags = []Tag{
	{ID: TagCounty832, Source: "832个贫困县名单（2014年）", From: 20141201, Full: 832},
	{ID: TagKey160, Source: "国家乡村振兴局 2021-08-27 国家乡村振兴重点帮扶县名单（公开转载，仅得 90 县）", From: 20210827, Full: 160, Partial: true},
	{ID: TagProvKey},
	{ID: TagPartner},
	{ID: TagMidWest, Source: "人社部发〔2022〕13号附件1（除东部的辽宁、福建、山东）", From: 20220315, Full: 22},
}

// TagByID is a known list.
func TagByID(id string) (Tag, bool) {
	for _, t := range Tags {
		if t.ID == id {
			return t, true
		}
	}
	return Tag{}, false
}

//go:embed data/county832.csv
var county832CSV string

//go:embed data/key160.csv
var key160CSV string

// Tagged are the places of a list that comes with the program, by code, with
// the note on each (a county's name in 2014, where it has another today).
func Tagged(id string) map[Code]string { return shipped()[id] }

var shipped = sync.OnceValue(func() map[string]map[Code]string {
	out := map[string]map[Code]string{TagCounty832: {}, TagKey160: {}, TagMidWest: {}}
	for _, r := range table(county832CSV) {
		code, err := ParseCode(r[0])
		if err != nil {
			panic("county832.csv: " + err.Error())
		}
		note := ""
		if r[4] != "" {
			note = r[1] + "：" + r[4]
		}
		if had := out[TagCounty832][code]; had != "" {
			note = had + "；" + note
		}
		out[TagCounty832][code] = note
	}
	for _, r := range table(key160CSV) {
		m := National().ResolvePath(r[0], "", r[1], "", "", Country)
		if m.Status != One {
			panic("key160.csv: " + r[0] + r[1] + " is not one place")
		}
		out[TagKey160][m.Code] = r[2]
	}
	for c := range midWest {
		out[TagMidWest][c*span[Province]] = ""
	}
	return out
})

func table(text string) [][]string {
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		panic("region data: " + err.Error())
	}
	return rows[1:]
}

// midWest are the 22 中西部 provinces whose workers count as absorbed: those
// with a target of their own for people who left poverty (人社部发〔2022〕13号,
// annex 1: 25 provinces) without the eastern ones among them, 辽宁, 福建 and 山东.
// They are the 22 that signed for the national campaign.
var midWest = map[Code]bool{
	13: true, 14: true, 15: true, 22: true, 23: true, 34: true, 36: true, 41: true, 42: true, 43: true, 45: true,
	46: true, 50: true, 51: true, 52: true, 53: true, 54: true, 61: true, 62: true, 63: true, 64: true, 65: true,
}

// MidWest reports whether a place lies in one of the 22 中西部 provinces: the
// origin that 吸纳中西部脱贫人口 counts.
func MidWest(c Code) bool { return c.Level() >= Province && midWest[c/span[Province]] }
