package intake

import (
	"context"
	"strings"
	"testing"

	"wengang/internal/region"
	"wengang/internal/transfer"
)

// look is the row as the desk shows it.
func (k *desk) look(batch int64, row int) transfer.Look {
	k.t.Helper()
	_, l, err := k.s.Look(context.Background(), region.ScopeOf(region.Country), batch, transfer.RowRef{Sheet: "Sheet1", Row: row})
	if err != nil {
		k.t.Fatalf("row %d: %v", row, err)
	}
	return l
}

// asked is the question that a rule puts about a row.
func (k *desk) asked(batch int64, row int, rule string) transfer.Note {
	k.t.Helper()
	l := k.look(batch, row)
	for _, n := range l.All() {
		if n.Rule == rule && len(n.Offers) > 0 {
			return n
		}
	}
	k.t.Fatalf("row %d asks nothing about %s: %+v", row, rule, l)
	return transfer.Note{}
}

// decide answers it.
func (k *desk) decide(batch int64, row int, rule string, v transfer.Verdict, reason string) int64 {
	k.t.Helper()
	n := k.asked(batch, row, rule)
	act, err := k.s.Decide(context.Background(), officer, batch, transfer.RowRef{Sheet: "Sheet1", Row: row}, transfer.Ask{Rule: rule, Verdict: v, Basis: n.Basis, Reason: reason})
	if err != nil {
		k.t.Fatalf("decide row %d: %v", row, err)
	}
	return act
}

func (k *desk) info(batch int64) transfer.Info {
	k.t.Helper()
	in, err := k.s.Load(context.Background(), region.ScopeOf(region.Country), batch)
	if err != nil {
		k.t.Fatal(err)
	}
	return in
}

// byPage writes a value as a page does: with its history.
func (k *desk) byPage(name, field, value string) {
	k.t.Helper()
	person := k.one(`SELECT id FROM person WHERE name = $1`, name)
	if err := k.exec(`UPDATE person SET ` + field + ` = ` + value + ` WHERE id = ` + person); err != nil {
		k.t.Fatal(err)
	}
	next := k.one(`SELECT coalesce(max(id), 0) + 1 FROM field_change`)
	if err := k.exec(`INSERT INTO field_change (person_id, id, at, entity, field, old_value, new_value, by_user) VALUES (` + person + `, ` + next + `, 1, 'person', '` + field + `', '0', '` + value + `', 7)`); err != nil {
		k.t.Fatal(err)
	}
	if err := k.exec(`INSERT INTO id_counter (name, next_id) VALUES ('field_change', ` + next + ` + 1) ON CONFLICT (name) DO UPDATE SET next_id = ` + next + ` + 1`); err != nil {
		k.t.Fatal(err)
	}
}

// TestWhatAPageWroteIsAsked: a workbook does not write over what an officer
// wrote by hand without a decision, and the decision holds for what it was
// about.
func TestWhatAPageWroteIsAsked(t *testing.T) {
	engines(t, func(t *testing.T, k *desk) {
		a, b := id(19880229, 1), id(19880229, 3)
		k.bring(request{kind: "people"}, nationalHead, k.national("H1", "甲一", a), k.national("H2", "乙二", b))
		k.byPage("甲一", "education", "5")
		k.byPage("乙二", "education", "5")
		_, batch := k.bring(request{kind: "people", hold: true}, nationalHead, k.national("H1", "甲一", a, "健康状况", "残疾"), k.national("H2", "乙二", b))
		if in := k.info(batch); in.Conflict != 2 {
			t.Fatalf("what was written by hand is written over: %+v", in)
		}
		n := k.asked(batch, 4, ruleByHand)
		if n.Value != "初中" || n.Theirs == "" || n.Theirs == "初中" {
			t.Errorf("the question shows %q and %q", n.Value, n.Theirs)
		}
		k.decide(batch, 4, ruleByHand, transfer.KeepLedger, "")
		act := k.decide(batch, 5, ruleByHand, transfer.UseFile, "")
		if in := k.info(batch); in.Conflict != 0 || in.Changed != 2 {
			t.Fatalf("decided: %+v", in)
		}
		if err := k.s.UndoAct(context.Background(), officer, batch, act); err != nil {
			t.Fatal(err)
		}
		if in := k.info(batch); in.Conflict != 1 {
			t.Fatalf("undone: %+v", in)
		}
		if _, err := k.s.DecideAll(context.Background(), officer, batch, transfer.Ask{Rule: ruleByHand, Verdict: transfer.UseFile}); err != nil {
			t.Fatal(err)
		}
		// Somebody writes the value again: the decision was about another one.
		k.byPage("乙二", "education", "6")
		if err := k.s.Save(context.Background(), officer, batch); err != nil {
			t.Fatal(err)
		}
		if err := k.s.Work(context.Background(), batch); err != nil {
			t.Fatal(err)
		}
		if in := k.info(batch); in.State != transfer.StateFailed {
			t.Fatalf("a stale decision was saved: %s", in.State)
		}
		if err := k.s.Check(context.Background(), officer, batch); err != nil {
			t.Fatal(err)
		}
		k.work(batch)
		if in := k.info(batch); in.Conflict != 1 {
			t.Fatalf("a stale decision is not asked again: %+v", in)
		}
		if l := k.look(batch, 5); !strings.Contains(rulesOf(l), ruleAgain) {
			t.Errorf("nothing says that it is asked again: %s", rulesOf(l))
		}
		k.decide(batch, 5, ruleByHand, transfer.UseFile, "")
		k.save(batch)
		if got := k.one(`SELECT education FROM person WHERE name = '甲一'`); got != "5" {
			t.Errorf("the ledger's value was to stay: %s", got)
		}
		if got := k.one(`SELECT health FROM person WHERE name = '甲一'`); got == "1" {
			t.Error("the rest of the row did not come in")
		}
		if got := k.one(`SELECT education FROM person WHERE name = '乙二'`); got == "6" {
			t.Error("the file's value was to go over")
		}
		if err := k.undo(batch); err != nil {
			t.Fatal(err)
		}
		if got := k.one(`SELECT education FROM person WHERE name = '乙二'`); got != "6" {
			t.Errorf("undone: %s", got)
		}
	})
}

func rulesOf(l transfer.Look) string {
	var out []string
	for _, n := range l.All() {
		out = append(out, n.Rule)
	}
	return strings.Join(out, " ")
}

// TestOnePersonOrTwo: a former number, and a number with another name and
// birth.
func TestOnePersonOrTwo(t *testing.T) {
	engines(t, func(t *testing.T, k *desk) {
		old, other := id(19880229, 3), id(19880229, 5)
		k.bring(request{kind: "people"}, nationalHead, k.national("H1", "甲一", old), k.national("H2", "乙二", other))
		if err := k.exec(`INSERT INTO former_id (person_id, id_index, changed_at) SELECT id, id_index, 1 FROM person WHERE name = '甲一'`); err != nil {
			t.Fatal(err)
		}
		if err := k.exec(`UPDATE person SET id_index = $1 WHERE name = '甲一'`, []byte("another number...")); err != nil {
			t.Fatal(err)
		}
		rows := [][]string{nationalHead, k.national("H1", "甲一", old, "健康状况", "残疾"), k.national("H2", "别人", other, "出生日期", "1977-01-01")}
		_, batch := k.bring(request{kind: "people", hold: true}, rows...)
		if in := k.info(batch); in.Conflict != 2 {
			t.Fatalf("%+v", in)
		}
		if n := k.asked(batch, 4, ruleFormer); !strings.Contains(n.Theirs, "甲一") {
			t.Errorf("whom the number belonged to: %q", n.Theirs)
		}
		k.decide(batch, 4, ruleFormer, transfer.SamePerson, "")
		k.decide(batch, 5, "id.other_person", transfer.TwoPeople, "")
		if in := k.info(batch); in.Changed != 1 || in.Rejected != 1 || in.Conflict != 0 {
			t.Fatalf("decided: %+v", in)
		}
		k.save(batch)
		if got := k.one(`SELECT count(*) FROM person`); got != "2" {
			t.Errorf("%s people: one was to be the same", got)
		}
		if got := k.one(`SELECT health FROM person WHERE name = '甲一'`); got == "1" {
			t.Error("the row did not reach the person of the new number")
		}
		_, batch = k.bring(request{kind: "people", hold: true}, rows...)
		k.decide(batch, 4, ruleFormer, transfer.TwoPeople, "")
		k.decide(batch, 5, "id.other_person", transfer.SamePerson, "")
		if in := k.info(batch); in.New != 1 || in.Changed != 1 {
			t.Fatalf("decided the other way: %+v", in)
		}
		k.save(batch)
		if got := k.one(`SELECT count(*) FROM person`); got != "3" {
			t.Errorf("%s people: two were to be told apart", got)
		}
		if got := k.one(`SELECT count(*) FROM person WHERE name = '别人'`); got != "1" {
			t.Error("the same person was to take the new name")
		}
		if err := k.undo(batch); err != nil {
			t.Fatal(err)
		}
		if got := k.one(`SELECT count(*) FROM person`); got != "2" {
			t.Errorf("%s people after the undo", got)
		}
	})
}

// TestARemarkIsConfirmed: with a reason, which the record's finding keeps; a
// value that changes afterwards is asked again; an undo opens it.
func TestARemarkIsConfirmed(t *testing.T) {
	engines(t, func(t *testing.T, k *desk) {
		ids := k.villagers("甲")
		_, batch := k.bring(request{kind: "work", month: 202311, hold: true}, workHead, k.job("甲", ids["甲"], "务工月收入", "285000"))
		at := transfer.RowRef{Sheet: "Sheet1", Row: 4}
		n := k.asked(batch, 4, "work.wage_bounds")
		_, err := k.s.Decide(context.Background(), officer, batch, at, transfer.Ask{Rule: n.Rule, Verdict: transfer.Confirm, Basis: n.Basis})
		if err == nil {
			t.Error("confirmed without a reason")
		}
		k.decide(batch, 4, "work.wage_bounds", transfer.Confirm, "船员年薪一次结清")
		k.save(batch)
		if got := k.one(`SELECT reason FROM finding WHERE rule = 'work.wage_bounds'`); got != "船员年薪一次结清" {
			t.Errorf("the finding keeps %q", got)
		}
		if got := k.one(`SELECT state FROM finding WHERE rule = 'work.wage_bounds'`); got != "2" {
			t.Errorf("state %s", got)
		}
		if err := k.undo(batch); err != nil {
			t.Fatal(err)
		}
		if got := k.one(`SELECT count(*) FROM finding WHERE rule = 'work.wage_bounds'`); got != "0" {
			t.Errorf("%s findings after the undo", got)
		}
	})
}

// TestSuggestions: what a cell may have been meant to say.
func TestSuggestions(t *testing.T) {
	k := newDesk(t, sqliteOf(t))
	ids := k.villagers("甲", "乙", "丙", "丁")
	_, batch := k.bring(request{kind: "work", month: 202311, hold: true}, workHead,
		k.job("甲", ids["甲"], "务工月收入", "285000"),
		k.job("乙", ids["乙"], "务工月收入", "310000"),
		k.job("丙", ids["丙"], "务工所在市", "济南市", "务工所在省", "山东省", "务工所在县", "力城区"),
		k.job("丁", ids["丁"], "开始时间", "23年5月份起"))
	ctx, in := context.Background(), k.info(batch)
	position := func(key string) int {
		for i, c := range in.Columns {
			if c == key {
				return i
			}
		}
		t.Fatalf("no column %s", key)
		return 0
	}
	for _, x := range []struct {
		row       int
		key, rule string
		want      string
		rows      int
	}{
		{4, "wage", "work.wage_bounds", "2850", 2},
		{6, "work_county", "work.place_unknown", "历城区", 1},
		{7, "start", "row.month", "2023-05", 1},
	} {
		a, err := k.s.Advise(ctx, officer, batch, transfer.RowRef{Sheet: "Sheet1", Row: x.row}, position(x.key), x.rule)
		if err != nil || len(a.Suggestions) == 0 {
			t.Errorf("row %d: %+v, %v (%s)", x.row, a, err, rulesOf(k.look(batch, x.row)))
			continue
		}
		sg := a.Suggestions[0]
		if got := sg.Cells[x.key]; got != x.want {
			t.Errorf("row %d: %q, want %q", x.row, got, x.want)
		}
		if sg.Own && a.Own[sg.ID] != x.rows {
			t.Errorf("row %d: %d rows, want %d", x.row, a.Own[sg.ID], x.rows)
		}
	}
	if _, n, err := k.s.FixAll(ctx, officer, batch, transfer.Bulk{At: transfer.RowRef{Sheet: "Sheet1", Row: 4}, Position: position("wage"), Rule: "work.wage_bounds", Idea: "fen"}); err != nil || n != 2 {
		t.Errorf("%d rows from fen, %v", n, err)
	}
	if _, err := k.s.FixBy(ctx, officer, batch, transfer.RowRef{Sheet: "Sheet1", Row: 7}, position("start"), "row.month", "date"); err != nil {
		t.Error(err)
	}
	k.save(batch)
	if got := k.spells("乙"); !strings.Contains(got, "3100@") {
		t.Errorf("乙: %s", got)
	}
	if got := k.spells("丁"); !strings.HasPrefix(got, "202305") {
		t.Errorf("丁: %s", got)
	}
	for text, want := range map[string]int64{"三千": 3000, "三千五": 3500, "两千八百元": 2800, "一万二": 12000, "三千零五十": 3050, "十": 10, "": 0, "千三": 0, "三三": 0, "x": 0} {
		if got, ok := numeral(text); got != want && ok || ok != (want != 0) {
			t.Errorf("%q is %d, %v", text, got, ok)
		}
	}
}

// FuzzNumeral: no text makes it fail.
func FuzzNumeral(f *testing.F) {
	f.Add("三千五")
	f.Add("十")
	f.Fuzz(func(t *testing.T, s string) {
		if n, ok := numeral(s); ok && n < 0 {
			t.Errorf("%q is %d", s, n)
		}
	})
}

// TestANumberThatIsAlmostAnothers: a new number one or two characters from that
// of a namesake in the village is asked about.
func TestANumberThatIsAlmostAnothers(t *testing.T) {
	engines(t, func(t *testing.T, k *desk) {
		right := id(19880229, 15)
		near := id(19880229, 51) // 015 and 051: two figures exchanged
		k.bring(request{kind: "people"}, nationalHead, k.national("H1", "王会民", right), k.national("H2", "别人", id(19880229, 3)))
		rows := [][]string{nationalHead, k.national("H1", "王会民", near, "健康状况", "残疾", "性别", "男"), k.national("H3", "另人", id(19880229, 57))}
		_, batch := k.bring(request{kind: "people", hold: true}, rows...)
		if in := k.info(batch); in.Conflict != 1 || in.New != 1 {
			t.Fatalf("%+v", in)
		}
		n := k.asked(batch, 4, ruleSimilar)
		if strings.Contains(n.Theirs+n.Value, "0229") {
			t.Errorf("numbers are shown: %q %q", n.Value, n.Theirs)
		}
		k.decide(batch, 4, ruleSimilar, transfer.SamePerson, "")
		if in := k.info(batch); in.Changed != 1 || in.Conflict != 0 {
			t.Fatalf("same person: %+v", in)
		}
		k.save(batch)
		if got := k.one(`SELECT count(*) FROM person WHERE name = '王会民'`); got != "1" {
			t.Errorf("%s of the name", got)
		}
		if got := k.one(`SELECT health FROM person WHERE name = '王会民'`); got == "1" {
			t.Error("the row did not come in")
		}
		_, batch = k.bring(request{kind: "people", hold: true}, rows[:2]...)
		k.decide(batch, 4, ruleSimilar, transfer.TwoPeople, "")
		k.save(batch)
		if got := k.one(`SELECT count(*) FROM person WHERE name = '王会民'`); got != "2" {
			t.Errorf("%s of the name, two people", got)
		}
	})
	for _, x := range []struct {
		a, b string
		want bool
	}{
		{"000000198802290015", "000000198802290510", true}, {"000000198802290015", "000000198802290025", true}, {"000000198802290015", "000000198802290015", false},
		{"000000198802290015", "000000198803300015", false}, {"", "000000198802290015", false}, {"000000198802290015", "000000198802291234", false},
	} {
		if almost(x.a, x.b) != x.want {
			t.Errorf("%s and %s: %v", x.a, x.b, !x.want)
		}
	}
}
