package people_test

import (
	"math/rand/v2"
	"os"
	"strconv"
	"testing"

	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/people"
	"wengang/internal/pinyin"
	"wengang/internal/region"
	"wengang/internal/secret/secrettest"
	"wengang/internal/testkit"
)

const (
	surnames = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
	given    = "秀英兰玉梅建国军明华丽红芳强伟敏静涛磊洋勇艳杰娟霞平刚桂凤春花荣海波超鹏飞宇浩然子轩涵欣怡雨佳志文德福贵成林庆东山河川"
)

// fill writes n synthetic persons with two spells each, 1,000 a village over
// ten counties, past the store: a benchmark of reading needs no audit.
func fill(b testing.TB, d *db.DB, n int) {
	b.Helper()
	box := secrettest.Box(b)
	r := rand.New(rand.NewPCG(7, 7))
	sur, giv := []rune(surnames), []rune(given)
	cols := []string{"id", "household_id", "village", "name", "initials", "sex", "birth", "id_cipher", "id_index", "id_mask", "phone_index", "phone_mask", "skill", "willing", "status", "status_on", "in_on", "created_at", "updated_at"}
	spell := []string{"person_id", "id", "start_month", "end_month", "created_at", "updated_at"}
	term := []string{"person_id", "spell_id", "from_month", "wage_fen", "employer", "place", "place_class", "channel"}
	for at := 0; at < n; at += 5000 {
		var rows, spells, terms [][]any
		for i := at; i < min(n, at+5000); i++ {
			id := int64(i + 1)
			name := string(sur[min(r.IntN(len(sur)), r.IntN(len(sur)))]) + string(giv[r.IntN(len(giv))])
			if r.IntN(10) > 1 {
				name += string(giv[r.IntN(len(giv))])
			}
			number := "000000" + strconv.Itoa(19600101+r.IntN(40)*10000) + strconv.Itoa(1000+i%9000)
			v := int64(371500000000) + int64(20+i%10)*1_000_000 + 100_000 + int64(i/10/1000)*1000 + 200 + int64(i/10%10)
			rows = append(rows, []any{id, id/3 + 1, v, name, pinyin.Initials(name), 1 + r.IntN(2), int64(19600101 + r.IntN(40)*10000), box.BlindIndex("id", number), box.BlindIndex("id", strconv.Itoa(i)), "00**************27",
				box.BlindIndex("phone", strconv.Itoa(i)), "138****0000", 1 + r.IntN(3), 1, 1 + r.IntN(5), int64(20230101), int64(20220101), int64(i), int64(i)})
			for k := range 2 {
				end := int64(202212)
				if k == 1 {
					end = int64(calendar.Open)
				}
				spells = append(spells, []any{id, int64(2*i + k), int64(202201 + 100*k), end, int64(0), int64(0)})
				terms = append(terms, []any{id, int64(2*i + k), int64(202201 + 100*k), int64(300000), "某厂", int64(440300000000) + int64(r.IntN(9))*1_000_000, 3, 1 + r.IntN(5)})
			}
		}
		err := d.Tx(ctx, func(tx *db.Tx) error {
			if err := d.Dialect.BulkInsert(ctx, tx, "person", cols, rows); err != nil {
				return err
			}
			if err := d.Dialect.BulkInsert(ctx, tx, "spell", spell, spells); err != nil {
				return err
			}
			return d.Dialect.BulkInsert(ctx, tx, "spell_term", term, terms)
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkRead measures what pages ask of a large ledger. Run:
//
//	WENGANG_BENCH_PEOPLE=100000 go test -run - -bench Read ./internal/people
func BenchmarkRead(b *testing.B) {
	n, _ := strconv.Atoi(os.Getenv("WENGANG_BENCH_PEOPLE"))
	if n == 0 {
		n = 5000
	}
	for _, e := range []struct {
		name string
		open func(testing.TB) *db.DB
	}{{"sqlite", testkit.SQLite}, {"postgres", testkit.Postgres}} {
		b.Run(e.name, func(b *testing.B) {
			d := e.open(b)
			fill(b, d, n)
			if _, err := d.Writer().Exec("ANALYZE"); err != nil {
				b.Fatal(err)
			}
			f := setUp(b, d)
			city, one := region.ScopeOf(371500000000), region.ScopeOf(371522000000)
			run := func(name string, ask func() (int, error)) {
				b.Run(name, func(b *testing.B) {
					got := 0
					for b.Loop() {
						var err error
						if got, err = ask(); err != nil {
							b.Fatal(err)
						}
					}
					b.ReportMetric(float64(got), "rows")
					b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N), "ms/op")
				})
			}
			search := func(s region.Scope, q string) func() (int, error) {
				return func() (int, error) { r, _, err := f.people.Search(ctx, s, q, 20); return len(r), err }
			}
			list := func(s region.Scope, f2 people.Filter, pg people.Page) func() (int, error) {
				return func() (int, error) { l, err := f.people.List(ctx, s, f2, pg); return l.Total, err }
			}
			run("search-surname", search(city, "王"))
			run("search-name-county", search(one, "陈秀"))
			run("search-surname-village", search(region.ScopeOf(371522100203), "王"))
			run("search-rare", search(one, "汤山河"))
			run("search-initials", search(city, "cxl"))
			run("search-letter-county", search(one, "z"))
			run("search-pinyin", search(city, "chenxiulan"))
			run("list-city", list(city, people.Filter{}, people.Page{}))
			run("list-county", list(one, people.Filter{}, people.Page{}))
			run("list-name-city", list(city, people.Filter{Name: "陈"}, people.Page{Sort: people.ByName}))
			run("list-village", list(region.ScopeOf(371522100203), people.Filter{}, people.Page{}))
			run("list-status-class", list(one, people.Filter{Status: []int{1}, PlaceClass: []int{3}}, people.Page{}))
			run("list-left-work", list(one, people.Filter{Change: people.LeftWork, Month: 202301}, people.Page{}))
			run("list-workplace", list(region.ScopeOf(440301000000), people.Filter{By: people.ByWorkplace}, people.Page{}))
			run("record", func() (int, error) { r, err := f.people.Get(ctx, city, 77); return int(r.ID), err })
		})
	}
}
