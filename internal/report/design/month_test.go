package design

import (
	"testing"

	"wengang/internal/report"
)

// A blank to be filled takes the bindings of a quarter's form with the same
// headings, and still is filled for the month asked for: in November not with
// December's figures, which nobody has closed.
func TestFilledForItsMonth(t *testing.T) {
	v := &Version{Purpose: ForFill, Spec: Spec{Every: "quarter"}}
	f, err := v.Form(nil)
	if err != nil || f.Every != report.Monthly || f.PeriodAt(202311).Last() != 202311 {
		t.Errorf("a blank: %v %v", f.Every, err)
	}
	v.Purpose = ForForm
	if f, err = v.Form(nil); err != nil || f.PeriodAt(202311).Last() != 202312 {
		t.Errorf("a quarter's form: %v %v", f.PeriodAt(202311), err)
	}
}
