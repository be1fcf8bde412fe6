package account_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"wengang/internal/account"
	"wengang/internal/fault"
	"wengang/internal/region"
)

func document(user int64) account.Inspection {
	return account.Inspection{UserID: user, DocNumber: "审计通〔2023〕8号", DocTitle: "就业帮扶专项审计", Places: []region.Code{county},
		First: 20231210, Last: 20231220, FirstMonth: 202301, LastMonth: 202311}
}

// TestInspection: an inspector reads within the document's places and days,
// writes nothing, opens values only where the document allows, and is out on
// the day after.
func TestInspection(t *testing.T) {
	engines(t, func(t *testing.T, b *bench) {
		id := b.ready(t, "inspector", county, "")
		sec := admin(account.Security, county)
		for what, change := range map[string]func(*account.Inspection){
			"no number": func(i *account.Inspection) { i.DocNumber = " " }, "no place": func(i *account.Inspection) { i.Places = nil },
			"backwards": func(i *account.Inspection) { i.Last = 20231201 }, "a year": func(i *account.Inspection) { i.Last = 20241210 },
			"months": func(i *account.Inspection) { i.LastMonth = 202212 },
		} {
			i := document(id)
			change(&i)
			_, err := b.GrantInspection(ctx, sec, i)
			wantKind(t, what, err, fault.Invalid)
		}
		beyond := document(id)
		beyond.Places = []region.Code{city}
		_, err := b.GrantInspection(ctx, sec, beyond)
		wantKind(t, "above the administrator's area", err, fault.NotFound)
		_, err = b.GrantInspection(ctx, admin(account.System, county), document(id))
		wantKind(t, "by the system administrator", err, fault.Forbidden)
		worker := b.ready(t, "worker", county, "", officerAt(county))
		_, err = b.GrantInspection(ctx, sec, document(worker))
		wantKind(t, "beside a role", err, fault.Conflict)
		if _, err := b.GrantInspection(ctx, sec, document(id)); err != nil {
			t.Fatal(err)
		}
		wantKind(t, "a role beside", b.Grant(ctx, sec, id, officerAt(county)), fault.Conflict)
		token, ses := b.signIn(t, "inspector")
		c := ses.Caller
		if c.Inspection == nil || !c.Can(account.PeopleRead) || !c.Scope(account.PeopleRead).Contains(town) || c.Scope(account.PeopleRead).Contains(other) {
			t.Fatalf("%+v", c)
		}
		for _, p := range account.Permissions() {
			reads := strings.HasSuffix(string(p), ".read") && p != account.UserRead && p != account.AuditRead && p != account.RightsRead && p != account.LookedRead || p == account.InspectOwn
			if c.Can(p) != reads {
				t.Errorf("%s: %v", p, c.Can(p))
			}
		}
		if err := b.AddNote(ctx, c, "/people/3", "与台账不符 canary-note"); err != nil {
			t.Fatal(err)
		}
		notes, err := b.Notes(ctx, c)
		if err != nil || len(notes) != 1 || notes[0].Text != "与台账不符 canary-note" {
			t.Error(notes, err)
		}
		var sealed []byte
		if err := b.d.Read.QueryRow(`SELECT text_cipher FROM inspection_note`).Scan(&sealed); err != nil || bytes.Contains(sealed, []byte("canary")) {
			t.Errorf("the note stands in plain: %v", err)
		}
		_, err = b.Notes(ctx, sec)
		wantKind(t, "another's notes", err, fault.Forbidden)
		b.forward(11 * 24 * time.Hour)
		if _, err := b.Session(ctx, token); fault.KindOf(err) != fault.Unauth {
			t.Errorf("a session after the last day: %v", err)
		}
		_, _, err = b.SignIn(ctx, "inspector", good, "10.0.0.1", "")
		wantKind(t, "signing in after the last day", err, fault.Forbidden)
		if n, err := b.Daily(ctx); err != nil || n != 1 {
			t.Errorf("stopped %d, %v", n, err)
		}
	})
}

// TestInspectionReveal: only a document that says so opens single values, and
// notes of one document are not read under the next.
func TestInspectionReveal(t *testing.T) {
	engines(t, func(t *testing.T, b *bench) {
		id := b.ready(t, "inspector", county, "")
		sec := admin(account.Security, county)
		if _, err := b.GrantInspection(ctx, sec, document(id)); err != nil {
			t.Fatal(err)
		}
		_, ses := b.signIn(t, "inspector")
		if err := b.AddNote(ctx, ses.Caller, "", "first"); err != nil {
			t.Fatal(err)
		}
		_, err := b.GrantInspection(ctx, sec, document(id))
		wantKind(t, "two documents at once", err, fault.Conflict)
		if err := b.EndInspection(ctx, sec, id); err != nil {
			t.Fatal(err)
		}
		next := document(id)
		next.Reveal = true
		if _, err := b.GrantInspection(ctx, sec, next); err != nil {
			t.Fatal(err)
		}
		_, ses = b.signIn(t, "inspector")
		if !ses.Caller.Can(account.PeopleReveal) || ses.Caller.Can(account.PeopleEdit) {
			t.Errorf("%v", ses.Caller.Grants)
		}
		if notes, err := b.Notes(ctx, ses.Caller); err != nil || len(notes) != 0 {
			t.Errorf("notes of another document: %v, %v", notes, err)
		}
	})
}

// TestFactorOfInspectors: outside the sample an inspector needs a factor.
func TestFactorOfInspectors(t *testing.T) {
	engines(t, func(t *testing.T, b *bench) {
		id := b.ready(t, "inspector", county, "")
		if _, err := b.GrantInspection(ctx, admin(account.Security, county), document(id)); err != nil {
			t.Fatal(err)
		}
		if _, ses := b.signIn(t, "inspector"); ses.MustChange != "factor" || ses.Caller.Inspection != nil {
			t.Errorf("%q", ses.MustChange)
		}
	})
}
