package intake

import (
	"context"
	"strings"
	"testing"

	"wengang/internal/change"
	"wengang/internal/db"
	"wengang/internal/region"
	"wengang/internal/text"
	"wengang/internal/transfer"
)

// The neighbour county types the number of somebody whose record here holds
// what the rules warn of. The answer is the conflict alone: what the rules find
// over the holder's record would tell of it.
func TestNothingIsFoundOverARecordOfAnotherCounty(t *testing.T) {
	engines(t, func(t *testing.T, k *desk) {
		k.bring(request{kind: "people"}, nationalHead, k.national("H1", "甲一", id(20120229, 1), "文化程度", "", "在校生状况", "小学"))
		if err := k.exec(`UPDATE person SET skill = 1, student = 0, education = 5, health = 4`); err != nil {
			t.Fatal(err)
		}
		other := k.tree.Children(371521_000000)[0]
		blank := []string{"县", "阳谷县", "乡", other.Name, "村", k.tree.Children(other.Code)[0].Name, "文化程度", "", "在校生状况", "", "劳动技能", "", "健康状况", ""}
		r, _ := k.bring(request{kind: "people", at: 371521_000000}, nationalHead, k.national("X1", "甲某", id(20120229, 1), blank...))
		// The same row of a number that nobody holds shows what the row itself earns.
		own, _ := k.bring(request{kind: "people", at: 371521_000000, hold: true}, nationalHead, k.national("X1", "甲某", id(20120229, 3), blank...))
		want := "4:id.elsewhere " + listed(own)
		if got := listed(r); strings.TrimSpace(want) != got {
			t.Errorf("found %s\nwant  %s", got, want)
		}
	})
}

// While an officer looks at what the check of a monthly file found, another one
// corrects the job's place on the page. The file states a wage; saving it may
// not put the old place back.
func TestSavingKeepsWhatAPageChangedSinceTheCheck(t *testing.T) {
	engines(t, func(t *testing.T, k *desk) {
		ids := k.villagers("甲")
		k.bring(request{kind: "work", month: 202310}, workHead, k.job("甲", ids["甲"]))
		ctx := context.Background()
		n, err := k.s.Stage(ctx, officer, transfer.Request{Kind: "work", File: book(t, workHead, k.job("甲", ids["甲"], "务工月收入", "5200", "就业渠道", "")), FileName: "x.xlsx", Region: county, Month: 202310})
		if err != nil {
			t.Fatal(err)
		}
		k.work(n)
		err = k.d.Tx(ctx, func(tx *db.Tx) error {
			if _, err := tx.ExecContext(ctx, `UPDATE spell_term SET channel = 3`); err != nil {
				return err
			}
			var f change.Field
			if err := tx.QueryRowContext(ctx, `SELECT person_id, id FROM spell`).Scan(&f.PersonID, &f.EntityID); err != nil {
				return err
			}
			f.Entity, f.Field, f.Old, f.New = change.OfTerm, "channel", "1", "3"
			return change.Record(ctx, tx, f)
		})
		if err != nil {
			t.Fatal(err)
		}
		save := func() string {
			if err := k.s.Save(ctx, officer, n); err != nil {
				t.Fatal(err)
			}
			if err := k.s.Work(ctx, n); err != nil {
				t.Fatal(err)
			}
			in, err := k.s.Load(ctx, region.ScopeOf(county), n)
			if err != nil {
				t.Fatal(err)
			}
			return string(in.State) + in.Message(text.ZH)
		}
		if got := save(); got != "failed"+text.T(text.ZH, "import.stale") {
			t.Errorf("saved over the edit: %s", got)
		}
		if got := k.one(`SELECT count(*) FROM spell_term`); got != "1" {
			t.Errorf("the refused save left %s terms", got)
		}
		if err := k.s.Check(ctx, officer, n); err != nil {
			t.Fatal(err)
		}
		k.work(n)
		if got := save(); got != "done" {
			t.Errorf("checked again: %s", got)
		}
		if got := k.one(`SELECT channel FROM spell_term ORDER BY from_month DESC LIMIT 1`); got != "3" {
			t.Errorf("channel %s: %s", got, k.spells("甲"))
		}
	})
}

// A full file names somebody who does not work now: named is not absent.
func TestWhoTheFullFileNamesIsNotAbsent(t *testing.T) {
	engines(t, func(t *testing.T, k *desk) {
		ids := k.villagers("甲", "乙", "丙")
		k.bring(request{kind: "work", month: 202310}, workHead, k.job("甲", ids["甲"]), k.job("乙", ids["乙"]), k.job("丙", ids["丙"]))
		r, _ := k.bring(request{kind: "work", month: 202311, full: true}, workHead, k.job("甲", ids["甲"]), k.job("乙", ids["乙"], "务工月收入", "很多钱", "务工所在县", "没有这个县"))
		if got := k.one(`SELECT count(*) || '/' || coalesce(min(p.name), '') FROM finding f JOIN person p ON p.id = f.person_id WHERE f.rule = 'work.absent' AND f.state = 0`); got != "1/丙" {
			t.Errorf("absent %s; %s", got, listed(r))
		}
	})
}

// A late file ended somebody's work and brought a person in, both inside closed
// months. Undone, neither may go on being told as a late fact of those months.
func TestUndoSettlesWhatTheBatchSaidOfClosedMonths(t *testing.T) {
	engines(t, func(t *testing.T, k *desk) {
		ids := k.villagers("甲")
		k.bring(request{kind: "work", month: 202310}, workHead, k.job("甲", ids["甲"]))
		if err := k.exec(`INSERT INTO month_close (county, month, state, closed_at) VALUES ($1, 202310, 'closed', 1)`, int64(county)); err != nil {
			t.Fatal(err)
		}
		_, batch := k.bring(request{kind: "work", month: 202311}, workHead, k.job("甲", ids["甲"], "结束时间", "202309"))
		person := k.one(`SELECT id FROM person`)
		if err := k.exec(`INSERT INTO adjustment (county, month, person_id, field, was, would_be, at, batch_id) VALUES ($1, 202310, `+person+`, 'working', 1, 0, 1, $2)`, int64(county), batch); err != nil {
			t.Fatal(err)
		}
		k.closed.ids = nil
		if err := k.undo(batch); err != nil {
			t.Fatal(err)
		}
		if got := k.one(`SELECT count(*) FROM adjustment WHERE settled_at = 0`); got != "0" {
			t.Errorf("%s adjustments stand", got)
		}
		if len(k.closed.ids) != 1 || itoa(k.closed.ids[0]) != person {
			t.Errorf("worked out again: %v", k.closed.ids)
		}
		if got := k.spells("甲"); got != "202305-999912 昆山示例电子有限公司 4500@202305" {
			t.Errorf("undone: %s", got)
		}
	})
}

// Two jobs side by side, begun in one month; the ledger knows one of them and
// the file lists the other one first. The first row must not take the record of
// the second: the months before would then hold the known job twice.
func TestARowLeavesTheSpellThatALaterRowNames(t *testing.T) {
	engines(t, func(t *testing.T, k *desk) {
		ids := k.villagers("甲")
		k.bring(request{kind: "work", month: 202310}, workHead, k.job("甲", ids["甲"]))
		r, _ := k.bring(request{kind: "work", month: 202311}, workHead,
			k.job("甲", ids["甲"], "务工企业名称", "莘县示例合作社", "务工所在省", "山东省", "务工所在市", "聊城市", "务工所在县", "莘县", "务工月收入", "900"), k.job("甲", ids["甲"]))
		k.counts("two jobs", r, 1, 1, 0, 0)
		if got := k.spells("甲"); got != "202305-999912 昆山示例电子有限公司 4500@202305; 202305-999912 莘县示例合作社 900@202305" {
			t.Errorf("spells: %s", got)
		}
	})
}
