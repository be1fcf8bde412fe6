package sample

import (
	"bufio"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"wengang/internal/calendar"
	"wengang/internal/fact"
	"wengang/internal/region"
)

// Planted is a rule that a row was made to break. Later ones can only be seen
// by a check of the whole ledger. Saved is false for rows that must be refused.
type Planted struct {
	File   string      `json:"file"`
	Sheet  string      `json:"sheet,omitempty"`
	Row    int         `json:"row"`
	Rule   string      `json:"rule"`
	Column string      `json:"column,omitempty"` // canonical name
	Saved  bool        `json:"saved"`
	Later  bool        `json:"later,omitempty"`
	Region region.Code `json:"region"`
}

// The figures of a village and month, in the order of truth.json's "fields".
const (
	fCounted = iota // 脱贫人口 and 监测对象 at the month's end
	fAble
	fWorking
	fInside   // place classes of those who work
	fProvince //
	fOutside
	fHMT
	fAbroad
	fWorkedYear // worked in the year so far
	fYearInside
	fYearProvince
	fYearOutside
	fYearHMT
	fYearAbroad
	fJobless // lost work this month or the month before, able and willing
	fStable  // three months in a row
	fWageFen // sum over those whose wage is known
	fWageN
	fMonitored
	fMonitoredWorking
	fPost // has a public post, whatever else
	fWorkshop
	fSettled // live in a settlement
	fSettledWorking
	fSettledYear
	fConfirmed     // in work, as the village has confirmed
	fYearConfirmed // worked in the year so far, of which the village has confirmed something
	fLastYear      // worked in the year before
	fYearKept      // in both years
	fSix           // in work, with work in each of six months
	fTwelve
	fMonths1 // months with work in the year so far: 1 or 2
	fMonths3 // 3 to 5
	fMonths6
	fMonths9
	fBegan   // not in work a month before, on the register then too
	fAgain   // of them: worked before
	fChannel // by channel 0 to 9
	fields   = fChannel + 10
)

var fieldNames = [...]string{"counted", "able", "working", "inside", "province", "outside", "hmt", "abroad", "worked_year", "year_inside",
	"year_province", "year_outside", "year_hmt", "year_abroad", "jobless", "stable", "wage_fen", "wage_n", "monitored", "monitored_working",
	"post", "workshop", "settled", "settled_working", "settled_worked_year",
	"confirmed", "year_confirmed", "last_year", "year_kept", "stable_6", "stable_12", "months_1_2", "months_3_5", "months_6_8", "months_9", "began", "again", "channel_0", "channel_1", "channel_2", "channel_3", "channel_4", "channel_5", "channel_6", "channel_7", "channel_8", "channel_9"}

type figures [fields]int64

// poorSince is when the five-year transition began: who was lifted out of
// poverty has been 脱贫人口 from then on, or from birth.
const poorSince calendar.Date = 20210101

// figuresOf counts one person into one month, by the words of the definitions:
// it shares no code with what it is to be compared with.
func (w *world) figuresOf(p *person, m calendar.Month, f *figures) {
	monitored, in := w.headOf(p, m, f)
	if !in {
		return
	}
	h := p.home
	var now, year *spell
	wage, known, touched, run := 0, false, false, 0
	post, shop := false, false
	var ended calendar.Month
	for _, s := range p.spells {
		if s.refused || s.start > m {
			continue
		}
		if s.end >= m.January() && (year == nil || s.start > year.start) {
			year = s
		}
		touched = touched || s.end >= m.January()
		if s.end <= m {
			ended = max(ended, s.end)
			continue
		}
		if now == nil || s.start > now.start {
			now = s
		}
		if v := s.wageIn(m); v >= 0 {
			wage, known = wage+v, true
		}
		post, shop = post || s.channel == fact.ChannelPost, shop || s.channel == fact.ChannelWorkshop
	}
	for k := m; run < 3 && p.workedIn(k); k = k.Add(-1) {
		run++
	}
	if run >= 3 {
		f[fStable]++
	}
	w.longOf(p, m, touched, now != nil, f)
	if touched {
		f[fWorkedYear]++
		f[fYearInside+w.classOf(p, year)-1]++
		if h.settled != nil {
			f[fSettledYear]++
		}
	}
	if now == nil {
		if ended != 0 && m.Sub(ended) < 2 && p.student == 0 && p.able() && p.surveyed && p.willing == fact.Yes && !h.other {
			f[fJobless]++
		}
		return
	}
	f[fWorking]++
	if w.confirmedNow(p, m) {
		f[fConfirmed]++
	}
	f[fInside+w.classOf(p, now)-1]++
	f[fChannel+now.channel]++
	if known {
		f[fWageFen] += int64(wage) * 100
		f[fWageN]++
	}
	if monitored {
		f[fMonitoredWorking]++
	}
	if h.settled != nil {
		f[fSettledWorking]++
	}
	if post {
		f[fPost]++
	}
	if shop {
		f[fWorkshop]++
	}
}

func (p *person) workedIn(m calendar.Month) bool {
	for _, s := range p.spells {
		if !s.refused && s.touches(m) {
			return true
		}
	}
	return false
}

// classOf: 1 same county, 2 same province, 3 elsewhere, 4 港澳台, 5 abroad.
func (w *world) classOf(p *person, s *spell) int {
	switch place := s.at.code; {
	case place == region.Abroad:
		return 5
	case place == region.HongKong || place == region.Macao || place == region.Taiwan:
		return 4
	case place/1_000_000 == p.home.place.code/1_000_000:
		return 1
	case place/10_000_000_000 == p.home.place.code/10_000_000_000:
		return 2
	}
	return 3
}

// truthFile is the head of truth.json; "villages" follows it.
type truthFile struct {
	Notice    string                    `json:"notice"`
	Fields    []string                  `json:"fields"`
	Months    []calendar.Month          `json:"months"`
	Planted   []Planted                 `json:"planted"`
	Tainted   map[string][]int          `json:"tainted"` // rows of planted people, by file
	Refused   map[string]int            `json:"refused"` // rows that must be refused, by file
	Registers map[string]map[string]int `json:"registers"`
}

func (w *world) writeTruth(m *Manifest) error {
	head := truthFile{Notice: Notice, Fields: fieldNames[:], Tainted: map[string][]int{}, Refused: map[string]int{}, Registers: w.registers}
	for k := w.first; k <= w.End; k = k.Add(1) {
		head.Months = append(head.Months, k)
	}
	for _, c := range w.counties {
		head.Planted = append(head.Planted, c.planted...)
		maps.Copy(head.Tainted, c.tainted)
		maps.Copy(head.Refused, c.refused)
	}
	head.Planted = append(head.Planted, w.planted...)
	for _, p := range w.planted {
		m.Planted[p.Rule]++
		if !p.Saved {
			head.Refused[p.File]++
		}
	}
	b, err := json.Marshal(head)
	if err != nil {
		return err
	}
	f, err := os.Create(filepath.Join(w.Dir, TruthFile))
	if err != nil {
		return err
	}
	defer f.Close()
	out := bufio.NewWriterSize(f, 1<<20)
	out.Write(b[:len(b)-1])
	out.WriteString(",\n\"villages\":{")
	w.writeVillages(out, head.Months)
	out.WriteString("}}\n")
	if err := out.Flush(); err != nil {
		return err
	}
	return f.Close()
}

// writeVillages writes, for each village with people, one row of figures per
// month.
func (w *world) writeVillages(out *bufio.Writer, months []calendar.Month) {
	first := true
	for _, c := range w.counties {
		by := map[region.Code][]figures{}
		for _, h := range c.homes {
			rows := by[h.place.code]
			if rows == nil {
				rows = make([]figures, len(months))
				by[h.place.code] = rows
			}
			for _, p := range h.members {
				for i, m := range months {
					w.figuresOf(p, m, &rows[i])
				}
			}
		}
		for _, code := range slices.Sorted(maps.Keys(by)) {
			if !first {
				out.WriteByte(',')
			}
			first = false
			fmt.Fprintf(out, "\n\"%d\":[", int64(code))
			for i := range by[code] {
				if i > 0 {
					out.WriteByte(',')
				}
				writeRow(out, &by[code][i])
			}
			out.WriteByte(']')
		}
	}
}

func writeRow(out *bufio.Writer, f *figures) {
	var buf [24]byte
	out.WriteByte('[')
	for i, v := range f {
		if i > 0 {
			out.WriteByte(',')
		}
		out.Write(fmt.Append(buf[:0], v))
	}
	out.WriteByte(']')
}
