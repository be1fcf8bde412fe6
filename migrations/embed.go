// Package migrations holds the schema's history, the same numbers and names for
// both engines. Rules: list columns, no triggers, no stored procedures, money
// in fen, months as yyyymm, dates as yyyymmdd, instants as Unix milliseconds.
package migrations

import "embed"

// Files holds sqlite/*.sql and postgres/*.sql.
//
//go:embed sqlite/*.sql postgres/*.sql
var Files embed.FS
