package fact

import (
	"strings"

	"wengang/internal/calendar"
	"wengang/internal/region"
)

// RegisterItem is one register (alliance, workshop, class, …) as the forms
// count it. People and Poor are the headcount of a register without a list
// (无名单); -1 is not stated.
type RegisterItem struct {
	ID         int64
	Region     region.Code
	StartedOn  calendar.Date // 0: since before anyone recorded it
	EndedOn    calendar.Date // Forever while it lasts
	RecordedAt int64         // Unix milliseconds of the receipt
	People     int64
	Poor       int64
	Name       string
	Contact    string
	PhoneMask  string
	Marks      int // bits 1, 2, 4: ①②③ of 附件2
	Extra      map[string]string
	Members    []RegisterMember
}

// Spaces of ids that a form's cell may hold.
const (
	SpacePerson   = "person"   // people of the ledger
	SpaceOutsider = "outsider" // people whom only a roster names
	SpaceRegister = "register"
)

// Snapshot is a member of a cell by name, as it stood when it was taken.
type Snapshot struct {
	ID     int64
	Name   string
	IDMask string
	Region region.Code
	Detail string
}

// RegisterMember is a person of the ledger, someone outside it, or (both ids
// 0) a headcount.
type RegisterMember struct {
	PersonID   int64
	OutsiderID int64
	// Counted: in the time asked for the person was 脱贫人口 or 监测对象 by the
	// ledger; for an outsider, by what the roster claims.
	Counted    bool
	Urban      bool // the roster says 城镇居民
	StartedOn  calendar.Date
	EndedOn    calendar.Date
	RecordedAt int64
	People     int64
	Poor       int64
}

// Settlement is a registered 易地搬迁（迁建）安置区 as the ledger refers to it.
type Settlement struct {
	ID      int64
	Region  region.Code // county, town or village where it stands
	Name    string
	Key     string        // the name folded (FoldName)
	EndedOn calendar.Date // Forever while it lasts
}

// FoldName folds a name so that its spellings match: width, space, brackets,
// quotes and dashes; words stay.
func FoldName(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r >= '！' && r <= '～' {
			r -= 0xfee0
		}
		switch r {
		case ' ', '\t', '\u3000', '\u00a0', '"', '\'', '“', '”', '‘', '’', '「', '」', '(', ')', '[', ']', '【', '】', '-', '—', '·', '.', '。':
			continue
		}
		b.WriteRune(r)
	}
	return strings.ToUpper(b.String())
}
