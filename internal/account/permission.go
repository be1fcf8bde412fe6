package account

import "wengang/internal/region"

// Role is what a person does; the level is the grant's place, the department
// the grant's Dept.
type Role string

// The roles. The three administrators are apart: none holds another's
// permissions and none sees business data (GB/T 22239 8.1.5).
const (
	Aide     Role = "aide"     // 村 就业帮扶协管员/信息员
	Officer  Role = "officer"  // 经办人
	Reviewer Role = "reviewer" // 审核人
	Leader   Role = "leader"   // 领导: reads figures, signs
	System   Role = "system"   // 系统管理员
	Security Role = "security" // 安全管理员
	Auditor  Role = "auditor"  // 审计管理员

	// Inspector reads by a document, within its bounds (督查、审计); the plain
	// one may open single values. They come from an inspection, not from a grant.
	Inspector      Role = "inspector"
	InspectorPlain Role = "inspector_plain"

	// Local is the operator at the machine's own console. It is made by
	// LocalOperator only: it cannot be granted or stored.
	Local Role = "local"
)

// Dept is the department whose work the grant covers.
type Dept string

// The five departments of the notices (facts A006–A010).
const (
	DeptHR          Dept = "hr"          // 人社
	DeptPlanning    Dept = "planning"    // 发改
	DeptFinance     Dept = "finance"     // 财政
	DeptAgriculture Dept = "agriculture" // 农业农村
	DeptRural       Dept = "rural"       // 乡村振兴
)

// Permission is one thing that a route or a command needs.
type Permission string

// The permissions.
const (
	PeopleRead    Permission = "people.read"
	PeopleEdit    Permission = "people.edit"
	PeopleReveal  Permission = "people.reveal"
	PeopleExport  Permission = "people.export"
	PeopleMerge   Permission = "people.merge" // join and part records, correct numbers
	PeopleProof   Permission = "people.proof" // issue papers about a person
	ImportRun     Permission = "import.run"
	FindingsRead  Permission = "findings.read"
	FindingsClear Permission = "findings.clear"
	MonthClose    Permission = "month.close"
	MonthReopen   Permission = "month.reopen"
	BoardRead     Permission = "board.read"
	TargetRead    Permission = "target.read"
	TargetEdit    Permission = "target.edit"
	TargetSign    Permission = "target.sign" // put decompositions into force, issue dispatches
	RegisterRead  Permission = "register.read"
	RegisterEdit  Permission = "register.edit"
	ReportRead    Permission = "report.read"
	ReportFill    Permission = "report.fill"
	ReportReview  Permission = "report.review" // accept or return what the level below submitted
	ReportSign    Permission = "report.sign"   // sign a form where the unit names one for it; speak for a department
	SettingEdit   Permission = "setting.edit"
	UserRead      Permission = "user.read"   // list of accounts: system and security administrator
	UserCreate    Permission = "user.create" // system administrator
	UserGrant     Permission = "user.grant"  // security administrator
	AuditRead     Permission = "audit.read"  // audit administrator
	SystemOperate Permission = "system.operate"

	HandoverAsk    Permission = "handover.ask"    // ask another county for a person
	HandoverAnswer Permission = "handover.answer" // hand a person over or refuse; decide above both counties
	ExportApprove  Permission = "export.approve"  // consent to others' exports, and their log
	RightsRead     Permission = "rights.read"     // who may do what, in words
	LookedRead     Permission = "looked.read"     // who looked at a person's record
	InspectOwn     Permission = "inspect.own"     // the desk of an inspector: own notes and reads
)

// table says which role holds which permission. A department narrows it in
// deptOnly below.
var table = map[Role][]Permission{
	Aide:           {PeopleRead, PeopleEdit, FindingsRead, BoardRead},
	Officer:        {PeopleRead, PeopleEdit, PeopleReveal, PeopleExport, PeopleMerge, PeopleProof, ImportRun, FindingsRead, FindingsClear, MonthClose, BoardRead, TargetRead, TargetEdit, RegisterRead, RegisterEdit, ReportRead, ReportFill, ReportSign, HandoverAsk, HandoverAnswer, LookedRead},
	Reviewer:       {HandoverAnswer, PeopleRead, FindingsRead, FindingsClear, MonthReopen, BoardRead, TargetRead, TargetSign, RegisterRead, ReportRead, ReportReview, ReportSign, SettingEdit, ExportApprove, RightsRead, LookedRead},
	Leader:         {PeopleRead, BoardRead, TargetRead, TargetSign, RegisterRead, ReportRead, ReportSign, RightsRead},
	System:         {UserRead, UserCreate, SystemOperate, RightsRead},
	Security:       {UserRead, UserGrant, RightsRead},
	Auditor:        {AuditRead, RightsRead},
	Inspector:      {InspectOwn, PeopleRead, FindingsRead, BoardRead, TargetRead, RegisterRead, ReportRead},
	InspectorPlain: {InspectOwn, PeopleRead, PeopleReveal, FindingsRead, BoardRead, TargetRead, RegisterRead, ReportRead},
	Local: {PeopleRead, PeopleEdit, PeopleExport, PeopleMerge, PeopleProof, ImportRun, FindingsRead, FindingsClear, MonthClose, MonthReopen, BoardRead, TargetRead, TargetEdit, TargetSign,
		RegisterRead, RegisterEdit, ReportRead, ReportFill, ReportReview, SettingEdit, UserRead, UserCreate, UserGrant, SystemOperate, ExportApprove, RightsRead, LookedRead, HandoverAsk, HandoverAnswer},
}

// deptOnly lists the departments that hold a permission where not all do
// (A006–A010: 人社 and 乡村振兴/农业农村 keep the ledger; who leads is
// configuration, A007). Absent means every department.
var deptOnly = map[Permission][]Dept{
	ImportRun:    {DeptHR, DeptRural, DeptAgriculture, DeptPlanning},
	PeopleEdit:   {DeptHR, DeptRural, DeptAgriculture},
	PeopleMerge:  {DeptHR, DeptRural, DeptAgriculture},
	PeopleProof:  {DeptHR, DeptRural, DeptAgriculture},
	PeopleReveal: {DeptHR, DeptRural, DeptAgriculture},
	MonthClose:   {DeptHR, DeptRural},
	MonthReopen:  {DeptHR, DeptRural},
	LookedRead:   {DeptHR, DeptRural, DeptAgriculture},
	ReportFill:   {DeptHR},
	ReportReview: {DeptHR},

	HandoverAsk:    {DeptHR, DeptRural, DeptAgriculture},
	HandoverAnswer: {DeptHR, DeptRural, DeptAgriculture},
}

// levels is a span of places, both ends included.
type levels struct{ from, to region.Level }

// levelOnly lists the levels at which a permission can be held where not all
// can. Absent means every level.
var levelOnly = map[Permission]levels{
	PeopleReveal: {region.County, region.Town},   // 县乡经办人 see plain values, with a reason
	PeopleExport: {region.Province, region.Town}, //
	PeopleMerge:  {region.Province, region.Town},
	PeopleProof:  {region.County, region.Town},   // who has the stamp
	ImportRun:    {region.Province, region.Town}, //
	MonthClose:   {region.City, region.County},   // a month is a county's, or that of a unit below its city
	MonthReopen:  {region.Nation, region.City},   // by the level above
	TargetEdit:   {region.Nation, region.County}, // targets are broken down to counties and towns by those above
	TargetSign:   {region.Nation, region.County},
	ReportFill:   {region.Province, region.County},
	ReportSign:   {region.Province, region.Town},
	ReportReview: {region.Nation, region.City}, // what the level below submitted
	SettingEdit:  {region.Nation, region.County},
	LookedRead:   {region.Province, region.County},

	HandoverAsk:    {region.County, region.Town},
	HandoverAnswer: {region.Nation, region.County}, // the county that holds; those above both decide what is overdue
}

// roleLevels lists where a role can be granted; absent means anywhere.
var roleLevels = map[Role]levels{
	Aide:     {region.Town, region.Village},
	Reviewer: {region.Nation, region.Town},
	Leader:   {region.Nation, region.Town},
}

func (l levels) holds(at region.Level) bool { return at >= l.from && at <= l.to }

// Admin reports one of the three administrators.
func (r Role) Admin() bool { return r == System || r == Security || r == Auditor }

// Has reports whether the grant carries the permission at its place.
func (g Grant) Has(p Permission) bool {
	if !g.Role.Has(g.Dept, p) {
		return false
	}
	span, narrowed := levelOnly[p]
	return !narrowed || g.Role == Local || g.Role == InspectorPlain || span.holds(g.Region.Level())
}

// Has reports whether the role in the department carries the permission, at
// some level.
func (r Role) Has(d Dept, p Permission) bool {
	for _, q := range table[r] {
		if q != p {
			continue
		}
		if r == Local || r == Inspector || r == InspectorPlain {
			return true // of no department
		}
		only, narrowed := deptOnly[p]
		if !narrowed {
			return true
		}
		for _, o := range only {
			if o == d {
				return true
			}
		}
	}
	return false
}
