package fact

// Aid is what the files of the national system say of a person's insurance and
// public posts, and of the household's monitoring: only the checks read it.
// Household columns stand in the row of every member.
type Aid struct {
	Stated Stated // which columns the files carried: blank differs from absent

	// YesNo each.
	MedicalResident, MedicalWorker, Serious, MedicalAid int
	PensionResident, PensionWorker                      int
	Yulu                                                int // 享受雨露计划
	Backstop                                            int // 整户无劳动能力兜底保障户
	Developed                                           int // 实施开发式帮扶措施: No is 尚未实施
	Contact                                             int // 信息采集人 with a phone
	Drop                                                int // DropIll, DropDisabled or DropOther: why the child is not in school
	Removed                                             int // how the risk went: YesNo, No is 自然消除

	Risks      uint32 // bits 1<<Risk of all five columns
	Measures   Measure
	PostKinds  int   // kinds of public posts named
	PostMonths int   // -1 not stated
	WageFen    int64 // 工资性收入 of the household in the year; -1 unknown
	Account    string
}

// Why a child is not in school.
const (
	DropIll      = 1
	DropDisabled = 2
	DropOther    = 3
)

// NoAid is an Aid that says nothing.
func NoAid() Aid { return Aid{PostMonths: -1, WageFen: -1} }

// Stated is a set of column groups.
type Stated uint32

// The groups.
const (
	StatedMedical Stated = 1 << iota
	StatedSerious
	StatedMedicalAid
	StatedPension
	StatedYulu
	StatedPost
	StatedRisks
	StatedMeasures
	StatedBackstop
	StatedDeveloped
	StatedContact
	StatedWage
	StatedDrop
)

// Has reports that every group of want was carried.
func (s Stated) Has(want Stated) bool { return s&want == want }

// Measure is a set of 帮扶措施.
type Measure uint64

// The measures: what the columns of the monitored list name.
const (
	AidIndustry      Measure = 1 << iota // 产业帮扶, something named
	AidIndustryOther                     // 产业帮扶: 其他
	AidPlaced                            // 就业帮扶: 务工就业, 帮扶车间, 介绍就业, …
	AidTraining                          // 就业帮扶: 技能培训
	AidExport                            // 就业帮扶: 劳务输出
	AidSubsidy                           // 就业帮扶: 外出务工补贴
	AidJobsOther                         // 就业帮扶: 其他
	AidPost                              // 公益岗位帮扶
	AidFinance                           // 金融帮扶, something named
	AidFinanceOther                      // 金融帮扶: 其他
	AidMove                              // 搬迁
	AidEnsured                           // 综合保障
	AidHealth                            // 健康帮扶
	AidSchooling                         // 义务教育保障
	AidEducated                          // 教育帮扶
	AidYulu                              // 教育帮扶: 雨露计划
	AidSocial                            // 社会帮扶
	AidHoused                            // 住房安全保障
	AidWatered                           // 饮水安全保障
	AidLiving                            // 生产生活条件改善
	AidInfra                             // 基础设施建设
)

// Sets of measures that rules ask for.
const (
	AidJobs    = AidPlaced | AidTraining | AidExport | AidSubsidy | AidJobsOther                   // 就业帮扶
	AidDevelop = AidIndustry | AidIndustryOther | AidJobs | AidPost | AidFinance | AidFinanceOther // 开发式帮扶
)

// answers are the small numbers of an Aid in the order of their storage, two
// bits each: the order is part of the database.
func (a *Aid) answers() [12]*int {
	return [12]*int{&a.MedicalResident, &a.MedicalWorker, &a.Serious, &a.MedicalAid, &a.PensionResident, &a.PensionWorker,
		&a.Yulu, &a.Backstop, &a.Developed, &a.Contact, &a.Drop, &a.Removed}
}

// Pack is the small numbers as one.
func (a *Aid) Pack() int64 {
	var n int64
	for i, p := range a.answers() {
		n |= int64(*p&3) << (2 * i)
	}
	return n
}

// Unpack is the inverse of Pack.
func (a *Aid) Unpack(n int64) {
	for i, p := range a.answers() {
		*p = int(n >> (2 * i) & 3)
	}
}

// Over lays what a file says over what earlier files said: a group of columns
// that the file carries replaces the old one, others stay.
func (a Aid) Over(was Aid) Aid {
	out := was
	out.Stated |= a.Stated
	for i, p := range a.answers() {
		if *p != 0 || a.Stated&answerGroup[i] != 0 {
			*out.answers()[i] = *p
		}
	}
	if a.Stated.Has(StatedRisks) {
		out.Risks = a.Risks
	}
	if a.Stated.Has(StatedMeasures) {
		out.Measures = a.Measures
	}
	if a.Stated.Has(StatedPost) {
		out.PostKinds, out.PostMonths = a.PostKinds, a.PostMonths
	}
	if a.Stated.Has(StatedWage) {
		out.WageFen = a.WageFen
	}
	if a.Account != "" {
		out.Account = a.Account
	}
	return out
}

// answerGroup is the group of each answer.
var answerGroup = [12]Stated{StatedMedical, StatedMedical, StatedSerious, StatedMedicalAid, StatedPension, StatedPension,
	StatedYulu, StatedBackstop, StatedDeveloped, StatedContact, StatedDrop, StatedRisks}
