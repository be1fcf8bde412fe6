package rule

import (
	"wengang/internal/calendar"
	"wengang/internal/fact"
)

// Across rows and households: leads that only the ledger as a whole can give.
func init() {
	product := func(words string) []Citation { return citeOf("产品规则", words) }
	register(
		Rule{ID: "account.shared", Severity: Clue, Scope: ScopeLedger, Field: "account", Cite: product("一个账号收多户补贴"), Params: []string{SetAccountHomes}, Check: checkAccount},
		Rule{ID: "work.wage_copied", Severity: Clue, Scope: ScopeLedger, Field: "wage", Cite: product("同村同单位多人收入逐分相同"), Params: []string{SetCopiedWages}, Check: checkCopied},
		Rule{ID: "person.twin", Severity: Warning, Scope: ScopeLedger, Field: "name", Cite: product("同村同名同出生日期而号码不同"), Check: checkTwin},
		Rule{ID: "person.two_villages", Severity: Clue, Scope: ScopeLedger, Field: "village", Cite: product("两村文件反复登记同一人"), Params: []string{SetMoves}, Check: checkTwoVillages},
		Rule{ID: "work.overlap_long", Severity: Warning, Scope: ScopeSpell, Field: "start", Cite: cite("5_12_001"), Params: []string{SetOverlap}, Check: checkOverlapLong},
		Rule{ID: "work.zero_length", Severity: Clue, Scope: ScopeSpell, Field: "end", Cite: product("起止同月的务工"), Check: checkZeroLength},
	)
}

func checkAccount(s *Subject, _ *fact.Spell, set *Settings) (Hit, bool) {
	if s.Around.AccountHomes >= set.AccountHomes {
		return hit("", s.Around.AccountHomes)
	}
	return none()
}

func checkCopied(s *Subject, _ *fact.Spell, set *Settings) (Hit, bool) {
	if s.Around.Copied >= set.CopiedWages {
		return hit(yuan(s.Around.CopiedFen), yuan(s.Around.CopiedFen), s.Around.Copied)
	}
	return none()
}

func checkTwin(s *Subject, _ *fact.Spell, _ *Settings) (Hit, bool) {
	if s.Around.Twins > 0 {
		return hit("", s.Around.Twins)
	}
	return none()
}

func checkTwoVillages(s *Subject, _ *fact.Spell, set *Settings) (Hit, bool) {
	if s.Around.Moves >= set.Moves {
		return hit("", s.Around.Moves)
	}
	return none()
}

// checkOverlapLong: a month's overlap is a change of jobs badly dated; several
// months in two places are not.
func checkOverlapLong(s *Subject, sp *fact.Spell, set *Settings) (Hit, bool) {
	for i := range s.Spells {
		o := &s.Spells[i]
		if o == sp || o.ID != 0 && o.ID == sp.ID || o.Start > sp.Start || o.Start == sp.Start && s.Focus == nil && sp.ID < o.ID || besidePost(o, sp) {
			continue
		}
		end := min(o.End, sp.End, s.Today.Month())
		if end < sp.Start {
			continue
		}
		if n := end.Sub(sp.Start); n >= set.OverlapMonths {
			return hit(sp.Start.String(), sp.Start, n)
		}
	}
	return none()
}

func checkZeroLength(_ *Subject, sp *fact.Spell, _ *Settings) (Hit, bool) {
	if sp.End == sp.Start && sp.End != calendar.Open {
		return hit(sp.End.String(), sp.Start)
	}
	return none()
}
