package summary

import (
	"context"

	"wengang/internal/calendar"
	"wengang/internal/region"
	"wengang/internal/report"
)

// Value is one indicator of a place and month.
type Value struct {
	Known    bool
	N        int64
	Num, Den int64 // of a share
	Label    string
	Calibre  string // settings that it was counted with
}

// Change is a value beside the same one of another month. Where OK is false,
// Why says in words why the two cannot be compared.
type Change struct {
	OK    bool
	Abs   int64
	Ratio float64 // of a share the difference of the shares
	Why   string
}

// Coverage is what is known of a place's figures of a month.
type Coverage struct {
	Rows   int // person-months behind them
	Closed bool
}

// Numbers answers indicators as closed (internal/rollup).
type Numbers interface {
	Month(ctx context.Context, scope region.Scope, at region.Code, m calendar.Month) (Coverage, error)
	Value(ctx context.Context, scope region.Scope, indicator string, at region.Code, m calendar.Month) (Value, error)
	Change(ctx context.Context, scope region.Scope, indicator string, at region.Code, now, base calendar.Month) (Change, error)
}

// Goal is a place's target and how far it is.
type Goal struct {
	Place     region.Code
	Name      string
	Target    int64
	Actual    int64   // -1 unknown
	Rate      float64 // -1 unknown
	Time      float64 // share of the target's time that has passed
	Behind    bool
	Met       bool
	Indicator string // as printed
	Document  string
	Sample    bool // 示例口径
}

// Goals answers the year's targets of a place and of those below it, by table
// (internal/target).
type Goals interface {
	Goals(ctx context.Context, scope region.Scope, at region.Code, m calendar.Month) ([][]Goal, error)
}

// Forms is what a draft takes from the forms (internal/report).
type Forms interface {
	Sheet(ctx context.Context, scope region.Scope, form string, at region.Code, p report.Period) (*report.Sheet, error)
	Forms(ctx context.Context, scope region.Scope, at region.Code, pick func(*report.Form) report.Period) ([]report.Listing, error)
}

// Tree is what a draft asks of the tree (region.Tree).
type Tree interface {
	Children(region.Code) []region.Place
	Get(region.Code) (region.Place, bool)
	Name(region.Code) string
}

// Areas are the dated lists of key areas (region/regionstore).
type Areas interface {
	Tags(ctx context.Context, tag string, on calendar.Date) (map[region.Code]bool, error)
}
