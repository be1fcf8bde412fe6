// Package bench measures the whole program from outside, as a browser meets it,
// beside a bare handler in the same run.
package bench

import (
	"context"
	"fmt"
	"math/rand/v2"

	"wengang/internal/app"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/idcard"
	"wengang/internal/people"
	"wengang/internal/pinyin"
	"wengang/internal/region"
	"wengang/internal/secret"
)

// city is where the invented people live.
const city region.Code = 371500000000

// fillRows is how many people one transaction writes.
const fillRows = 20_000

const (
	surnames = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
	given    = "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂玉凤云建国志华海燕文春梅红玲晓东晨宇浩然子轩雨婷欣怡佳琪思远立新德福长河广庆永生金山银花翠莲素珍淑贞惠兰月娥桃杏"
)

var workplaces = []region.Code{371502000000, 371522000000, 370102000000, 370202000000, 110105000000, 120101000000, 320505000000, 330106000000, 440305000000}

// filler writes invented people in bulk: one household of three, one kind, one
// residence, and a spell with its term for three of four.
type filler struct {
	a        *app.App
	rng      *rand.Rand
	villages []region.Code
	sur, giv []rune
}

// Fill brings n people of 聊城 into an empty ledger, the same for a seed. Their
// numbers are of an area that cannot exist, encrypted as any.
func Fill(ctx context.Context, a *app.App, n int, seed uint64, log func(string)) error {
	f := &filler{a: a, rng: rand.New(rand.NewPCG(seed, 1)), villages: a.Tree().Villages(city), sur: []rune(surnames), giv: []rune(given)}
	for done := 0; done < n; done += fillRows {
		if done%200_000 == 0 {
			log(fmt.Sprintf("%d of %d people", done, n))
		}
		if err := a.DB.Tx(ctx, func(tx *db.Tx) error { return f.chunk(ctx, tx, min(fillRows, n-done)) }); err != nil {
			return err
		}
	}
	return nil
}

// tables are the rows of one transaction by table.
type tables struct {
	persons, households, kinds, stays, spells, terms, seen [][]any
}

func (f *filler) chunk(ctx context.Context, tx *db.Tx, n int) error {
	first, err := tx.NextIDs(ctx, "person", n)
	if err != nil {
		return err
	}
	spell, err := tx.NextIDs(ctx, "spell", n)
	if err != nil {
		return err
	}
	household, err := tx.NextIDs(ctx, "household", n/3+1)
	if err != nil {
		return err
	}
	var t tables
	var home region.Code
	for i := range n {
		h := household + int64(i/3)
		if i%3 == 0 {
			home = f.villages[f.rng.IntN(len(f.villages))]
			t.households = append(t.households, []any{h, int64(home), fmt.Sprintf("H%08d", h), db.Millis(tx.Now), db.Millis(tx.Now)})
		}
		if err := f.person(&t, first+int64(i), h, spell+int64(i), home, db.Millis(tx.Now)); err != nil {
			return err
		}
	}
	return t.write(ctx, tx)
}

func (f *filler) name() string {
	n := []rune{f.sur[f.rng.IntN(len(f.sur))], f.giv[f.rng.IntN(len(f.giv))]}
	if f.rng.IntN(5) > 0 {
		n = append(n, f.giv[f.rng.IntN(len(f.giv))])
	}
	return string(n)
}

// birth gives 500 numbers to a day: those of one day differ in their serial.
func birth(id int64) calendar.Date {
	return calendar.DateOf(1958+int(id/500)%50, 1+int(id/25_000)%12, 1+int(id/300_000)%28)
}

// number is the document number of the person with an id.
func number(id int64) string {
	first := fmt.Sprintf("000000%08d%03d", int(birth(id)), 100+id%500)
	return first + string(idcard.CheckDigit(first))
}

func (f *filler) person(t *tables, id, household, spell int64, home region.Code, now int64) error {
	number, day := number(id), birth(id)
	phone := fmt.Sprintf("154%08d", id%100_000_000)
	idCipher, err := f.a.Box.Encrypt(people.SealID, []byte(number))
	if err != nil {
		return err
	}
	phoneCipher, err := f.a.Box.Encrypt(people.SealPhone, []byte(phone))
	if err != nil {
		return err
	}
	name := f.name()
	status := fact.StatusWork
	if id%4 == 0 {
		status = fact.StatusFarm
	}
	t.persons = append(t.persons, []any{id, household, int64(home), fmt.Sprintf("P%09d", id), name, pinyin.Initials(name), 1 + id%2, int(day), 1,
		idCipher, f.a.Box.BlindIndex(people.IndexID, number), secret.MaskID(number), phoneCipher, f.a.Box.BlindIndex(people.IndexPhone, phone), secret.MaskPhone(phone),
		3, 1, 1, 1, status, 20230105, now, now})
	t.kinds = append(t.kinds, []any{id, fact.KindPoor, 20200101})
	t.stays = append(t.stays, []any{id, 202001, int64(home)})
	if status != fact.StatusWork {
		return nil
	}
	t.spells = append(t.spells, []any{id, spell, 202302 + f.rng.IntN(6), "示例", now, now})
	t.terms = append(t.terms, []any{id, spell, 202302, 200_000 + 1_000*f.rng.IntN(400), fmt.Sprintf("示例厂%d", f.rng.IntN(900)), int64(workplaces[f.rng.IntN(len(workplaces))]), 1 + f.rng.IntN(3), 5, 3})
	t.seen = append(t.seen, []any{id, spell, 202311, 1})
	return nil
}

func (t *tables) write(ctx context.Context, tx *db.Tx) error {
	for _, s := range []struct {
		table   string
		columns []string
		rows    [][]any
	}{
		{"household", []string{"id", "village", "code", "created_at", "updated_at"}, t.households},
		{"person", []string{"id", "household_id", "village", "code", "name", "initials", "sex", "birth", "ethnic", "id_cipher", "id_index", "id_mask",
			"phone_cipher", "phone_index", "phone_mask", "education", "health", "skill", "willing", "status", "status_on", "created_at", "updated_at"}, t.persons},
		{"person_kind", []string{"person_id", "kind", "since"}, t.kinds},
		{"residence", []string{"person_id", "since", "village"}, t.stays},
		{"spell", []string{"person_id", "id", "start_month", "source", "created_at", "updated_at"}, t.spells},
		{"spell_term", []string{"person_id", "spell_id", "from_month", "wage_fen", "employer", "place", "place_class", "channel", "industry"}, t.terms},
		{"spell_seen", []string{"person_id", "spell_id", "month", "strength"}, t.seen},
	} {
		if err := tx.Dialect.BulkInsert(ctx, tx, s.table, s.columns, s.rows); err != nil {
			return fmt.Errorf("%s: %w", s.table, err)
		}
	}
	return nil
}
