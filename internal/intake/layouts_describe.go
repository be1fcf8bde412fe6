package intake

import (
	"slices"
	"strings"

	"wengang/internal/fact"
	"wengang/internal/transfer"
)

// described is what an empty table says of a column.
type described struct {
	rank    int
	words   *fact.Enum
	list    []string // words that no enum holds
	number  bool
	example string
	about   string // catalogue key after "import.about."
}

var yesOrNo = []string{"是", "否"}

// descriptions of the columns by key, in the order in which people fill a table
// in. The examples make a row that imports clean (a test holds that); the number
// has the area code that nobody has.
var descriptions = map[string]described{
	"province": {rank: 1, example: "山东省"}, "city": {rank: 2, example: "聊城市"}, "county": {rank: 3, example: "莘县"}, "town": {rank: 4, example: "某某镇", about: "town"},
	"village": {rank: 5, example: "某某村", about: "village"}, "place": {rank: 6, example: "莘县某某镇某某村", about: "place"},
	"household": {rank: 7, example: "3715220001", about: "household"}, "person_code": {rank: 8, example: "37152200010001", about: "code"},
	"name": {rank: 9, example: "王秀英"}, "id_number": {rank: 10, example: "000000198001010012", about: "id"}, "id_kind": {rank: 11, words: fact.IDKind, example: "居民身份证"},
	"sex": {rank: 12, words: fact.Sex, example: "男"}, "birth": {rank: 13, example: "1980-01-01", about: "date"}, "ethnic": {rank: 14, words: fact.Ethnic, example: "汉族"},
	"relation": {rank: 15, words: fact.Relation, example: "户主"}, "phone": {rank: 16, example: "13800000001", about: "phone"}, "home_phone": {rank: 17, example: "13800000001", about: "phone"},
	"education": {rank: 18, words: fact.Education, example: "初中", about: "education"}, "student": {rank: 19, words: fact.Student, about: "student"},
	"health": {rank: 20, words: fact.Health, example: "健康"}, "skill": {rank: 21, words: fact.Skill, example: "普通劳动力"},
	"political": {rank: 22, words: fact.Political}, "allowance": {rank: 23, list: yesOrNo, example: "否"}, "ward": {rank: 24, list: yesOrNo, example: "否"},
	"kind": {rank: 25, words: fact.Kind, example: "脱贫户"}, "monitored_class": {rank: 26, list: monitoredWords(), example: "", about: "monitored"}, "risk": {rank: 27, words: fact.Risk},
	"risk_on": {rank: 28, about: "date_month"}, "risk_removed": {rank: 29, list: []string{"未消除", "已消除"}}, "risk_removed_on": {rank: 30, about: "date_month"},
	"in_on": {rank: 31, about: "date_month"}, "first_on": {rank: 32, about: "date_month"}, "willing": {rank: 33, list: yesOrNo, example: "是"}, "status": {rank: 34, words: fact.Status},

	"out": {rank: 40, list: yesOrNo, example: "是"}, "away": {rank: 40, list: []string{"在外务工", "已返乡"}, example: "在外务工"}, "employed": {rank: 41, list: yesOrNo, example: "是"},
	"start": {rank: 42, example: "2023-03", about: "month"}, "end": {rank: 43, about: "end"}, "work_province": {rank: 44, example: "北京市"}, "work_city": {rank: 45, example: "北京市"},
	"work_county": {rank: 46, example: "朝阳区", about: "work_place"}, "work_place": {rank: 47, example: "北京市朝阳区", about: "work_place"}, "employer": {rank: 48, example: "某某服装厂"},
	"industry": {rank: 49, words: fact.Industry}, "channel": {rank: 50, words: fact.Channel}, "point_to_point": {rank: 51, list: yesOrNo, example: "否"},
	"wage": {rank: 52, number: true, example: "3200", about: "money"}, "transport": {rank: 53, number: true, about: "money"},
	"work_months": {rank: 54, number: true, example: "12"}, "year": {rank: 55, example: "2022"}, "post_days": {rank: 41, number: true, example: "22"},

	"plan_out": {rank: 60, list: yesOrNo, example: "是"}, "plan_province": {rank: 61, example: "山东省"}, "plan_city": {rank: 62, example: "济南市"}, "plan_county": {rank: 63, example: "历城区"},
	"plan_place": {rank: 64, example: "济南市历城区"}, "service": {rank: 65, example: "职业介绍"}, "wanted_job": {rank: 66, example: "缝纫"}, "wanted_wage": {rank: 67, number: true, example: "4000", about: "money"},
	"training": {rank: 68, example: "电工"},

	"jobless_type": {rank: 45}, "income_q1": {rank: 70, number: true, example: "9000", about: "money"}, "income_q2": {rank: 71, number: true, example: "9000"}, "income_q3": {rank: 72, number: true, example: "9000"},
	"income_10": {rank: 73, number: true, example: "3000"}, "income_11": {rank: 74, number: true, example: "3000"}, "income_12": {rank: 75, number: true, example: "3000"},
	"note": {rank: 99}, "settlement": {rank: 35, about: "settlement"},
}

func monitoredWords() []string {
	var out []string
	for _, w := range fact.Kind.Words {
		if fact.MonitoredKinds&(1<<w.Code) != 0 {
			out = append(out, w.Name)
		}
	}
	return out
}

// byLayout are the examples of columns that say something else in a layout.
var byLayout = map[string]map[string]string{
	"monitored.national": monitoredExample, "monitored.county": monitoredExample, "monitored.roll": monitoredExample,
	"people.roll":  {"monitored_class": "", "risk_removed": ""},
	layoutLastYear: {"away": "省外务工"}, layoutPosts: {"wage": "600"}, layoutJobless: {"end": "2023-10"}, "plan.jobless": {"end": "2023-10"},
	layoutIncome: {"year": "2022"},
}

var monitoredExample = map[string]string{"monitored_class": "边缘易致贫户", "risk": "因病", "risk_on": "2023-05", "risk_removed": "未消除", "kind": "一般农户"}

// printed are the headings of a layout as its own tables have them, in their
// order; columns beside them come after.
var printed = map[string]string{
	"people.national": "省|市|县|乡|村|户编号|人口编号|姓名|性别|出生日期|证件类型|证件号码|民族|户联系电话|成员联系电话|年度|与户主关系|文化程度|在校生状况|劳动技能|务工时间（月）|健康状况|政治面貌|务工企业名称|是否享受低保|是否参加城镇职工基本养老保险|是否参加大病保险|是否参加新型农村合作医疗（城乡居民基本医疗保险）|是否参加城乡居民基本养老保险|失学或辍学原因|是否国外务工|产业分类|公益性岗位类型|公益性岗位(月数)|就业渠道|残疾类别|务工所在地|户主姓名|户主证件号码|是否参加城镇职工基本医疗保险|是否特困供养人员|识别标准",
	"people.roll":     rollPrinted, "monitored.roll": rollPrinted,
	"work.national": "县|乡|行政村|户编号|姓名|证件号码|户类型|监测对象类别|是否已务工|开始时间|结束时间|务工所在省|务工所在市|务工所在县|务工企业名称|所属行业|就业渠道|是否点对点输送|务工月收入|年度交通费补助",
	"plan.national": "县|乡|行政村|户编号|姓名|证件号码|户类型|是否计划务工|计划务工所在省|计划务工所在市|计划务工所在县|就业服务需求",
	"work.village":  "姓名|身份证号码|性别|村组|联系电话|户属性|务工状态|是否就业|务工区域|务工地址|行业|工种|单位名称|开始时间|预计返乡时间|实际返乡时间|是否特殊人群|月收入|年收入|备注",
	layoutLastYear:  "户编号|姓名|务工状况|所在省|所在市|所在县|所在乡|上年务工时间（月）|务工企业名称",
	layoutIncome:    "家庭编号|姓名|务工工种|务工省、市、县|务工累计时间（月）|务工企业名称|年份|1-3月|4-6月|7-9月|10月|11月|12月",
	layoutPosts:     "姓名|身份证号码|本月累计出勤天数（天）|补贴金额（元）|协议开始时间|协议结束时间|岗位名称|联系电话",
	"work.bank":     "区域代码|所属支行|所属村编码|所属村名称|户号编码|客户名称|证件号码|年龄|性别|联系方式|户口性质|户籍地址|从事行业|工作单位|工作单位地址|预计返乡时间",
	layoutJobless:   joblessPrinted, "plan.jobless": joblessPrinted,
}

const (
	rollPrinted    = "数据日期|县(市、区、旗)|乡(镇)|行政村|自然村|户编号|人编号|姓名|证件号码|人数|与户主关系|民族|文化程度|在校生状况|健康状况|劳动技能|务工时间（月）|致贫原因1|人均纯收入|户联系电话|人联系电话|首次识别时间|人员识别时间|户类型|易返贫致贫户(监测对象)类型|风险是否消除|风险识别时间|风险消除时间"
	joblessPrinted = "姓名|性别|年龄|文化程度|身份证号|户籍性质|技能特长|就业创业证号|是否登记失业人员|失业人员类型|失业时间|领取失业保险金起止时间|求职意向|培训意向|就业服务需求|联系电话|类型|等级"
)

// asPrinted puts each printed heading first among its column's and ranks the
// columns in the printed order.
func asPrinted(l *transfer.Layout) {
	if printed[l.ID] == "" {
		return
	}
	taken := map[int]bool{}
	for i, h := range strings.Split(printed[l.ID], "|") {
		for k := range l.Columns {
			c := &l.Columns[k]
			at := slices.Index(c.Headings, h)
			if at < 0 || taken[k] {
				continue
			}
			taken[k] = true
			c.Headings = append([]string{h}, slices.Delete(slices.Clone(c.Headings), at, at+1)...)
			c.Rank = i + 1
			break
		}
	}
	for k := range l.Columns {
		if !taken[k] {
			l.Columns[k].Rank += 1000
		}
	}
}

// describe fills in what empty tables say of the columns.
func describe(layouts []transfer.Layout) {
	for i := range layouts {
		l := &layouts[i]
		columns := make([]transfer.Column, len(l.Columns))
		for k, c := range l.Columns {
			d := descriptions[c.Key]
			c.Rank, c.Number, c.Example, c.Words = d.rank, d.number, d.example, d.list
			if d.words != nil {
				for _, w := range d.words.Words {
					c.Words = append(c.Words, w.Name)
				}
			}
			if own, ok := byLayout[l.ID][c.Key]; ok {
				c.Example = own
			}
			if l.ID == layoutLastYear && c.Key == "away" {
				c.Words = []string{"省外务工", "县外省内务工", "县内务工", "未务工"}
			}
			if d.about != "" {
				c.About = "import.about." + d.about
			}
			columns[k] = c
		}
		l.Columns = columns
		asPrinted(l)
	}
}
