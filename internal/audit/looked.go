package audit

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
)

// Look is one time that somebody looked at a person's record.
type Look struct {
	At      time.Time
	UserID  int64
	Login   string // as recorded: "b 代 a" where b stood in
	Name    string // of the account today
	Action  string
	Region  region.Code
	Address string
	Outcome Outcome
	Detail  map[string]string
	Export  int64 // number of the file, of an export
}

// ListLook is how many pages of lists somebody read in a month at a place that
// the person lives in: who read a village's list saw the person there, too.
type ListLook struct {
	Month  string // 2023-12
	UserID int64
	Login  string
	Name   string
	Region region.Code
	Pages  int64
}

// Looked is who looked at a person.
type Looked struct {
	Looks []Look // newest first, at most 500
	More  bool
	Lists []ListLook
}

// lookActions are the acts on a person that show them to somebody.
const lookActions = `('people.read', 'people.reveal', 'people.find', 'people.proof.read', 'evidence.open')`

const maxLooks = 500

// WhoLooked answers who looked at a person: records opened, values revealed,
// files that held the person, and sums of the lists of the person's places.
// village is the person's home as the caller's store found it within the
// scope. The caller needs LookedRead there, or AuditRead; the look at the
// looks is itself on record.
func (l *Log) WhoLooked(ctx context.Context, scope region.Scope, c account.Caller, person int64, village region.Code) (Looked, error) {
	if !scope.Contains(village) {
		return Looked{}, fault.NotFoundf("fault.notfound")
	}
	if !c.Can(account.LookedRead) && !c.Can(account.AuditRead) {
		return Looked{}, fault.New(fault.Forbidden, "fault.forbidden", string(account.LookedRead))
	}
	id := strconv.FormatInt(person, 10)
	if err := l.Read(ctx, c, Entry{Action: "looked.read", Object: "person", ObjectID: id, Region: village}); err != nil {
		return Looked{}, err
	}
	var out Looked
	err := l.db.Snapshot(ctx, func(q db.Querier) error {
		var err error
		if out.Looks, err = looksAt(ctx, q, id); err != nil {
			return err
		}
		files, err := exportsOf(ctx, q, person)
		if err != nil {
			return err
		}
		out.Looks = mergeLooks(out.Looks, files)
		if len(out.Looks) > maxLooks {
			out.Looks, out.More = out.Looks[:maxLooks], true
		}
		out.Lists, err = listLooks(ctx, q, village)
		return err
	})
	return out, err
}

func looksAt(ctx context.Context, q db.Querier, id string) ([]Look, error) {
	rows, err := q.QueryContext(ctx, `
		SELECT r.at, r.user_id, r.login, coalesce(u.name, ''), r.action, r.region, r.address, r.outcome, r.detail
		FROM audit_row r LEFT JOIN app_user u ON u.id = r.user_id
		WHERE r.object = 'person' AND r.object_id = $1 AND r.action IN `+lookActions+`
		ORDER BY r.id DESC LIMIT $2`, id, maxLooks+1)
	if err != nil {
		return nil, fmt.Errorf("looks: %w", err)
	}
	defer rows.Close()
	var out []Look
	for rows.Next() {
		var (
			k      Look
			at, rg int64
			detail string
		)
		if err := rows.Scan(&at, &k.UserID, &k.Login, &k.Name, &k.Action, &rg, &k.Address, &k.Outcome, &detail); err != nil {
			return nil, fmt.Errorf("looks: %w", err)
		}
		k.At, k.Region = db.FromMillis(at), region.Code(rg)
		_ = json.Unmarshal([]byte(detail), &k.Detail)
		out = append(out, k)
	}
	return out, rows.Err()
}

func exportsOf(ctx context.Context, q db.Querier, person int64) ([]Look, error) {
	rows, err := q.QueryContext(ctx, `
		SELECT e.id, e.at, e.user_id, coalesce(u.login, ''), coalesce(u.name, ''), e.kind, e.region, e.row_count, e.unmasked
		FROM export_person x JOIN export_log e ON e.id = x.export_id LEFT JOIN app_user u ON u.id = e.user_id
		WHERE x.person_id = $1 ORDER BY e.id DESC LIMIT $2`, person, maxLooks+1)
	if err != nil {
		return nil, fmt.Errorf("looks: %w", err)
	}
	defer rows.Close()
	var out []Look
	for rows.Next() {
		var (
			k        Look
			at, rg   int64
			kind     string
			n        int64
			unmasked bool
		)
		if err := rows.Scan(&k.Export, &at, &k.UserID, &k.Login, &k.Name, &kind, &rg, &n, &unmasked); err != nil {
			return nil, fmt.Errorf("looks: %w", err)
		}
		k.At, k.Region, k.Action, k.Outcome = db.FromMillis(at), region.Code(rg), "export."+kind, Done
		k.Detail = map[string]string{"rows": strconv.FormatInt(n, 10), "unmasked": strconv.FormatBool(unmasked)}
		out = append(out, k)
	}
	return out, rows.Err()
}

// mergeLooks puts two lists, each newest first, into one.
func mergeLooks(a, b []Look) []Look {
	out := make([]Look, 0, len(a)+len(b))
	for len(a) > 0 || len(b) > 0 {
		if len(b) == 0 || len(a) > 0 && !a[0].At.Before(b[0].At) {
			out, a = append(out, a[0]), a[1:]
		} else {
			out, b = append(out, b[0]), b[1:]
		}
	}
	return out
}

// ListActions are the acts that count pages of lists of people.
var ListActions = []string{"people.list"}

// listLooks sums list pages of the person's places, newest month first.
func listLooks(ctx context.Context, q db.Querier, village region.Code) ([]ListLook, error) {
	var a db.Args
	var places []int64
	for c := village; ; c = c.Parent() {
		places = append(places, int64(c))
		if c == region.Country {
			break
		}
	}
	rows, err := q.QueryContext(ctx, `
		SELECT r.at, r.user_id, r.login, coalesce(u.name, ''), r.region, r.detail
		FROM audit_row r LEFT JOIN app_user u ON u.id = r.user_id
		WHERE r.region IN `+db.List(&a, places)+` AND r.action IN `+db.List(&a, ListActions)+`
		ORDER BY r.id DESC LIMIT 20000`, a.Values...)
	if err != nil {
		return nil, fmt.Errorf("list looks: %w", err)
	}
	defer rows.Close()
	type key struct {
		month, login string
		at           region.Code
	}
	at := map[key]int{}
	var out []ListLook
	for rows.Next() {
		var (
			k      ListLook
			ms, rg int64
			detail string
		)
		if err := rows.Scan(&ms, &k.UserID, &k.Login, &k.Name, &rg, &detail); err != nil {
			return nil, fmt.Errorf("list looks: %w", err)
		}
		var d map[string]string
		_ = json.Unmarshal([]byte(detail), &d)
		pages, _ := strconv.ParseInt(d["pages"], 10, 64)
		k.Month, k.Region = calendar.MonthAt(db.FromMillis(ms)).String(), region.Code(rg)
		i, ok := at[key{k.Month, k.Login, k.Region}]
		if !ok {
			i = len(out)
			at[key{k.Month, k.Login, k.Region}] = i
			out = append(out, k)
		}
		out[i].Pages += pages
	}
	return out, rows.Err()
}
