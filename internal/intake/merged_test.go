package intake

import (
	"context"
	"testing"

	"wengang/internal/region"
	"wengang/internal/text"
	"wengang/internal/transfer"
)

// A file of work or of plans was checked, then two of its people turned out to
// be one, or a record was taken out again: the save looks again instead of
// writing under a record that counts nowhere.
func TestSaveAfterAMergeLooksAgain(t *testing.T) {
	for name, end := range map[string]func(k *desk, person string){
		"merged": func(k *desk, person string) {
			next := k.one(`SELECT next_id FROM id_counter WHERE name = 'field_change'`)
			for _, q := range []string{`UPDATE id_counter SET next_id = next_id + 1 WHERE name = 'field_change'`,
				`UPDATE person SET merged_into = (SELECT id FROM person WHERE name = '甲'), version = version + 1 WHERE id = ` + person,
				`INSERT INTO field_change (person_id, id, at, entity, field, new_value, by_user) VALUES (` + person + `, ` + next + `, 1, 'person', 'merged_into', '1', 7)`} {
				if err := k.exec(q); err != nil {
					k.t.Fatal(err)
				}
			}
		},
		"taken out": func(k *desk, person string) {
			for _, table := range []string{"field_change", "residence", "person_kind", "status_history", "finding"} {
				if err := k.exec(`DELETE FROM ` + table + ` WHERE person_id = ` + person); err != nil {
					k.t.Fatal(err)
				}
			}
			if err := k.exec(`DELETE FROM person WHERE id = ` + person); err != nil {
				k.t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			engines(t, func(t *testing.T, k *desk) {
				ids := k.villagers("甲", "乙")
				_, batch := k.bring(request{kind: "work", month: 202311, hold: true}, workHead, k.job("甲", ids["甲"]), k.job("乙", ids["乙"]))
				end(k, k.one(`SELECT id FROM person WHERE name = '乙'`))
				if err := k.s.Save(context.Background(), officer, batch); err != nil {
					t.Fatal(err)
				}
				if err := k.s.Work(context.Background(), batch); err != nil {
					t.Fatal(err)
				}
				in, err := k.s.Load(context.Background(), region.ScopeOf(region.Country), batch)
				if err != nil || in.State != transfer.StateFailed {
					t.Errorf("the batch is %s (%s), %v", in.State, in.Message(text.ZH), err)
				}
				if got := k.one(`SELECT count(*) FROM spell`); got != "0" {
					t.Errorf("%s spells were written", got)
				}
			})
		})
	}
}
