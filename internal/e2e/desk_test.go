package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wengang/internal/idcard"
	"wengang/internal/region"
	"wengang/internal/webtest"
)

// deskFile is a workbook of people of one county, as officers get it.
type deskFile struct {
	t             testing.TB
	town          string
	villages      []string
	lines         []string
	next          int
	county        region.Place
	misspelt, new int
}

const deskCounty region.Code = 371522_000000

func newDeskFile(t testing.TB, first int) *deskFile {
	t.Helper()
	tree := console.Tree()
	f := &deskFile{t: t, next: first}
	f.county, _ = tree.Get(deskCounty)
	for _, town := range tree.Children(deskCounty) {
		villages := tree.Children(town.Code)
		if len(villages) < 8 {
			continue
		}
		f.town = town.Name
		for _, v := range villages {
			f.villages = append(f.villages, v.Name)
		}
		break
	}
	f.lines = []string{"县,乡,村,户编号,姓名,证件号码,出生日期,与户主关系,户类型,文化程度"}
	return f
}

// deskID is a synthetic number: area 000000.
func deskID(n int) string {
	s := fmt.Sprintf("000000%04d%02d%02d9%02d", 1951+n%40, 1+n/40%12, 1+n/480%28, n%100)
	return s + string(idcard.CheckDigit(s))
}

func (f *deskFile) row(village, name, number, birth string) {
	f.lines = append(f.lines, strings.Join([]string{f.county.Name, f.town, village, fmt.Sprintf("台%05d", f.next), name, number, birth, "户主", "脱贫户", "初中"}, ","))
	f.next++
}

func (f *deskFile) good(n int) {
	given := []rune("秀英建国玉芬庆海霞明兰芳桂荣")
	for range n {
		f.row(f.villages[f.next%len(f.villages)], "测"+string(given[f.next%14])+string(given[f.next/14%14]), deskID(f.next), "")
	}
}

// wrong is the name of a village with a character too many.
func (f *deskFile) wrong() string {
	name := f.villages[3]
	for _, end := range []string{"村民委员会", "居民委员会", "村委会", "居委会", "社区", "村"} {
		if stem, ok := strings.CutSuffix(name, end); ok {
			return stem + "龘" + end
		}
	}
	return name + "龘"
}

func (f *deskFile) write(name string) string {
	path := filepath.Join(f.t.TempDir(), name)
	if err := os.WriteFile(path, []byte(strings.Join(f.lines, "\n")+"\n"), 0o600); err != nil {
		f.t.Fatal(err)
	}
	return path
}

func deskPeople(t testing.TB) int {
	t.Helper()
	var n int
	if err := console.DB.Read.QueryRow(`SELECT count(*) FROM person p WHERE p.merged_into = 0 AND p.out_on = 0 AND p.village >= 371522000000 AND p.village < 371523000000
		AND NOT EXISTS (SELECT 1 FROM hidden_batch h WHERE h.batch_id = p.batch_id)`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// deskBring uploads a file of people and waits for its check.
func deskBring(tab *webtest.Tab, path string) {
	tab.Goto("/import/new?kind=people&at=371522&month=2023-12")
	tab.Upload("file", path)
	tab.Click("上传并核对")
	tab.WaitText("保存后")
}

// TestDesk: a dirty workbook is mended where it is looked at: a cell, thirty
// rows at once, a conflict, a row that is not wanted; saved; the figures are
// right; undone, everything is as before.
func TestDesk(t *testing.T) {
	tab := webtest.Open(t, base)
	tab.Sign("/sign-in", "sx_officer", password())

	first := newDeskFile(t, 0)
	first.good(3)
	deskBring(tab, first.write("名单一.csv"))
	tab.WaitText("没有要看的行")
	tab.Shot("desk-none")
	tab.Click("保存 ")
	tab.WaitText("撤销这次导入")
	before := deskPeople(t)

	f := newDeskFile(t, 10)
	f.good(25)
	for range 30 {
		f.row(f.wrong(), "测村名", deskID(f.next), "")
	}
	f.row(f.villages[0], "测号码", "4.2E+17", "")           // 57
	f.row(f.villages[0], "测他人", deskID(0), "1977-01-01") // 58: conflict
	f.row(f.villages[0], "测重复", deskID(10), "")          // 59: as row 2
	for i := range 20 {
		f.row(f.villages[1], "测日期", deskID(f.next), fmt.Sprintf("今年第%d天", i)) // remarks
	}
	deskBring(tab, f.write("名单二.csv"))
	tab.WaitText(fmt.Sprintf("%s → %s", thousands(before), thousands(before+45)))
	tab.Shot("desk-dirty")
	tab.Resize(webtest.Phone)
	tab.Shot("desk-dirty-phone")
	tab.Resize(webtest.Desk)

	// One cell: Esc closes the editor, Enter saves.
	tab.Click("证件号码被表格改成数值")
	tab.WaitText("怎样补救")
	tab.Click("修改")
	tab.Wait("tr.ing input")
	tab.Press("\u001b")
	tab.WaitGone("tr.ing")
	tab.Click("修改")
	tab.Wait("tr.ing input")
	tab.Fill("value", deskID(500))
	tab.Press("\r")
	tab.WaitText("第 57 行已改")
	tab.WaitText(fmt.Sprintf("%s → %s", thousands(before), thousands(before+46)))

	// Thirty rows with one misspelt village.
	tab.Goto(tab.Where()[:strings.Index(tab.Where(), "?")] + "?rule=village.unknown")
	tab.Click("修改")
	tab.Wait("tr.ing input")
	tab.WaitText("改为「")
	tab.Shot("desk-ideas")
	tab.Click("本文件同列 30 行一并改")
	tab.WaitText("将改 30 行")
	tab.Shot("desk-preview")
	tab.Click("改这 30 行")
	tab.WaitText("30 行已改")
	tab.WaitText(fmt.Sprintf("%s → %s", thousands(before), thousands(before+76)))

	// A conflict, and a row that stands twice.
	page := tab.Where()[:strings.Index(tab.Where(), "?")]
	tab.Goto(page + "?result=conflict")
	tab.WaitText("同一人")
	tab.Shot("desk-conflict")
	tab.Click("同一人")
	tab.WaitText("第 58 行：同一人")
	tab.Goto(page + "?result=rejected")
	tab.WaitText("测重复")
	tab.Click("不要")
	tab.WaitText("第 59 行不要了")
	tab.Goto(page + "?result=handled")
	tab.WaitText("撤销 30 行")
	tab.Shot("desk-handled")

	tab.Click("保存 ")
	tab.WaitText("撤销这次导入")
	tab.WaitText("还可整批撤销")
	tab.Shot("desk-saved")
	if got := deskPeople(t); got != before+76 {
		t.Errorf("%d people after the save, want %d", got, before+76)
	}
	var name string
	if err := console.DB.Read.QueryRow(`SELECT name FROM person WHERE id_index = $1`, console.Box.BlindIndex("id", deskID(0))).Scan(&name); err != nil || name != "测他人" {
		t.Errorf("the same person is called %q, %v", name, err)
	}
	tab.Click("撤销这次导入")
	tab.ClickCSS("dialog[open] button.danger")
	tab.WaitText("台账已恢复")
	if got := deskPeople(t); got != before {
		t.Errorf("%d people after the undo, want %d", got, before)
	}
	for _, f := range tab.Faults() {
		t.Error(f)
	}
}

// TestDeskOfThousands: three thousand bad rows stand in pages of fifty.
func TestDeskOfThousands(t *testing.T) {
	tab := webtest.Open(t, base)
	tab.Sign("/sign-in", "sx_officer", password())
	f := newDeskFile(t, 2000)
	for range 3000 {
		f.row(f.wrong(), "测村名", deskID(f.next), "")
	}
	deskOpen(tab, f.write("名单三.csv"))
	tab.WaitText("要看的 3,000 行")
	tab.Shot("desk-3000")
	tab.Resize(webtest.Phone)
	tab.Shot("desk-3000-phone")
	tab.Resize(webtest.Desk)
	tab.Click("再看 50 行")
	tab.WaitText("回到开头")
	tab.Click("修改")
	tab.Wait("tr.ing input")
	tab.Click("本文件同列 3,000 行一并改")
	tab.WaitText("将改 3,000 行")
	tab.Click("改这 3,000 行")
	tab.WaitText("3,000 行已改")
	tab.Click("放弃此次导入")
	tab.WaitText("已放弃")
	for _, f := range tab.Faults() {
		t.Error(f)
	}
}

// deskOpen is deskBring for a file of which nothing can be saved yet.
func deskOpen(tab *webtest.Tab, path string) {
	tab.Goto("/import/new?kind=people&at=371522&month=2023-12")
	tab.Upload("file", path)
	tab.Click("上传并核对")
	tab.WaitText("要看的")
}

func thousands(n int) string {
	if n < 1000 {
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%d,%03d", n/1000, n%1000)
}
