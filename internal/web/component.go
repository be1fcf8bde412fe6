package web

import (
	"wengang/internal/calendar"
)

// The data of the components; each has a template of the same name with the
// prefix w- ({{template "w-tile" .Tile}}). Texts are ready to read.

// Change is a comparison of a tile. Not comparable carries the reason.
type Change struct {
	Label  string // 同比
	Value  string // "3.2%" without a sign; "" with Reason for 不可比
	Up     bool
	Down   bool
	Reason string
	Href   string // what explains it
}

// Tile is a figure with its unit, changes, calibre and list.
type Tile struct {
	Label, Value, Unit string
	Href, LinkText     string // its list; LinkText defaults to 名单
	Changes            []Change
	Calibre            []string // at most two short lines
	Bar                bool     // a progress bar below the figure
	Progress, Tick     float64
}

// Chip is a filter that is on; Clear is the address without it.
type Chip struct{ Label, Value, Clear string }

// Chips is the filter bar's left side. Add opens the filter form (a
// "w-filter" dialog of the page) when set.
type Chips struct {
	Items    []Chip
	ClearAll string
	Dialog   string // id of the dialog with all filters, "" for none
}

// Pager is the foot of a list: exact total and neighbours by key.
type Pager struct {
	Total      int64
	Unit       string // 人
	From, To   int64  // 0 where unknown
	Prev, Next string
	Sort       string // "按户籍村排序"
}

// Badge is a small state: Kind is work, neu, out, dash (state badges) or red,
// yel, grn (risk only).
type Badge struct{ Kind, Icon, Text string }

// Field is one control of a form.
type Field struct {
	Name, Label, Value, Hint, Error string
	Kind                            string // text (default), number, date, month, tel, password, select, area, radio, check, file, search, place (a name of any place in the country, with suggestions)
	Options                         []Option
	Required, Disabled              bool
	Placeholder, Unit               string
	Accept                          string // file types
	Wide                            bool
	Complete                        string // autocomplete
	Max                             int
}

// Option of a select or a radio group.
type Option struct {
	Value, Label, Hint string
	On                 bool
}

// Step of a wizard. State is done, on or "".
type Step struct{ Title, Note, State, Href string }

// Crumb is an entry after the tree's places.
type Crumb struct{ Name, Href string }

// Empty says why there is nothing and what to do.
type Empty struct{ Icon, Title, Note, Action, Href string }

// Progress is long work with done and total; it asks Poll again until Done.
type Progress struct {
	Title, Note        string
	Done, Total        int64
	Rate, Left         string // "410 行/秒", "约剩 2 秒"
	Poll, Cancel       string // addresses; "" for none
	Finished, Failed   bool
	ResultText, Result string // link at the end
}

// Percent of the work that is done.
func (p Progress) Percent() float64 {
	if p.Total <= 0 {
		return 0
	}
	return float64(p.Done) / float64(p.Total) * 100
}

// Event of a timeline.
type Event struct {
	Date   calendar.Date
	When   string // overrides Date
	Icon   string
	Title  string
	Note   string
	Source string // who and from where
	Href   string
	On     bool
}

// Fact is one line of a record: label, value, source.
type Fact struct {
	Label, Value, Source, Href string
	Reveal                     string // address that reveals a masked value with a reason
	Doubts                     []Doubt
}

// Doubt is what a check says of a field: Label names it, Href is the finding.
type Doubt struct {
	Field, Label, Text, Href string
	Badge                    Badge
}

// Tab of a switch; the address makes it a link.
type Tab struct {
	Label, Href, Note string
	On                bool
}
