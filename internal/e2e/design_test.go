package e2e

import (
	"bytes"
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"wengang/internal/account"
	"wengang/internal/report"
	"wengang/internal/webtest"
)

// blanks are workbooks that nobody built in (internal/report/design).
func blankFile(name string) string {
	return filepath.Join("..", "report", "design", "testdata", name)
}

// A form from a blank workbook in a real browser: the city's officer uploads
// it, binds a column and adds a check, the reviewer publishes it; the county
// fills it, types its column, submits; the city accepts and locks; the list of
// a locked cell opens, and the workbook is the blank with the numbers in it.
func TestFormFromBlankWorkbook(t *testing.T) {
	a, addr, word := own(t)
	const place, county = "at=3715&month=2023-10", "at=371522&period=2023-10"
	city := signed(t, addr, "lc_officer", word)
	city.Goto("/designs?" + place)
	city.Upload("file", blankFile("counties.xlsx"))
	city.Click("上传识别")
	city.WaitText("脱贫劳动力务工就业情况统计表")
	page := city.Where()
	city.Shot("design-recognised")
	// A click on a heading opens the binding of its column.
	city.ClickCSS(`.w-blank td:nth-child(8) a`)
	city.Goto(strings.SplitN(page, "?", 2)[0] + "?" + place + "&cell=I")
	city.Eval(`(() => { const s = document.querySelector('.w-bindp select[name=kind]'); s.value = 'typed'; s.dispatchEvent(new Event('change', {bubbles: true})); return '' })()`)
	city.ClickCSS(`.w-bindp button.pri`)
	city.WaitText("填报时手工填")
	city.Fill("rule", "D*10000<=C")
	city.Fill("words", "务工人数不多于脱贫人口数")
	city.Click("加校验")
	city.WaitText("务工人数不多于脱贫人口数")
	city.Click("确认 5 处建议")
	city.WaitGone(`td.guess:not(.bare)`)
	city.Fill("citation", "示例局函〔2023〕1号 二(一)")
	city.Fill("day", "5")
	city.Eval(`(() => { for (const x of document.querySelectorAll('input[name=levels]')) x.checked = true; document.querySelector('select[name=publicity]').value = 'asked'; return '' })()`)
	city.Click("保存")
	city.WaitText("发布由有审核权限的人操作")

	reviewer := signed(t, addr, "lc_reviewer", word)
	id := strings.TrimPrefix(strings.SplitN(page, "?", 2)[0], "/designs/")
	reviewer.Goto("/designs/" + id + "?" + place)
	reviewer.ClickCSS(`button[formaction]`)
	reviewer.WaitText("起使用")
	reviewer.Shot("design-published")

	short := report.Signing{Region: 371522000000, Form: "d" + id, Steps: report.Chain{report.Fill}, Reason: "示例"}
	if err := a.Reports.SetSigning(context.Background(), account.LocalOperator(371522000000), short); err != nil {
		t.Fatal(err)
	}
	filler := signed(t, addr, "sx_officer", word)
	sheet := "/report/d" + id
	filler.Goto(sheet + "?" + county)
	filler.Shot("design-county")
	filler.Goto(sheet + "?" + county + "&cell=371522000000.7")
	filler.ClickCSS(`button[data-w-open="dlg-correct"]`)
	filler.Fill("value", "12")
	filler.Fill("reason", "据镇街上报")
	filler.ClickCSS(`#dlg-correct button.pri`)
	filler.WaitText("据镇街上报")
	filler.ClickCSS(`button[data-w-open="dlg-submit"]`)
	filler.Fill("filler", "周敏")
	filler.Fill("phone", "0635-8000027")
	filler.ClickCSS(`#dlg-submit button.pri`)
	filler.WaitText("已报送")

	for _, act := range []string{"accept", "lock"} {
		reviewer.Goto(sheet + "?" + county)
		reviewer.ClickCSS(`button[data-w-open="dlg-` + act + `"]`)
		reviewer.ClickCSS(`#dlg-` + act + ` button.pri`)
		reviewer.WaitText(map[string]string{"accept": "已受理", "lock": "已锁定"}[act])
	}
	reviewer.Goto(sheet + "/list?" + county + "&row=371522000000&col=2")
	reviewer.WaitText("报送时的名单")
	reviewer.Goto(sheet + "?" + county)
	reviewer.Shot("design-locked")
	reviewer.Resize(webtest.Phone)
	reviewer.Shot("design-locked")
	book, err := excelize.OpenReader(bytes.NewReader(reviewer.Download(sheet + "/export?" + county)))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	if v, _ := book.GetCellValue("11月", "A3"); v != "填报单位（盖章）：莘县人力资源和社会保障局" {
		t.Errorf("the head says %q", v)
	}
	if v, _ := book.GetCellValue("11月", "I6"); v != "12" {
		t.Errorf("the typed cell is %q", v)
	}
	if f, _ := book.GetCellFormula("11月", "H6"); f == "" {
		t.Error("the workbook's own formula is gone")
	}
}

// Another office's table: uploaded, filled, downloaded; a month later the same
// blank is known.
func TestFillAnotherOfficesTable(t *testing.T) {
	_, addr, word := own(t)
	tab := signed(t, addr, "sx_officer", word)
	tab.Goto("/blanks?at=371522&month=2023-10")
	tab.Upload("file", blankFile("monthly.xlsx"))
	tab.Click("上传识别")
	tab.WaitText("农村劳动力就业帮扶主要指标月报")
	tab.Click("确认 18 处建议")
	tab.WaitGone(`td.guess:not(.bare)`)
	tab.Click("试填")
	tab.WaitText("莘县人力资源和社会保障局")
	tab.Shot("design-filled")
	book, err := excelize.OpenReader(bytes.NewReader(tab.Download(tab.Href(`a[href*="/export"]`))))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	for _, at := range []string{"D5", "D6", "D7", "D10"} {
		if v, _ := book.GetCellValue("Sheet1", at); v == "" || v == "—" {
			t.Errorf("%s is %q", at, v)
		}
	}
	tab.Goto("/blanks?at=371522&month=2023-11")
	tab.Upload("file", blankFile("monthly.xlsx"))
	tab.Click("上传识别")
	tab.WaitText("2023年11月")
	if tab.Has("建议，待确认") {
		t.Error("the blank is not known again")
	}
}
