package listing_test

import (
	"strings"
	"testing"

	"wengang/internal/account"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/idcard"
	"wengang/internal/listing"
	"wengang/internal/region"
	"wengang/internal/setting"
	"wengang/internal/testkit"
	"wengang/internal/text"
)

const good = "000000198003010031"

func number(first17 string) string { return first17 + string(idcard.CheckDigit(first17)) }

func TestReadLines(t *testing.T) {
	n := number("00000019800301003")
	full := strings.Map(func(r rune) rune { return r - '0' + '０' }, n[:17]) + n[17:]
	for _, c := range []struct {
		name, in string
		want     string
		problem  idcard.Problem
	}{
		{"plain", n, n, ""},
		{"spaces between", n[:6] + " " + n[6:14] + "　" + n[14:], n, ""},
		{"name behind", n + " 张三", n, ""},
		{"name behind without a space", n + "张三", n, ""},
		{"name before", "张三\t" + n, n, ""},
		{"running number", "1、" + n + "、张三", n, ""},
		{"running number and space", "12 " + n, n, ""},
		{"running number and groups", "3、" + n[:6] + " " + n[6:] + " 张三", n, ""},
		{"full width", full, n, ""},
		{"apostrophe of a spreadsheet", "'" + n, n, ""},
		{"comma", n + "，男，43", n, ""},
		{"certificate", n + "42", n, ""},
		{"fifteen digits", "000000800301003", n, ""},
		{"wrong check", n[:17] + map[bool]string{true: "1", false: "2"}[n[17] != '1'], "", idcard.Check},
		{"short", "12345", "", idcard.Length},
		{"a name alone", "张三", "", idcard.Length},
		{"mangled", "3.72501E+17", "", idcard.Mangled},
	} {
		got := listing.ReadLines(c.in)
		if len(got) != 1 || got[0].Number != c.want || got[0].Problem != c.problem {
			t.Errorf("%s: %q gives %+v", c.name, c.in, got)
		}
	}
	lines := listing.ReadLines(n + "\r\n\r\n" + n + "\n\n\n")
	if len(lines) != 3 || !lines[1].Blank || lines[2].Same != 1 || lines[2].No != 3 {
		t.Errorf("blank and same lines: %+v", lines)
	}
	if got := listing.ReadLines(" \n \n"); got != nil {
		t.Errorf("nothing gives %v", got)
	}
}

// FuzzReadLines: any text gives as many lines as it has, in order, and every
// number that is read is a valid one.
func FuzzReadLines(f *testing.F) {
	f.Add(good)
	f.Add("1、000000 19800301 0031 张三\n\n3.7E+17")
	f.Fuzz(func(t *testing.T, s string) {
		for i, l := range listing.ReadLines(s) {
			if l.No != i+1 {
				t.Fatalf("line %d is numbered %d", i+1, l.No)
			}
			if l.Number != "" {
				if id, problem := idcard.Parse(l.Number); problem != idcard.OK || id.Number != l.Number {
					t.Fatalf("%q is no number: %s", l.Number, problem)
				}
			}
			if l.Same >= l.No {
				t.Fatalf("line %d is the same as %d", l.No, l.Same)
			}
		}
	})
}

// TestPasted: the order stays; outside the area and nowhere are one answer.
func TestPasted(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		f := setUp(t, d)
		by := user(1, account.Officer, county)
		a, an := f.add("赵建军", village, nil)
		_, outside := f.add("外县人", elsewhere, nil)
		dead, dn := f.add("已故人", village, nil)
		if err := f.people.Leave(ctx, region.ScopeOf(county), by, dead, 1, 20231201, "走访"); err != nil {
			t.Fatal(err)
		}
		nowhere := number("00000019700101999")
		lines := listing.ReadLines(strings.Join([]string{outside, an + " 赵建军", "", nowhere, an[:17] + "?", dn, an}, "\n"))
		got, err := f.lists.Pasted(ctx, by, county, lines)
		if err != nil {
			t.Fatal(err)
		}
		w := f.lists.Words(text.ZH)
		want := []listing.Found{listing.Absent, listing.Here, listing.Nothing, listing.Absent, listing.Unreadable, listing.Left, listing.Here}
		for i := range got {
			if got[i].Found != want[i] {
				t.Errorf("line %d: %v, want %v (%s)", i+1, got[i].Found, want[i], w.Found(&got[i]))
			}
		}
		if w.Found(&got[0]) != w.Found(&got[3]) || got[0].Person != nil || got[1].Person.ID != a || got[6].Same != 2 {
			t.Errorf("answers %+v", got)
		}
		// Who is absorbed from elsewhere is seen with fewer fields.
		migrant, mn := f.add("来务工", elsewhere, nil)
		f.works(migrant, elsewhere, 202303, county, 300000)
		got, err = f.lists.Pasted(ctx, by, county, listing.ReadLines(mn))
		if err != nil || got[0].Person == nil || !got[0].Person.Reduced {
			t.Fatalf("%+v: %v", got, err)
		}
		cols, _ := listing.Allowed(by, []string{"phone", "employer"})
		if cells := w.Cells(by, &got[0], cols); cells[0] != "" || cells[1] == "" {
			t.Errorf("cells of a migrant: %q", cells)
		}
		f.pasteLimits(by, lines)
	})
}

func (f *fixture) pasteLimits(by account.Caller, lines []listing.Line) {
	t := f.t
	var asked, rows int
	if err := f.db.Read.QueryRowContext(ctx, `SELECT asked FROM lookup_tally WHERE user_id = $1`, by.UserID).Scan(&asked); err != nil || asked != 5 {
		t.Errorf("%d numbers on the tally, want 5: %v", asked, err)
	}
	if err := f.db.Read.QueryRowContext(ctx, `SELECT count(*) FROM audit_row WHERE action = 'listing.paste'`).Scan(&rows); err != nil || rows != 2 {
		t.Errorf("%d rows on record: %v", rows, err)
	}
	set := func(name string, v int64) {
		t.Helper()
		if _, err := f.db.Writer().ExecContext(ctx, `INSERT INTO setting (region, name, value, source, changed_at) VALUES ($1, $2, $3, 't', 0) ON CONFLICT (region, name, year) DO UPDATE SET value = excluded.value`,
			int64(county), name, map[int64]string{100: "100", 10: "10", 5000: "5000"}[v]); err != nil {
			t.Fatal(err)
		}
	}
	if _, ok := setting.Lookup(listing.PasteDaily); !ok {
		t.Fatal("no setting")
	}
	set(listing.PasteDaily, 100)
	many := make([]string, 0, 100)
	for i := range 100 {
		many = append(many, number("00000019700102"+pad(i)))
	}
	if _, err := f.lists.Pasted(ctx, by, county, listing.ReadLines(strings.Join(many, "\n"))); !fault.Is(err, fault.TooMany) {
		t.Errorf("105 numbers of 100: %v", err)
	}
	if err := f.db.Read.QueryRowContext(ctx, `SELECT asked FROM lookup_tally WHERE user_id = $1`, by.UserID).Scan(&asked); err != nil || asked != 5 {
		t.Errorf("a refused question counts: %d %v", asked, err)
	}
	set(listing.PasteRows, 10)
	if _, err := f.lists.Pasted(ctx, by, county, listing.ReadLines(strings.Join(many[:11], "\n"))); !fault.Is(err, fault.Invalid) {
		t.Errorf("11 lines of 10: %v", err)
	}
	if _, err := f.lists.Pasted(ctx, by, 371521000000, lines); !fault.Is(err, fault.NotFound) {
		t.Errorf("asked at another place: %v", err)
	}
}

func pad(i int) string {
	s := "000" + itoa(i)
	return s[len(s)-3:]
}

func itoa(i int) string {
	if i < 10 {
		return string(rune('0' + i))
	}
	return itoa(i/10) + string(rune('0'+i%10))
}
