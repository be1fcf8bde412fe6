package intake

import (
	"reflect"
	"testing"

	"wengang/internal/fact"
	"wengang/internal/people"
)

func TestPayloadsReadBackAsTheyWere(t *testing.T) {
	found := []keptFinding{{Rule: "work.wage_low", Field: "wage", Args: []string{"300", "400"}, Start: 202305}, {Rule: "id.upgraded", Field: "id_number"}}
	term := fact.Term{From: 202305, WageFen: -1, Employer: "示例厂", Place: 320583000000, PlaceClass: 3, Channel: 1, Industry: 3, PointToPoint: 2, TransportFen: 50000}
	for _, c := range []struct{ in, out payload }{
		{&personRow{Person: fact.Person{ID: 7, Village: 371522103201, Name: "张明", IDNumber: "000000198802290019", Birth: 19880229, Skill: 2, Note: "备注", InOn: 20210101},
			HomePhone: "13800000001", DropSchool: true, Moved: true, Found: found,
			KindOps: []kindOp{{Now: fact.PersonKind{Kind: 1, Since: 20210101, Until: fact.Forever, Source: source}}, {Was: fact.PersonKind{Kind: 2, Since: 20220101}, Now: fact.PersonKind{Kind: 2, Since: 20220101, RiskRemovedOn: 20231101, Risk: 1}}}}, &personRow{}},
		{&workRow{PersonID: 1, Village: 371522103201, Fresh: true, Start: 202305, End: 999912, Reason: endNewJob, Term: term, Runs: true, Status: 1, StatusOn: 20230501, Found: found}, &workRow{}},
		{&workRow{PersonID: 1, SpellID: 9, Fix: true, Term: term, Was: fact.Term{WageFen: 1}, NewEnd: 202311, OldEnd: 999912, OldStart: 202201, Seen: true}, &workRow{}},
		{&planRow{PersonID: 3, Village: 371522103201, Need: fact.Need{PlanOut: 1, PlanPlace: 320583000000, WantedWageFen: -1, Service: "岗位信息", SurveyedOn: 20231210}, Found: found}, &planRow{}},
	} {
		b := encode(c.in)
		if err := decode(b, c.out); err != nil || !reflect.DeepEqual(c.in, c.out) {
			t.Errorf("%+v\nreads back as\n%+v, %v", c.in, c.out, err)
		}
		for i := range b {
			if decode(b[:i], c.out) == nil {
				t.Errorf("%T cut to %d of %d bytes reads without an error", c.in, i, len(b))
			}
		}
		if decode(append(b, 0), c.out) == nil {
			t.Errorf("%T with a byte too many reads without an error", c.in)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(encode(&workRow{Fresh: true, Term: fact.Term{Employer: "x"}}))
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0x7f})
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, p := range []payload{&personRow{}, &workRow{}, &planRow{}} {
			_ = decode(b, p) // no panic, no memory beyond the input's size
		}
	})
}

// A value that an import seals must open on the person page, and the two must
// index alike.
func TestSealsAreThoseOfThePeople(t *testing.T) {
	for ours, theirs := range map[string]string{sealID: people.SealID, sealPhone: people.SealPhone, sealHomePhone: people.SealHomePhone,
		sealHistoryOld: people.SealHistoryOld, sealHistoryNew: people.SealHistoryNew, indexID: people.IndexID, indexPhone: people.IndexPhone} {
		if ours != theirs {
			t.Errorf("%q here, %q there", ours, theirs)
		}
	}
}
