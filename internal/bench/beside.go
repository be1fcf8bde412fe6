package bench

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"wengang/internal/account"
	"wengang/internal/app"
	"wengang/internal/idcard"
	"wengang/internal/region"
	"wengang/internal/text"
	"wengang/internal/transfer"
)

// besideCounty is where the file imported beside the pages brings its people.
const besideCounty region.Code = 371521000000

// Beside imports a list of n new people while pages are asked, in the same
// process, as serve does. Run again, it brings others.
func Beside(a *app.App, n int) func(context.Context) error {
	return func(ctx context.Context) error {
		var last int64
		if err := a.DB.Read.QueryRowContext(ctx, `SELECT coalesce(max(id), 0) FROM person`).Scan(&last); err != nil {
			return err
		}
		file, err := besideFile(a.Tree(), n, last)
		if err != nil {
			return err
		}
		c := account.LocalOperator(besideCounty)
		id, err := a.Imports.Stage(ctx, c, transfer.Request{Kind: "people", File: strings.NewReader(file), FileName: "beside.csv", Region: besideCounty})
		if err != nil {
			return err
		}
		// The worker of the console that is being asked does the work.
		if err := a.Imports.Check(ctx, c, id); err != nil {
			return err
		}
		checked, err := waitFor(ctx, a, c, id, transfer.StateChecked)
		if err != nil {
			return err
		}
		if checked.New != int64(n) {
			return fmt.Errorf("%d of %d rows are new", checked.New, n)
		}
		if err := a.Imports.Save(ctx, c, id); err != nil {
			return err
		}
		_, err = waitFor(ctx, a, c, id, transfer.StateDone)
		return err
	}
}

// waitFor polls a batch until it is in a state; another end is an error.
func waitFor(ctx context.Context, a *app.App, c account.Caller, id int64, want transfer.State) (transfer.Info, error) {
	for {
		in, err := a.Imports.Load(ctx, c.Scope(account.ImportRun), id)
		switch {
		case err != nil:
			return in, err
		case in.State == want:
			return in, nil
		case in.State == transfer.StateFailed:
			return in, errors.New(in.Message(text.ZH))
		}
		select {
		case <-ctx.Done():
			return in, ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func besideFile(t *region.Tree, n int, last int64) (string, error) {
	villages := t.Villages(besideCounty)
	if len(villages) == 0 {
		return "", fmt.Errorf("no villages below %s", besideCounty)
	}
	var b strings.Builder
	b.WriteString("乡镇,行政村,户编号,姓名,身份证号,与户主关系,文化程度,健康状况,劳动技能,户类型,就业意愿,联系电话\n")
	for i := range n {
		v := villages[(i*7)%len(villages)]
		// Years after those of Fill: nobody has these numbers.
		first := fmt.Sprintf("000000%d%02d%02d%03d", 1951+int(last)%7, 1+i/500%12, 1+i/6000%28, 100+i%500)
		fmt.Fprintf(&b, "%s,%s,B%d-%d,示例%c%c,%s%c,户主,初中,健康,普通劳动力,脱贫户,是,155%08d\n", t.Name(v.Parent()), t.Name(v), last, i,
			[]rune(given)[i%40], []rune(given)[i/40%40], first, idcard.CheckDigit(first), (int(last)+i)%100_000_000)
	}
	return b.String(), nil
}
