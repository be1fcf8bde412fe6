package transfer

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/text"
)

// Info is a batch as pages and commands see it.
type Info struct {
	ID       int64
	Kind     string
	Layout   string
	Region   region.Code
	Month    calendar.Month
	Year     int
	Subtype  string
	FileName string
	FileSize int64
	SameAs   int64 // a batch of the same file that was saved before, 0 for none
	Full     bool
	State    State
	Reading  Reading
	Columns  []string

	Total    int64 // rows of data; an estimate while checking
	Done     int64 // rows checked
	Saved    int64 // rows written, while saving
	New      int64
	Same     int64
	Changed  int64
	Conflict int64
	Rejected int64
	Warned   int64 // accepted rows with a warning
	Findings int64

	CreatedBy int64
	CreatedAt time.Time
	StartedAt time.Time // of the check or the save that runs or ran last
	CheckedAt time.Time
	SavedAt   time.Time
	UndoneAt  time.Time
	HasFile   bool  // the workbook of rejected rows can still be made
	Revision  int64 // moves with every act of an officer
	AskedBy   int64 // who asked for a save that another person confirms
	AskedAt   time.Time

	message   message
	filePath  string
	savedBy   int64
	history   int64
	cancelled bool
}

// Accepted rows are saved: new, changed or the same as the ledger.
func (in Info) Accepted() int64 { return in.New + in.Same + in.Changed }

// shown reports a batch that readers see though its last steps are not done.
func (in Info) shown() bool { return in.State == StateSaving && !in.SavedAt.IsZero() }

// Refused rows are not saved: rejected, or in conflict with the ledger.
func (in Info) Refused() int64 { return in.Rejected + in.Conflict }

// Message is why a failed batch failed, "" for others.
func (in Info) Message(lang text.Lang) string { return in.message.text(lang) }

// Reading is how the file was understood.
type Reading struct {
	Layout  string        `json:"layout"` // title
	Sheets  []ReadSheet   `json:"sheets"`
	Skipped []string      `json:"skipped,omitempty"`
	Columns []ReadHeading `json:"columns"`
	Hidden  []string      `json:"hidden,omitempty"`  // sheets that were not looked at
	Mapping *Mapping      `json:"mapping,omitempty"` // columns chosen by hand
	Problem string        `json:"problem,omitempty"` // why the file waits for its columns
}

// ReadSheet is one sheet that is imported.
type ReadSheet struct {
	Name     string   `json:"name"`
	HeadRow  int      `json:"head_row"`
	HeadRows int      `json:"head_rows"`
	Unknown  []string `json:"unknown,omitempty"`
	Twice    []string `json:"twice,omitempty"`
	Above    []string `json:"above,omitempty"` // numbers long enough to be somebody's are hidden
}

// ReadHeading is a column that was recognised.
type ReadHeading struct {
	Key     string `json:"key"`
	Heading string `json:"heading"` // as the first sheet has it
	Title   string `json:"title"`   // as the layout calls it
	Secret  bool   `json:"secret,omitempty"`
}

// message is a catalogue key with its values as text.
type message struct {
	Key  string   `json:"k"`
	Args []string `json:"a,omitempty"`
}

func newMessage(key string, args []any) message {
	m := message{Key: key}
	for _, a := range args {
		m.Args = append(m.Args, fmt.Sprint(a))
	}
	return m
}

func (m message) encode() string {
	if m.Key == "" {
		return ""
	}
	b, err := json.Marshal(m)
	if err != nil {
		return ""
	}
	return string(b)
}

func decodeMessage(s string) (m message) {
	if s != "" && json.Unmarshal([]byte(s), &m) != nil {
		m.Key = "import.broken"
	}
	return m
}

func (m message) text(lang text.Lang) string {
	if m.Key == "" {
		return ""
	}
	args := make([]any, len(m.Args))
	for i, a := range m.Args {
		args[i] = a
	}
	return text.T(lang, m.Key, args...)
}

const infoColumns = `id, kind, layout, region, month, year, subtype, file_name, file_size, file_path, same_as, is_full, state,
	columns, reading, rows_total, rows_done, rows_saved, rows_new, rows_same, rows_changed, rows_conflict, rows_rejected,
	rows_warned, findings, message, created_by, created_at, started_at, checked_at, saved_by, saved_at, undone_at, cancelled, checked_history, revision, asked_by, asked_at`

func scanInfo(row interface{ Scan(...any) error }) (in Info, err error) {
	var columns, reading, msg string
	var created, started, checked, saved, undone, asked int64
	err = row.Scan(&in.ID, &in.Kind, &in.Layout, &in.Region, &in.Month, &in.Year, &in.Subtype, &in.FileName, &in.FileSize, &in.filePath, &in.SameAs, &in.Full, &in.State,
		&columns, &reading, &in.Total, &in.Done, &in.Saved, &in.New, &in.Same, &in.Changed, &in.Conflict, &in.Rejected,
		&in.Warned, &in.Findings, &msg, &in.CreatedBy, &created, &started, &checked, &in.savedBy, &saved, &undone, &in.cancelled, &in.history, &in.Revision, &in.AskedBy, &asked)
	if err != nil {
		return in, err
	}
	if columns != "" {
		in.Columns = strings.Split(columns, ",")
	}
	if reading != "" {
		if err := json.Unmarshal([]byte(reading), &in.Reading); err != nil {
			return in, fmt.Errorf("batch %d: %w", in.ID, err)
		}
	}
	in.message, in.HasFile = decodeMessage(msg), in.filePath != ""
	in.CreatedAt, in.StartedAt, in.CheckedAt = db.FromMillis(created), db.FromMillis(started), db.FromMillis(checked)
	in.SavedAt, in.UndoneAt, in.AskedAt = db.FromMillis(saved), db.FromMillis(undone), db.FromMillis(asked)
	return in, nil
}

// load reads a batch of the scope.
func load(ctx context.Context, q db.Querier, scope region.Scope, id int64) (Info, error) {
	a := &db.Args{}
	row := q.QueryRowContext(ctx, `SELECT `+infoColumns+` FROM import_batch WHERE id = `+a.Add(id)+` AND `+scope.Predicate("region", a.Add), a.Values...)
	in, err := scanInfo(row)
	if errors.Is(err, sql.ErrNoRows) {
		return in, fault.NotFoundf("import.notfound")
	}
	return in, err
}

// list reads the newest batches of the scope before an id (0: from the newest).
func list(ctx context.Context, q db.Querier, scope region.Scope, before int64, limit int) ([]Info, error) {
	a := &db.Args{}
	where := scope.Predicate("region", a.Add)
	if before > 0 {
		where += ` AND id < ` + a.Add(before)
	}
	rows, err := q.QueryContext(ctx, `SELECT `+infoColumns+` FROM import_batch WHERE `+where+` ORDER BY id DESC LIMIT `+a.Add(limit), a.Values...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Info
	for rows.Next() {
		in, err := scanInfo(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, in)
	}
	return out, rows.Err()
}

// move changes the state by the table of moves and sets further columns. The
// placeholders of set begin at $4. It fails with Conflict where another action
// came first.
func move(ctx context.Context, tx *db.Tx, id int64, act Action, set string, args ...any) error {
	var state State
	if err := tx.QueryRowContext(ctx, `SELECT state FROM import_batch WHERE id = $1`, id).Scan(&state); err != nil {
		return err
	}
	to, ok := state.Next(act)
	if !ok {
		return fault.New(fault.Conflict, "import.state."+string(state))
	}
	if set != "" {
		set = ", " + set
	}
	res, err := tx.ExecContext(ctx, `UPDATE import_batch SET state = $1`+set+` WHERE id = $2 AND state = $3`, append([]any{string(to), id, string(state)}, args...)...)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return fault.New(fault.Conflict, "fault.conflict")
	}
	return nil
}

func deleteStaged(ctx context.Context, tx *db.Tx, id int64) error {
	for _, q := range []string{`DELETE FROM import_chunk WHERE batch_id = $1`, `DELETE FROM import_finding WHERE batch_id = $1`,
		`DELETE FROM import_handled WHERE batch_id = $1`, `DELETE FROM import_absent WHERE batch_id = $1`} {
		if _, err := tx.ExecContext(ctx, q, id); err != nil {
			return err
		}
	}
	return nil
}

// deleteActs drops what officers wrote into cells and decided, once nothing can
// need it any more. The acts themselves stay on record, without values.
func deleteActs(ctx context.Context, tx *db.Tx, id int64) error {
	for _, q := range []string{`DELETE FROM import_edit WHERE batch_id = $1`, `DELETE FROM import_choice WHERE batch_id = $1`} {
		if _, err := tx.ExecContext(ctx, q, id); err != nil {
			return err
		}
	}
	return nil
}

func batchesIn(ctx context.Context, q db.Querier, where string) ([]int64, error) {
	rows, err := q.QueryContext(ctx, `SELECT id FROM import_batch WHERE `+where+` ORDER BY id`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []int64
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		out = append(out, id)
	}
	return out, rows.Err()
}

// files answers the names that batches still need, and by batch those whose
// time is over.
func files(ctx context.Context, d *db.DB, before time.Time) (known map[string]bool, expired map[int64]string, err error) {
	rows, err := d.Read.QueryContext(ctx, `SELECT id, file_path, state, CASE WHEN saved_at > created_at THEN saved_at ELSE created_at END FROM import_batch WHERE file_path <> ''`)
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close()
	known, expired = map[string]bool{}, map[int64]string{}
	for rows.Next() {
		var id, last int64
		var name string
		var state State
		if err := rows.Scan(&id, &name, &state, &last); err != nil {
			return nil, nil, err
		}
		known[name] = true
		if state == StateCancelled || state == StateUndone || !state.Running() && last < db.Millis(before) {
			expired[id] = name
		}
	}
	return known, expired, rows.Err()
}

func dropFile(ctx context.Context, tx *db.Tx, id int64) error {
	if _, err := tx.ExecContext(ctx, `UPDATE import_batch SET file_path = '' WHERE id = $1`, id); err != nil {
		return err
	}
	return deleteActs(ctx, tx, id)
}
