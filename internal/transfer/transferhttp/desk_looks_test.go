package transferhttp_test

import (
	"os"
	"path/filepath"
	"testing"

	"wengang/internal/webtest"
)

// TestDeskLooks works on rows in a browser: the editor opens in the row, Enter
// saves, Esc closes, a bulk fix is shown before it is done, everything is
// undone.
func TestDeskLooks(t *testing.T) {
	c := open(t)
	tab := webtest.Open(t, c.URL)
	tab.Goto("/import/new?at=371522&month=2023-11&kind=work")
	file := filepath.Join(t.TempDir(), "务工台账11月.xlsx")
	if err := os.WriteFile(file, dirty(t, 600), 0o600); err != nil {
		t.Fatal(err)
	}
	tab.Upload("file", file)
	tab.Click("上传并核对")
	tab.WaitText("等待核对")
	go c.jobs.run(t, c.s)
	tab.WaitText("要看的")
	tab.Shot("desk")
	tab.Click("月份看不懂")
	tab.WaitText("怎样补救")
	tab.ClickCSS("td.do a")
	tab.Wait("tr.ing input")
	tab.Shot("desk-edit")
	tab.Press("\u001b")
	tab.WaitGone("tr.ing")
	tab.ClickCSS("td.do a")
	tab.Wait("tr.ing input")
	tab.Fill("value", "2023-05")
	tab.Click("同样写法的")
	tab.WaitText("将改")
	tab.Shot("desk-preview")
	tab.Click("改这 ")
	tab.WaitText("行已改，已重新核对")
	tab.Shot("desk-bulk")
	tab.Click("已处理")
	tab.WaitText("已改")
	tab.Shot("desk-handled")
	tab.ClickCSS("td.do button")
	tab.WaitText("已撤销")
	tab.Goto("/import/1")
	tab.Click("不要")
	tab.WaitText("行不要了")
	tab.Shot("desk-out")
	tab.Resize(webtest.Phone)
	tab.Goto("/import/1")
	tab.Shot("desk-phone")
	tab.ClickCSS("td.do a")
	tab.Wait("tr.ing input")
	tab.Shot("desk-phone-edit")
	for _, f := range tab.Faults() {
		t.Error(f)
	}
}
