package sample

import (
	"strings"

	"wengang/internal/fact"
)

// wage is a month's pay in yuan by distance.
func (c *county) wage(class int) int {
	r := c.rng
	spread := r.Float64() + r.Float64() + r.Float64() // 0 to 3, mostly about 1.5
	switch class {
	case 2:
		return 3000 + 100*int(spread*11)
	case 3:
		return 3600 + 100*int(spread*15)
	case 4:
		return 8000 + 500*int(spread*4)
	}
	return 7000 + 500*int(spread*4)
}

// industries by their share among migrant workers: manufacturing, building,
// household services, catering, trade, transport, business services.
var (
	industries    = []int{3, 5, 15, 8, 6, 7, 12, 11}
	industryShare = []float64{0.4, 0.2, 0.12, 0.09, 0.07, 0.07, 0.03, 0.02}
)

var firmKind = map[int]string{1: "种植专业合作社", 3: "制造有限公司", 5: "建筑工程有限公司", 6: "商贸有限公司", 7: "物流有限公司", 8: "餐饮管理有限公司",
	11: "物业服务有限公司", 12: "人力资源有限公司", 14: "村民委员会", 15: "家政服务有限公司"}

var firmWord = strings.Fields("鑫达 恒源 宏泰 永兴 众诚 华盛 联创 瑞丰 金穗 顺发 天和 福源 盛世 远航 博雅 嘉禾 同心 旭日 凯达 新程 安泰 佳美 万象 德润 启明")

// employ names the employer.
func (c *county) employ(p *person, s *spell) {
	r := c.rng
	switch {
	case s.employer != "":
		return
	case s.channel == fact.ChannelWorkshop:
		s.employer = c.carrier("workshop", r).name
		return
	case s.channel == fact.ChannelRelief:
		s.employer = c.carrier("relief", r).name
		return
	case s.channel == fact.ChannelSelf && chance(r, 0.35):
		s.employer = []string{"零工", "个体工商户", "建筑工地", "自营摊点", "货运车队"}[r.IntN(5)]
		return
	}
	where := strings.TrimSuffix(s.at.county, "市")
	if where == "" {
		where = s.at.province
	}
	i := r.IntN(len(firmWord))
	k := (i + 1 + r.IntN(len(firmWord)-1)) % len(firmWord)
	s.employer = where + firmWord[i] + firmWord[k] + firmKind[s.industry]
}

// here is the county itself as a place of work.
func (c *county) here() *workplace { return c.self }
