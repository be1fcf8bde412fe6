package audit

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/secret"
)

// ApprovalState is where an approval stands.
type ApprovalState string

// The states. approvalMoves says how one leads to another.
const (
	Asked    ApprovalState = "asked"
	Approved ApprovalState = "approved"
	Declined ApprovalState = "refused"
	Ended    ApprovalState = "ended"
)

// approvalMoves is the whole life of an approval.
var approvalMoves = map[ApprovalState][]ApprovalState{
	Asked:    {Approved, Declined, Ended},
	Approved: {Ended},
}

// ExportKinds are the exports that an approval can be asked for.
var ExportKinds = []string{"people", "list", "register", "findings", "import"}

const (
	maxApprovalDays = 366 // a standing approval is renewed once a year
	maxApprovalRows = 1_000_000
	maxApprovalUses = 400
)

// ExportApproval is the consent of a second person to take data out.
type ExportApproval struct {
	ID       int64
	Kind     string
	Purpose  string
	Receiver string   // who gets the file, "" the office itself
	Fields   []string // of PlainFields
	Region   region.Code
	RowsMax  int64 // of one file
	UsesMax  int64 // 1: a single export; more: standing
	First    calendar.Date
	Last     calendar.Date

	AskedBy, AskedFor     int64
	Asker                 string // name
	AskedAt               time.Time
	State                 ApprovalState
	DecidedBy, DecidedFor int64
	Decider               string
	DecidedAt             time.Time
	Words                 string // of the decision
	Uses, RowsTaken       int64
}

// Standing reports an approval for more than one file.
func (a ExportApproval) Standing() bool { return a.UsesMax > 1 }

// AskApproval asks for a second person's consent. The caller needs
// PeopleExport at the place.
func (l *Log) AskApproval(ctx context.Context, c account.Caller, a ExportApproval) (id int64, err error) {
	scope := c.Scope(account.PeopleExport)
	if scope.Empty() {
		return 0, fault.New(fault.Forbidden, "fault.forbidden", string(account.PeopleExport))
	}
	if !scope.Contains(a.Region) {
		return 0, fault.NotFoundf("fault.notfound")
	}
	if bad := a.check(calendar.DateAt(l.db.Clock())); len(bad) > 0 {
		return 0, fault.InvalidFields(bad...)
	}
	err = l.db.Tx(ctx, func(tx *db.Tx) error {
		err := tx.QueryRowContext(ctx, `
			INSERT INTO export_approval (kind, purpose, receiver, fields, region, rows_max, uses_max, first_day, last_day, asked_by, asked_for, asked_at, state)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'asked') RETURNING id`,
			a.Kind, strings.TrimSpace(a.Purpose), strings.TrimSpace(a.Receiver), strings.Join(a.Fields, ","), int64(a.Region), a.RowsMax, a.UsesMax,
			int32(a.First), int32(a.Last), c.UserID, c.For, db.Millis(tx.Now)).Scan(&id)
		if err != nil {
			return fmt.Errorf("ask approval: %w", err)
		}
		return l.Write(ctx, tx, c, Entry{Action: "approval.ask", Object: "approval", ObjectID: strconv.FormatInt(id, 10), Region: a.Region,
			Detail: map[string]string{"kind": a.Kind, "rows": strconv.FormatInt(a.RowsMax, 10), "uses": strconv.FormatInt(a.UsesMax, 10), "fields": strings.Join(a.Fields, ",")}})
	})
	return id, err
}

func (a *ExportApproval) check(today calendar.Date) (bad []fault.Field) {
	add := func(name, key string, args ...any) { bad = append(bad, fault.Field{Name: name, Key: key, Args: args}) }
	if !slices.Contains(ExportKinds, a.Kind) {
		add("kind", "audit.approval.kind")
	}
	if n := len([]rune(strings.TrimSpace(a.Purpose))); n < 4 || n > 200 || secret.Scrub(a.Purpose) != a.Purpose {
		add("purpose", "audit.approval.purpose")
	}
	if len([]rune(a.Receiver)) > 100 || secret.Scrub(a.Receiver) != a.Receiver {
		add("receiver", "audit.approval.receiver")
	}
	if len(a.Fields) == 0 || slices.ContainsFunc(a.Fields, func(f string) bool { return !slices.Contains(PlainFields, f) }) {
		add("fields", "audit.approval.fields")
	}
	if a.RowsMax < 1 || a.RowsMax > maxApprovalRows {
		add("rows", "audit.approval.bounds", 1, maxApprovalRows)
	}
	if a.UsesMax < 1 || a.UsesMax > maxApprovalUses {
		add("uses", "audit.approval.bounds", 1, maxApprovalUses)
	}
	if !a.First.Valid() || !a.Last.Valid() || a.Last < a.First || a.Last < today {
		add("last", "audit.approval.days")
	} else if a.Last > a.First.Add(maxApprovalDays) {
		add("last", "audit.approval.long", maxApprovalDays)
	}
	return bad
}

// Decide consents to what somebody else asked, or declines. The caller needs
// ExportApprove over the place and a fresh proof; who asked, stands in for the
// asker or is the same natural person is refused.
func (l *Log) Decide(ctx context.Context, c account.Caller, id int64, yes bool, words string) error {
	to := Declined
	if yes {
		to = Approved
	}
	if !yes && strings.TrimSpace(words) == "" {
		return fault.InvalidFields(fault.Field{Name: "words", Key: "audit.approval.why"})
	}
	if len([]rune(words)) > 200 || secret.Scrub(words) != words {
		return fault.InvalidFields(fault.Field{Name: "words", Key: "audit.approval.words"})
	}
	scope := c.Scope(account.ExportApprove)
	return l.db.Tx(ctx, func(tx *db.Tx) error {
		a, err := l.move(ctx, tx, scope, id, to)
		if err != nil {
			return err
		}
		if err := account.SecondPerson(ctx, tx, c, a.AskedBy, a.AskedFor); err != nil {
			return err
		}
		if err := c.StepUp(); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `
			UPDATE export_approval SET state = $1, decided_by = $2, decided_for = $3, decided_at = $4, words = $5 WHERE id = $6`,
			string(to), c.UserID, c.For, db.Millis(tx.Now), strings.TrimSpace(words), id)
		if err != nil {
			return fmt.Errorf("decide approval: %w", err)
		}
		return l.Write(ctx, tx, c, Entry{Action: "approval." + string(to), Object: "approval", ObjectID: strconv.FormatInt(id, 10), Region: a.Region,
			Detail: map[string]string{"kind": a.Kind, "rows": strconv.FormatInt(a.RowsMax, 10), "words": words}})
	})
}

// EndApproval ends an approval early: the asker's own, or one of the area by
// who may consent.
func (l *Log) EndApproval(ctx context.Context, c account.Caller, id int64) error {
	scope := c.Scope(account.ExportApprove)
	return l.db.Tx(ctx, func(tx *db.Tx) error {
		own, err := readApprovals(ctx, tx, `a.id = $1 AND a.asked_by = $2`, id, c.UserID)
		if err != nil {
			return err
		}
		if len(own) == 1 {
			scope = region.ScopeOf(own[0].Region)
		}
		a, err := l.move(ctx, tx, scope, id, Ended)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE export_approval SET state = 'ended' WHERE id = $1`, id); err != nil {
			return fmt.Errorf("end approval: %w", err)
		}
		return l.Write(ctx, tx, c, Entry{Action: "approval.end", Object: "approval", ObjectID: strconv.FormatInt(id, 10), Region: a.Region, Detail: map[string]string{"kind": a.Kind}})
	})
}

// move reads an approval of the scope and refuses a step that its state does
// not allow. The row is held: two deciders at once come one after the other.
func (l *Log) move(ctx context.Context, tx *db.Tx, scope region.Scope, id int64, to ApprovalState) (ExportApproval, error) {
	if _, err := tx.ExecContext(ctx, `UPDATE export_approval SET uses = uses WHERE id = $1`, id); err != nil {
		return ExportApproval{}, fmt.Errorf("approval: %w", err)
	}
	list, err := readApprovals(ctx, tx, `a.id = $1`, id)
	if err != nil {
		return ExportApproval{}, err
	}
	if len(list) == 0 || !scope.Contains(list[0].Region) {
		return ExportApproval{}, fault.NotFoundf("fault.notfound")
	}
	if !slices.Contains(approvalMoves[list[0].State], to) {
		return ExportApproval{}, fault.New(fault.Conflict, "audit.approval.state")
	}
	return list[0], nil
}

// OwnApprovals lists what the caller asked for, the newest first.
func (l *Log) OwnApprovals(ctx context.Context, c account.Caller) ([]ExportApproval, error) {
	return readApprovals(ctx, l.db.Read, `a.asked_by = $1 ORDER BY a.id DESC LIMIT 200`, c.UserID)
}

// Approvals lists what was asked at places where the caller may consent: the
// open ones first, then the newest.
func (l *Log) Approvals(ctx context.Context, c account.Caller, at region.Code) ([]ExportApproval, error) {
	scope := c.Scope(account.ExportApprove).Within(at)
	if scope.Empty() {
		return nil, fault.New(fault.Forbidden, "fault.forbidden", string(account.ExportApprove))
	}
	var a db.Args
	where := scope.Predicate("a.region", a.Add)
	return readApprovals(ctx, l.db.Read, where+` ORDER BY CASE WHEN a.state = 'asked' THEN 0 ELSE 1 END, a.id DESC LIMIT 200`, a.Values...)
}

// OpenApprovals counts what waits for the caller's consent.
func (l *Log) OpenApprovals(ctx context.Context, c account.Caller) (n int64, err error) {
	var a db.Args
	where := c.Scope(account.ExportApprove).Predicate("region", a.Add)
	err = l.db.Read.QueryRowContext(ctx, `SELECT count(*) FROM export_approval WHERE state = 'asked' AND asked_by <> `+a.Add(c.UserID)+` AND `+where, a.Values...).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("approvals: %w", err)
	}
	return n, nil
}

func readApprovals(ctx context.Context, q db.Querier, where string, args ...any) ([]ExportApproval, error) {
	rows, err := q.QueryContext(ctx, `
		SELECT a.id, a.kind, a.purpose, a.receiver, a.fields, a.region, a.rows_max, a.uses_max, a.first_day, a.last_day,
			a.asked_by, a.asked_for, coalesce(u.name, ''), a.asked_at, a.state, a.decided_by, a.decided_for, coalesce(d.name, ''), a.decided_at, a.words, a.uses, a.rows_taken
		FROM export_approval a LEFT JOIN app_user u ON u.id = a.asked_by LEFT JOIN app_user d ON d.id = a.decided_by
		WHERE `+where, args...)
	if err != nil {
		return nil, fmt.Errorf("approvals: %w", err)
	}
	defer rows.Close()
	var out []ExportApproval
	for rows.Next() {
		var (
			a                     ExportApproval
			fields                string
			at, askedAt, decideAt int64
		)
		err := rows.Scan(&a.ID, &a.Kind, &a.Purpose, &a.Receiver, &fields, &at, &a.RowsMax, &a.UsesMax, &a.First, &a.Last,
			&a.AskedBy, &a.AskedFor, &a.Asker, &askedAt, &a.State, &a.DecidedBy, &a.DecidedFor, &a.Decider, &decideAt, &a.Words, &a.Uses, &a.RowsTaken)
		if err != nil {
			return nil, fmt.Errorf("approvals: %w", err)
		}
		a.Region, a.AskedAt, a.DecidedAt = region.Code(at), db.FromMillis(askedAt), db.FromMillis(decideAt)
		if fields != "" {
			a.Fields = strings.Split(fields, ",")
		}
		out = append(out, a)
	}
	return out, rows.Err()
}
