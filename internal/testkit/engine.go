// Package testkit runs tests on both engines, with a fixed clock and real
// files. A missing engine fails in CI and is a loud skip elsewhere.
package testkit

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"wengang/internal/calendar"
	"wengang/internal/db"
)

// Now is the instant of every test unless it sets its own clock: the day of
// the sample, 2023-12-10, nine in the morning.
var Now = time.Date(2023, 12, 10, 9, 0, 0, 0, calendar.Zone)

// Clock answers Now.
func Clock() time.Time { return Now }

// PostgresURL names the test server; scripts/postgres-test.sh starts it.
func PostgresURL() string {
	if u := os.Getenv("WENGANG_TEST_PG"); u != "" {
		return u
	}
	return "postgres://wengang@127.0.0.1:54329/postgres"
}

// Engines runs fn on a fresh, migrated database of each engine.
func Engines(t *testing.T, fn func(t *testing.T, d *db.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { fn(t, SQLite(t)) })
	t.Run("postgres", func(t *testing.T) { fn(t, Postgres(t)) })
}

// SQLite is a fresh, migrated SQLite file.
func SQLite(t testing.TB) *db.DB {
	t.Helper()
	return open(t, "sqlite:"+filepath.Join(t.TempDir(), "wengang.db"))
}

// Postgres is a fresh, migrated PostgreSQL database, dropped at the end.
func Postgres(t testing.TB) *db.DB {
	t.Helper()
	return open(t, PostgresDatabase(t))
}

// PostgresDatabase makes an empty database on the test server and answers its
// URL; it is dropped at the test's end.
func PostgresDatabase(t testing.TB) string {
	t.Helper()
	admin, err := sql.Open("pgx", PostgresURL())
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := admin.PingContext(ctx); err != nil {
		Missing(t, "PostgreSQL does not answer at %s: run make deps", PostgresURL())
	}
	name := "wengang_test_" + randomHex(t)
	if _, err := admin.ExecContext(ctx, "CREATE DATABASE "+name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { dropDatabase(t, name) })
	u, err := url.Parse(PostgresURL())
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/" + name
	return u.String()
}

// Missing fails in CI and skips loudly elsewhere.
func Missing(t testing.TB, format string, args ...any) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatalf(format, args...)
	}
	fmt.Fprintf(os.Stderr, "SKIPPED %s: %s\n", t.Name(), fmt.Sprintf(format, args...))
	t.Skipf(format, args...)
}

func open(t testing.TB, target string) *db.DB {
	t.Helper()
	ctx := context.Background()
	d, err := db.Open(ctx, target, Clock)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	if _, err := d.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	return d
}

func dropDatabase(t testing.TB, name string) {
	admin, err := sql.Open("pgx", PostgresURL())
	if err != nil {
		return
	}
	defer admin.Close()
	if !strings.HasPrefix(name, "wengang_test_") {
		t.Fatalf("refusing to drop %s", name)
	}
	if _, err := admin.Exec("DROP DATABASE IF EXISTS " + name + " WITH (FORCE)"); err != nil {
		t.Logf("drop %s: %v", name, err)
	}
}

func randomHex(t testing.TB) string {
	b := make([]byte, 6)
	if _, err := rand.Read(b); err != nil {
		t.Fatal(err)
	}
	return hex.EncodeToString(b)
}
