package app_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"wengang/internal/app"
	"wengang/internal/testkit"
)

// A column that is sealed and not declared would stay under old keys for ever.
func TestEverySealedColumnIsDeclared(t *testing.T) {
	d := testkit.SQLite(t)
	ctx := context.Background()
	var declared []string
	for _, c := range app.Sealed() {
		declared = append(declared, c.Table+"."+c.Name)
	}
	tables, err := d.Dialect.Tables(ctx, d.Read)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, table := range tables {
		columns, err := d.Dialect.Columns(ctx, d.Read, table)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range columns {
			if strings.HasSuffix(c, "_cipher") {
				found = append(found, table+"."+c)
			}
		}
	}
	slices.Sort(found)
	slices.Sort(declared)
	if !slices.Equal(found, declared) {
		t.Errorf("sealed in the schema: %v\ndeclared: %v", found, declared)
	}
}
