package intake

import (
	"encoding/binary"
	"hash/maphash"
	"strings"

	"wengang/internal/calendar"
	"wengang/internal/fact"
	"wengang/internal/region"
	"wengang/internal/rule"
)

// What a file showed so far is kept of every row until its end, so it is kept
// small and free of pointers into the rows: a text of a row holds on to the
// whole row.

// texts keeps many short texts in a few large blocks.
type texts struct {
	blocks []string
	cur    strings.Builder
}

// textAt is where a text of texts stands; its zero value is the empty text.
type textAt struct {
	block, n uint16
	from     uint32
}

const textBlock = 128 << 10

func keepText[T ~string | ~[]byte](t *texts, s T) textAt {
	if len(s) == 0 {
		return textAt{}
	}
	s = s[:min(len(s), 1<<15)] // what is longer is no name and no code
	if t.cur.Len()+len(s) > textBlock || t.cur.Cap() == 0 {
		t.cur = strings.Builder{}
		t.cur.Grow(textBlock)
		t.blocks = append(t.blocks, "")
	}
	at := textAt{block: uint16(len(t.blocks) - 1), n: uint16(len(s)), from: uint32(t.cur.Len())}
	t.cur.WriteString(string(s))
	t.blocks[at.block] = t.cur.String()
	return at
}

func (t *texts) get(at textAt) string {
	if at.n == 0 {
		return ""
	}
	return t.blocks[at.block][at.from : at.from+uint32(at.n)]
}

// shownRows are the rows of a file by what may stand in it once. Keys are 64
// bits of a hash: among a million rows two different ones meet once in 36
// million files.
type shownRows map[uint64]int32

// rowSeed is the process's own; a resumed check reads the rows again.
var rowSeed = maphash.MakeSeed()

// first answers the row that showed the key before, or notes this one.
func (s shownRows) first(key uint64, row int) (int, bool) {
	if n, twice := s[key]; twice {
		return int(n), true
	}
	s[key] = int32(row)
	return 0, false
}

// indexKey is the key of a blind index, which is a hash by itself.
func indexKey(index []byte) uint64 { return binary.LittleEndian.Uint64(index) }

// jobKey is the key of one spell as a row states it.
func jobKey(person int64, start calendar.Month, employer string, place region.Code) uint64 {
	var b [24]byte
	binary.LittleEndian.PutUint64(b[:], uint64(person))
	binary.LittleEndian.PutUint64(b[8:], uint64(start))
	binary.LittleEndian.PutUint64(b[16:], uint64(place))
	var h maphash.Hash
	h.SetSeed(rowSeed)
	h.Write(b[:])
	h.WriteString(employer)
	return h.Sum64()
}

// phoneBook is who has which phone in a file.
type phoneBook struct {
	by    map[uint64]phoneHolder
	homes texts
}

type phoneHolder struct {
	household textAt
	person    uint64 // of the blind index: one person's own jobs in two counties are no doubt
	county    int32  // of work, six digits; 0 unknown
}

// shared sees the same phone in two households of the file, and with two
// members of one household who work in different counties.
func (c *checker) shared(h *rule.Household, phone, household string, index []byte, county region.Code) {
	if phone == "" || household == "" {
		return
	}
	household = household[:min(len(household), 1<<15)]
	if c.phones.by == nil {
		c.phones.by = map[uint64]phoneHolder{}
	}
	key, at, person := maphash.String(rowSeed, phone), int32(county/1_000_000), uint64(0)
	if len(index) >= 8 {
		person = indexKey(index)
	}
	first, ok := c.phones.by[key]
	switch {
	case !ok:
		c.phones.by[key] = phoneHolder{keepText(&c.phones.homes, household), person, at}
	case c.phones.homes.get(first.household) != household:
		h.PhoneOwner = c.phones.homes.get(first.household)
	case first.person != person && first.county != 0 && at != 0 && first.county != at:
		h.PhoneAway = true
	}
}

// folded remembers how employers compare: a file names a few thousand.
type folded map[string]string

func (f *folded) of(employer string) string {
	key, ok := (*f)[employer]
	if !ok {
		if len(*f) > 50_000 || *f == nil {
			*f = folded{}
		}
		key = employerKey(employer)
		(*f)[strings.Clone(employer)] = strings.Clone(key)
	}
	return key
}

// shownWork are the new spells of a file.
type shownWork struct {
	stints    []stint
	before    []int32         // the same person's one before, + 1
	last      map[int64]int32 // by person, + 1
	employers words
}

// words numbers texts that come often.
type words struct {
	at   map[string]uint32
	list []string
}

func (w *words) number(s []byte) uint32 {
	n, ok := w.at[string(s)]
	if !ok {
		if w.at == nil {
			w.at = map[string]uint32{}
		}
		n = uint32(len(w.list))
		w.list = append(w.list, string(s))
		w.at[w.list[n]] = n
	}
	return n
}

// add keeps a new spell, which has one term.
func (s *shownWork) add(sp *fact.Spell) {
	if s.last == nil {
		s.last = map[int64]int32{}
	}
	t := &sp.Terms[0]
	s.stints = append(s.stints, stint{person: sp.PersonID, start: sp.Start, end: sp.End, from: t.From, wage: t.WageFen, fare: t.TransportFen,
		place: t.Place, class: int8(t.PlaceClass), channel: int8(t.Channel), industry: int8(t.Industry), p2p: int8(t.PointToPoint),
		employer: s.employers.number([]byte(t.Employer))})
	s.before = append(s.before, s.last[sp.PersonID])
	s.last[sp.PersonID] = int32(len(s.stints))
}

// of appends the new spells of a person to a list, in the file's order.
func (s *shownWork) of(person int64, list []fact.Spell) []fact.Spell {
	from := len(list)
	for n := s.last[person]; n != 0; n = s.before[n-1] {
		t := &s.stints[n-1]
		list = append(list, fact.Spell{PersonID: person, Start: t.start, End: t.end, Terms: []fact.Term{t.term(s.employers.list)}})
	}
	for i, k := from, len(list)-1; i < k; i, k = i+1, k-1 {
		list[i], list[k] = list[k], list[i]
	}
	return list
}

func (s *stint) term(employers []string) fact.Term {
	return fact.Term{From: s.from, WageFen: s.wage, Employer: employers[s.employer], Place: s.place, PlaceClass: int(s.class),
		Channel: int(s.channel), Industry: int(s.industry), PointToPoint: int(s.p2p), TransportFen: s.fare}
}
