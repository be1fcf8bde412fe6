package intake

import (
	"fmt"
	"strings"

	"wengang/internal/calendar"
	"wengang/internal/fact"
	"wengang/internal/rule"
)

// transitionStart is when the five-year transition began: who was lifted out
// of poverty is fixed since the end of 2020 (中发〔2020〕30号), so a 脱贫户 without a
// date of its own has been one since then.
const transitionStart calendar.Date = 20210101

// stated is what a row says of population kinds.
type stated struct {
	base      int // 脱贫户, 一般农户, …; 0 not said
	class     int // monitored class; 0 not said
	since     calendar.Date
	riskSince calendar.Date
	removed   int // YesNo
	removedOn calendar.Date
	risk      int
}

func (r *row) kinds(monitoredFile bool) stated {
	s := stated{base: r.kindWord("kind"), class: r.kindWord("monitored_class")}
	if s.base != 0 && fact.MonitoredKinds&(1<<s.base) != 0 {
		if s.class == 0 {
			s.class = s.base
		}
		s.base = 0
	}
	if s.base == 0 && !r.rd.carries("kind") && !monitoredFile {
		s.base = fact.KindPoor // the lists are lists of 脱贫人口
	}
	s.since = r.date("in_on")
	if s.since == 0 {
		s.since = r.date("first_on")
	}
	s.riskSince, s.removedOn = r.date("risk_on"), r.date("risk_removed_on")
	if c := r.cell("risk"); !c.Empty() && s.class != 0 {
		if code, p := c.Word(fact.Risk); p == nil {
			s.risk = code
		} else {
			s.risk = riskOther
		}
	}
	switch t := r.text("risk_removed"); {
	case t == "":
		if s.removedOn != 0 {
			s.removed = fact.Yes
		}
	case strings.ContainsAny(t, "未否") || t == "N" || t == "n":
		s.removed = fact.No
	default:
		s.removed = fact.Yes
	}
	return s
}

const riskOther = 9

// ops compares what a row says with the kinds of the ledger (nil for a new
// person). born bounds the start: nobody is of a kind before birth.
func (s *stated) ops(have []fact.PersonKind, born, today calendar.Date) []kindOp {
	var out []kindOp
	if s.base != 0 {
		since := s.since
		if since == 0 {
			since = max(transitionStart, born)
		}
		if find(have, s.base, 0) == nil {
			out = append(out, kindOp{Now: fact.PersonKind{Kind: s.base, Since: since, Until: fact.Forever, Source: source}})
		}
	}
	if s.class == 0 {
		return out
	}
	now := fact.PersonKind{Kind: s.class, Since: s.riskSince, Until: fact.Forever, Risk: s.risk, Source: source}
	old := find(have, s.class, s.riskSince)
	if old != nil {
		now.Since, now.Until, now.Source = old.Since, old.Until, old.Source
		if now.Risk == 0 {
			now.Risk = old.Risk
		}
		now.RiskRemovedOn = old.RiskRemovedOn
	}
	if now.Since == 0 {
		now.Since = today
	}
	switch {
	case s.removed == fact.Yes && s.removedOn != 0:
		now.RiskRemovedOn = s.removedOn
	case s.removed == fact.Yes && now.RiskRemovedOn == 0:
		now.RiskRemovedOn = today
	case s.removed == fact.No:
		now.RiskRemovedOn = 0
	}
	if old != nil {
		if *old != now {
			out = append(out, kindOp{Was: *old, Now: now})
		}
		return out
	}
	// The classes exclude each other: the one in force ends the day before.
	for _, k := range have {
		if fact.MonitoredKinds&(1<<k.Kind) != 0 && k.Until == fact.Forever && k.Since < now.Since {
			ended := k
			ended.Until = calendar.DateAt(now.Since.Time().AddDate(0, 0, -1))
			out = append(out, kindOp{Was: k, Now: ended})
		}
	}
	return append(out, kindOp{Now: now})
}

// find is the kind with that start; without such a one (or with since 0) the
// one that still holds: a start that differs by a correction is not a second
// identification unless the first has ended.
func find(have []fact.PersonKind, kind int, since calendar.Date) *fact.PersonKind {
	var open *fact.PersonKind
	for i := range have {
		k := &have[i]
		if k.Kind != kind {
			continue
		}
		if since != 0 && k.Since == since {
			return k
		}
		if k.Until == fact.Forever && (since == 0 || k.RiskRemovedOn == 0 || since < k.Since) {
			open = k
		}
	}
	return open
}

// apply is the set of kinds after the operations.
func apply(have []fact.PersonKind, ops []kindOp) []fact.PersonKind {
	out := append([]fact.PersonKind(nil), have...)
	for _, o := range ops {
		if o.Was.Since == 0 {
			out = append(out, o.Now)
			continue
		}
		for i := range out {
			if out[i].Kind == o.Was.Kind && out[i].Since == o.Was.Since {
				out[i] = o.Now
			}
		}
	}
	return out
}

// facts fills what the rules ask of the row's kinds.
func (s *stated) facts(r *rule.Row) { r.Identified, r.RemovedOn = s.riskSince, s.removedOn }

// parseKind reads kindText.
func parseKind(s string) (k fact.PersonKind) {
	// A damaged text leaves zeros, which match no row: the undo then stops.
	_, _ = fmt.Sscanf(s, "%d|%d|%d|%d|%d", &k.Kind, &k.Since, &k.Until, &k.RiskRemovedOn, &k.Risk)
	return k
}
