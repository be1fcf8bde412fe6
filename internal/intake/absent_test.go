package intake

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"wengang/internal/account"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/testkit"
	"wengang/internal/transfer"
)

// absent lists the names on a batch's list of absent people.
func (k *desk) absent(id int64) string {
	k.t.Helper()
	p, err := k.s.Absent(context.Background(), officer, id, 0, 100)
	if err != nil {
		if fault.Is(err, fault.NotFound) {
			return "none asked"
		}
		k.t.Fatal(err)
	}
	var names []string
	for _, x := range p.People {
		if x.LeftOn != 0 {
			x.Name += "(left)"
		}
		names = append(names, x.Name)
	}
	if int(p.Total) < len(names) {
		k.t.Errorf("%d on a list of %d", len(names), p.Total)
	}
	return strings.Join(names, " ")
}

func TestAbsentPeople(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		k.sixPeople()
		head := []string{"县", "乡", "村", "户编号", "姓名", "证件号码"}
		row := func(h, name, number string) []string { return []string{"莘县", k.town, k.here, h, name, number} }
		// A part of the list makes nobody absent.
		_, part := k.bring(request{kind: "people"}, head, row("h1", "王一", id(19800101, 1)))
		if got := k.absent(part); got != "none asked" {
			t.Errorf("of a part: %s", got)
		}
		// The whole list: a mistyped number in the household names its person all the same.
		_, full := k.bring(request{kind: "people", full: true, hold: true}, head, row("h1", "王一", id(19800101, 1)), row("h1", "王二", "0000001980010100"), row("h9", "新人", id(19800101, 9)))
		if got := k.absent(full); got != "同名 同名 李五 李六" {
			t.Errorf("before the save: %s", got)
		}
		k.save(full)
		if got := k.absent(full); got != "同名 同名 李五 李六" {
			t.Errorf("after the save: %s", got)
		}
		if got := k.one(`SELECT count(*) FROM person WHERE out_on <> 0`); got != "0" {
			t.Errorf("%s people were put out by a list", got)
		}
		if _, err := d.Writer().Exec(`UPDATE person SET out_on = 20231201 WHERE name = '李五'`); err != nil {
			t.Fatal(err)
		}
		if got := k.absent(full); got != "同名 同名 李五(left) 李六" {
			t.Errorf("once one is registered as gone: %s", got)
		}
		// Another office sees none of it; a list of another place names nobody here.
		stranger := officer
		stranger.Grants = []account.Grant{{Role: account.Officer, Dept: account.DeptHR, Region: 371521_000000}}
		if _, err := k.s.Absent(context.Background(), stranger, full, 0, 10); !fault.Is(err, fault.NotFound) {
			t.Errorf("another county: %v", err)
		}
		// Monitored people are no part of a list of 脱贫人口, nor the other way round.
		_, mon := k.bring(request{kind: "monitored", full: true}, append(head, "监测对象类别", "识别监测时间"), append(row("h3", "监甲", id(19790101, 1)), "边缘易致贫户", "2023-05"))
		if got := k.absent(mon); got != "" {
			t.Errorf("a list of the monitored: %s", got)
		}
		_, again := k.bring(request{kind: "monitored", full: true}, append(head, "监测对象类别", "识别监测时间"), append(row("h3", "监乙", id(19790101, 2)), "边缘易致贫户", "2023-05"))
		if got := k.absent(again); got != "监甲" {
			t.Errorf("the next list of the monitored: %s", got)
		}
		if err := k.undo(again); err != nil {
			t.Fatal(err)
		}
		if got := k.absent(again); got != "none asked" {
			t.Errorf("after the undo: %s", got)
		}
	})
}

func TestAbsentWorkAndPlan(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		k.sixPeople()
		head := []string{"姓名", "证件号码", "开始时间", "务工地址", "单位名称"}
		job := func(name string, n int) []string {
			return []string{name, id(19800101, n), "2023-01", "北京市朝阳区", "某厂"}
		}
		k.bring(request{kind: "work", month: 202310}, head, job("王一", 1), job("王二", 2), job("李五", 5))
		_, full := k.bring(request{kind: "work", month: 202311, full: true}, head, job("王一", 1), []string{"王二", id(19800101, 2), "今年春天", "北京市朝阳区", "某厂"})
		if got := k.absent(full); got != "李五" {
			t.Errorf("whose work runs and who is not named, also in no refused row: %s", got)
		}
		p, err := k.s.Absent(context.Background(), officer, full, 0, 10)
		if err != nil || p.People[0].Employer != "某厂" || p.People[0].Seen != 202310 {
			t.Errorf("%+v, %v", p.People, err)
		}
		if got := k.one(`SELECT count(*) FROM spell WHERE end_month = 999912`); got != "3" {
			t.Errorf("%s spells run: absent people keep theirs", got)
		}
		plan := []string{"姓名", "证件号码", "是否计划务工", "意向工种"}
		k.bring(request{kind: "plan"}, plan, []string{"王一", id(19800101, 1), "是", "缝纫"}, []string{"王二", id(19800101, 2), "是", "缝纫"})
		_, plans := k.bring(request{kind: "plan", full: true}, plan, []string{"王一", id(19800101, 1), "是", "缝纫"})
		if got := k.absent(plans); got != "王二" {
			t.Errorf("plans: %s", got)
		}
	})
}

// TestAbsentIsQuick: of 200,000 people, half of them named, the others are found
// in a second. WENGANG_LONG asks for it: the ledger takes its time to write.
func TestAbsentIsQuick(t *testing.T) {
	if os.Getenv("WENGANG_LONG") == "" {
		t.Skip("WENGANG_LONG is not set")
	}
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		const all = 200_000
		var people, kinds [][]any
		for i := int64(1); i <= all; i++ {
			village := int64(k.hereC)
			if i%2 == 0 {
				village = int64(k.therC)
			}
			people = append(people, []any{i, 0, village, fmt.Sprintf("人%d", i), []byte{0}, []byte(fmt.Sprintf("%016d", i)), "x", 0, 0})
			kinds = append(kinds, []any{i, 1, 20210101})
		}
		err := d.Tx(context.Background(), func(tx *db.Tx) error {
			if err := tx.Dialect.BulkInsert(context.Background(), tx, "person", []string{"id", "household_id", "village", "name", "id_cipher", "id_index", "id_mask", "created_at", "updated_at"}, people); err != nil {
				return err
			}
			return tx.Dialect.BulkInsert(context.Background(), tx, "person_kind", []string{"person_id", "kind", "since"}, kinds)
		})
		if err != nil {
			t.Fatal(err)
		}
		kind := kindOf(k, "people").(*personKind)
		for _, named := range []int64{0, all / 2, all - 100} {
			c, err := kind.Open(context.Background(), &transfer.Batch{Region: county, Full: true, Kind: "people"})
			if err != nil {
				t.Fatal(err)
			}
			pc := c.(*personChecker)
			for i := int64(1); i <= named; i++ {
				pc.present.ids = append(pc.present.ids, i)
			}
			began := time.Now()
			ids, ok, err := pc.Absent(context.Background())
			took := time.Since(began)
			if err != nil || !ok || int64(len(ids)) != all-named {
				t.Fatalf("%d absent, %v, %v", len(ids), ok, err)
			}
			t.Logf("%d of %d absent: %v", len(ids), all, took)
			if named > 0 && took > time.Second {
				t.Errorf("%d of %d absent: %v", len(ids), all, took)
			}
		}
	})
}

var _ transfer.Lister = (*personChecker)(nil)
var _ transfer.Lister = (*workChecker)(nil)
var _ transfer.Lister = (*planChecker)(nil)
var _ transfer.Directory = (*personKind)(nil)
