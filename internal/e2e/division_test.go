package e2e

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"wengang/internal/webtest"
)

// Two villages of 张鲁镇 become one in a real browser: chosen, previewed,
// applied; the board of the month no longer lists the old village, that of the
// month before does, the town's figure is the same; then all is undone.
func TestMergerOfTwoVillages(t *testing.T) {
	_, tab := consoleOfItsOwn(t)
	const town, month, before = "at=371522101&", "month=2023-11", "month=2023-10"
	total := townFigure(tab, town+month)

	tab.Goto("/board?" + town + month)
	listed := tab.Texts(`.w-t.rank td.w-fold a`)
	if len(listed) < 2 {
		t.Fatalf("the town's board lists %v", listed)
	}
	old, kept := strings.TrimSpace(listed[0]), strings.TrimSpace(listed[1])

	tab.Goto("/divisions/new?kind=merge&" + town + before)
	if got := tab.Eval(`document.querySelector('[name=month]').value`); got != "2023-11" {
		t.Errorf("the form proposes %q, want the first open month", got)
	}
	tab.Shot("division-form")
	tab.Resize(webtest.Phone)
	tab.Shot("division-form")
	tab.Resize(webtest.Desk)
	tab.Eval(fmt.Sprintf(`(names => { for (const l of document.querySelectorAll('#f-from label')) if (names.includes(l.textContent.trim())) l.querySelector('input').click();
		const s = document.querySelector('[name=into]'); s.value = [...s.options].find(o => o.text === names[1]).value; return s.value })([%q, %q])`, old, kept))
	tab.Fill("doc_no", " ")
	tab.Click("查看影响")
	tab.WaitText("请填写依据文件的文号")
	if n := tab.Eval(`String(document.querySelectorAll('#f-from :checked').length)`); n != "2" {
		t.Errorf("after a fault %s villages are still chosen, want 2", n)
	}
	tab.Fill("doc_no", "示例政发〔2023〕7号")
	tab.Click("查看影响")
	tab.WaitText("待执行")
	tab.Shot("division-preview")
	tab.Resize(webtest.Phone)
	tab.Shot("division-preview")
	tab.Resize(webtest.Desk)
	tab.ClickCSS(`button[data-w-open="apply"]`)
	tab.ClickCSS(`#apply button.pri`)
	tab.WaitText("已执行")
	tab.Shot("division-applied")
	record := tab.Where()

	if got := townFigure(tab, town+month); got != total {
		t.Errorf("the town has %s people after the merger, %s before", got, total)
	}
	tab.Goto("/board?" + town + month)
	// The card of what changed since the month before still names it.
	if slices.ContainsFunc(tab.Texts(`.w-t.rank td.w-fold a`), func(s string) bool { return strings.TrimSpace(s) == old }) {
		t.Errorf("the board of the month still lists %s", old)
	}
	tab.Goto("/board?" + town + before)
	if !tab.Has(old) {
		t.Errorf("the board of the month before does not list %s", old)
	}
	tab.Goto("/divisions?" + town + month)
	tab.Shot("division-list")
	tab.Resize(webtest.Phone)
	tab.Shot("division-list")
	tab.Resize(webtest.Desk)

	tab.Goto(record)
	tab.ClickCSS(`button[data-w-open="undo"]`)
	tab.ClickCSS(`#undo button.pri`)
	tab.WaitText("已撤销")
	tab.Goto("/board?" + town + month)
	if !tab.Has(old) {
		t.Errorf("%s did not come back", old)
	}
}

// townFigure is the registered people of the place, from the page of all its
// indicators.
func townFigure(tab *webtest.Tab, at string) string {
	tab.Goto("/board/indicators?" + at)
	return tab.Eval(`[...document.querySelectorAll('main tr')].find(r => r.textContent.includes('脱贫人口（含监测对象）')).querySelector('.w-n').textContent.trim()`)
}
