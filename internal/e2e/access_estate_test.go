package e2e

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"wengang/internal/account"
	"wengang/internal/account/accounthttp"
	"wengang/internal/app"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/division"
	"wengang/internal/fact"
	"wengang/internal/idcard"
	"wengang/internal/people"
	"wengang/internal/region"
	"wengang/internal/report"
	"wengang/internal/setting"
	"wengang/internal/text"
	"wengang/internal/transfer"
	"wengang/internal/web"
	"wengang/internal/work"
)

// ground is a place with one object of every kind, each bearing the place's
// mark in every word of it.
type ground struct {
	mark    string // one Chinese numeral
	n       int
	village region.Code
	county  region.Code

	person, spell, household, finding int64
	batch, register, member, target   int64
	split                             int64
	user, division, sheet             int64
	reported                          bool // a form of the county is begun
}

// place is where the ground's objects lie that have a village.
func (g *ground) place() region.Code { return g.village }

// The beginnings of every mark: what follows is the ground's numeral. Accounts
// have their own, because administrators may see them and nothing else.
const (
	markBusiness = "爨"
	markAccount  = "夔"
	markLatin    = "zqxjkv"
	markLogin    = "qxwvzk"
	numerals     = "壹贰叁肆伍陆酉"
	markPhone    = "199****770"
)

// estate is a copy of the sample with marked objects in six places and with
// accounts that the sample lacks.
type estate struct {
	*app.App
	handler http.Handler
	shell   *web.Shell
	log     *memoryLog
	ahead   atomic.Int64 // nanoseconds that the clock was put forward
	grounds []*ground
	actors  []*actor
	counts  *sql.Stmt // of ledger
}

// memoryLog keeps the program's log: a 500 is explained by it, and personal
// data must not be in it.
type memoryLog struct {
	mu   sync.Mutex
	buf  strings.Builder
	last string
}

func (l *memoryLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.buf.Write(p)
	if strings.Contains(string(p), "level=ERROR") {
		l.last = string(p)
	}
	return len(p), nil
}

func (l *memoryLog) lastError() string { l.mu.Lock(); defer l.mu.Unlock(); return l.last }
func (l *memoryLog) all() string       { l.mu.Lock(); defer l.mu.Unlock(); return l.buf.String() }

// accessEstate copies the sample's database and keys, so that nothing here
// reaches the other tests.
func accessEstate(t *testing.T) *estate {
	t.Helper()
	ctx := context.Background()
	dir := t.TempDir()
	file := filepath.Join(dir, "copy.db")
	if _, err := console.DB.Writer().ExecContext(ctx, `VACUUM INTO '`+file+`'`); err != nil {
		t.Fatal(err)
	}
	copyKeys(t, filepath.Join(dir, "key"))
	w := &estate{log: &memoryLog{}}
	start := calendar.Fixed(app.DemoDay.Time().Add(10 * time.Hour))
	var err error
	w.App, err = app.Open(ctx, app.Options{
		DB: "sqlite:" + file, KeyFile: filepath.Join(dir, "key", "sample.key"), UploadDir: filepath.Join(dir, "uploads"),
		Log:   slog.New(slog.NewTextHandler(io.MultiWriter(w.log), nil)),
		Clock: func() time.Time { return start().Add(time.Duration(w.ahead.Load())) },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	// The copy is thrown away: a power cut may cost it.
	if _, err := w.DB.Writer().ExecContext(ctx, `PRAGMA synchronous = OFF`); err != nil {
		t.Fatal(err)
	}
	w.counts, err = w.DB.Writer().PrepareContext(ctx, `SELECT total_changes(), (SELECT coalesce(max(id), 0) FROM audit_row), (SELECT sum(seen_at) FROM user_session), (SELECT coalesce(max(id), 0) FROM export_log)`)
	if err != nil {
		t.Fatal(err)
	}
	if sealedWords, err = people.SealWords(w.People.Box, "c"); err != nil {
		t.Fatal(err)
	}
	w.shell = w.Shell(app.ServeOptions{Notice: "app.sample"})
	inner, err := w.shell.Handler()
	if err != nil {
		t.Fatal(err)
	}
	w.handler = (&accounthttp.Sessions{Accounts: w.Accounts}).Wrap(inner)
	w.plant(t)
	return w
}

// countyGround is the own county itself.
var countyGround = &ground{mark: "酉", n: 7, village: ownCounty, county: ownCounty}

func copyKeys(t *testing.T, to string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(sampleDir, "key", "*"))
	if err == nil {
		err = os.MkdirAll(to, 0o700)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err == nil {
			err = os.WriteFile(filepath.Join(to, filepath.Base(f)), b, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

var local = account.LocalOperator(region.Country)

// The sample's county, town and village, whose officers sign in.
const (
	ownVillage region.Code = 371522101200
	ownTown    region.Code = 371522101000
	ownCounty  region.Code = 371522000000
	ownCity    region.Code = 371500000000
	ownProv    region.Code = 370000000000
)

// plant makes the grounds: the village of the sample's aide, another village
// of its town, another town of its county, another county of its city, another
// city of its province, another province; a seventh is the own county itself,
// for what a county has and its villages have not.
func (w *estate) plant(t *testing.T) {
	t.Helper()
	tree := w.Tree()
	first := func(cs []region.Code, not region.Code) region.Code {
		for _, c := range cs {
			if c != not && c.At(region.Town) != not && len(tree.Villages(c)) > 0 {
				return c
			}
		}
		t.Fatal("no place to plant")
		return 0
	}
	villageOf := func(c region.Code) region.Code { return tree.Villages(c)[0] }
	var sister region.Code
	for _, v := range tree.Villages(ownTown) {
		if v != ownVillage {
			sister = v
			break
		}
	}
	places := []region.Code{
		ownVillage, sister, villageOf(first(tree.Towns(ownCounty), ownTown)), villageOf(371521000000),
		villageOf(first(tree.Counties(370100000000), 0)), villageOf(first(tree.Counties(130100000000), 0)),
	}
	for i, v := range places {
		g := &ground{mark: string([]rune(numerals)[i]), n: i + 1, village: v, county: v.At(region.County)}
		w.plantPeople(t, g)
		w.plantPapers(t, g)
		w.plantImports(t, g)
		w.plantHandover(t, g)
		w.plantActs(t, g)
		w.grounds = append(w.grounds, g)
	}
	county := countyGround
	w.plantCounty(t, county)
	for _, g := range w.grounds[3:] {
		w.plantCounty(t, g)
	}
	w.grounds[0].target, w.grounds[1].target, w.grounds[2].target = county.target, county.target, county.target
	w.grounds[0].split, w.grounds[1].split, w.grounds[2].split = county.split, county.split, county.split
	if err := w.Rollup.Refresh(context.Background()); err != nil {
		t.Fatal(err)
	}
}

// number is a valid document number of the impossible area 000000.
func (g *ground) number() string {
	return withCheck(fmt.Sprintf("00000019700101%03d", 700+2*g.n+1))
}

func (g *ground) phone() string { return fmt.Sprintf("1990000770%d", g.n) }

func (w *estate) plantPeople(t *testing.T, g *ground) {
	t.Helper()
	ctx, all := context.Background(), region.ScopeOf(region.Country)
	var err error
	must := func(what string, err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("plant %s at %s: %v", what, g.village, err)
		}
	}
	g.person, err = w.People.Create(ctx, all, local, fact.Person{
		Village: g.village, Name: markBusiness + g.mark + "娃", Sex: fact.Male, Birth: 19700101, Ethnic: 1, IDNumber: g.number(), Phone: g.phone(),
		Household: markLatin + fmt.Sprint(g.n) + "h", Code: markLatin + fmt.Sprint(g.n) + "p", Education: 3, Health: 1,
		Skill: fact.SkillOrdinary, Willing: fact.Yes, WillingOn: 20230101, InOn: 20220101, Status: fact.StatusJobless, StatusOn: 20230101, StatusFrom: "走访",
		Note: markBusiness + g.mark + "备注", Kinds: []fact.PersonKind{{Kind: fact.KindPoor, Since: 20200101, Until: fact.Forever, Source: markBusiness + g.mark + "来源"}},
	})
	must("person", err)
	must("need", w.People.SetNeed(ctx, all, local, g.person, fact.Need{WantedJob: markBusiness + g.mark + "岗位", WantedWageFen: 400000, SurveyedOn: 20230105}, "走访"))
	g.spell, err = w.Work.Add(ctx, all, local, g.person, work.NewSpell{Start: 202303, Source: "走访", Strength: fact.ByVillage,
		Term: fact.Term{WageFen: 423456, Employer: markBusiness + g.mark + "鞋厂", Place: 440307000000, Channel: fact.ChannelSelf, Industry: 3, PointToPoint: fact.No, TransportFen: -1}})
	must("spell", err)
	read := w.DB.Read
	must("household", read.QueryRowContext(ctx, `SELECT household_id FROM person WHERE id = $1`, g.person).Scan(&g.household))
	must("finding", read.QueryRowContext(ctx, `SELECT id FROM finding WHERE person_id = $1 ORDER BY id LIMIT 1`, g.person).Scan(&g.finding))
}

// plantPapers makes what lies at the village's place and is no person: a batch
// that waits to be saved, a register with its people, an account.
func (w *estate) plantPapers(t *testing.T, g *ground) {
	t.Helper()
	ctx := context.Background()
	must := func(what string, err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("plant %s at %s: %v", what, g.village, err)
		}
	}
	g.batch = w.stage(t, g, "people", "姓名,证件号码,户编号,备注\n"+markBusiness+g.mark+"生,"+strings.Replace(g.number(), "1970", "1971", 1)+",h1,x\n"+
		markBusiness+g.mark+"丑,"+g.freshNumber()+",h2,"+markBusiness+g.mark+"附注\n")
	r, err := w.Registers.Add(ctx, local, "workshop", g.village, map[string]string{"name": markBusiness + g.mark + "车间", "people": "3", "poor": "1",
		"contact": markBusiness + g.mark + "主任", "phone": g.phone(), "started_on": "2022-03-01", "form": "厂房式"})
	must("register", err)
	g.register = r.ID
	m, err := w.Registers.AddMember(ctx, local, r.ID, map[string]string{"person": markBusiness + g.mark + "娃", "id_number": g.number(), "started_on": "2022-04-01"})
	must("member", err)
	g.member = m.ID
	g.user = w.account(t, g, "u")
	g.sheet = w.accountSheet(t, g)
	w.plantLists(t, g)
	g.division = w.redraw(t, g)
}

// redraw drafts another name for the ground's village.
func (w *estate) redraw(t *testing.T, g *ground) int64 {
	t.Helper()
	id, err := w.Divisions.Draft(context.Background(), local.Scope(account.SettingEdit), local, division.Ask{Kind: division.Rename, From: []region.Code{g.village},
		Name: markBusiness + g.mark + "新村", Month: 202312, DocNo: markBusiness + g.mark + "函"})
	if err != nil {
		t.Fatalf("draft a division change at %s: %v", g.village, err)
	}
	return id
}

// freshNumber is a number that nobody has.
func (g *ground) freshNumber() string {
	return withCheck(fmt.Sprintf("00000019720101%03d", 700+2*g.n+1))
}

func withCheck(first17 string) string { return first17 + string(idcard.CheckDigit(first17)) }

// stage brings a file in and checks it; it is not saved.
func (w *estate) stage(t *testing.T, g *ground, kind, csv string) int64 {
	t.Helper()
	ctx := context.Background()
	id, err := w.Imports.Stage(ctx, local, transfer.Request{Kind: kind, File: strings.NewReader(csv), FileName: markBusiness + g.mark + "表.csv", Region: g.village, Month: 202311, Year: 2023})
	if err != nil {
		t.Fatalf("stage at %s: %v", g.village, err)
	}
	if err := w.Imports.Work(ctx, id); err != nil {
		t.Fatalf("check at %s: %v", g.village, err)
	}
	return id
}

var accountNo atomic.Int64

// account makes an account of the ground without any right.
func (w *estate) account(t *testing.T, g *ground, kind string) int64 {
	t.Helper()
	in, err := w.Accounts.Create(context.Background(), local, account.NewUser{Login: fmt.Sprintf("%s%d%s%d", markLogin, g.n, kind, accountNo.Add(1)), Name: markAccount + g.mark + "员", Region: g.village})
	if err != nil {
		t.Fatalf("plant account at %s: %v", g.village, err)
	}
	return in.UserID
}

// plantCounty makes what only a county has: a table of targets, a form, a
// setting of its own.
func (w *estate) plantCounty(t *testing.T, g *ground) {
	t.Helper()
	ctx := context.Background()
	towns := w.Tree().Towns(g.county)
	csv := "序号,地区,目标任务,单位,指标,年度,来源,文号\n" +
		fmt.Sprintf("1,%s,300,人,脱贫人口务工规模,2023,附件,%s%s发〔2023〕1号\n2,%s,100,人,脱贫人口务工规模,2023,附件,%s%s发〔2023〕1号\n合计,,400,人,脱贫人口务工规模,2023,,\n", w.Tree().Name(towns[0]), markBusiness, g.mark, w.Tree().Name(towns[1]), markBusiness, g.mark)
	if _, err := w.Import(ctx, local, transfer.Request{Kind: "targets", File: strings.NewReader(csv), FileName: "t.csv", Region: g.county}, false, text.ZH); err != nil {
		t.Fatalf("plant targets at %s: %v", g.county, err)
	}
	if err := w.DB.Read.QueryRowContext(ctx, `SELECT max(id) FROM target_table`).Scan(&g.target); err != nil {
		t.Fatal(err)
	}
	var err error
	if g.split, err = w.Splits.Begin(ctx, local, g.target, g.county, "", -1); err != nil {
		t.Fatalf("plant a decomposition at %s: %v", g.county, err)
	}
	f := report.Forms()[0]
	_, err = w.Reports.Submit(ctx, local, f.ID, g.county, f.PeriodAt(202311), report.Filling{Filler: markBusiness + g.mark + "填表", Phone: g.phone()})
	if err != nil {
		t.Fatalf("plant form at %s: %v", g.county, err)
	}
	g.reported = true
	if g.county == ownCounty {
		return // a setting of the county holds in its towns: they may read its source
	}
	err = w.DB.Tx(ctx, func(tx *db.Tx) error {
		return setting.Set(ctx, tx, w.Audit, local, setting.Stored{Region: g.county, Name: "rule.post_age_end", Value: 66, Source: markBusiness + g.mark + "函〔2023〕2号"})
	})
	if err != nil {
		t.Fatalf("plant setting at %s: %v", g.county, err)
	}
}

// accountSheet stages a workbook with one account.
func (w *estate) accountSheet(t *testing.T, g *ground) int64 {
	t.Helper()
	csv := "姓名,登录名,手机号码,部门,角色,所在地区\n" + markAccount + g.mark + "员," + markLogin + fmt.Sprint(g.n) + "sheet," + g.phone() + ",人社,经办人," + g.village.Full() + "\n"
	places := func(words string, within region.Scope) (region.Code, bool) {
		c, err := region.ParseCode(words)
		return c, err == nil && within.Contains(c)
	}
	id, err := w.Accounts.StageSheet(context.Background(), local, g.village, places, strings.NewReader(csv), int64(len(csv)), markAccount+g.mark+"表.csv")
	if err != nil {
		t.Fatalf("plant workbook of accounts at %s: %v", g.village, err)
	}
	return id
}
