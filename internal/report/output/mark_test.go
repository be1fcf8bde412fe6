package output

import (
	"strings"
	"testing"

	"wengang/internal/report"
)

// Every state has its words on paper, and only what was sent says so.
func TestMarkOfEveryState(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range report.States {
		sh := &report.Sheet{Frozen: !s.Open(), Version: 1, Report: &report.Report{State: s, Version: 1}}
		m := Mark(sh)
		if s.Open() != (m == "【草稿】") || s.Signing() != strings.Contains(m, "送审稿") {
			t.Errorf("%s: %s", s, m)
		}
		if !s.Open() && seen[m] {
			t.Errorf("%s has the words of another state: %s", s, m)
		}
		seen[m] = true
	}
	old := &report.Sheet{Frozen: true, Version: 1, Report: &report.Report{State: report.Locked, Version: 2}}
	if m := Mark(old); !strings.Contains(m, "旧版") {
		t.Errorf("an old version: %s", m)
	}
}
