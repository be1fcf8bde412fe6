package sample

import (
	"fmt"

	"wengang/internal/calendar"
	"wengang/internal/fact"
)

// col is a column that depends on the person alone.
func col(key, head, group string, cell func(p *person) any) column {
	return column{key: key, head: head, group: group, cell: func(p *person, _ *spell) any { return cell(p) }}
}

func fixed(head, group, value string) column { return keyed("", head, group, value) }

// keyed is a column that says the same of everybody but the planted.
func keyed(key, head, group, value string) column {
	if value == "" {
		return col(key, head, group, func(*person) any { return nil })
	}
	return col(key, head, group, func(*person) any { return value })
}

// where are the columns of residence.
func (c *county) where(village string) []column {
	return []column{
		col("county", "县", "所在地", func(p *person) any { return c.name }),
		col("town", "乡", "所在地", func(p *person) any { return p.home.place.town }),
		col("village", village, "所在地", func(p *person) any { return p.home.place.village }),
	}
}

func (c *county) region() []column {
	return append([]column{
		col("province", "省", "所在地", func(*person) any { return c.self.province }),
		col("city", "市", "所在地", func(*person) any { return c.self.city }),
	}, c.where("村")...)
}

func who() []column {
	return []column{
		col("household", "户编号", "人员", func(p *person) any { return p.home.code }),
		col("person_code", "人口编号", "人员", func(p *person) any { return p.code }),
		col("name", "姓名", "人员", func(p *person) any { return p.name }),
	}
}

func idColumn() column {
	return col("id_number", "证件号码", "人员", func(p *person) any {
		if p.cert() {
			return fmt.Sprintf("%s%d%d", p.id, p.disability, p.grade)
		}
		return p.id
	})
}

// cert: some disabled people are registered by their certificate.
func (p *person) cert() bool {
	return p.disability > 0 && p.grade > 0 && int(p.birth)%4 == 0 && !p.planted
}

// peopleColumns are the 47 columns of 人员全字段导出 in their order.
func (c *county) peopleColumns() []column {
	year := c.w.End.Year()
	out := append(c.region(), who()...)
	return append(out,
		col("sex", "性别", "人员", func(p *person) any { return fact.Sex.Name(p.sex) }),
		col("birth", "出生日期", "人员", func(p *person) any { return c.date(p.birth) }),
		col("id_kind", "证件类型", "人员", func(p *person) any {
			if p.cert() {
				return "残疾人证"
			}
			return "居民身份证"
		}),
		idColumn(),
		col("ethnic", "民族", "人员", func(p *person) any { return word(fact.Ethnic, p.ethnic) }),
		col("home_phone", "户联系电话", "联系方式", func(p *person) any { return p.home.phone }),
		col("phone", "成员联系电话", "联系方式", func(p *person) any { return p.phone }),
		col("", "年度", "状况", func(*person) any { return year }),
		col("relation", "与户主关系", "状况", func(p *person) any { return word(fact.Relation, p.relation) }),
		col("education", "文化程度", "状况", func(p *person) any { return word(fact.Education, p.education) }),
		col("student", "在校生状况", "状况", func(p *person) any { return word(fact.Student, p.student) }),
		col("skill", "劳动技能", "状况", func(p *person) any { return word(fact.Skill, p.skill) }),
		col("work_months", "务工时间（月）", "务工", func(p *person) any { return number(c.w.months(p, year, 0)) }),
		col("health", "健康状况", "状况", func(p *person) any { return word(fact.Health, p.health) }),
		col("political", "政治面貌", "状况", func(p *person) any { return word(fact.Political, p.political) }),
		col("employer", "务工企业名称", "务工", func(p *person) any {
			if s := c.w.latest(p, year); s != nil {
				return s.employer
			}
			return nil
		}),
		col("allowance", "是否享受低保", "保障", func(p *person) any { return yesNo(p.allowance) }),
		keyed("pension_worker", "是否参加城镇职工基本养老保险", "保障", "否"), keyed("serious_illness", "是否参加大病保险", "保障", "是"),
		keyed("medical_resident", "是否参加新型农村合作医疗（城乡居民基本医疗保险）", "保障", "是"),
		col("pension_resident", "是否参加城乡居民基本养老保险", "保障", func(p *person) any { return yes(p.age(c.w.today) >= 16 && p.student == 0) }),
		keyed("drop_reason", "失学或辍学原因", "状况", ""), fixed("是否会讲普通话", "状况", "是"), fixed("是否参加商业补充医疗保险", "保障", "否"),
		col("abroad", "是否国外务工", "务工", func(p *person) any {
			s := c.w.latest(p, year)
			return yes(s != nil && s.at == c.w.away.abroad[0])
		}),
		fixed("产业分类", "务工", ""), keyed("medical_aid", "是否接受大病医疗救助", "保障", "否"), fixed("是否接受其他健康扶贫", "保障", "否"),
		col("post", "公益性岗位类型", "务工", func(p *person) any {
			if c.w.months(p, year, fact.ChannelPost) > 0 {
				return p.postForm()
			}
			return nil
		}),
		col("post_months", "公益性岗位(月数)", "务工", func(p *person) any { return number(c.w.months(p, year, fact.ChannelPost)) }),
		col("channel", "就业渠道", "务工", func(p *person) any {
			if s := c.w.latest(p, year); s != nil {
				return word(fact.Channel, s.channel)
			}
			return nil
		}),
		col("disability", "残疾类别", "状况", func(p *person) any {
			if p.disability == 0 {
				return nil
			}
			return []string{"视力残疾", "听力残疾", "言语残疾", "肢体残疾", "智力残疾", "精神残疾", "多重残疾"}[p.disability-1]
		}),
		col("work_place", "务工所在地", "务工", func(p *person) any {
			if s := c.w.latest(p, year); s != nil {
				return s.at.full()
			}
			return nil
		}),
		col("head_name", "户主姓名", "户", func(p *person) any { return p.home.members[0].name }),
		col("head_id", "户主证件号码", "户", func(p *person) any { return p.home.members[0].id }),
		keyed("medical_worker", "是否参加城镇职工基本医疗保险", "保障", "否"),
		col("ward", "是否特困供养人员", "保障", func(p *person) any { return yesNo(p.ward) }),
		fixed("残疾证办证年度", "状况", ""), fixed("识别标准", "户", "国家标准"))
}

// postForm is the kind of a person's public post.
func (p *person) postForm() string { return postForms[int(p.birth)%len(postForms)] }

// months is how many months of the year up to End a person worked, through one
// channel where it is not 0. Rows that are refused are no work.
func (w *world) months(p *person, year, channel int) int {
	n := 0
	for m := calendar.MonthOf(year, 1); m <= w.End && m.Year() == year; m = m.Add(1) {
		for _, s := range p.spells {
			if !s.refused && !p.planted && s.touches(m) && (channel == 0 || s.channel == channel) {
				n++
				break
			}
		}
	}
	return n
}

// latest is the latest work of the year, nil for planted people: their rows of
// the people file are about themselves only.
func (w *world) latest(p *person, year int) *spell {
	var last *spell
	for _, s := range p.spells {
		if !s.refused && !p.planted && s.start <= w.End && s.end >= calendar.MonthOf(year, 1) && (last == nil || s.start > last.start) {
			last = s
		}
	}
	return last
}

// monitoredColumns are the ones of （自定义）监测对象信息 that tell of people and
// of the risk.
func (c *county) monitoredColumns() []column {
	skip := map[string]bool{"年度": true, "务工时间（月）": true, "务工企业名称": true, "公益性岗位类型": true, "公益性岗位(月数)": true,
		"务工所在地": true, "就业渠道": true, "是否国外务工": true, "产业分类": true, "户主姓名": true, "户主证件号码": true, "识别标准": true}
	var out []column
	for _, k := range c.peopleColumns() {
		if !skip[k.head] {
			out = append(out, k)
		}
	}
	out = append(out,
		col("kind", "户类型", "监测", func(p *person) any {
			if p.home.other {
				return "一般农户"
			}
			return "脱贫户"
		}),
		col("monitored_class", "监测对象类别", "监测", func(p *person) any { return word(fact.Kind, p.home.class) }),
		col("risk", "致贫/返贫风险1", "监测", func(p *person) any { return word(fact.Risk, p.home.risk) }),
		col("risk_on", "识别监测时间", "监测", func(p *person) any { return c.date(p.home.riskOn) }),
		col("risk_removed", "风险是否已消除", "监测", func(p *person) any { return yes(p.home.removedOn != 0) }),
		col("risk_removed_on", "消除监测时间", "监测", func(p *person) any {
			if p.home.removedOn == 0 {
				return nil
			}
			return c.date(p.home.removedOn)
		}))
	return append(out, aidColumns()...)
}

// workColumns are those of （务工月监测）已外出务工信息 as of the end of a month.
func (c *county) workColumns(asOf calendar.Month) []column {
	out := append(c.where("行政村"), who()...)
	out = append(out, idColumn(),
		col("kind", "户类型", "人员", func(p *person) any {
			if p.home.other {
				return "一般农户"
			}
			return "脱贫户"
		}),
		col("monitored_class", "监测对象类别", "人员", func(p *person) any { return word(fact.Kind, p.home.class) }))
	sc := func(key, head string, cell func(s *spell) any) {
		out = append(out, column{key: key, head: head, group: "务工", cell: func(_ *person, s *spell) any { return cell(s) }})
	}
	ended := func(s *spell) bool { return s.end <= asOf }
	sc("out", "是否已务工", func(s *spell) any { return yes(!ended(s)) })
	sc("start", "开始时间", func(s *spell) any { return c.month(s.start) })
	sc("end", "结束时间", func(s *spell) any {
		if ended(s) {
			return c.month(s.end)
		}
		return c.month(calendar.Open)
	})
	sc("work_province", "务工所在省", func(s *spell) any { return s.at.province })
	sc("work_city", "务工所在市", func(s *spell) any { return s.at.city })
	sc("work_county", "务工所在县", func(s *spell) any { return s.at.county })
	sc("employer", "务工企业名称", func(s *spell) any { return s.employer })
	sc("industry", "所属行业", func(s *spell) any { return word(fact.Industry, s.industry) })
	sc("channel", "就业渠道", func(s *spell) any { return word(fact.Channel, s.channel) })
	sc("point_to_point", "是否点对点输送", func(s *spell) any { return yes(s.organised) })
	sc("wage", "务工月收入", func(s *spell) any {
		if w := s.wageIn(min(s.end, asOf)); w >= 0 {
			return w
		}
		return nil
	})
	sc("transport", "年度交通费补助", func(s *spell) any { return number(s.transport) })
	return append(out, col("phone", "联系电话", "人员", func(p *person) any { return p.phone }))
}

func (c *county) surveyColumns() []column {
	out := append(c.region(), who()[0], who()[2], idColumn(),
		col("skill", "劳动技能", "人员", func(p *person) any { return word(fact.Skill, p.skill) }),
		col("willing", "就业意愿", "摸底", func(p *person) any { return yesNo(p.willing) }),
		col("status", "就业状态", "摸底", func(p *person) any { return word(fact.Status, p.status) }),
		fixed("备注", "摸底", ""))
	return out
}

func (c *county) planColumns() []column {
	out := append(c.where("行政村"), who()...)
	return append(out, idColumn(),
		col("kind", "户类型", "人员", func(p *person) any {
			if p.home.other {
				return "一般农户"
			}
			return "脱贫户"
		}),
		fixed("是否计划务工", "计划", "是"),
		col("plan_province", "计划务工所在省", "计划", func(p *person) any { return p.plan.place.province }),
		col("plan_city", "计划务工所在市", "计划", func(p *person) any { return p.plan.place.city }),
		col("plan_county", "计划务工所在县", "计划", func(p *person) any { return p.plan.place.county }),
		col("service", "就业服务需求", "计划", func(p *person) any { return p.plan.service }),
		col("phone", "联系电话", "人员", func(p *person) any { return p.phone }))
}
