package month

import (
	"context"
	"encoding/binary"
	"hash/crc32"
	"math/rand/v2"
	"slices"
	"testing"

	"wengang/internal/account"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/month/monthtest"
	"wengang/internal/region"
	"wengang/internal/testkit"
)

func randomRows(rng *rand.Rand, n int) []fact.PersonMonth {
	out := make([]fact.PersonMonth, n)
	id := int64(0)
	for i := range out {
		id += 1 + rng.Int64N(1000)
		p := fact.PersonMonth{Month: 202311, PersonID: id}
		for k, f := range packedFields[1:] {
			span := int64(1) << (k % 20) // one value, few, many
			f.set(&p, rng.Int64N(span)-rng.Int64N(2)*int64(k%2))
		}
		p.WageFen = rng.Int64N(1_000_000) - 1
		p.Kinds, p.Flags = rng.Uint32()&0x7ff, fact.Flag(rng.Uint32())
		out[i] = p
	}
	return out
}

func unpacked(t *testing.T, data []byte) []fact.PersonMonth {
	t.Helper()
	var got []fact.PersonMonth
	if err := unpack(data, 202311, func(p *fact.PersonMonth) { got = append(got, *p) }); err != nil {
		t.Fatal(err)
	}
	return got
}

func TestPackedRowsComeBack(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{0, 1, 2, 300, 70_000} {
		rows := randomRows(rng, n)
		if got := unpacked(t, pack(rows)); !slices.Equal(got, rows) {
			t.Errorf("%d rows come back as %d or differ", n, len(got))
		}
	}
}

// Every column of person_month is packed: a new one that is not would be lost.
func TestPackedHasEveryColumn(t *testing.T) {
	names := []string{"county", "month"}
	for _, f := range packedFields {
		names = append(names, f.name)
	}
	slices.Sort(names)
	if want := slices.Sorted(slices.Values(rowColumns)); !slices.Equal(names, want) {
		t.Errorf("packed: %v, person_month: %v", names, want)
	}
}

// FuzzUnpack: no bytes make it panic or read past them.
func FuzzUnpack(f *testing.F) {
	f.Add(pack(randomRows(rand.New(rand.NewPCG(1, 2)), 40)))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, d := range [][]byte{data, withSum(data)} {
			n := 0
			if err := unpack(d, 202311, func(*fact.PersonMonth) { n++ }); err == nil && n > len(d) {
				t.Errorf("%d rows out of %d bytes", n, len(d))
			}
		}
	})
}

// A close packs what it freezes, also where people changed meanwhile; readers
// take the block only while it holds, and reopening drops it.
func TestClosePacks(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		monthtest.Fill(t, d, 4, 600)
		st := New(d, &monthtest.Audit{})
		nation, op := region.ScopeOf(region.Country), account.LocalOperator(region.Country)
		for m := calendar.Month(202310); m <= 202311; m++ {
			if err := st.CloseAll(ctx, op, region.Country, m, nil); err != nil {
				t.Fatal(err)
			}
		}
		read := func() (rows []fact.PersonMonth) {
			t.Helper()
			if err := st.EachRow(ctx, nation, monthtest.County, 202311, false, func(p *fact.PersonMonth) { rows = append(rows, *p) }); err != nil {
				t.Fatal(err)
			}
			return rows
		}
		state := func(want int) {
			t.Helper()
			if n, err := st.Unpacked(ctx, nation, monthtest.County, 202311); err != nil || n != want {
				t.Fatalf("packed form differs by %d (%v), want %d", n, err, want)
			}
		}
		exec := func(q string) {
			t.Helper()
			if err := d.Tx(ctx, func(tx *db.Tx) error { _, err := tx.ExecContext(ctx, q); return err }); err != nil {
				t.Fatal(err)
			}
		}
		state(0)
		rows := read()
		exec(`UPDATE month_block SET version = version + 1 WHERE county = 371522000000 AND month = 202311`)
		state(-1)
		if got := read(); !slices.Equal(got, rows) {
			t.Error("rows differ from the packed form")
		}
		exec(`UPDATE month_block SET version = version - 1, data = substr(data, 1, 40) WHERE county = 371522000000 AND month = 202311`)
		state(-1)
		if got := read(); !slices.Equal(got, rows) {
			t.Error("a damaged block was read")
		}
		if err := st.PackAll(ctx, nation, region.Country, nil); err != nil {
			t.Fatal(err)
		}
		state(0)
		exec(`UPDATE person_month SET wage_fen = wage_fen + 1 WHERE county = 371522000000 AND month = 202311 AND person_id =
			(SELECT MIN(person_id) FROM person_month WHERE county = 371522000000 AND month = 202311)`)
		state(1)
		if err := st.Reopen(ctx, op, monthtest.County, 202311, "补录"); err != nil {
			t.Fatal(err)
		}
		state(-1)
	})
}

// withSum ends bytes with their checksum, so that a fuzzer comes past it.
func withSum(b []byte) []byte {
	return binary.LittleEndian.AppendUint32(slices.Clone(b), crc32.ChecksumIEEE(b))
}
