package intake

import (
	"context"
	"fmt"
	"strings"

	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/transfer"
)

// aidStated are the groups of columns that a file carries.
func aidStated(rd *reader) fact.Stated {
	var out fact.Stated
	for key, group := range map[string]fact.Stated{
		"medical_resident": fact.StatedMedical, "serious_illness": fact.StatedSerious, "medical_aid": fact.StatedMedicalAid,
		"pension_resident": fact.StatedPension, "yulu": fact.StatedYulu, "post": fact.StatedPost, "post_months": fact.StatedPost,
		"risk2": fact.StatedRisks, "aid_jobs": fact.StatedMeasures, "backstop": fact.StatedBackstop, "developed": fact.StatedDeveloped,
		"collector": fact.StatedContact, "wage_income": fact.StatedWage, "drop_reason": fact.StatedDrop,
	} {
		if rd.carries(key) {
			out |= group
		}
	}
	return out
}

// readAid reads what only the checks ask for. A blank in a column that the file
// carries is an answer here: the national checks ask what is left empty.
func (c *personChecker) readAid(w *personWork) {
	if c.stated == 0 && !c.rd.carries("account") {
		return
	}
	r, a := w.row, fact.NoAid()
	a.Stated = c.stated
	for _, q := range []struct {
		key string
		at  *int
	}{{"medical_resident", &a.MedicalResident}, {"medical_worker", &a.MedicalWorker}, {"serious_illness", &a.Serious}, {"medical_aid", &a.MedicalAid},
		{"pension_resident", &a.PensionResident}, {"pension_worker", &a.PensionWorker}, {"backstop", &a.Backstop}} {
		*q.at = answered(r.text(q.key))
	}
	if t := r.text("yulu"); t != "" {
		if a.Yulu = answered(t); a.Yulu == 0 {
			a.Yulu = fact.Yes // the year or the sum
		}
	}
	if t := r.text("drop_reason"); t != "" {
		switch {
		case strings.Contains(t, "病"):
			a.Drop = fact.DropIll
		case strings.Contains(t, "残"):
			a.Drop = fact.DropDisabled
		default:
			a.Drop = fact.DropOther
		}
	}
	if a.Stated.Has(fact.StatedPost) {
		a.PostKinds, a.PostMonths = len(w.s.Row.PostTypes), w.s.Row.PostMonths
	}
	c.readHouseholdAid(r, &a)
	if t := r.text("account"); t != "" {
		a.Account = string(c.Box.BlindIndex(indexAccount, strings.ReplaceAll(t, " ", "")))
	}
	w.p.Aid = a
	w.s.Aid = &w.p.Aid
}

const indexAccount = "account"

func (c *personChecker) readHouseholdAid(r *row, a *fact.Aid) {
	if t := r.text("developed"); t != "" {
		a.Developed = fact.Yes
		if strings.ContainsAny(t, "未否无") {
			a.Developed = fact.No
		}
	}
	if t := r.text("removed_how"); t != "" {
		a.Removed = fact.Yes
		if strings.Contains(t, "自然") {
			a.Removed = fact.No
		}
	}
	if c.stated.Has(fact.StatedContact) {
		a.Contact = fact.No
		if phone, _ := r.cell("collector_phone").Phone(); phone != "" && r.text("collector") != "" {
			a.Contact = fact.Yes
		}
	}
	if a.WageFen = -1; c.stated.Has(fact.StatedWage) {
		a.WageFen = r.fen("wage_income")
	}
	for _, key := range []string{"risk", "risk2", "risk3", "risk4", "risk5"} {
		if t := r.text(key); t != "" {
			code, ok := fact.Risk.Parse(t)
			if !ok {
				code = riskOther
			}
			a.Risks |= 1 << code
		}
	}
	if c.stated.Has(fact.StatedMeasures) {
		a.Measures = readMeasures(r.text)
	}
}

// answered reads 是 and 否 in the ways of the exports; 0 where neither is said.
func answered(t string) int {
	switch t {
	case "是", "Y", "1", "有", "享受":
		return fact.Yes
	case "否", "N", "0", "无", "未享受":
		return fact.No
	}
	return 0
}

// measureWords are the words of the columns whose contents the rules tell
// apart; Other is what any other word means.
var measureWords = []struct {
	column string
	words  []measureWord
	other  fact.Measure
}{
	{"aid_jobs", []measureWord{{"培训", fact.AidTraining}, {"劳务输出", fact.AidExport}, {"外出务工补贴", fact.AidSubsidy}, {"交通", fact.AidSubsidy}, {"其他", fact.AidJobsOther}}, fact.AidPlaced},
	{"aid_industry", []measureWord{{"其他", fact.AidIndustryOther}}, fact.AidIndustry},
	{"aid_finance", []measureWord{{"其他", fact.AidFinanceOther}}, fact.AidFinance},
	{"aid_education", []measureWord{{"雨露", fact.AidYulu | fact.AidEducated}}, fact.AidEducated},
	{"aid_post", nil, fact.AidPost}, {"aid_move", nil, fact.AidMove}, {"aid_ensure", nil, fact.AidEnsured}, {"aid_health", nil, fact.AidHealth},
	{"aid_schooling", nil, fact.AidSchooling}, {"aid_social", nil, fact.AidSocial}, {"aid_housing", nil, fact.AidHoused}, {"aid_water", nil, fact.AidWatered},
	{"aid_living", nil, fact.AidLiving}, {"aid_infra", nil, fact.AidInfra},
}

type measureWord struct {
	word string
	is   fact.Measure
}

func readMeasures(text func(string) string) fact.Measure {
	var out fact.Measure
	for _, m := range measureWords {
		for _, t := range strings.FieldsFunc(text(m.column), func(c rune) bool { return strings.ContainsRune(",，、;；/| ", c) }) {
			if t == "无" || t == "否" || t == "未享受" {
				continue
			}
			is := m.other
			for _, w := range m.words {
				if strings.Contains(t, w.word) {
					is = w.is
					break
				}
			}
			out |= is
		}
	}
	return out
}

// weighAid lays the row over what earlier files said and notes whether that is
// news.
func (w *personWork) weighAid(was *known) {
	if w.s.Aid == nil {
		if was != nil && was.Aid != nil {
			w.s.Aid = was.Aid
		}
		return
	}
	before := fact.NoAid()
	if was != nil && was.Aid != nil {
		before = *was.Aid
	}
	w.p.Aid = w.p.Aid.Over(before)
	w.p.AidNew = w.p.Aid != before
}

func walkAid(c *coder, a *fact.Aid) {
	answers, measures := a.Pack(), int64(a.Measures)
	num(c, &a.Stated)
	num(c, &answers)
	num(c, &a.Risks)
	num(c, &measures)
	num(c, &a.PostKinds)
	num(c, &a.PostMonths)
	num(c, &a.WageFen)
	c.str(&a.Account)
	a.Unpack(answers)
	a.Measures = fact.Measure(measures)
}

var aidTable = []string{"person_id", "batch_id", "stated", "answers", "risks", "measures", "post_kinds", "post_months", "wage_fen", "account_index"}

func aidRow(person, batch int64, a *fact.Aid) []any {
	var account any
	if a.Account != "" {
		account = []byte(a.Account)
	}
	return []any{person, batch, int64(a.Stated), a.Pack(), int64(a.Risks), int64(a.Measures), a.PostKinds, a.PostMonths, a.WageFen, account}
}

// insertAid writes what a chunk says of aid: rows of their own, hidden with the
// batch.
func insertAid(ctx context.Context, tx *db.Tx, b *transfer.Batch, rows []*personRow) error {
	var out [][]any
	for _, p := range rows {
		if p.AidNew {
			out = append(out, aidRow(p.ID, b.ID, &p.Aid))
		}
	}
	if len(out) == 0 {
		return nil
	}
	return tx.Dialect.BulkInsert(ctx, tx, "person_aid", aidTable, out)
}

// loadAid reads the latest of each person.
func loadAid(ctx context.Context, q db.Querier, by map[int64]*known) error {
	var id, answers, measures int64
	var account []byte
	var a fact.Aid
	err := eachOf(ctx, q, keys(by), func(in string, _ *db.Args) string {
		return `SELECT x.person_id, x.stated, x.answers, x.risks, x.measures, x.post_kinds, x.post_months, x.wage_fen, x.account_index FROM person_aid x
			WHERE x.person_id IN ` + in + ` AND ` + live("x") + ` ORDER BY x.person_id, x.batch_id`
	}, func() {
		c := a
		c.Unpack(answers)
		c.Measures, c.Account = fact.Measure(measures), string(account)
		by[id].Aid = &c
	}, &id, &a.Stated, &answers, &a.Risks, &measures, &a.PostKinds, &a.PostMonths, &a.WageFen, &account)
	if err != nil {
		return fmt.Errorf("read aid: %w", err)
	}
	return nil
}
