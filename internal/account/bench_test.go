package account_test

import (
	"fmt"
	"testing"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/db"
	"wengang/internal/secret/secrettest"
	"wengang/internal/testkit"
)

// BenchmarkSession is what every request pays for knowing who asks.
func BenchmarkSession(b *testing.B) {
	for name, d := range map[string]*db.DB{"sqlite": testkit.SQLite(b), "postgres": testkit.Postgres(b)} {
		b.Run(name, func(b *testing.B) {
			box := secrettest.Box(b)
			svc := account.New(d, box, audit.New(d, box, nil))
			local := account.LocalOperator(0)
			in, err := svc.Create(ctx, local, account.NewUser{Login: fmt.Sprintf("wang%d", b.N), Name: "王五", Region: county, Password: good})
			if err != nil {
				b.Fatal(err)
			}
			if err := svc.Grant(ctx, local, in.UserID, officerAt(county)); err != nil {
				b.Fatal(err)
			}
			token, _, err := svc.SignIn(ctx, in.Login, good, "10.0.0.1", "")
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				if _, err := svc.Session(ctx, token); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkSignIn is dominated by argon2id, on purpose.
func BenchmarkSignIn(b *testing.B) {
	d := testkit.SQLite(b)
	box := secrettest.Box(b)
	svc := account.New(d, box, audit.New(d, box, nil))
	if _, err := svc.Create(ctx, account.LocalOperator(0), account.NewUser{Login: "wang", Name: "王五", Region: county, Password: good}); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, _, err := svc.SignIn(ctx, "wang", good, "10.0.0.1", ""); err != nil {
			b.Fatal(err)
		}
	}
}
