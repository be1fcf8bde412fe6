package transferhttp_test

import (
	"net/url"
	"strings"
	"testing"

	"wengang/internal/account"
	"wengang/internal/region"
	"wengang/internal/transfer"
	"wengang/internal/webtest"
)

var everywhere = region.ScopeOf(region.Country)

func (c *console) officer() account.Caller {
	return account.Caller{UserID: 1, Grants: webtest.HR(account.Officer, county)}
}

func form(m map[string]string) url.Values {
	v := url.Values{}
	for k, x := range m {
		v.Set(k, x)
	}
	return v
}

// strange is a work ledger under headings that nobody knows.
func strange(rows ...string) []byte {
	return []byte("某村外出人员表\n某某,身份号,几月出门,去向,干啥,联系方式,挣多少\n" + strings.Join(rows, "\n") + "\n")
}

// TestChooseColumns: a file under unknown headings waits, is mapped, checked,
// and the next one of its kind is read the same way without being asked.
func TestChooseColumns(t *testing.T) {
	c := open(t)
	li := c.As("")
	row := "王秀英,000000196001010001,2023-03,莘县,装配,13800000001,3000"
	to := c.upload("", "村表.csv", strange(row, "李建国,000000196101010002,2023-04,冠县,保洁,13800000002,2800"), "month", "2023-11").Want("upload", 303).To
	if !strings.HasPrefix(to, "/import/1/columns") {
		t.Fatalf("a file that is not recognised leads to %s", to)
	}
	page := li.Get("/import/1/columns").Want("columns", 200, "还不能核对", "某某", "几月出门", "王秀英", "不导入", "必需", "姓名")
	page.Lacks("a number in plain", "000000196001010001").Lacks("a phone in plain", "13800000001")
	li.Get("/import").Want("list", 200, "等待选列")

	keys := func(kv ...string) map[string]string {
		m := map[string]string{"sheet": "1", "head": "2/1", "remember": "1"}
		for i := 0; i+1 < len(kv); i += 2 {
			m[kv[i]] = kv[i+1]
		}
		return m
	}
	li.Post("/import/1/columns", form(keys("k0", "name"))).Want("required ones missing", 422, "还缺必需的列", "证件号码")
	li.Post("/import/1/columns", form(keys("k0", "name", "k1", "name"))).Want("one twice", 422, "选了两次")
	li.Post("/import/1/columns", form(keys("k0", "nonsense"))).Want("none of ours", 422)
	li.Post("/import/1/columns", form(keys("head", "3/1", "k0", "name", "k1", "id_number", "k2", "start"))).Want("a row of data for a heading", 422, "像是数据")
	c.As("neighbour").Post("/import/1/columns", form(keys("k0", "name"))).Want("a neighbour", 404)
	good := keys("k0", "name", "k1", "id_number", "k2", "start", "k3", "place", "k6", "wage")
	li.Post("/import/1/columns", form(good)).Want("chosen", 303)
	c.jobs.run(t, c.s)
	li.Get("/import/1").Want("checked", 200, "认出 5 列")
	li.Get("/import/1/columns").Want("what was chosen", 200, "按本单位记住的选列", `value="wage" selected`)

	// The next file: other order, another month, no questions.
	next := []byte("外出人员\n去向,几月出门,挣多少,身份号,干啥,联系方式,某某\n冠县,2023-05,2900,000000196201010003,缝纫,13800000003,张海\n")
	c.upload("", "下月.csv", next, "month", "2023-11").Want("the next", 303)
	c.jobs.run(t, c.s)
	li.Get("/import/2").Want("read by what is remembered", 200, "认出 5 列", "按记住的选列读取")
	if r, err := c.s.Report(t.Context(), c.officer(), 2, "zh-CN"); err != nil || r.Rows != 1 || len(r.Columns) != 5 {
		t.Fatalf("report %+v, %v", r, err)
	}

	li.Get("/import/mappings").Want("remembered", 200, "记住的选列", "2 次", "导入 5 列，不导入 2 列", "某某")
	c.As("colleague").Get("/import/mappings").Want("the office's", 200, "某某")
	c.As("neighbour").Get("/import/mappings").Want("a neighbour's", 200).Lacks("another county's choice", "某某")
	c.As("neighbour").Post("/import/mappings/1/forget", nil).Want("a neighbour", 404)
	c.As("leader").Post("/import/mappings/1/forget", nil).Want("a leader", 403)
	li.Post("/import/mappings/1/forget", nil).Want("forgotten", 303)
	li.Post("/import/mappings/1/forget", nil).Want("forgotten twice", 404)
	to = c.upload("", "再下月.csv", next, "month", "2023-11").Want("after that", 303).To
	if !strings.Contains(to, "/columns") {
		t.Errorf("a forgotten choice still holds: %s", to)
	}
	li.Post("/import/3/cancel", nil).Want("cancelled while it waits", 303)
	li.Get("/import/3").Want("cancelled", 200, "已放弃")
}

// TestChosenColumnsOpenNoNumbers: who chooses the column of numbers as a place
// does not read them on the desk.
func TestChosenColumnsOpenNoNumbers(t *testing.T) {
	c := open(t)
	li := c.As("")
	c.upload("", "村表.csv", strange("王秀英,000000196001010001,去年,莘县,装配,13800000001,3000"), "month", "2023-11").Want("upload", 303)
	li.Post("/import/1/columns", form(map[string]string{"sheet": "1", "head": "2/1", "k0": "name", "k1": "place", "k2": "start", "k5": "id_number", "k6": "wage"})).Want("the number as a place", 303)
	c.jobs.run(t, c.s)
	_, looks, err := c.s.Looks(t.Context(), everywhere, 1, transfer.Filter{Warned: true, Limit: 5})
	if err != nil || len(looks) != 1 {
		t.Fatalf("%d rows to look at, %v", len(looks), err)
	}
	for _, ed := range []string{"", "?edit=0.3.1", "?edit=0.3.0", "?edit=0.3.2", "?edit=0.3.3", "?edit=0.3.4"} {
		li.Get("/import/1"+ed).Want("the desk", 200, "王秀英").Lacks("a number in plain", "000000196001010001").Lacks("a phone in plain", "13800000001")
	}
}

// TestColumnsOfARecognisedFile: what was recognised can be changed after the
// check, and a column can be left out.
func TestColumnsOfARecognisedFile(t *testing.T) {
	c := open(t)
	li := c.As("")
	c.upload("", "a.xlsx", dirty(t, 40), "month", "2023-11").Want("upload", 303)
	li.Get("/import/1/columns").Want("before the check", 200, "开始时间")
	c.jobs.run(t, c.s)
	li.Get("/import/1/columns").Want("columns", 200, "备注栏", "务工企业名称", `value="employer" selected`, "按此核对")
	f := map[string]string{"sheet": "1", "head": "3/1", "k0": "name", "k1": "id_number", "k2": "start", "k5": "channel", "k6": "wage"}
	li.Post("/import/1/columns", form(f)).Want("less of it", 303)
	c.jobs.run(t, c.s)
	in, err := c.s.Load(t.Context(), everywhere, 1)
	if err != nil || strings.Join(in.Columns, ",") != "name,id_number,start,channel,wage" || in.State != transfer.StateChecked {
		t.Fatalf("columns %v, state %s, %v", in.Columns, in.State, err)
	}
	if in.Reading.Mapping.ID != 0 {
		t.Error("a choice that was not to be remembered is")
	}
	li.Post("/import/1/save", nil).Want("save", 303)
	c.jobs.run(t, c.s)
	li.Post("/import/1/columns", form(f)).Want("saved: locked", 409, "已经保存")
	li.Get("/import/1/columns").Want("saved", 200, "不能再改列")
}

// TestColumnsLook looks at the pages of columns.
func TestColumnsLook(t *testing.T) {
	c := open(t)
	c.upload("", "村表.csv", strange("王秀英,000000196001010001,2023-03,莘县,装配,13800000001,3000", "李建国,000000196101010002,2023-04,冠县,保洁,13800000002,2800"), "month", "2023-11").Want("upload", 303)
	c.upload("", "务工台账11月.xlsx", dirty(t, 400), "month", "2023-11").Want("upload", 303)
	c.jobs.run(t, c.s)
	f := map[string]string{"sheet": "1", "head": "3/1", "remember": "1", "k0": "name", "k1": "id_number", "k2": "start", "k5": "channel", "k6": "wage"}
	c.As("").Post("/import/2/columns", form(f)).Want("less of it", 303)
	c.jobs.run(t, c.s)
	tab := webtest.Open(t, c.URL)
	tab.Walk([]webtest.Page{{Name: "columns-waiting", Path: "/import/1/columns?at=371522&month=2023-11"}, {Name: "columns-known", Path: "/import/2/columns"}, {Name: "mappings", Path: "/import/mappings"},
		{Name: "columns-en", Path: "/import/1/columns?lang=en"}})
	for _, f := range tab.Faults() {
		t.Error(f)
	}
}
