// Package fact is the vocabulary of the ledger: the enums of the national
// system with their words, and the value types that rules, roll-up, imports
// and pages share. It holds no behaviour beyond words and no I/O.
package fact

// Word is one value of an enum: its stored number, the official Chinese word
// and other spellings met in workbooks. English stands in the catalogue under
// "enum.<enum>.<code>".
type Word struct {
	Code  int
	Name  string
	Other []string
}

// Enum is a closed word list. Code 0 is "not stated" in every enum.
type Enum struct {
	ID    string
	Words []Word
	byStr map[string]int
	byNum map[int]string
}

func newEnum(id string, words ...Word) *Enum {
	e := &Enum{ID: id, Words: words, byStr: map[string]int{}, byNum: map[int]string{}}
	for _, w := range words {
		e.byNum[w.Code] = w.Name
		e.byStr[w.Name] = w.Code
		for _, o := range w.Other {
			e.byStr[o] = w.Code
		}
	}
	return e
}

// Name is the official word, or "" for an unknown code and for 0.
func (e *Enum) Name(code int) string { return e.byNum[code] }

// Parse finds the code of a word as printed; ok is false for an unknown word.
// The empty string is code 0.
func (e *Enum) Parse(s string) (code int, ok bool) {
	if s == "" {
		return 0, true
	}
	code, ok = e.byStr[s]
	return code, ok
}

// Valid reports a code of the list or 0.
func (e *Enum) Valid(code int) bool { return code == 0 || e.byNum[code] != "" }

// YesNo is a three-valued answer: 0 not stated, 1 yes, 2 no.
var YesNo = newEnum("yesno", Word{1, "是", []string{"Y", "y", "1", "√", "有"}}, Word{2, "否", []string{"N", "n", "0", "×", "无"}})

// Yes and No are the codes of YesNo.
const (
	Yes = 1
	No  = 2
)

// Sex per GB/T 2261.1.
var Sex = newEnum("sex", Word{1, "男", []string{"男性"}}, Word{2, "女", []string{"女性"}})

// Male and Female are the codes of Sex.
const (
	Male   = 1
	Female = 2
)

// IDKind is the kind of identity document.
var IDKind = newEnum("idkind",
	Word{1, "居民身份证", []string{"身份证", "二代身份证"}}, Word{2, "残疾人证", nil},
	Word{3, "护照", nil}, Word{4, "港澳台居民居住证", nil}, Word{9, "暂无证件", []string{"无"}})

// Skill is 劳动技能, five classes of the national system (facts B1).
var Skill = newEnum("skill",
	Word{1, "普通劳动力", nil}, Word{2, "技能劳动力", nil},
	Word{3, "弱劳动力或半劳动力", []string{"弱劳动力", "半劳动力", "弱半劳动力"}},
	Word{4, "丧失劳动力", nil}, Word{5, "无劳动力", []string{"无劳动能力"}})

// The codes of Skill.
const (
	SkillOrdinary = 1
	SkillSkilled  = 2
	SkillWeak     = 3
	SkillLost     = 4
	SkillNone     = 5
)

// Health is 健康状况; the first condition that limits work stands for the row,
// combinations keep their text in the history.
var Health = newEnum("health",
	Word{1, "健康", nil}, Word{2, "长期慢性病", []string{"慢性病"}},
	Word{3, "患有大病", []string{"大病"}}, Word{4, "残疾", nil},
	Word{5, "长期慢性病,残疾", []string{"残疾,长期慢性病", "长期慢性病、残疾"}},
	Word{6, "患有大病,残疾", []string{"残疾,患有大病", "患有大病、残疾"}})

// Education is 文化程度 (six values; facts B1).
var Education = newEnum("education",
	Word{1, "文盲或半文盲", []string{"文盲", "半文盲"}}, Word{2, "小学", nil}, Word{3, "初中", nil},
	Word{4, "高中", []string{"中专", "中职"}}, Word{5, "大专", []string{"专科"}},
	Word{6, "本科及以上", []string{"本科", "研究生", "硕士", "博士"}})

// Student is 在校生状况; exactly one of Education and Student is filled.
var Student = newEnum("student",
	Word{1, "学龄前儿童", nil}, Word{2, "学前教育", nil}, Word{3, "小学一年级", nil}, Word{4, "小学二年级", nil},
	Word{5, "小学三年级", nil}, Word{6, "小学四年级", nil}, Word{7, "小学五年级", nil}, Word{8, "小学六年级", []string{"小学"}},
	Word{9, "七年级", []string{"初中一年级", "初一"}}, Word{10, "八年级", []string{"初中二年级", "初二"}},
	Word{11, "九年级", []string{"初中三年级", "初三", "初中"}}, Word{12, "普通高中一年级", []string{"高一", "高中一年级"}},
	Word{13, "普通高中二年级", []string{"高二", "高中二年级"}}, Word{14, "普通高中三年级", []string{"高三", "高中三年级", "高中"}},
	Word{15, "中职一年级", nil}, Word{16, "中职二年级", nil}, Word{17, "中职三年级", nil},
	Word{18, "高职高专一年级", []string{"大专一年级"}}, Word{19, "高职高专二年级", []string{"大专二年级"}}, Word{20, "高职高专三年级", []string{"大专三年级"}},
	Word{21, "本科一年级", nil}, Word{22, "本科二年级", nil}, Word{23, "本科三年级", nil}, Word{24, "本科四年级", nil}, Word{25, "本科五年级", nil},
	Word{26, "硕士研究生及以上", []string{"硕士研究生", "研究生"}})

// Political is 政治面貌.
var Political = newEnum("political",
	Word{1, "中共党员", []string{"党员"}}, Word{2, "中共预备党员", nil}, Word{3, "共青团员", []string{"团员"}}, Word{4, "民主党派", nil}, Word{9, "群众", nil})

// Relation is 与户主关系 (GB/T 4761 in the words of the national system).
var Relation = newEnum("relation",
	Word{1, "户主", []string{"本人"}}, Word{2, "配偶", []string{"妻", "夫"}}, Word{3, "之子", []string{"子", "儿子"}}, Word{4, "之女", []string{"女", "女儿"}},
	Word{5, "之儿媳", []string{"儿媳"}}, Word{6, "之女婿", []string{"女婿"}}, Word{7, "之孙子", []string{"孙子"}}, Word{8, "之孙女", []string{"孙女"}},
	Word{9, "之外孙子", []string{"外孙子"}}, Word{10, "之外孙女", []string{"外孙女"}}, Word{11, "之父", []string{"父", "父亲"}}, Word{12, "之母", []string{"母", "母亲"}},
	Word{13, "之岳父", []string{"岳父"}}, Word{14, "之岳母", []string{"岳母"}}, Word{15, "之公公", []string{"公公"}}, Word{16, "之婆婆", []string{"婆婆"}},
	Word{17, "之祖父", []string{"祖父"}}, Word{18, "之祖母", []string{"祖母"}}, Word{19, "之外祖父", []string{"外祖父"}}, Word{20, "之外祖母", []string{"外祖母"}},
	Word{21, "之兄弟姐妹", []string{"兄弟姐妹", "之兄", "之弟", "之姐", "之妹"}}, Word{22, "之兄弟媳妇", nil}, Word{23, "之侄儿", []string{"侄儿"}}, Word{24, "之侄女", []string{"侄女"}},
	Word{25, "之曾孙子", nil}, Word{26, "之曾孙女", nil}, Word{99, "其他", nil})

// Kind is a population kind, kept with dates per person (semantics, People).
var Kind = newEnum("kind",
	Word{1, "脱贫户", []string{"脱贫人口", "脱贫户(享受政策)", "享受政策脱贫户"}},
	Word{2, "脱贫不稳定户", nil}, Word{3, "边缘易致贫户", nil}, Word{4, "突发严重困难户", nil},
	Word{5, "农村低收入人口", nil}, Word{6, "农村残疾人", nil}, Word{7, "农村大龄人员", nil}, Word{8, "就业困难人员", nil},
	Word{9, "一般农户", []string{"其他农村劳动力"}}, Word{10, "防止返贫致贫对象", nil})

// The codes of Kind that counts use. Monitored classes are 2 to 4.
const (
	KindPoor       = 1
	KindUnstable   = 2
	KindEdge       = 3
	KindSudden     = 4
	KindLowIncome  = 5
	KindDisabled   = 6
	KindOlder      = 7
	KindHard       = 8
	KindOther      = 9
	KindPrevention = 10
)

// Risk is the cause for which a household is monitored (致贫返贫风险).
var Risk = newEnum("risk",
	Word{1, "因务工就业不稳", []string{"务工就业不稳"}}, Word{2, "因病", nil}, Word{3, "因残", nil}, Word{4, "因学", nil}, Word{5, "因灾", nil},
	Word{6, "因产业项目失败", nil}, Word{7, "因意外事故", nil}, Word{8, "缺劳动力", []string{"因缺劳动力"}}, Word{9, "其他", nil})

// RiskWork is monitoring because work is unstable (A028).
const RiskWork = 1

// Status is the state of a person's livelihood.
var Status = newEnum("status",
	Word{1, "务工", []string{"在外务工", "已务工"}}, Word{2, "自主经营", []string{"自主创业", "经商"}}, Word{3, "务农", nil}, Word{4, "照护", []string{"照料家庭"}}, Word{5, "未就业", []string{"已返乡", "失业", "待业"}})

// The codes of Status.
const (
	StatusWork    = 1
	StatusOwn     = 2
	StatusFarm    = 3
	StatusCare    = 4
	StatusJobless = 5
)

// Channel is 就业渠道.
var Channel = newEnum("channel",
	Word{1, "自主外出", []string{"自发", "自主就业", "其他形式就业", "灵活就业"}}, Word{2, "单位招用", []string{"单位录用聘用人员", "企业招用", "单位就业"}},
	Word{3, "有组织输出", []string{"政府组织劳务输出", "劳务输出", "东西部劳务协作"}}, Word{4, "就业帮扶车间", []string{"帮扶车间", "扶贫车间"}},
	Word{5, "公益性岗位", []string{"乡村公益性岗位", "公益岗位"}}, Word{6, "以工代赈", nil}, Word{7, "本地经营主体", []string{"新型经营主体", "合作社", "龙头企业"}}, Word{9, "其他", nil})

// The codes of Channel that rules use.
const (
	ChannelSelf      = 1
	ChannelEmployer  = 2
	ChannelOrganised = 3
	ChannelWorkshop  = 4
	ChannelPost      = 5
	ChannelRelief    = 6
)

// PlaceClass is where work lies from home (A059); 港澳台 and 境外 count with
// outside the province and are shown apart.
var PlaceClass = newEnum("placeclass",
	Word{1, "县内", nil}, Word{2, "县外省内", []string{"省内县外"}}, Word{3, "省外", nil}, Word{4, "港澳台", nil}, Word{5, "境外", []string{"国外"}})

// The codes of PlaceClass.
const (
	InsideCounty    = 1
	OutsideCounty   = 2
	OutsideProvince = 3
	HMT             = 4
	Abroad          = 5
)

// Industry is a section of GB/T 4754-2017: 1 is A, 20 is T.
var Industry = newEnum("industry",
	Word{1, "农、林、牧、渔业", []string{"农林牧渔业", "农业", "第一产业"}}, Word{2, "采矿业", nil}, Word{3, "制造业", []string{"第二产业"}}, Word{4, "电力、热力、燃气及水生产和供应业", nil},
	Word{5, "建筑业", nil}, Word{6, "批发和零售业", []string{"批发零售业"}}, Word{7, "交通运输、仓储和邮政业", []string{"交通运输业", "物流"}}, Word{8, "住宿和餐饮业", []string{"住宿餐饮业", "餐饮"}},
	Word{9, "信息传输、软件和信息技术服务业", nil}, Word{10, "金融业", nil}, Word{11, "房地产业", nil}, Word{12, "租赁和商务服务业", nil}, Word{13, "科学研究和技术服务业", nil},
	Word{14, "水利、环境和公共设施管理业", nil}, Word{15, "居民服务、修理和其他服务业", []string{"居民服务业", "家政", "第三产业"}}, Word{16, "教育", nil}, Word{17, "卫生和社会工作", nil},
	Word{18, "文化、体育和娱乐业", nil}, Word{19, "公共管理、社会保障和社会组织", nil}, Word{20, "国际组织", nil})

// OutReason is why a person left the register of a place.
var OutReason = newEnum("outreason", Word{1, "死亡", nil}, Word{2, "迁出", nil}, Word{3, "重复合并", nil}, Word{9, "其他", nil})

// Strength of the confirmation that a spell runs.
var Strength = newEnum("strength", Word{1, "填报", nil}, Word{2, "村级核实", nil}, Word{3, "用工单位核实", nil})

// The codes of Strength.
const (
	Claimed     = 1
	ByVillage   = 2
	ByWorkplace = 3
)

// Enums lists every word list, for the catalogue's start-up check.
var Enums = []*Enum{YesNo, Sex, Ethnic, IDKind, Skill, Health, Education, Student, Political, Relation, Kind, Risk, Status, Channel, PlaceClass, Industry, OutReason, Strength}
