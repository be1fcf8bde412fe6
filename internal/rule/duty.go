package rule

import (
	"context"
	"fmt"
	"strconv"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/region"
	"wengang/internal/setting"
)

// Names of the settings of the desk: by when a finding is to be cleared, in
// working days, and at which level (4 a town's officers, 5 the village's aide).
const (
	SetDueError     = "finding.due_error"
	SetDueWarning   = "finding.due_warning"
	SetDueClue      = "finding.due_clue"
	SetOwnerError   = "finding.owner_error"
	SetOwnerWarning = "finding.owner_warning"
	SetOwnerClue    = "finding.owner_clue"
	SetExceptDays   = "finding.except_days"
)

func init() {
	const why = "筛查—整改—再筛查—再整改"
	setting.Register(
		setting.Def{Name: SetDueError, Default: 5, Min: 1, Max: 60, Source: why},
		setting.Def{Name: SetDueWarning, Default: 15, Min: 1, Max: 120, Source: why},
		setting.Def{Name: SetDueClue, Default: 30, Min: 1, Max: 250, Source: why},
		setting.Def{Name: SetOwnerError, Default: int64(region.Town), Min: int64(region.County), Max: int64(region.Village), Source: why},
		setting.Def{Name: SetOwnerWarning, Default: int64(region.Town), Min: int64(region.County), Max: int64(region.Village), Source: why},
		setting.Def{Name: SetOwnerClue, Default: int64(region.Village), Min: int64(region.County), Max: int64(region.Village), Source: why},
		setting.Def{Name: SetExceptDays, Default: 366, Min: 30, Max: 1100, Source: "例外须有期限，到期再查"},
	)
}

// duty is who must clear a finding and by when.
type duty struct {
	due   calendar.Date
	level region.Level
}

// duties answers them by place; settings and working days are worked out once.
type duties struct {
	stored []setting.Stored
	today  calendar.Date
	at     map[region.Code][4]duty
}

func loadDuties(ctx context.Context, q db.Querier) (*duties, error) {
	d := &duties{today: calendar.Date(0), at: map[region.Code][4]duty{}}
	rows, err := q.QueryContext(ctx, `SELECT region, name, year, value FROM setting WHERE name LIKE 'finding.%'`)
	if err != nil {
		return nil, fmt.Errorf("read settings: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var s setting.Stored
		var value string
		if err := rows.Scan(&s.Region, &s.Name, &s.Year, &value); err != nil {
			return nil, fmt.Errorf("read settings: %w", err)
		}
		if s.Value, err = strconv.ParseInt(value, 10, 64); err != nil {
			return nil, fmt.Errorf("setting %s: %w", s.Name, err)
		}
		d.stored = append(d.stored, s)
	}
	if tx, ok := q.(*db.Tx); ok {
		d.today = calendar.DateAt(tx.Now)
	}
	return d, rows.Err()
}

func (d *duties) of(village region.Code, s Severity) duty {
	county := village.At(region.County)
	all, ok := d.at[county]
	if !ok {
		v := setting.Resolve(d.stored, county, d.today.Month().Year())
		all[Error] = duty{workingDays(d.today, v.Int(SetDueError)), region.Level(v.Int(SetOwnerError))}
		all[Warning] = duty{workingDays(d.today, v.Int(SetDueWarning)), region.Level(v.Int(SetOwnerWarning))}
		all[Clue] = duty{workingDays(d.today, v.Int(SetDueClue)), region.Level(v.Int(SetOwnerClue))}
		d.at[county] = all
	}
	return all[s]
}

// workingDays is the day n working days after d.
func workingDays(d calendar.Date, n int) calendar.Date {
	for n > 0 {
		if d = d.Add(1); d.WorkingDay() {
			n--
		}
	}
	return d
}

// deptOf are the families whose findings are not the labour department's.
var deptOf = map[string]account.Dept{
	"cover": account.DeptRural, "measure": account.DeptRural, "monitored": account.DeptRural, "household": account.DeptRural, "yulu": account.DeptRural,
	"ward": account.DeptRural, "school": account.DeptRural, "person": account.DeptRural, "account": account.DeptFinance,
}

// Dept is the department that clears what the rule finds.
func (r *Rule) Dept() account.Dept {
	if d, ok := deptOf[r.Family()]; ok {
		return d
	}
	return account.DeptHR
}
