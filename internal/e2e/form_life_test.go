package e2e

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wengang/internal/webtest"
)

// unit are the people of 莘县 and the city who have to do with its form, each
// signed in for themselves.
type unit struct {
	*testing.T
	clerk, checker, deputy, head, planning, city *webtest.Tab
}

// A form's whole life in a real browser: the county names a department, fills
// in, four sign, the department with them; the city returns it with remarks on
// cells; the county corrects one and explains the other, signs again; the city
// accepts and locks; the stamped scan is bound by the code on the paper.
func TestAFormsWholeLife(t *testing.T) {
	_, addr, word := own(t)
	tab := func(login string) *webtest.Tab { return signed(t, addr, login, word) }
	u := &unit{t, tab("sx_officer"), tab("sx_reviewer"), tab("sx_deputy"), tab("sx_leader"), tab("sx_planning"), tab("lc_reviewer")}

	u.checker.Goto("/report/signing?at=371522&form=progress")
	u.checker.Fill("depts", "发展改革")
	u.checker.ClickCSS("main form[action*='/chain'] button.pri")
	u.checker.WaitText("本单位设定")

	u.fill()
	u.signThrough("form-life")
	u.returnWithRemarks()
	u.answer()
	u.fill()
	u.signThrough("")
	acceptAndLock(t, u.city)
	u.scan()
	openLockedList(t, u.clerk)
	u.city.Goto("/report/progress/versions?period=2023Q4&at=371522")
	u.city.WaitText("改 1 格")
	u.city.Shot("form-life-versions")
	u.city.Goto("/report/matrix?at=3715&month=2023-12&form=progress")
	u.city.WaitText("退回未重报") // another county's
	u.city.Shot("form-life-matrix")
}

func (u *unit) fill() {
	u.Helper()
	u.clerk.Goto(sheet)
	u.clerk.ClickCSS(`[data-w-open="dlg-submit"]`)
	u.clerk.Fill("filler", "李文静")
	u.clerk.Fill("phone", "06350000000")
	u.clerk.ClickCSS("dialog[open] button.pri")
	u.clerk.WaitText("待 孙丽")
}

// press does the act that the page offers as the next one.
func press(tab *webtest.Tab, name, then string) {
	tab.Goto(sheet)
	tab.ClickCSS(`[data-w-open="dlg-` + name + `"]`)
	tab.ClickCSS("dialog[open] button.pri")
	tab.WaitText(then)
}

func (u *unit) signThrough(shots string) {
	u.Helper()
	press(u.checker, "review", "待 唐立军")
	press(u.deputy, "approve", "待 许建华")
	u.head.Goto("/?at=371522")
	u.head.WaitText("待您签署：推进情况表")
	u.head.Goto(sheet)
	u.head.WaitText("会签未完成：发展改革")
	press(u.planning, "cosign", "同意")
	if shots != "" {
		u.head.Goto(sheet)
		u.head.Shot(shots + "-signing")
	}
	press(u.head, "sign", "待受理")
}

func (u *unit) returnWithRemarks() {
	u.Helper()
	for cell, remark := range map[string]string{"6": "车间个数与十月台账不符", "11": "培训人数请说明"} {
		u.city.Goto(sheet + "&cell=371522000000." + cell)
		u.city.ClickCSS(`[data-w-open="dlg-mark"]`)
		u.city.Fill("mark", remark)
		u.city.ClickCSS("dialog[open] button.pri")
		u.city.WaitText(remark)
	}
	press(u.city, "return", "已退回")
	u.city.Shot("form-life-returned")
}

func (u *unit) answer() {
	u.Helper()
	tab := u.clerk
	tab.Goto(sheet)
	tab.WaitText("有 2 条批注待答复")
	tab.Goto(sheet + "&cell=371522000000.6")
	tab.ClickCSS(`[data-w-open="dlg-correct"]`)
	tab.Fill("value", "77")
	tab.Fill("reason", "按十月台账补 1 家")
	tab.ClickCSS("dialog[open] button.pri")
	tab.WaitText("按十月台账补 1 家")
	for _, kind := range []string{"corrected", "explained"} {
		card := "main aside div:has(> form[action*='/answer'])"
		if strings.Contains(tab.Text(card), "台账不符") != (kind == "corrected") {
			card += " ~ div:has(> form[action*='/answer'])" // the other remark
		}
		tab.Eval(`(document.querySelector("` + card + ` input[name=answer]").value = "见名册第 2 页", "")`)
		tab.ClickCSS(card + " button[value=" + kind + "]")
		tab.WaitText(map[string]string{"corrected": "有 1 条批注待答复", "explained": "见名册第 2 页"}[kind])
	}
	tab.WaitGone("form[action*='/answer']")
}

// scan binds the stamped paper: a code that is not the version's is refused.
func (u *unit) scan() {
	u.Helper()
	tab := u.clerk
	tab.Goto(sheet)
	code := tab.Text(".w-paper .code u")
	if !strings.HasPrefix(code, "371522-progress-2023Q4-2-") {
		u.Fatalf("the paper's code is %q", code)
	}
	picture := image.NewRGBA(image.Rect(0, 0, 400, 300))
	for i := range 400 {
		picture.Set(i, i*3/4, color.RGBA{200, 0, 0, 255})
	}
	var buf bytes.Buffer
	if err := jpeg.Encode(&buf, picture, nil); err != nil {
		u.Fatal(err)
	}
	file := filepath.Join(u.TempDir(), "盖章件.jpg")
	if err := os.WriteFile(file, buf.Bytes(), 0o600); err != nil {
		u.Fatal(err)
	}
	for _, x := range []struct{ code, then string }{{"371522-progress-2023Q4-1-00000000", "版本码与本表当前版不符"}, {strings.ToLower(code), "盖章扫描件"}} {
		tab.Goto(sheet)
		tab.ClickCSS(`[data-w-open="dlg-scan"]`)
		tab.Fill("code", x.code)
		tab.Upload("file", file)
		tab.ClickCSS("dialog[open] button.pri")
		tab.WaitText(x.then)
	}
	tab.WaitGone("dialog[open]")
	u.city.Goto(sheet)
	u.city.ClickCSS(`main a[href^="/evidence/"]`)
	u.city.WaitText("报表附件")
	u.city.Shot("form-life-scan")
}
