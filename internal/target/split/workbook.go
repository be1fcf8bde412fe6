package split

import (
	"context"
	"fmt"
	"io"
	"strconv"

	"wengang/internal/account"
	"wengang/internal/db"
	"wengang/internal/target"
	"wengang/internal/target/paper"
)

// Workbook writes a decomposition as the annex of its document: 序号, 地区, 目标
// 任务, the 其中 items beside, 合计. What is not signed says so.
func (s *Store) Workbook(ctx context.Context, by account.Caller, id int64, out io.Writer) (*Split, error) {
	x, err := s.Get(ctx, by, id)
	if err != nil {
		return nil, err
	}
	var t *target.Table
	scope := desk(by)
	if x.TableID != 0 {
		t, err = s.targets.Get(ctx, scope, x.TableID)
	} else {
		var p *Parent
		if p, err = s.Parent(ctx, scope, x); err == nil {
			t = s.table(x, p)
		}
	}
	if err != nil {
		return nil, err
	}
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		return s.note(ctx, tx, by, "target.split.export", x, map[string]string{"rows": strconv.Itoa(len(t.Rows))})
	})
	if err != nil {
		return nil, err
	}
	return x, paper.Write(out, t.Title, s.Annex(x, t))
}

// Annex is a decomposition's table as printed.
func (s *Store) Annex(x *Split, t *target.Table) paper.Table {
	out := paper.Table{Sheet: "目标任务分解表", Annex: "附件", Title: s.tree.Name(x.Region) + t.Title, Left: x.DocNo, Right: "单位：" + x.Unit,
		Columns: []paper.Column{{Head: "序号", Width: 8}, {Head: "地区", Width: 26}, {Head: "目标任务", Width: 20}}}
	switch x.State {
	case Force, Replaced:
	case Withdrawn:
		out.Left = "（已撤回）" + x.DocNo
	default:
		out.Left = "（草稿，未签发）"
	}
	var parts []string
	notes := false
	for _, r := range t.Rows {
		if r.PartOf != 0 && r.Region != t.Region && !contains(parts, r.PartName) {
			parts = append(parts, r.PartName)
		}
		notes = notes || r.Note != ""
	}
	for _, p := range parts {
		out.Columns = append(out.Columns, paper.Column{Head: "其中：" + p, Width: 20})
	}
	if notes {
		out.Columns = append(out.Columns, paper.Column{Head: "备注", Width: 24, Left: true})
	}
	sums := make([]int64, len(parts)+1)
	n := 0
	for _, r := range t.Children() {
		n++
		line := paper.Line{Cells: []paper.Cell{paper.Text(strconv.Itoa(n)), paper.Text(r.Name), value(r.Value, x)}}
		sums[0] += max(r.Value, 0)
		for i, p := range parts {
			c := paper.Text("—")
			for _, y := range t.Rows {
				if y.PartOf == r.N && y.PartName == p {
					c = value(y.Value, x)
					sums[i+1] += max(y.Value, 0)
				}
			}
			line.Cells = append(line.Cells, c)
		}
		if notes {
			line.Cells = append(line.Cells, paper.Text(r.Note))
		}
		out.Lines = append(out.Lines, line)
	}
	total := paper.Line{Total: true, Cells: []paper.Cell{paper.Text(""), paper.Text("合计")}}
	for _, v := range sums {
		total.Cells = append(total.Cells, value(v, x))
	}
	if notes {
		total.Cells = append(total.Cells, paper.Text(""))
	}
	out.Lines = append(out.Lines, total)
	if x.DocDate != 0 {
		d := int(x.DocDate)
		out.Notes = append(out.Notes, fmt.Sprintf("印发日期：%d年%d月%d日", d/10000, d/100%100, d%100))
	}
	return out
}

func value(n int64, x *Split) paper.Cell {
	if n < 0 {
		return paper.Text("")
	}
	scale, _ := target.UnitScale(x.Unit)
	return paper.Number(float64(n)/float64(max(scale, 1)), x.Decimals)
}

func contains(all []string, s string) bool {
	for _, x := range all {
		if x == s {
			return true
		}
	}
	return false
}
