package app_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// stores are the packages whose exported methods read or write what belongs to
// places.
var stores = []string{"people", "people/merge", "people/flow", "people/entry", "people/proof", "work", "month", "rollup", "rollup/views", "register", "target", "target/split", "target/dispatch", "report", "report/design", "report/summary", "report/output", "transfer", "setting", "rule", "account", "audit", "region/regionstore", "intake", "division", "listing", "evidence", "handover", "reconcile"}

// unscoped are the exported doors to the database that take neither a scope
// nor a caller, each with the reason. What is not here must take one.
var unscoped = map[string]string{
	"people.Store.StateOf":          "works on a record that was read within a scope; reads a threshold of its place",
	"people.Lookup":                 "by keyed index, for intake, which tells 'elsewhere' apart and never shows the other",
	"people.Former":                 "as Lookup",
	"people.Store.Settle":           "inside the transaction of a list of residents, which took the caller: where somebody lives today",
	"people.Store.Unsettle":         "as Settle, when that list is taken back",
	"work.ReadSpells":               "of a person whom people.Store found within a scope: app connects the two",
	"work.Reclass":                  "inside people.Move's transaction",
	"month.Store.Note":              "inside the transaction of a scoped write: what closed months would now be",
	"month.Store.NoteAll":           "as Note, for a batch",
	"month.Store.Closed":            "whether a month is closed: no person, no figure; shown beside the month on every page",
	"rollup.Service.Refresh":        "brings the cache up to date; answers nothing",
	"rollup.Service.Bands":          "as setting.At: the bands of incomes in force at a place, no figure",
	"rollup.Service.LookAt":         "as setting.At: thresholds of the leader's page, no figure",
	"rollup.Service.Verify":         "wengang verify: the operator's recount at the machine's own console",
	"report/design.Shelf.Form":      "what a form asks for, no figure; report.Store.Form narrows it to places that fill it",
	"report/design.Shelf.Published": "as Form",
	"report/output.Batches.Clean":   "removes archives by their age, answers nothing",
	"report.Store.Reopened":         "inside month.Reopen's transaction, which took the caller: marks forms, answers nothing",
	"transfer.Service.Work":         "the queue's side of a batch that a caller staged; answers nothing",
	"transfer.Service.Saving":       "before a command's import: saves that a kill left; answers ids to the command",
	"transfer.Service.Resume":       "at start: batches that a stop interrupted; answers ids to the queue",
	"reconcile.Store.Work":          "the queue's side of a reconciliation that a caller started; answers nothing",
	"reconcile.Store.Resume":        "passes that never came into the queue; answers nothing",
	"reconcile.Store.Purge":         "the schedule that forgets lists whose time has come; answers a number",
	"transfer.Service.Clean":        "removes files that no batch owns",
	"evidence.Store.Clean":          "the schedule that erases what was taken off; answers nothing",
	"evidence.Store.CopyTo":         "wengang backup: sealed files, answers numbers",
	"evidence.Store.CopyFrom":       "wengang restore: sealed files, answers numbers",
	"evidence.Store.Verify":         "wengang verify: numbers of attachments whose file is damaged",
	"setting.Load":                  "thresholds: rules of the house, not of people; pages read them within a scope",
	"setting.At":                    "as Load",
	"rule.Desk.NightlyDue":          "the schedule: whether a night is owed; answers yes or no",
	"rule.Desk.Settings":            "thresholds of a place for a page that found the place within a scope",
	"rule.Desk.Run":                 "checks a subject that the caller's store holds in hand",
	"rule.Desk.Keep":                "inside the transaction of a scoped write",
	"rule.KeepAll":                  "inside the transaction that saves a batch",
	"rule.Forget":                   "inside the transaction that takes a batch back",
	"account.Service.As":            "the named user of a command, at the machine's own console",
	"account.Service.Empty":         "whether there is any account: the sign-in page of a new installation",
	"account.ReadPolicy":            "as Policy, within a transaction",
	"account.Service.Policy":        "the rules of sign-in, shown to whoever sets a password",
	"account.Service.Session":       "by the session's token: it makes the caller",
	"account.Service.SignIn":        "by password: it makes the caller",
	"account.Service.SignOut":       "by the session's token",
	"account.Service.Daily":         "the schedule that stops dormant accounts; answers a number",
	"account.Service.Bootstrap":     "the first accounts of an empty installation, at the machine's own console",
	"audit.Log.FlushReads":          "writes sums of lists that were read",
	"audit.Log.VerifyArchive":       "an archive file at the machine's own console",
	"account.Service.Addresses":     "networks, not people; shown to the security administrator",
	"account.Service.Allowed":       "whether an address may; answers yes or no",
	"audit.Log.Count":               "the caller's own acts of a day, for a limit",
	"audit.FileAnchor.Save":         "the chain's head, outside the database",
	"audit.Log.Head":                "number and hash of the last row",
	"audit.Log.Actions":             "the words of the filter",
	"audit.Log.Seal":                "the sealer",
	"audit.Log.Run":                 "the sealer",
	"audit.Log.Verify":              "behind account.AuditRead in its rim and at the machine's own console; answers numbers of rows",
	"region/regionstore.LoadLocals": "the tree of places is public",
	"region/regionstore.Store.Tree": "the tree of places is public",
	"region/regionstore.Store.Tags": "lists of areas are public",

	"region/regionstore.Store.AllTags":  "lists of areas are public",
	"region/regionstore.Store.TagRows":  "lists of areas are public",
	"region/regionstore.Store.TagNames": "lists of areas are public",
}

// own are the methods whose caller acts on their own account only: they use
// who it is and need no permission.
var own = map[string]string{
	"account.Service.Own":              "the caller's account",
	"account.Service.ChangePassword":   "the caller's password",
	"account.Service.Sessions":         "the caller's sessions",
	"account.Service.EndSession":       "a session of the caller's",
	"people.Store.Revealed":            "how many values the caller had shown today",
	"audit.Log.Write":                  "names who acts",
	"audit.Log.Record":                 "names who acts",
	"audit.Log.Refused":                "names who was refused",
	"audit.Log.Note":                   "names who acts",
	"audit.Log.Exported":               "names who exports; takes the caller's own consent only",
	"audit.Log.Approval":               "the caller's own consent",
	"audit.Log.OwnApprovals":           "what the caller asked for",
	"audit.Log.PurgeExports":           "the machine's own console, on record",
	"account.Service.MarkSample":       "the machine's own console, before anybody works in it",
	"audit.Log.OwnReads":               "the inspector's own reads",
	"audit.Log.Read":                   "names who reads",
	"audit.Log.ReadList":               "names who reads",
	"audit.Log.Archive":                "the machine's own console, on record",
	"account.Service.Factor":           "the caller's second factor",
	"account.Service.BeginFactor":      "the caller's second factor",
	"account.Service.ConfirmFactor":    "the caller's second factor",
	"account.Service.RenewCodes":       "the caller's second factor",
	"account.Service.DropFactor":       "the caller's second factor",
	"account.Service.Prove":            "who the caller is",
	"account.Service.EndOtherSessions": "the caller's sessions",
	"account.Service.Delegate":         "who stands in for the caller",
	"account.Service.EndDelegation":    "the caller's own stand-ins",
	"account.Service.Delegations":      "the caller's own stand-ins",
	"account.Service.StandIn":          "the caller's own session",
	"account.Service.AddNote":          "the inspector's own notes",
	"account.Service.Notes":            "the inspector's own notes",
	"account.Service.RemoveNote":       "the inspector's own notes",
	"account.SecondPerson":             "compares the caller with who asked; answers a refusal only",
	"account.Standing":                 "whether the caller's own rights changed",
	"audit.Log.ResetAnchor":            "the operator after a restore, on record",
}

// TestEveryStoreTakesAScope: a method of a store that names a place or a
// person takes the caller's scope (or the caller, from whom it takes it) and
// uses it. The zero scope contains nothing, so a forgotten one shows nothing;
// this test finds the method that has no place for one.
func TestEveryStoreTakesAScope(t *testing.T) {
	found := map[string]bool{}
	doors := 0
	for _, pkg := range stores {
		p := parse(t, pkg)
		for _, fn := range p.funcs {
			name, door := p.door(fn)
			if !door {
				continue
			}
			doors++
			found[name] = true
			scope, caller := param(fn, "region.Scope"), param(fn, "account.Caller")
			switch {
			case scope == "" && caller == "":
				if unscoped[name] == "" {
					t.Errorf("%s takes neither region.Scope nor account.Caller: give it one, or write the reason into unscoped", name)
				}
				continue
			case unscoped[name] != "":
				t.Errorf("%s takes a scope: take it out of unscoped", name)
			case scope != "" && !uses(fn.Body, scope):
				t.Errorf("%s does not use its scope", name)
			case scope == "" && !uses(fn.Body, caller):
				t.Errorf("%s does not use its caller", name)
			case scope == "" && own[name] == "" && !p.asks(fn, map[string]bool{}):
				t.Errorf("%s never asks its caller for a scope or a permission", name)
			}
		}
	}
	for _, list := range []map[string]string{unscoped, own} {
		for name := range list {
			if !found[name] {
				t.Errorf("%s is listed and does not exist", name)
			}
		}
	}
	if doors < 100 {
		t.Errorf("only %d doors found: the test is blind", doors)
	}
}

type pkgFuncs struct {
	path   string
	funcs  []*ast.FuncDecl
	byName map[string][]*ast.FuncDecl
}

func parse(t *testing.T, pkg string) *pkgFuncs {
	t.Helper()
	dir := filepath.Join("..", filepath.FromSlash(pkg))
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	p := &pkgFuncs{path: pkg, byName: map[string][]*ast.FuncDecl{}}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(dir, e.Name()), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Body != nil {
				p.funcs = append(p.funcs, fn)
				p.byName[fn.Name.Name] = append(p.byName[fn.Name.Name], fn)
			}
		}
	}
	return p
}

// door reports an exported way to the database: a method of an exported type
// that takes a context, or a function that takes a database.
func (p *pkgFuncs) door(fn *ast.FuncDecl) (name string, ok bool) {
	if !fn.Name.IsExported() {
		return "", false
	}
	if fn.Recv == nil {
		name = p.path + "." + fn.Name.Name
		return name, !strings.HasPrefix(fn.Name.Name, "New") && fn.Name.Name != "Kinds" && (param(fn, "db.Querier") != "" || param(fn, "*db.Tx") != "" || param(fn, "*db.DB") != "")
	}
	recv := strings.TrimPrefix(typeName(fn.Recv.List[0].Type), "*")
	// A kind of import works on a batch, which a caller staged for a place
	// within the scope; its rows are read within that place.
	return p.path + "." + recv + "." + fn.Name.Name, ast.IsExported(recv) && param(fn, "context.Context") != "" && param(fn, "*transfer.Batch") == ""
}

// param is the name of the first parameter of a type, "" for none.
func param(fn *ast.FuncDecl, typ string) string {
	for _, f := range fn.Type.Params.List {
		if typeName(f.Type) == typ && len(f.Names) > 0 {
			return f.Names[0].Name
		}
		// Inside account and region the types have no prefix.
		if _, short, _ := strings.Cut(typ, "."); typeName(f.Type) == short && len(f.Names) > 0 {
			return f.Names[0].Name
		}
	}
	return ""
}

func typeName(e ast.Expr) string {
	switch x := e.(type) {
	case *ast.Ident:
		return x.Name
	case *ast.StarExpr:
		return "*" + typeName(x.X)
	case *ast.SelectorExpr:
		return typeName(x.X) + "." + x.Sel.Name
	}
	return ""
}

func uses(body ast.Node, name string) bool {
	if name == "_" {
		return false
	}
	seen := false
	ast.Inspect(body, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && id.Name == name {
			seen = true
		}
		return !seen
	})
	return seen
}

// asks reports whether the function, or one of the package's that it calls,
// asks a caller for a scope or a permission.
func (p *pkgFuncs) asks(fn *ast.FuncDecl, been map[string]bool) bool {
	if been[fn.Name.Name] {
		return false
	}
	been[fn.Name.Name] = true
	var calls []string
	asked := false
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		switch f := call.Fun.(type) {
		case *ast.SelectorExpr:
			asked = asked || slices.Contains([]string{"Scope", "Can"}, f.Sel.Name)
			calls = append(calls, f.Sel.Name)
		case *ast.Ident:
			calls = append(calls, f.Name)
		}
		return true
	})
	if asked {
		return true
	}
	for _, name := range calls {
		for _, next := range p.byName[name] {
			if p.asks(next, been) {
				return true
			}
		}
	}
	return false
}
