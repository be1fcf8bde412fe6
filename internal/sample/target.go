package sample

import (
	"fmt"
	"path/filepath"

	"wengang/internal/idcard"
)

func (w *world) path(name string) string { return filepath.Join(w.Dir, name) }

func checkOf(first17 string) string { return string(idcard.CheckDigit(first17)) }

// writeTargets is an invented table of targets at the sample's scale, labelled
// 示例口径: what each county's year is measured against. It is printed as the
// notices print theirs, in 万人 with four decimals, with the city's total.
func (w *world) writeTargets(n int) (File, error) {
	year := w.End.Year()
	t := &table{id: "targets", title: fmt.Sprintf("%s%d年脱贫人口务工规模目标任务分解表（示例口径）", w.tree.Name(w.Region), year), lead: 2,
		columns: []column{{head: "序号"}, {head: "地区"}, {head: "目标任务"}, {head: "单位"}, {head: "指标"}, {head: "年度"}, {head: "来源"}, {head: "文号"}}}
	total := 0
	for i, c := range w.counties {
		people := 0
		c.eachPerson(func(p *person) {
			if w.months(p, year-1, 0) > 0 {
				people++
			}
		})
		people = people * (100 + c.rng.IntN(6)) / 100
		total += people
		t.rows = append(t.rows, row{cells: []any{i + 1, c.name, wan(people), "万人", "脱贫人口务工规模", year, "示例口径", "示例〔" + fmt.Sprint(year) + "〕1号"}})
	}
	t.rows = append(t.rows, row{cells: []any{nil, "合计", wan(total), "万人", "脱贫人口务工规模", year, "示例口径", "示例〔" + fmt.Sprint(year) + "〕1号"}})
	f := File{Kind: "targets", Region: w.Region, Year: year, Rows: len(t.rows), Path: fmt.Sprintf("%d-%s-目标任务分解表（示例口径）.xlsx", n, w.Region)}
	return f, writeXLSX(w.path(f.Path), t, t.headRows(dirt{}), dirt{})
}

// wan is persons in 万人 as printed.
func wan(people int) string { return fmt.Sprintf("%.4f", float64(people)/10_000) }
