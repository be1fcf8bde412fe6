package dispatch

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/target"
	"wengang/internal/target/paper"
)

// Workbook writes a dispatch as issued: a summary of all indicators where there
// are several, then each indicator's completion table in the order of ranks.
func (s *Store) Workbook(ctx context.Context, by account.Caller, id int64, out io.Writer) (*Issue, error) {
	x, err := s.Get(ctx, by.Scope(account.TargetRead), id)
	if err != nil {
		return nil, err
	}
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		return s.note(ctx, tx, by, "target.dispatch.export", id, x.Region, map[string]string{"number": strconv.Itoa(x.Number)})
	})
	if err != nil {
		return nil, err
	}
	return x, paper.Write(out, x.Title, x.Tables()...)
}

// Stamp says which issue it is and what its figures are: as closed, of a month.
func (x *Issue) Stamp() (left, right string) {
	left = fmt.Sprintf("%d年第%d期", x.Year, x.Number)
	if x.DocNo != "" {
		left += "　" + x.DocNo
	}
	return left, fmt.Sprintf("截至%d年%d月底（关账值）", x.Month.Year(), x.Month.Num())
}

// Tables are the sheets of a dispatch.
func (x *Issue) Tables() []paper.Table {
	var out []paper.Table
	if len(x.Sections) > 1 {
		out = append(out, x.summary())
	}
	for i := range x.Sections {
		out = append(out, x.sheet(&x.Sections[i]))
	}
	return out
}

func (x *Issue) sheet(sec *Section) paper.Table {
	left, right := x.Stamp()
	title := x.Title
	if len(x.Sections) > 1 {
		title = sec.Indicator + "完成情况"
	}
	t := paper.Table{Sheet: sec.Indicator, Title: title, Left: left, Right: right, Landscape: true, Columns: []paper.Column{{Head: "排名", Width: 7}, {Head: "单位", Width: 22}, {Head: "目标任务\n（" + sec.Unit + "）", Width: 13}, {Head: "完成数\n（人）", Width: 13},
		{Head: "完成率\n（%）", Width: 11}, {Head: "时间进度\n（%）", Width: 11}, {Head: "较上月\n增加", Width: 12}, {Head: "上月\n排名", Width: 8}, {Head: "位次\n变化", Width: 9}, {Head: "备注", Width: 18, Left: true}}}
	if strings.HasSuffix(sec.Unit, "个") || strings.HasSuffix(sec.Unit, "户") || strings.HasSuffix(sec.Unit, "次") {
		t.Columns[3].Head = "完成数\n（" + strings.TrimPrefix(sec.Unit, "万") + "）"
	}
	for _, l := range sec.Order() {
		t.Lines = append(t.Lines, l.paper())
	}
	t.Notes = append(t.Notes, "指标："+sec.Indicator+"；目标文号："+orDash(sec.DocNo)+"。", fmt.Sprintf("完成率低于时间进度 %g 个百分点以上且未达目标的，备注“进展较慢”。", x.Gap*100))
	if sec.Sample {
		t.Notes = append(t.Notes, "示例口径：按样例规模缩放的目标，只作演示。")
	}
	if x.Note != "" {
		t.Notes = append(t.Notes, x.Note)
	}
	at := time.UnixMilli(x.IssuedAt).In(calendar.Zone)
	t.Notes = append(t.Notes, fmt.Sprintf("签发：%s　%d年%d月%d日", x.IssuedName, at.Year(), int(at.Month()), at.Day()))
	return t
}

// Order is the printed order: ranked rows with their 其中 items by rank, then
// those without figures, the place itself last.
func (sec *Section) Order() []*Line {
	type block struct{ lines []*Line }
	var blocks []block
	for i := range sec.Lines {
		l := &sec.Lines[i]
		if l.Role == Part && len(blocks) > 0 {
			b := &blocks[len(blocks)-1]
			b.lines = append(b.lines, l)
			continue
		}
		blocks = append(blocks, block{[]*Line{l}})
	}
	var out []*Line
	place := func(l *Line) int {
		switch {
		case l.Role == Total:
			return 1 << 30
		case l.Rank == 0:
			return 1 << 29
		}
		return l.Rank
	}
	for len(blocks) > 0 { // stable and short: tens of rows
		best := 0
		for i := range blocks {
			if place(blocks[i].lines[0]) < place(blocks[best].lines[0]) {
				best = i
			}
		}
		out = append(out, blocks[best].lines...)
		blocks = append(blocks[:best], blocks[best+1:]...)
	}
	return out
}

func (l *Line) paper() paper.Line {
	p := paper.Line{Total: l.Role == Total}
	name := l.Name
	switch l.Role {
	case Total:
		name = "合计（" + l.Name + "）"
	case Part:
		name = "其中：" + l.Name
	}
	cells := []paper.Cell{count(int64(l.Rank), 1), paper.Text(name), number(l.Printed), count(l.Actual, 0), rate(l.RateBP), rate(l.TimeBP)}
	if n, known := l.Change(); known {
		cells = append(cells, paper.Number(float64(n), 0))
	} else {
		cells = append(cells, paper.Text("—"))
	}
	moved := paper.Text("—")
	if l.Rank > 0 && l.LastRank > 0 {
		moved = paper.Text(Moved(l.LastRank - l.Rank))
	}
	p.Cells = append(cells, count(int64(l.LastRank), 1), moved, paper.Text(l.Remark()))
	return p
}

// Moved is a change of rank: ↑2, ↓1, 持平.
func Moved(up int) string {
	switch {
	case up > 0:
		return fmt.Sprintf("↑%d", up)
	case up < 0:
		return fmt.Sprintf("↓%d", -up)
	}
	return "持平"
}

// Remark is the note of a row.
func (l *Line) Remark() string {
	switch {
	case l.Actual < 0:
		return "无实际数"
	case l.Met:
		return "已完成"
	case l.Behind:
		return "进展较慢"
	}
	return ""
}

func count(n, least int64) paper.Cell {
	if n < least {
		return paper.Text("—")
	}
	return paper.Number(float64(n), 0)
}

func rate(bp int64) paper.Cell {
	if bp < 0 {
		return paper.Text("—")
	}
	return paper.Number(float64(bp)/100, 1)
}

// number keeps the printed precision.
func number(printed string) paper.Cell {
	v, err := strconv.ParseFloat(printed, 64)
	if err != nil {
		return paper.Text(printed)
	}
	return paper.Number(v, target.Decimals(printed))
}

// summary has one row per place and for each indicator target, done, rate and
// rank.
func (x *Issue) summary() paper.Table {
	left, right := x.Stamp()
	t := paper.Table{Sheet: "总表", Title: x.Title, Left: left, Right: right, Landscape: true, Columns: []paper.Column{{Head: "单位", Width: 18}}}
	type at struct {
		name  string
		total bool
	}
	var order []at
	seen := map[at]int{}
	for i := range x.Sections {
		sec := &x.Sections[i]
		short := sec.Indicator
		t.Columns = append(t.Columns, paper.Column{Head: short + "\n目标（" + sec.Unit + "）", Width: 13}, paper.Column{Head: "完成数", Width: 11}, paper.Column{Head: "完成率\n（%）", Width: 9}, paper.Column{Head: "排名", Width: 7})
		for _, l := range sec.Lines {
			k := at{l.Name, l.Role == Total}
			if _, ok := seen[k]; !ok && l.Role != Part && !k.total {
				seen[k] = len(order)
				order = append(order, k)
			}
		}
	}
	for i := range x.Sections { // the place itself last, once
		for _, l := range x.Sections[i].Lines {
			if k := (at{l.Name, true}); l.Role == Total {
				if _, ok := seen[k]; !ok {
					seen[k] = len(order)
					order = append(order, k)
				}
			}
		}
	}
	for _, k := range order {
		line := paper.Line{Total: k.total, Cells: []paper.Cell{paper.Text(k.name)}}
		for i := range x.Sections {
			cells := []paper.Cell{paper.Text("—"), paper.Text("—"), paper.Text("—"), paper.Text("—")}
			for _, l := range x.Sections[i].Lines {
				if l.Name == k.name && (l.Role == Total) == k.total && l.Role != Part {
					cells = []paper.Cell{number(l.Printed), count(l.Actual, 0), rate(l.RateBP), count(int64(l.Rank), 1)}
				}
			}
			line.Cells = append(line.Cells, cells...)
		}
		t.Lines = append(t.Lines, line)
	}
	t.Notes = []string{"各项指标口径不同，不相加。"}
	return t
}

func orDash(s string) string {
	if s == "" {
		return "—"
	}
	return s
}

func clip(s string, n int) string {
	s = strings.TrimSpace(s)
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}
