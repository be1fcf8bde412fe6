package e2e

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"wengang/internal/account"
	"wengang/internal/app"
	"wengang/internal/people"
	"wengang/internal/reconcile"
	"wengang/internal/transfer"
	"wengang/internal/webtest"
)

// townList is a town's people as another office might have them: some of them
// missing, some strangers, one twice, one number broken.
func townList(t *testing.T, a *app.App) (text string, rows int) {
	t.Helper()
	list, err := a.DB.Read.Query(`SELECT id, id_cipher, name FROM person WHERE village >= 371522101000 AND village < 371522102000 AND merged_into = 0 ORDER BY id`)
	if err != nil {
		t.Fatal(err)
	}
	defer list.Close()
	var b strings.Builder
	b.WriteString("姓名,证件号码,月收入\n")
	line := func(name, number, wage string) {
		fmt.Fprintf(&b, "%s,%s,%s\n", name, number, wage)
		rows++
	}
	for i := 0; list.Next(); i++ {
		var id int64
		var sealed []byte
		var name string
		if err := list.Scan(&id, &sealed, &name); err != nil {
			t.Fatal(err)
		}
		plain, err := a.Box.Decrypt(people.SealID, sealed)
		if err != nil {
			t.Fatal(err)
		}
		switch i % 9 {
		case 3: // they do not have this one
		case 5:
			line(name, string(plain), "99")
		case 7:
			line(name+"甲", string(plain), "")
		default:
			line(name, string(plain), "")
		}
		if i == 4 {
			line(name, string(plain), "")
		}
	}
	line("生人", withCheck("00000019650101333"), "")
	line("错号", "4.2E+17", "")
	return b.String(), rows
}

// sumOfLines reads the page's table: the sum of its lines and its last row.
func sumOfLines(t *testing.T, tab *webtest.Tab) (sum, total, lines int) {
	t.Helper()
	out := tab.Eval(`(() => { const s = [...document.querySelectorAll('main section')].find(s => s.querySelector('h2')?.textContent === '差在哪里');
		const n = e => parseInt(e.textContent.trim().replaceAll(',', '').replace('−', '-').replace('+', ''), 10);
		const rows = [...s.querySelectorAll('tbody tr:not(.total) td.w-n')].map(n); return [rows.reduce((a, b) => a + b, 0), n(s.querySelector('tr.total td.w-n')), rows.length].join(' '); })()`)
	if _, err := fmt.Sscan(out, &sum, &total, &lines); err != nil {
		t.Fatalf("%q: %v", out, err)
	}
	return sum, total, lines
}

// TestReconcileInTheBrowser: a town says 1,236, the ledger has another number;
// the page names everybody who makes the difference, and the lines add up to it.
func TestReconcileInTheBrowser(t *testing.T) {
	a, tabs := ownSample(t, "sx_officer")
	tab := tabs[0]
	text, rows := townList(t, a)
	file := filepath.Join(t.TempDir(), "张寨镇名单.csv")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	const at = "at=371522101&month=2023-11"
	tab.Goto("/people?" + at)
	tab.ClickCSS(`.w-section summary`) // behind the menu of further pages
	tab.Click("对账")
	tab.Click("新建对账")
	tab.Fill("stated", "1236")
	tab.Fill("title", "乡镇报数")
	tab.Upload("file", file)
	tab.Shot("reconcile-form")
	tab.Click("开始核对")
	tab.WaitText("差在哪里")
	tab.Shot("reconcile-result")
	sum, total, lines := sumOfLines(t, tab)
	tiles := tab.Texts(".w-tile .v b")
	number := func(i int) int {
		n, err := strconv.Atoi(strings.NewReplacer(",", "", "−", "-", "+", "").Replace(tiles[i]))
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if number(0) != 1236 || number(2) != 1236-number(1) || total != number(2) || sum != total || lines < 6 {
		t.Errorf("theirs %d, ours %d, difference %d; %d lines add up to %d, the last row says %d", number(0), number(1), number(2), lines, sum, total)
	}
	if !tab.Has(fmt.Sprintf("名单 %d 行", rows)) {
		t.Errorf("the page does not say that the list has %d rows", rows)
	}
	result := tab.Where()
	tab.ClickCSS(`main td.m-in a[href*="class=ours"]`)
	tab.WaitText("只在系统")
	tab.Shot("reconcile-ours")
	tab.Goto(result[strings.Index(result, "/reconcile/"):])
	tab.Click("重新核对")
	tab.WaitText("第 2 次")
	if again, _, _ := sumOfLines(t, tab); again != sum {
		t.Errorf("the second pass adds up to %d, the first to %d", again, sum)
	}
	for _, f := range tab.Faults() {
		t.Error(f)
	}
	reconcileAnImport(t, a, text, rows)
}

// reconcileAnImport takes the file of an import that was never saved as their
// list: nothing of it is in the ledger.
func reconcileAnImport(t *testing.T, a *app.App, text string, rows int) {
	t.Helper()
	ctx := context.Background()
	batch, err := a.Imports.Stage(ctx, local, transfer.Request{Kind: "people", File: strings.NewReader(text), FileName: "名单.csv", Region: 371522101000})
	if err != nil {
		t.Fatal(err)
	}
	id, err := a.Reconciled.Start(ctx, local.Scope(account.ImportRun), local, reconcile.Ask{Region: 371522101000, Month: 202311, Figure: "registered", Stated: -1, Batch: batch})
	if err == nil {
		err = a.Reconciled.Work(ctx, id)
	}
	if err != nil {
		t.Fatal(err)
	}
	run, err := a.Reconciled.Load(ctx, local.Scope(account.ImportRun), id)
	if err != nil || run.State != reconcile.Done || run.Lines != int64(rows) || run.FileName != "名单.csv" {
		t.Errorf("an import as their list: %+v %v, want %d lines", run, err, rows)
	}
}
