package report_test

import (
	"strings"
	"testing"

	"wengang/internal/region"
	"wengang/internal/report"
)

func TestCodes(t *testing.T) {
	want := report.Code{Region: 371522000000, Form: "progress", Period: "2023Q4", Version: 12, Sum: "K0QF1M9D"}
	if want.String() != "371522-progress-2023Q4-12-K0QF1M9D" {
		t.Errorf("printed %s", want)
	}
	for _, typed := range []string{want.String(), " 371522 - progress - 2023q4 - 12 - kOqfIm9d ", "３７１５２２－ＰＲＯＧＲＥＳＳ－2023Q4－12－KoQFlM9D", "371522—progress—2023Q4—12—K0QF1M9D"} {
		if got, err := report.ParseCode(typed); err != nil || got != want {
			t.Errorf("%q: %+v, %v", typed, got, err)
		}
	}
	for _, typed := range []string{"", "371522", "371522-progress-2023Q4-12", "371522-progress-2023Q4-0-K0QF1M9D", "371522-progress-2023Q4-12-K0QF1M9", "371522-progress-2023Q4-12-K0QF1M9U",
		"x-progress-2023Q4-12-K0QF1M9D", "371522--2023Q4-12-K0QF1M9D", "371522-progress-abc-12-K0QF1M9D", strings.Repeat("9", 400)} {
		if got, err := report.ParseCode(typed); err == nil {
			t.Errorf("%q was read as %+v", typed, got)
		}
	}
}

func TestCodeChangesWithEveryCell(t *testing.T) {
	f, _ := report.ByID("progress")
	make := func() *report.Sheet {
		return &report.Sheet{Form: f, Region: 371522000000, Period: q4, Frozen: true, Version: 1, Rows: []report.Row{
			{Key: "a", Name: "甲", Cells: []report.Cell{{Col: 2, Value: 3, Computed: 3}, {Col: 1, Text: "甲"}}}, {Key: "b", Name: "乙", Cells: []report.Cell{{Col: 2, Value: 11}}}}}
	}
	seen := map[string]string{make().Code(): "as it is"}
	for what, change := range map[string]func(*report.Sheet){
		"value": func(s *report.Sheet) { s.Rows[0].Cells[0].Value++ }, "computed": func(s *report.Sheet) { s.Rows[0].Cells[0].Computed++ },
		"text": func(s *report.Sheet) { s.Rows[0].Cells[1].Text = "丙" }, "row": func(s *report.Sheet) { s.Rows[1].Key = "c" }, "name": func(s *report.Sheet) { s.Rows[1].Name = "丁" },
		"version": func(s *report.Sheet) { s.Version = 2 }, "place": func(s *report.Sheet) { s.Region = region.Code(371521000000) }, "moved": func(s *report.Sheet) { s.Rows[0], s.Rows[1] = s.Rows[1], s.Rows[0] },
	} {
		s := make()
		change(s)
		if seen[s.Code()] != "" {
			t.Errorf("%s: same code as %s", what, seen[s.Code()])
		}
		seen[s.Code()] = what
	}
	s := make()
	s.Rows[0].Cells[0], s.Rows[0].Cells[1] = s.Rows[0].Cells[1], s.Rows[0].Cells[0]
	if s.Code() != make().Code() {
		t.Error("the order of cells within a row changes the code")
	}
	if s.Frozen = false; s.Code() != "" {
		t.Error("a draft has a code")
	}
}

func FuzzParseCode(f *testing.F) {
	f.Add("371522-progress-2023Q4-12-K0QF1M9D")
	f.Add("３７１５２２－a-b-2023－１－oooooooo")
	f.Fuzz(func(t *testing.T, s string) {
		c, err := report.ParseCode(s)
		if err != nil {
			return
		}
		again, err := report.ParseCode(c.String())
		if err != nil || again != c {
			t.Errorf("%q: %+v, again %+v, %v", s, c, again, err)
		}
	})
}
