package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"reflect"

	"modernc.org/sqlite"
)

// preparing is a driver.Connector of SQLite connections that keep their prepared
// statements: without it every query is compiled anew, a fifth of the time of a
// page. (pgx does the same by itself.)
type preparing struct {
	dsn    string
	driver *sqlite.Driver
}

func openPrepared(dsn string) *sql.DB {
	return sql.OpenDB(&preparing{dsn: dsn, driver: &sqlite.Driver{}})
}

func (p *preparing) Driver() driver.Driver { return p.driver }

func (p *preparing) Connect(context.Context) (driver.Conn, error) {
	c, err := p.driver.Open(p.dsn)
	if err != nil {
		return nil, err
	}
	return &conn{under: c.(underlying), kept: map[string]*kept{}}, nil
}

// underlying is what a connection of the driver can do.
type underlying interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.QueryerContext
	driver.ExecerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

// keptStatements and keptBytes bound a connection's statements: lists of many
// values make long texts that hardly come again.
const (
	keptStatements = 160
	keptBytes      = 6 << 10
)

// conn is one connection; database/sql never uses it from two goroutines.
type conn struct {
	under underlying
	kept  map[string]*kept
	uses  int64
}

// kept is a prepared statement. busy while its rows are being read: the same
// text inside that loop goes without.
type kept struct {
	stmt driver.Stmt
	busy bool
	used int64
}

// take is the kept statement of a text, nil where there is none to use.
func (c *conn) take(ctx context.Context, query string) *kept {
	c.uses++
	if k := c.kept[query]; k != nil {
		if k.busy {
			return nil
		}
		k.used = c.uses
		return k
	}
	if len(query) > keptBytes {
		return nil
	}
	// The driver compiles it now; a text that does not compile is left to the
	// plain way, which tells.
	stmt, err := c.under.PrepareContext(ctx, query)
	if err != nil {
		return nil
	}
	if len(c.kept) >= keptStatements {
		c.evict()
	}
	k := &kept{stmt: stmt, used: c.uses}
	c.kept[query] = k
	return k
}

// evict closes the statement that was not used for longest.
func (c *conn) evict() {
	oldest, text := int64(1<<62), ""
	for q, k := range c.kept {
		if !k.busy && k.used < oldest {
			oldest, text = k.used, q
		}
	}
	if k := c.kept[text]; k != nil {
		_ = k.stmt.Close()
		delete(c.kept, text)
	}
}

func (c *conn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	k := c.take(ctx, query)
	if k == nil {
		return c.under.QueryContext(ctx, query, args)
	}
	r, err := k.stmt.(driver.StmtQueryContext).QueryContext(ctx, args)
	if err != nil {
		return nil, err
	}
	k.busy = true
	return &keptRows{typed: r.(typed), of: k}, nil
}

func (c *conn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	k := c.take(ctx, query)
	if k == nil {
		return c.under.ExecContext(ctx, query, args)
	}
	return k.stmt.(driver.StmtExecContext).ExecContext(ctx, args)
}

func (c *conn) Prepare(query string) (driver.Stmt, error) { return c.under.Prepare(query) }
func (c *conn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	return c.under.PrepareContext(ctx, query)
}
func (c *conn) Begin() (driver.Tx, error) { return c.under.Begin() } //nolint:staticcheck // of driver.Conn
func (c *conn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	return c.under.BeginTx(ctx, o)
}
func (c *conn) Ping(ctx context.Context) error         { return c.under.Ping(ctx) }
func (c *conn) ResetSession(ctx context.Context) error { return c.under.ResetSession(ctx) }
func (c *conn) IsValid() bool                          { return c.under.IsValid() }

// Close ends the statements first: the driver cannot close under them.
func (c *conn) Close() error {
	for _, k := range c.kept {
		_ = k.stmt.Close()
	}
	c.kept = nil
	return c.under.Close()
}

// typed is what the driver's rows tell of their columns.
type typed interface {
	driver.Rows
	ColumnTypeDatabaseTypeName(int) string
	ColumnTypeScanType(int) reflect.Type
}

// keptRows gives its statement back when it is closed.
type keptRows struct {
	typed
	of *kept
}

func (r *keptRows) Close() error {
	err := r.typed.Close()
	r.of.busy = false
	return err
}
