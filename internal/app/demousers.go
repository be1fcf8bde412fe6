package app

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"strings"

	"wengang/internal/account"
	"wengang/internal/account/accounthttp"
	"wengang/internal/region"
)

// demoPeople are the accounts of the sample: one per role and level. Logins
// say place and role; names are invented.
var demoPeople = []struct {
	login, name string
	role        account.Role
	dept        account.Dept
	at          string // code
	identity    string // of administrators: one person may not hold two of the three
}{
	{"sd_reviewer", "赵省审", account.Reviewer, account.DeptHR, "37", ""},
	{"sd_leader", "钱省领", account.Leader, account.DeptHR, "37", ""},
	{"lc_leader", "王建国", account.Leader, account.DeptHR, "3715", ""},
	{"lc_deputy", "宋玉兰", account.Leader, account.DeptHR, "3715", ""},
	{"lc_planning", "何明", account.Officer, account.DeptPlanning, "3715", ""},
	{"lc_agriculture", "谢春", account.Officer, account.DeptAgriculture, "3715", ""},
	{"lc_officer", "周敏", account.Officer, account.DeptHR, "3715", ""},
	{"lc_reviewer", "刘志勇", account.Reviewer, account.DeptHR, "3715", ""},
	{"sx_officer", "李文静", account.Officer, account.DeptHR, "371522", ""},
	{"sx_reviewer", "孙丽", account.Reviewer, account.DeptHR, "371522", ""},
	{"sx_deputy", "唐立军", account.Leader, account.DeptHR, "371522", ""},
	{"sx_leader", "许建华", account.Leader, account.DeptHR, "371522", ""},
	{"sx_rural", "吴海涛", account.Officer, account.DeptRural, "371522", ""},
	{"sx_planning", "郑立新", account.Officer, account.DeptPlanning, "371522", ""},
	{"sx_agriculture", "冯春梅", account.Officer, account.DeptAgriculture, "371522", ""},
	{"sx_finance", "陈国栋", account.Officer, account.DeptFinance, "371522", ""},
	{"town_officer", "褚秀云", account.Officer, account.DeptHR, "371522101", ""},
	{"village_aide", "卫桂芝", account.Aide, account.DeptRural, "371522101200", ""},
	{"system", "蒋系统", account.System, "", "3715", "000000198001010013"},
	{"security", "沈安全", account.Security, "", "3715", "000000198001010021"},
	{"audit", "韩审计", account.Auditor, "", "3715", "00000019800101003X"},
}

// accounts makes the sample's users with one password drawn for this run: no
// password stands in the program.
func (d *demo) accounts(ctx context.Context) error {
	raw := make([]byte, 10)
	if _, err := rand.Read(raw); err != nil {
		return err
	}
	if err := d.Accounts.MarkSample(ctx, account.LocalOperator(region.Country)); err != nil {
		return err
	}
	password := "Demo-" + strings.ToLower(base32.StdEncoding.EncodeToString(raw))[:12] + "-7"
	for _, p := range demoPeople {
		at, err := region.ParseCode(p.at)
		if err != nil {
			return err
		}
		made, err := d.Accounts.Create(ctx, d.operator, account.NewUser{Login: p.login, Name: p.name, Region: at, Identity: p.identity, Password: password})
		if err != nil {
			return err
		}
		if err := d.Accounts.Grant(ctx, d.operator, made.UserID, account.Grant{Role: p.role, Dept: p.dept, Region: at}); err != nil {
			return err
		}
		d.out.Users = append(d.out.Users, accounthttp.DemoUser{Login: p.login, Password: password, Role: p.role, Place: d.Tree().FullName(at)})
	}
	return nil
}
