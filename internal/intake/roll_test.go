package intake

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"wengang/internal/region"
	"wengang/internal/secret/secrettest"
)

// TestRollAnswersAsLookUps: whoever stands on the roll is told as if looked up
// one by one, wherever they live, hidden or corrected numbers too.
func TestRollAnswersAsLookUps(t *testing.T) {
	defer func(n int64) { rollRows = n }(rollRows)
	rollRows = 1
	ctx := context.Background()
	engines(t, func(t *testing.T, k *desk) {
		ids := k.villagers("甲", "乙", "丙", "丁", "戊", "己")
		k.bring(request{kind: "work", month: 202309}, workHead, k.job("甲", ids["甲"]), k.job("乙", ids["乙"], "结束时间", "2023年7月"), k.job("丙", ids["丙"]))
		k.bring(request{kind: "work", month: 202310}, workHead, k.job("甲", ids["甲"], "务工月收入", "5200"),
			k.job("乙", ids["乙"], "开始时间", "2023年8月", "务工企业名称", "江阴示例纺织厂"), k.job("丁", ids["丁"], "开始时间", "2023年1月"))
		for _, q := range []string{
			`UPDATE person SET village = 371521001001 WHERE name = '己'`, // another county
			`UPDATE person SET batch_id = 77 WHERE name = '戊'`,          // of an import that is not done
			`UPDATE spell SET batch_id = 77 WHERE person_id = (SELECT id FROM person WHERE name = '丁')`,
			`UPDATE person SET out_on = 20230901, out_reason = 2, merged_into = 3, ward = 1, student = 4 WHERE name = '丙'`,
			`INSERT INTO hidden_batch (batch_id) VALUES (77)`,
			`INSERT INTO former_id (person_id, id_index, changed_at) SELECT 1, id_index, 1 FROM person WHERE name = '乙'`,
		} {
			if err := k.exec(q); err != nil {
				t.Fatal(err)
			}
		}
		box := secrettest.Box(t)
		var indexes [][]byte
		for _, n := range ids {
			indexes = append(indexes, box.BlindIndex(indexID, n))
		}
		unknown := box.BlindIndex(indexID, id(19700101, 9))
		indexes = append(indexes, unknown)
		if err := k.exec(`INSERT INTO former_id (person_id, id_index, changed_at) VALUES (1, $1, 1)`, unknown); err != nil {
			t.Fatal(err)
		}
		for _, at := range []region.Code{county, region.Country} {
			r, err := readRoll(ctx, k.d, at, 100)
			if err != nil || r == nil || r.complete != (at == region.Country) {
				t.Fatalf("roll of %d: %+v, %v", at, r, err)
			}
			for _, wide := range []bool{false, true} {
				want, err := lookup(ctx, k.d.Read, indexes, wide)
				if err != nil {
					t.Fatal(err)
				}
				got, err := r.lookup(ctx, k.d.Read, indexes, wide)
				if err != nil {
					t.Fatal(err)
				}
				if len(want.byIndex) != len(ids) || !reflect.DeepEqual(got.byIndex, want.byIndex) {
					t.Errorf("at %d, wide %v: %s\nwant %s", at, wide, shownRegister(got), shownRegister(want))
				}
				if !got.former[string(unknown)] || !want.former[string(unknown)] {
					t.Error("a corrected number is not told")
				}
			}
			person := lookedUp(t, r, k, indexes)
			want, err := loadSpells(ctx, k.d.Read, person)
			if err != nil {
				t.Fatal(err)
			}
			seen, err := loadSeen(ctx, k.d.Read, person, 202310)
			if err != nil {
				t.Fatal(err)
			}
			w, err := r.readWork(ctx, k.d, 202310)
			if err != nil || w == nil {
				t.Fatal(w, err)
			}
			got, was := w.of(person)
			if len(want) != 3 || !reflect.DeepEqual(got, want) {
				t.Errorf("at %d: spells %+v\nwant %+v", at, got, want)
			}
			for id := range was {
				if !seen[id] {
					t.Errorf("spell %d is seen on the roll only", id)
				}
			}
			if len(was) != 2 { // of 丁 the spell is hidden
				t.Errorf("%d spells seen, want 2", len(was))
			}
		}
	})
}

func lookedUp(t *testing.T, r *roll, k *desk, indexes [][]byte) []int64 {
	reg, err := r.lookup(context.Background(), k.d.Read, indexes, false)
	if err != nil {
		t.Fatal(err)
	}
	var out []int64
	for _, p := range reg.byIndex {
		if p.Village.At(region.County) == county {
			out = append(out, p.ID)
		}
	}
	return out
}

func shownRegister(r *register) string {
	var b strings.Builder
	for _, k := range r.byIndex {
		fmt.Fprintf(&b, "%+v\n", *k)
	}
	return b.String()
}

// A small file, or one that names few of a large region, looks its numbers up.
func TestRollIsReadForLargeFilesOnly(t *testing.T) {
	engines(t, func(t *testing.T, k *desk) {
		k.villagers("甲", "乙", "丙", "丁", "戊", "己", "庚", "辛", "壬")
		defer func(n int64) { rollRows = n }(rollRows)
		for _, c := range []struct {
			rows, expect int64
			want         bool
		}{{5000, 4999, false}, {1, 1, false}, {1, 2, true}, {5000, 5000, true}} {
			rollRows = c.rows
			if r, err := readRoll(t.Context(), k.d, county, c.expect); err != nil || (r != nil) != c.want {
				t.Errorf("%+v: roll %v, %v", c, r != nil, err)
			}
		}
	})
}
