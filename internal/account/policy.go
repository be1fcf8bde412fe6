package account

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
)

// Policy is the set of sign-in rules of an installation; the security
// administrator sets them. The defaults are those of GB/T 22239 level 3
// (complexity and change of passwords); ASVS 5.0 asks for neither, so Classes
// and RotateDays can be 0.
type Policy struct {
	MinLength   int // characters
	Classes     int // of lower, upper, digit, other; 0 none required
	RotateDays  int // 0 never
	Keep        int // earlier passwords that may not come back
	InitialDays int // life of an initial password
	IdleMinutes int
	DayHours    int // absolute limit of a session
	Sessions    int // simultaneous sessions of one account
	DormantDays int // 0 never: an unused account is stopped
	FactorAll   int // 1: everybody needs a second factor, not only those in FactorNeeded
	ExportRows  int // plain rows a day that one may take out without a second person's consent
	LeaveDays   int // longest stand-in (AB 岗)

	// Sample is set by the demo command only: second factors are off, and the
	// console refuses to be served beyond loopback.
	Sample bool
}

// DefaultPolicy is in force where nothing is set.
var DefaultPolicy = Policy{
	MinLength: 10, Classes: 3, RotateDays: 90, Keep: 5, InitialDays: 7,
	IdleMinutes: 30, DayHours: 12, Sessions: 5, DormantDays: 90, ExportRows: 50, LeaveDays: 60,
}

// PolicyField is one rule as the page edits it.
type PolicyField struct {
	Name     string // tail of the catalogue key "account.policy.<name>"
	Min, Max int
	Value    int
}

func (p *Policy) fields() []struct {
	PolicyField
	at *int
} {
	type f = struct {
		PolicyField
		at *int
	}
	return []f{
		{PolicyField{Name: "min_length", Min: 8, Max: 64}, &p.MinLength},
		{PolicyField{Name: "classes", Min: 0, Max: 4}, &p.Classes},
		{PolicyField{Name: "rotate_days", Min: 0, Max: 365}, &p.RotateDays},
		{PolicyField{Name: "keep", Min: 0, Max: 20}, &p.Keep},
		{PolicyField{Name: "initial_days", Min: 1, Max: 30}, &p.InitialDays},
		{PolicyField{Name: "idle_minutes", Min: 5, Max: 120}, &p.IdleMinutes},
		{PolicyField{Name: "day_hours", Min: 1, Max: 24}, &p.DayHours},
		{PolicyField{Name: "sessions", Min: 1, Max: 20}, &p.Sessions},
		{PolicyField{Name: "dormant_days", Min: 0, Max: 365}, &p.DormantDays},
		{PolicyField{Name: "factor_all", Min: 0, Max: 1}, &p.FactorAll},
		{PolicyField{Name: "export_rows", Min: 0, Max: 1000}, &p.ExportRows},
		{PolicyField{Name: "leave_days", Min: 1, Max: 180}, &p.LeaveDays},
	}
}

// Fields are the rules with their bounds and values.
func (p Policy) Fields() []PolicyField {
	var out []PolicyField
	for _, f := range p.fields() {
		f.Value = *f.at
		out = append(out, f.PolicyField)
	}
	return out
}

// Policy reads the rules in force.
func (s *Service) Policy(ctx context.Context) (Policy, error) { return ReadPolicy(ctx, s.db.Read) }

// policyKeep is how long the limits of sessions may lag behind the table in
// another process; here a change is in force at once.
const policyKeep = 5 * time.Second

type keptPolicy struct {
	Policy
	at time.Time
}

// policyNow is Policy for every request, kept for a moment.
func (s *Service) policyNow(ctx context.Context) (Policy, error) {
	if k := s.kept.Load(); k != nil && time.Since(k.at) < policyKeep {
		return k.Policy, nil
	}
	p, err := s.Policy(ctx)
	if err == nil {
		s.kept.Store(&keptPolicy{p, time.Now()})
	}
	return p, err
}

// ReadPolicy is Policy for who has a transaction in hand.
func ReadPolicy(ctx context.Context, q db.Querier) (Policy, error) {
	p := DefaultPolicy
	rows, err := q.QueryContext(ctx, `SELECT name, value FROM setting WHERE region = 0 AND year = 0 AND name LIKE 'account.%'`)
	if err != nil {
		return p, fmt.Errorf("policy: %w", err)
	}
	defer rows.Close()
	fields := p.fields()
	for rows.Next() {
		var name, value string
		if err := rows.Scan(&name, &value); err != nil {
			return p, fmt.Errorf("policy: %w", err)
		}
		n, err := strconv.Atoi(value)
		if err != nil {
			continue
		}
		if name == sampleSetting {
			p.Sample = n == 1
		}
		for _, f := range fields {
			if "account."+f.Name == name && n >= f.Min && n <= f.Max {
				*f.at = n
			}
		}
	}
	return p, rows.Err()
}

const sampleSetting = "account.sample"

// MarkSample says that this installation holds invented people only: its
// accounts need no second factor. Only the machine's own console may say so,
// and only before anybody works in it.
func (s *Service) MarkSample(ctx context.Context, c Caller) error {
	if !c.isLocal() {
		return fault.New(fault.Forbidden, "fault.forbidden", string(SystemOperate))
	}
	defer s.kept.Store(nil)
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		var n int
		if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM app_user`).Scan(&n); err != nil {
			return fmt.Errorf("sample: %w", err)
		}
		if n > 0 {
			return fault.New(fault.Conflict, "account.bootstrap.done")
		}
		err := exec(ctx, tx, `
			INSERT INTO setting (region, name, year, value, source, changed_by, changed_at) VALUES (0, $1, 0, '1', 'demo', 0, $2)
			ON CONFLICT (region, name, year) DO NOTHING`, sampleSetting, db.Millis(tx.Now))
		if err != nil {
			return err
		}
		return s.note(ctx, tx, c, Note{Action: "policy.sample", Object: "policy", Region: region.Country})
	})
}

// SetPolicy stores the rules. It needs the topmost security administrator:
// they hold for the whole installation.
func (s *Service) SetPolicy(ctx context.Context, c Caller, values map[string]int, source string) error {
	if !c.Can(UserGrant) {
		return fault.New(fault.Forbidden, "fault.forbidden", string(UserGrant))
	}
	if err := c.StepUp(); err != nil {
		return err
	}
	if strings.TrimSpace(source) == "" {
		return fault.InvalidFields(fault.Field{Name: "source", Key: "account.policy.source_required"})
	}
	p := DefaultPolicy
	var bad []fault.Field
	detail := map[string]string{"source": source}
	for _, f := range p.fields() {
		if v, ok := values[f.Name]; ok {
			if v < f.Min || v > f.Max {
				bad = append(bad, fault.Field{Name: f.Name, Key: "account.policy.bounds", Args: []any{f.Min, f.Max}})
			}
			detail[f.Name] = strconv.Itoa(v)
		}
	}
	if len(bad) > 0 {
		return fault.InvalidFields(bad...)
	}
	defer s.kept.Store(nil)
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		if err := topmost(ctx, tx, c); err != nil {
			return err
		}
		for _, f := range p.fields() {
			v, ok := values[f.Name]
			if !ok {
				continue
			}
			_, err := tx.ExecContext(ctx, `
				INSERT INTO setting (region, name, year, value, source, changed_by, changed_at)
				VALUES (0, $1, 0, $2, $3, $4, $5)
				ON CONFLICT (region, name, year) DO UPDATE
				SET value = excluded.value, source = excluded.source, changed_by = excluded.changed_by, changed_at = excluded.changed_at`,
				"account."+f.Name, strconv.Itoa(v), source, c.UserID, db.Millis(tx.Now))
			if err != nil {
				return fmt.Errorf("policy: %w", err)
			}
		}
		return s.note(ctx, tx, c, Note{Action: "policy.set", Object: "policy", Region: region.Country, Detail: detail})
	})
}

// topmost refuses a security administrator above whom there is another one:
// the rules hold for the whole installation, whose root may be a county.
func topmost(ctx context.Context, tx *db.Tx, c Caller) error {
	if c.isLocal() {
		return nil
	}
	rows, err := tx.QueryContext(ctx, `SELECT region FROM user_grant WHERE role = 'security'`)
	if err != nil {
		return fmt.Errorf("policy: %w", err)
	}
	defer rows.Close()
	scope := c.Scope(UserGrant)
	for rows.Next() {
		var at int64
		if err := rows.Scan(&at); err != nil {
			return fmt.Errorf("policy: %w", err)
		}
		if !scope.Contains(region.Code(at)) {
			return fault.New(fault.Forbidden, "account.policy.topmost")
		}
	}
	return rows.Err()
}

// maxPassword bounds the work of hashing; ASVS 6.2.9 asks for 64 at least.
const maxPassword = 128

// check reports why a new password is not good enough, as a catalogue key.
func (p Policy) check(password string, u *User) *fault.Field {
	bad := func(key string, args ...any) *fault.Field {
		return &fault.Field{Name: "password", Key: "account.password." + key, Args: args}
	}
	n := utf8.RuneCountInString(password)
	switch {
	case n < p.MinLength:
		return bad("short", p.MinLength)
	case n > maxPassword:
		return bad("long", maxPassword)
	case classes(password) < p.Classes:
		return bad("classes", p.Classes)
	case guessable(password, u):
		return bad("guessable")
	}
	return nil
}

func classes(s string) int {
	var lower, upper, digit, other int
	for _, c := range s {
		switch {
		case unicode.IsLower(c):
			lower = 1
		case unicode.IsUpper(c):
			upper = 1
		case unicode.IsDigit(c):
			digit = 1
		default:
			other = 1
		}
	}
	return lower + upper + digit + other
}

// common are the stems of the passwords that guessers try first on Chinese
// office systems; a password that is little more than one of them falls.
var common = []string{
	"password", "passw0rd", "p@ssw0rd", "p@ssword", "admin", "root", "qwerty", "qazwsx", "1qaz2wsx", "1q2w3e4r", "asdfgh", "zxcvbn",
	"woaini", "iloveyou", "5201314", "1314520", "123456", "654321", "111111", "000000", "888888", "666666", "123123", "112233", "abc123", "a123456", "abcd1234",
	"welcome", "test", "guest", "wengang", "renshe", "fupin", "xiangcun", "jiuye", "letmein", "changeme", "huawei", "aa123456",
}

var year = regexp.MustCompile(`(19|20)\d\d`)

// guessable strips a common stem, the login or the name, years and repeated
// signs; fewer than four characters must be left of a good password's wealth.
func guessable(password string, u *User) bool {
	low := strings.ToLower(password)
	stems := common
	if u != nil {
		stems = append([]string{u.Login, strings.ToLower(u.Name)}, common...)
	}
	for _, stem := range stems {
		if len(stem) < 3 || !strings.Contains(low, stem) {
			continue
		}
		if len(distinct(year.ReplaceAllString(strings.ReplaceAll(low, stem, ""), ""))) < 4 {
			return true
		}
	}
	return len(distinct(low)) < 5
}

func distinct(s string) map[rune]bool {
	out := map[rune]bool{}
	for _, c := range s {
		out[c] = true
	}
	return out
}

func (p Policy) idle() time.Duration     { return time.Duration(p.IdleMinutes) * time.Minute }
func (p Policy) absolute() time.Duration { return time.Duration(p.DayHours) * time.Hour }

func days(n int) time.Duration { return time.Duration(n) * 24 * time.Hour }
