package rule

import (
	"bytes"
	"encoding/csv"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"wengang/internal/setting"
	"wengang/internal/text"
)

var update = flag.Bool("update", false, "rewrite docs/rules.md")

// whyLeft are the reasons for which a number of the national list has no rule
// here.
var whyLeft = map[string]string{
	"土地": "原文有误：编号所列各条正文都是同一句收入规则，所查却是各类土地面积；两者均不采",
	"村表": "行政村表（出列村）的指标，导入的表格没有",
	"项目": "公益性岗位项目的建设内容在项目库，导入的表格没有",
	"收入": "识别或消除时的收入测算，只用工资性收入，其余各项不导入",
	"医残": "健康、残疾帮扶措施的核对，与务工无关，归医保、残联",
	"兜底": "低保、特困措施与名单的核对，与务工无关，归民政",
	"义教": "义务教育措施的核对，与务工无关，归教育",
	"备注": "风险备注栏不导入",
	"住房": "住房、饮水、用电、道路、搬迁、土地等户情，与务工无关，不导入",
}

type nationalRule struct{ Number, Text, Left, Note string }

func readNational(t *testing.T) []nationalRule {
	t.Helper()
	f, err := os.Open("data/national_2023.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []nationalRule
	for _, r := range rows[1:] {
		out = append(out, nationalRule{r[0], r[1], r[2], r[3]})
	}
	return out
}

func byNumber() map[string][]*Rule {
	out := map[string][]*Rule{}
	for _, r := range All() {
		for _, c := range r.Cite {
			if c.Document == national && c.Number != "" {
				out[c.Number] = append(out[c.Number], r)
			}
		}
	}
	return out
}

// Every number of the national list is either a rule of the book or left out for
// a reason, never both; no rule of the book names a number that is not there
// but for those that a province adds to the same book.
func TestTheNationalListIsComplete(t *testing.T) {
	book, listed, predicates := byNumber(), map[string]bool{}, map[string]bool{}
	for _, n := range readNational(t) {
		if listed[n.Number] {
			t.Errorf("%s stands twice", n.Number)
		}
		listed[n.Number] = true
		switch by := book[n.Number]; {
		case len(by) == 0 && whyLeft[n.Left] == "":
			t.Errorf("%s %s: no rule and no reason", n.Number, n.Text)
		case len(by) > 0 && n.Left != "":
			t.Errorf("%s is %s and left out", n.Number, by[0].ID)
		default:
			for _, r := range by {
				predicates[r.ID] = true
			}
		}
	}
	elsewhere := map[string]bool{"1_01_001": true, "1_01_002": true, "1_01_003": true, "1_01_004": true, "1111_07": true, "2_12_007": true}
	for n, by := range book {
		if !listed[n] && !elsewhere[n] {
			t.Errorf("%s names %s, which is not in the list", by[0].ID, n)
		}
	}
	if len(listed) != 204 || len(predicates) < 90 {
		t.Errorf("%d numbers, %d predicates", len(listed), len(predicates))
	}
}

// A finding is told by the field that it stands at.
func TestEveryFieldHasAName(t *testing.T) {
	for _, r := range All() {
		if r.Field != "" && !text.Has("finding.field."+r.Field) {
			t.Errorf("%s stands at %s, which has no name", r.ID, r.Field)
		}
		if !text.Has("finding.family." + r.Family()) {
			t.Errorf("the family of %s has no name", r.ID)
		}
	}
}

func TestTheBookIsInTheDocs(t *testing.T) {
	const path = "../../docs/rules.md"
	want := page(t)
	if *update {
		if err := os.WriteFile(path, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("docs/rules.md is not current: go test ./internal/rule -update")
	}
}

var (
	severityWord = map[Severity]string{Error: "错误", Warning: "警告", Clue: "线索"}
	scopeWord    = map[Scope]string{ScopeRow: "导入", ScopePerson: "导入·录入·夜间", ScopeSpell: "导入·录入·夜间", ScopePlan: "导入·录入·夜间", ScopeHousehold: "导入·录入·夜间（整户）", ScopeLedger: "夜间（全库）"}
)

// page is docs/rules.md.
func page(t *testing.T) []byte {
	var b bytes.Buffer
	b.WriteString("# Rules\n\nGenerated from the book (`internal/rule`) by `go test ./internal/rule -update`; do not edit.\n\n" +
		"*When* says where a rule is decided: the row of a file (导入), an edit of the record (录入), the look at the ledger (夜间). What needs insurance, posts, 雨露 or the measures of a monitored household reads `person_aid`, which keeps what the national lists say of them; the identity number, the phones as written, the months of work of last year and the layout's own columns are in no column of the ledger, so those rules are decided at the import alone. " +
		"Thresholds are settings per region and year.\n\n")
	family := ""
	for _, r := range All() {
		if r.Family() != family {
			family = r.Family()
			fmt.Fprintf(&b, "\n## %s\n\n| id | 规则 | 级别 | when | field | settings | source |\n|---|---|---|---|---|---|---|\n", text.T(text.ZH, "finding.family."+family))
		}
		var sources, params []string
		for i, c := range r.Cite {
			if i > 0 && r.Cite[i-1].Document == c.Document && c.Number != "" {
				sources[len(sources)-1] += "、" + c.Number
				continue
			}
			sources = append(sources, strings.TrimSpace(c.Document+" "+c.Number+" "+c.Paragraph))
		}
		for _, p := range r.Params {
			if d, ok := setting.Lookup(p); ok {
				params = append(params, fmt.Sprintf("`%s` %d", p, d.Default))
			}
		}
		when := scopeWord[r.Scope]
		if r.Check == nil {
			when = "导入"
		}
		fmt.Fprintf(&b, "| `%s` | %s<br>%s | %s | %s | %s | %s | %s |\n", r.ID, text.T(text.ZH, r.Title()), text.T(text.EN, r.Title()), severityWord[r.Severity], when, r.Field,
			strings.Join(params, "<br>"), strings.Join(sources, "<br>"))
	}
	b.WriteString("\n## 全国核查规则（2023）逐条对照\n\n")
	b.WriteString("The numbers and texts are those of a county's check scripts over the exports of the national system (end of 2023), found in a public repository without a licence: facts only, none of its code. " +
		"The scripts do not always do what their text says; the text is what is implemented here, and where they differ or the text leaves something open the note says so. The list is `internal/rule/data/national_2023.csv`; a test holds it complete.\n\n")
	b.WriteString("| number | text | here | note |\n|---|---|---|---|\n")
	book := byNumber()
	for _, n := range readNational(t) {
		here := "不做：" + whyLeft[n.Left]
		if by := book[n.Number]; len(by) > 0 {
			var ids []string
			for _, r := range by {
				ids = append(ids, "`"+r.ID+"`")
			}
			here = strings.Join(ids, " ")
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", n.Number, strings.ReplaceAll(n.Text, "|", "/"), here, n.Note)
	}
	return b.Bytes()
}
