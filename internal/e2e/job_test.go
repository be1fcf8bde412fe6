package e2e

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"wengang/internal/idcard"
	"wengang/internal/webtest"
)

// The whole job in a real browser: the county officer of 莘县 imports a dirty
// workbook, downloads the bad rows, saves, closes the month, opens a figure
// down to a person, computes annex 1, four sign and submit it; the city returns
// it; the county signs again; the city accepts and locks; the locked cell's list
// opens.
func TestTheWholeJob(t *testing.T) {
	_, addr, word := own(t)
	officer, reviewer := signed(t, addr, "sx_officer", word), signed(t, addr, "lc_reviewer", word)
	signers := map[string]*webtest.Tab{"review": signed(t, addr, "sx_reviewer", word), "approve": signed(t, addr, "sx_deputy", word), "sign": signed(t, addr, "sx_leader", word)}

	importDirtyWorkbook(t, officer)
	closeMonth(t, officer)
	openFigureDownToAPerson(t, officer)
	submitForm(t, officer, "周敏")
	signForm(signers)
	returnForm(t, reviewer, "车间个数与十月台账不一致，请核对后重报")
	resubmitForm(t, officer)
	signForm(signers)
	acceptAndLock(t, reviewer)
	openLockedList(t, officer)
}

// consoleOfItsOwn serves a sample whose last month is open and signs in the
// county's officer and the city's reviewer, each in a browser of their own.
func consoleOfItsOwn(t *testing.T) (officer, reviewer *webtest.Tab) {
	t.Helper()
	_, addr, word := own(t)
	return signed(t, addr, "sx_officer", word), signed(t, addr, "lc_reviewer", word)
}

const shenNov = "at=371522&month=2023-11"

func importDirtyWorkbook(t *testing.T, tab *webtest.Tab) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "人员信息11月.xlsx")
	if err := os.WriteFile(file, dirtyPeople(t), 0o600); err != nil {
		t.Fatal(err)
	}
	tab.Goto("/import/new?kind=people&" + shenNov)
	tab.Upload("file", file)
	tab.Click("上传并核对")
	tab.WaitText("保存 4 行")
	tab.Shot("job-import-check")
	rejected := tab.Download(tab.Href(`a[href*="rejects"]`))
	book, err := excelize.OpenReader(bytes.NewReader(rejected))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	rows, err := book.GetRows(book.GetSheetList()[0])
	if err != nil {
		t.Fatal(err)
	}
	// The heading and the two bad rows as they came, each with its reason.
	all := fmt.Sprint(rows)
	if len(rows) != 3 || !strings.Contains(all, "无此村") || strings.Contains(all, "示例甲") {
		t.Errorf("the rejected rows came back as %d rows: %v", len(rows), len(all))
	}
	tab.Click("保存 4 行")
	tab.WaitText("已保存")
}

// dirtyPeople has four good rows and two bad ones: a wrong check digit, a
// village that does not exist.
func dirtyPeople(t *testing.T) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	id := func(serial int) string {
		first := fmt.Sprintf("00000019850312%03d", serial)
		return first + string(idcard.CheckDigit(first))
	}
	bad := id(905)
	bad = bad[:17] + string("0123456789"[(int(bad[17])+1)%10])
	if strings.HasSuffix(id(905), "X") {
		bad = id(905)[:17] + "1"
	}
	rows := [][]any{
		{"乡镇", "行政村", "户编号", "姓名", "身份证号", "与户主关系", "文化程度", "健康状况", "劳动技能", "户类型", "就业意愿", "联系电话"},
		{"张鲁镇", "东街村", "H9001", "示例甲", id(901), "户主", "初中", "健康", "普通劳动力", "脱贫户", "是", "15400009001"},
		{"张鲁镇", "东街村委会", "H9002", "示例乙", id(902), "户主", "高中", "健康", "技能劳动力", "脱贫户", "是", "15400009002"},
		{"张鲁镇", "东街", "H9003", "示例丙", id(903), "户主", "小学", "健康", "普通劳动力", "脱贫户", "是", "15400009003"},
		{"张鲁镇", "东街村", "H9004", "示例丁", id(904), "户主", "初中", "健康", "普通劳动力", "脱贫户", "否", "15400009004"},
		{"张鲁镇", "东街村", "H9005", "示例戊", bad, "户主", "初中", "健康", "普通劳动力", "脱贫户", "是", "15400009005"},
		{"张鲁镇", "无此村", "H9006", "示例己", id(906), "户主", "初中", "健康", "普通劳动力", "脱贫户", "是", "15400009006"},
	}
	for i, r := range rows {
		if err := f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &r); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func closeMonth(t *testing.T, tab *webtest.Tab) {
	t.Helper()
	tab.Goto("/board/months?" + shenNov)
	if !tab.Has("未关账") {
		t.Fatal("the month is not open")
	}
	tab.ClickCSS(`form[action*="/board/months/close"] button`)
	tab.WaitText("已关账")
	tab.Shot("job-closed")
}

func openFigureDownToAPerson(t *testing.T, tab *webtest.Tab) {
	t.Helper()
	tab.Goto("/board?" + shenNov)
	tab.Shot("job-board")
	tab.ClickCSS(`a[href*="indicator=working"]`)
	tab.Wait(`main a[href^="/people/"]`)
	name := tab.Text(`main a[href^="/people/"]`)
	tab.ClickCSS(`main a[href^="/people/"]`)
	tab.WaitText("务工记录")
	if got := tab.Text("h1"); !strings.Contains(got, strings.TrimSpace(name)) {
		t.Errorf("the list's first person is %q, the record shows %q", name, got)
	}
	tab.Shot("job-person")
}

const sheet = "/report/progress?period=2023Q4&at=371522"

func submitForm(t *testing.T, tab *webtest.Tab, filler string) {
	t.Helper()
	tab.Goto(sheet)
	tab.ClickCSS(`[data-w-open="dlg-submit"]`)
	tab.Fill("filler", filler)
	tab.Fill("phone", "06350000000")
	tab.Shot("job-submit")
	tab.ClickCSS("dialog[open] button.pri")
	tab.WaitText("待 孙丽")
}

// signForm: three sign after the filler, the last one submits.
func signForm(tabs map[string]*webtest.Tab) {
	press(tabs["review"], "review", "待 唐立军")
	press(tabs["approve"], "approve", "待 许建华")
	press(tabs["sign"], "sign", "已报送")
}

func returnForm(t *testing.T, tab *webtest.Tab, remark string) {
	t.Helper()
	tab.Goto(sheet)
	tab.ClickCSS(`[data-w-open="dlg-return"]`)
	tab.Fill("remark", remark)
	tab.ClickCSS("dialog[open] button.pri")
	tab.WaitText("已退回")
	tab.Shot("job-returned")
}

func resubmitForm(t *testing.T, tab *webtest.Tab) {
	t.Helper()
	tab.Goto(sheet)
	if !tab.Has("请核对后重报") {
		t.Error("the county does not see why the form came back")
	}
	submitForm(t, tab, "周敏")
}

func acceptAndLock(t *testing.T, tab *webtest.Tab) {
	t.Helper()
	tab.Goto(sheet)
	tab.ClickCSS(`[data-w-open="dlg-accept"]`)
	tab.ClickCSS("dialog[open] button.pri")
	tab.WaitText("已受理")
	tab.ClickCSS(`[data-w-open="dlg-lock"]`)
	tab.ClickCSS("dialog[open] button.pri")
	tab.WaitText("已锁定")
	tab.Shot("job-locked")
}

// openLockedList: the figure of the locked cell and the list behind it agree.
func openLockedList(t *testing.T, tab *webtest.Tab) {
	t.Helper()
	tab.Goto(sheet + "&cell=371522000000.11")
	figure := tab.Text(".w-cpop .v b")
	tab.ClickCSS(".w-cpop footer a.pri")
	tab.Wait("main table tbody tr")
	if figure == "" || figure == "0" || !tab.Has(figure) {
		t.Errorf("the locked cell shows %q, the list does not", figure)
	}
	tab.Shot("job-locked-list")
}
