package register

import (
	"strings"

	"wengang/internal/calendar"
	"wengang/internal/fact"
	"wengang/internal/region"
)

// State of a register. Life cycles add states; the times stand in
// register_state.
type State int

// The states. An ended register has also its EndedOn.
const (
	Running  State = 1
	Seasonal State = 2 // 季节停工
	Idle     State = 3 // 闲置
	Ended    State = 9
)

// stateWords are the words of workbooks.
var stateWords = map[string]State{"": Running, "运行": Running, "正常运行": Running, "季节停工": Seasonal, "停工": Seasonal, "闲置": Idle, "退出": Ended, "终止": Ended, "注销": Ended}

// Levels of recognition (认定级别), by word. They are no levels of the tree: a
// brand recognised by the province belongs to a county.
const (
	ByNation   = 1
	ByProvince = 2
	ByCity     = 3
	ByCounty   = 4
	ByTown     = 5
)

var levelWords = map[string]int{"": 0, "国家级": ByNation, "国家": ByNation, "省级": ByProvince, "省": ByProvince, "市级": ByCity, "市": ByCity, "县级": ByCounty, "县": ByCounty, "区级": ByCounty, "乡级": ByTown, "乡镇级": ByTown}

// Marks are the three areas of 附件2's column 7 as bits.
type Marks int

// The marks.
const (
	MarkKeyCounty   Marks = 1 << iota // ①省乡村振兴重点帮扶县
	MarkSettlement                    // ②易地搬迁安置区
	MarkYellowRiver                   // ③黄河滩区居民迁建安置区
)

// String is ①②③ as 附件2 prints it, 否 for none.
func (m Marks) String() string {
	var b strings.Builder
	for i, s := range []string{"①", "②", "③"} {
		if m&(1<<i) != 0 {
			b.WriteString(s)
		}
	}
	if b.Len() == 0 {
		return "否"
	}
	return b.String()
}

// ParseMarks reads ①③, 1、3, 是① and words; 否, 无 and "" are none.
func ParseMarks(s string) (Marks, bool) {
	var m Marks
	for _, r := range s {
		switch r {
		case '①', '1', '１':
			m |= MarkKeyCounty
		case '②', '2', '２':
			m |= MarkSettlement
		case '③', '3', '３':
			m |= MarkYellowRiver
		case '是', '属', '于', '、', ',', '，', ' ', '/', '／', '；', ';', '+':
		case '否', '无', '×', '—', '-':
			if strings.TrimSpace(s) == string(r) {
				return 0, true
			}
		default:
			return 0, false
		}
	}
	return m, true
}

// Record is one register. Phone is plain only on its way in.
type Record struct {
	ID        int64
	Kind      string
	Region    region.Code
	Level     int
	Name      string
	USCC      string
	DocNo     string
	StartedOn calendar.Date // 0 unknown
	EndedOn   calendar.Date // fact.Forever while it lasts
	EndReason string
	State     State
	Contact   string
	Phone     string
	PhoneMask string
	People    int64 // stated headcount, -1 none
	Poor      int64
	Marks     Marks
	Extra     map[string]string // dates yyyymmdd, money fen, counts digits
	BatchID   int64
	CreatedAt int64
	UpdatedAt int64
	Version   int
	// Listed and ListedPoor count the distinct people of the list today; only
	// lists and Get fill them.
	Listed     int64
	ListedPoor int64
}

// InForce reports whether the register lasts on the day.
func (r *Record) InForce(d calendar.Date) bool { return r.StartedOn <= d && d <= r.EndedOn }

// Category of a member as the roster claims it.
const (
	ClaimNone  = 0
	ClaimPoor  = 1 // 脱贫人口 or 监测对象
	ClaimRural = 2 // 其他农村劳动力
	ClaimUrban = 3 // 城镇居民
)

func parseCategory(s string) (int, bool) {
	switch {
	case s == "":
		return ClaimNone, true
	case strings.Contains(s, "脱贫"), strings.Contains(s, "监测"), strings.Contains(s, "边缘易致贫"), strings.Contains(s, "突发严重困难"):
		return ClaimPoor, true
	case strings.Contains(s, "城镇"):
		return ClaimUrban, true
	case strings.Contains(s, "农"), s == "其他":
		return ClaimRural, true
	}
	return 0, false
}

// Member is one row of a register's list: a person of the ledger, an outsider
// with a name, or a headcount without a list.
type Member struct {
	RegisterID int64
	ID         int64
	PersonID   int64
	OutsiderID int64
	Name       string
	IDNumber   string // plain only on its way in
	IDMask     string
	Village    region.Code // home of a person of the ledger
	Counted    bool        // 脱贫人口 or 监测对象 by the ledger today
	Claimed    int
	Role       string
	StartedOn  calendar.Date
	EndedOn    calendar.Date
	EndReason  string
	People     int64
	Poor       int64
	Extra      map[string]string
}

// Headcount reports a member without a list.
func (m *Member) Headcount() bool { return m.PersonID == 0 && m.OutsiderID == 0 }

// NameKey folds a register's name so that spellings of one name match.
func NameKey(s string) string { return fact.FoldName(s) }

// forever reads an end date: none is Forever.
func forever(d calendar.Date) calendar.Date {
	if d == 0 {
		return fact.Forever
	}
	return d
}
