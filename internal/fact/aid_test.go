package fact

import "testing"

func TestAidPacksEveryAnswer(t *testing.T) {
	var a Aid
	for i, p := range a.answers() {
		*p = i % 4
	}
	var b Aid
	b.Unpack(a.Pack())
	if a != b {
		t.Errorf("%+v became %+v", a, b)
	}
}

func TestAFileReplacesOnlyItsOwnColumns(t *testing.T) {
	was := NoAid()
	was.Stated, was.MedicalResident, was.PostKinds, was.PostMonths, was.Measures = StatedMedical|StatedPost|StatedMeasures, Yes, 2, 6, AidPlaced
	now := NoAid()
	now.Stated = StatedMedical | StatedPost // both blank
	got := now.Over(was)
	if got.MedicalResident != 0 || got.PostKinds != 0 || got.PostMonths != -1 {
		t.Errorf("a blank in a column that the file carries: %+v", got)
	}
	if got.Measures != AidPlaced || got.Stated != was.Stated {
		t.Errorf("a column that the file lacks: %+v", got)
	}
}
