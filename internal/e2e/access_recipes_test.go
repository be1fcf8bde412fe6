package e2e

import (
	"iter"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"wengang/internal/account"
	"wengang/internal/account/accounthttp"
	"wengang/internal/region"
)

// recipe is how the access test fills a route in and what it expects of it.
// A new route needs a line in recipes below; ids name what stands in the
// braces of its pattern.
type recipe struct {
	need   account.Permission // what the route must ask for
	and    account.Permission // what the object that it acts on needs beside, once it is found
	public bool

	ids  map[string]func(*ground) string // the ids of a ground's objects; nil: the path has none
	lies func(*ground) region.Code       // where the object lies; nil: in the village
	each bool                            // asked for every ground also without ids (words, query)

	query func(*ground) url.Values
	form  func(*ground) []url.Values // bodies to send, nil for one empty body

	// fresh makes an object that an allowed request may use up.
	fresh func(*testing.T, *estate, *ground) map[string]string

	also       []int  // answers that an allowed request may have beside those of success and of wrong entries
	plain      string // why numbers in plain are right here
	phones     string // why telephone numbers are, and no others
	nobodys    bool   // the ids are never the caller's
	everybodys bool   // the ids name no place's object (a form, a setting)
	follow     bool   // the answer leads to what was asked for: look there too
	placed     bool   // not found for who has no place at all
	few        bool   // costs much and shows nothing of anybody: asked without places
	accounts   bool   // shows accounts to who is no administrator too
	skip       string // why the matrix leaves it out, and where it is tested
}

func (r *recipe) placeOf(g *ground) region.Code {
	if r.lies == nil {
		return g.village
	}
	return r.lies(g)
}

func (r *recipe) queries(g *ground) url.Values {
	if r.query == nil {
		return nil
	}
	return r.query(g)
}

func (r *recipe) forms(_ *estate, g *ground) []url.Values {
	if r.form == nil {
		return []url.Values{nil}
	}
	return r.form(g)
}

// fill puts the ground's ids into the pattern.
func fill(path string, r *recipe, g *ground) string {
	for name, id := range r.ids {
		path = strings.ReplaceAll(path, "{"+name+"}", id(g))
	}
	return path
}

func fillWith(path string, ids map[string]string) string {
	for name, id := range ids {
		path = strings.ReplaceAll(path, "{"+name+"}", id)
	}
	return path
}

func valuesOf(v url.Values) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, all := range v {
			for _, s := range all {
				if !yield(s) {
					return
				}
			}
		}
	}
}

func demoUser(login string) accounthttp.DemoUser { return accounthttp.DemoUser{Login: login} }

func num(n int64) string { return strconv.FormatInt(n, 10) }

// sealedWords are the initials of every ground's person, as an address holds
// them.
var sealedWords string

type ids = map[string]func(*ground) string

var (
	personID   = func(g *ground) string { return num(g.person) }
	spellID    = func(g *ground) string { return num(g.spell) }
	batchID    = func(g *ground) string { return num(g.batch) }
	findingID  = func(g *ground) string { return num(g.finding) }
	registerID = func(g *ground) string { return num(g.register) }
	memberID   = func(g *ground) string { return num(g.member) }
	targetID   = func(g *ground) string { return num(g.target) }
	splitID    = func(g *ground) string { return num(g.split) }
	userID     = func(g *ground) string { return num(g.user) }
	sheetID    = func(g *ground) string { return num(g.sheet) }
)

func word(s string) func(*ground) string { return func(*ground) string { return s } }

// inCounty is where what only a county has lies.
func inCounty(g *ground) region.Code { return g.county }

func query(kv ...string) func(*ground) url.Values {
	return func(*ground) url.Values { return values(kv...) }
}

func values(kv ...string) url.Values {
	v := url.Values{}
	for i := 0; i+1 < len(kv); i += 2 {
		v.Add(kv[i], kv[i+1])
	}
	return v
}

func form(kv ...string) func(*ground) []url.Values {
	return func(*ground) []url.Values { return []url.Values{values(kv...)} }
}

// words are what somebody would type who looks for a ground's person: name,
// beginning of the name, initials, number, phone, codes.
func words(g *ground) []url.Values {
	var out []url.Values
	for _, q := range []string{markBusiness + g.mark + "娃", markBusiness, "c", g.number(), g.phone(), markLatin + strconv.Itoa(g.n) + "h", markLatin + strconv.Itoa(g.n) + "p"} {
		out = append(out, url.Values{"q": {q}})
	}
	return out
}

// visible are the kinds of marks that somebody entitled must have seen, ? for
// the numeral.
var visible = []string{
	markBusiness + "?娃", markBusiness + "?鞋厂", markBusiness + "?表", markBusiness + "?岗位", markAccount + "?员", markBusiness + "?函", markBusiness + "?车间", markBusiness + "?主任",
}

// freshUser is an account that the request may stop, renew or remove.
func freshUser(t *testing.T, w *estate, g *ground) map[string]string {
	return map[string]string{"id": num(w.account(t, g, "u"))}
}

func freshSession(t *testing.T, w *estate, g *ground) map[string]string {
	ids := freshUser(t, w, g)
	ids["session"] = "999"
	return ids
}

func freshBatch(t *testing.T, w *estate, g *ground) map[string]string {
	return map[string]string{"id": num(w.stage(t, g, "people", "姓名,证件号码\n"+markBusiness+g.mark+"生,"+g.freshNumber()+"\n"))}
}

// own makes a recipe for an account's own pages.
var recipes = map[string]recipe{
	// The shell.
	"GET /{$}":            {},
	"GET /places":         {placed: true},
	"GET /places/find":    {query: query("q", "村")},
	"GET /places/suggest": {query: query("q", "莘县"), few: true},
	"GET /search":         {},
	"POST /search":        {each: true, form: words},

	// Accounts.
	"GET /sign-in":                            {public: true},
	"POST /sign-in":                           {public: true, skip: "every actor of the matrix came through it; its throttle: account TestLockout, accounthttp TestSignInAndOut"},
	"POST /sign-out":                          {public: true, skip: "ends the session that the others need: accounthttp TestSignInAndOut"},
	"GET /sign-in/code":                       {},
	"POST /sign-in/code":                      {few: true},
	"GET /account/prove":                      {},
	"POST /account/prove":                     {few: true},
	"GET /account/factor":                     {},
	"POST /account/factor":                    {few: true},
	"GET /account/rights":                     {},
	"GET /account/leave":                      {},
	"POST /account/leave":                     {few: true},
	"POST /account/leave/{id}/end":            {ids: ids{"id": word("999")}, nobodys: true},
	"POST /account/leave/{id}/act":            {ids: ids{"id": word("999")}, nobodys: true},
	"POST /account/sessions/others":           {few: true, skip: "ends sessions that the others need: e2e TestAccountLife"},
	"GET /permissions/people":                 {need: account.RightsRead, query: query("q", markLogin), accounts: true},
	"GET /permissions/people/{id}":            {need: account.RightsRead, ids: ids{"id": userID}, accounts: true},
	"GET /addresses":                          {need: account.UserGrant},
	"POST /addresses":                         {need: account.UserGrant},
	"GET /sheets":                             {need: account.UserRead},
	"GET /sheets/template":                    {need: account.UserCreate},
	"POST /sheets":                            {need: account.UserCreate},
	"GET /sheets/{id}":                        {need: account.UserRead, ids: ids{"id": sheetID}},
	"POST /sheets/{id}/make":                  {need: account.UserCreate, ids: ids{"id": sheetID}},
	"POST /sheets/{id}/decide":                {need: account.UserGrant, ids: ids{"id": sheetID}},
	"GET /password":                           {},
	"POST /password":                          {few: true},
	"GET /account":                            {},
	"POST /account/sessions/{id}/end":         {ids: ids{"id": func(*ground) string { return num(bystanderSession) }}, nobodys: true},
	"GET /settings":                           {},
	"GET /permissions":                        {},
	"GET /policy":                             {need: account.UserGrant},
	"POST /policy":                            {need: account.UserGrant},
	"GET /users":                              {need: account.UserRead, query: query("q", markLogin)},
	"GET /users/new":                          {need: account.UserCreate},
	"POST /users":                             {need: account.UserCreate},
	"GET /users/{id}":                         {need: account.UserRead, ids: ids{"id": userID}},
	"POST /users/{id}/disable":                {need: account.UserCreate, ids: ids{"id": userID}, fresh: freshUser},
	"POST /users/{id}/enable":                 {need: account.UserCreate, ids: ids{"id": userID}, fresh: freshUser},
	"POST /users/{id}/sessions":               {need: account.UserCreate, ids: ids{"id": userID}, fresh: freshUser},
	"POST /users/{id}/leave":                  {need: account.UserCreate, ids: ids{"id": userID}, fresh: freshUser},
	"POST /users/{id}/until":                  {need: account.UserCreate, ids: ids{"id": userID}, fresh: freshUser},
	"POST /users/{id}/factor":                 {need: account.UserGrant, ids: ids{"id": userID}, fresh: freshUser},
	"POST /users/{id}/inspection":             {need: account.UserGrant, ids: ids{"id": userID}, fresh: freshUser},
	"POST /users/{id}/inspection/end":         {need: account.UserGrant, ids: ids{"id": userID}, fresh: freshUser, also: []int{404}},
	"POST /users/{id}/sessions/{session}/end": {need: account.UserCreate, ids: ids{"id": userID, "session": word("999")}, fresh: freshSession, also: []int{404}},
	"POST /users/{id}/remove":                 {need: account.UserCreate, ids: ids{"id": userID}, fresh: freshUser},
	"POST /users/{id}/reset":                  {need: account.UserCreate, ids: ids{"id": userID}, fresh: freshUser},
	"POST /users/{id}/grants":                 {need: account.UserGrant, ids: ids{"id": userID}},
	"POST /users/{id}/grants/revoke":          {need: account.UserGrant, ids: ids{"id": userID}},

	// Settings and audit.
	"GET /settings/values":            {need: account.BoardRead},
	"GET /settings/values/{name}":     {need: account.SettingEdit, ids: ids{"name": word("rule.post_age_end")}, everybodys: true},
	"POST /settings/values/{name}":    {need: account.SettingEdit, ids: ids{"name": word("rule.post_age_end")}, everybodys: true},
	"GET /audit":                      {need: account.AuditRead},
	"POST /audit/verify":              {need: account.AuditRead},
	"GET /audit/exports":              {need: account.AuditRead},
	"GET /audit/people/{id}":          {need: account.AuditRead, ids: ids{"id": personID}},
	"GET /people/{id}/looked":         {need: account.LookedRead, ids: ids{"id": personID}},
	"GET /exports":                    {need: account.ExportApprove},
	"GET /exports/log":                {need: account.ExportApprove},
	"POST /exports/{id}/decide":       {need: account.ExportApprove, ids: ids{"id": word("999999")}, nobodys: true, form: form("act", "yes")},
	"POST /exports/{id}/end":          {need: account.ExportApprove, ids: ids{"id": word("999999")}, nobodys: true},
	"GET /exports/mine":               {need: account.PeopleExport},
	"POST /exports/mine":              {need: account.PeopleExport},
	"POST /exports/mine/{id}/end":     {need: account.PeopleExport, ids: ids{"id": word("999999")}, nobodys: true},
	"GET /inspect":                    {need: account.InspectOwn},
	"GET /inspect/reads":              {need: account.InspectOwn},
	"POST /inspect/notes":             {need: account.InspectOwn},
	"POST /inspect/notes/{id}/remove": {need: account.InspectOwn, ids: ids{"id": word("999999")}, nobodys: true},

	// People and work.
	"GET /people":                {need: account.PeopleRead, each: true, query: func(g *ground) url.Values { return values("py", "c", "after", num(g.person-1), "sort", "name") }},
	"POST /people/find":          {need: account.PeopleRead, each: true, form: words, follow: true},
	"GET /people/found":          {need: account.PeopleRead, each: true, query: func(*ground) url.Values { return values("words", sealedWords) }},
	"GET /people/{id}":           {need: account.PeopleRead, ids: ids{"id": personID}},
	"GET /people/{id}/household": {need: account.PeopleRead, ids: ids{"id": personID}},
	"GET /people/{id}/reveal":    {need: account.PeopleReveal, ids: ids{"id": personID}},
	"POST /people/{id}/reveal": {need: account.PeopleReveal, ids: ids{"id": personID}, plain: "this is the one answer with a number in plain, on record",
		form: form("what", "id_number", "reason", "identity")},

	// Findings.
	"GET /findings":              {need: account.FindingsRead, each: true, query: func(g *ground) url.Values { return values("person", num(g.person)) }},
	"GET /findings/rules":        {need: account.FindingsRead},
	"GET /findings/{id}":         {need: account.FindingsRead, ids: ids{"id": findingID}},
	"POST /findings/export":      {need: account.PeopleExport, each: true},
	"POST /findings/excuse":      {need: account.FindingsClear, form: form("reason", "")},
	"POST /findings/{id}/excuse": {need: account.FindingsClear, ids: ids{"id": findingID}, form: form("reason", "")},
	"POST /findings/{id}/reopen": {need: account.FindingsClear, ids: ids{"id": findingID}},

	// Imports.
	"GET /import":               {need: account.ImportRun},
	"GET /import/new":           {need: account.ImportRun, query: query("kind", "people")},
	"POST /import/new":          {need: account.ImportRun, query: query("kind", "people")},
	"GET /import/{id}":          {need: account.ImportRun, ids: ids{"id": batchID}},
	"GET /import/{id}/columns":  {need: account.ImportRun, ids: ids{"id": batchID}},
	"GET /import/{id}/progress": {need: account.ImportRun, ids: ids{"id": batchID}},
	"GET /import/{id}/rejects":  {need: account.ImportRun, ids: ids{"id": batchID}, also: []int{403}, plain: "the rejected rows, as they came, for who brought the file"},
	"POST /import/{id}/act":     {need: account.ImportRun, and: account.PeopleEdit, ids: ids{"id": batchID}, fresh: freshBatch, form: form("do", "leave", "spot", "0.2.0"), also: []int{409, 422}},
	"GET /import/{id}/effect":   {need: account.ImportRun, ids: ids{"id": batchID}},
	"POST /import/{id}/ask":     {need: account.ImportRun, and: account.PeopleEdit, ids: ids{"id": batchID}, fresh: freshBatch, also: []int{409}},
	"POST /import/{id}/return":  {need: account.ImportRun, and: account.PeopleEdit, ids: ids{"id": batchID}, fresh: freshBatch, also: []int{409}},
	"POST /import/{id}/check":   {need: account.ImportRun, and: account.PeopleEdit, ids: ids{"id": batchID}, fresh: freshBatch},
	"POST /import/{id}/save":    {need: account.ImportRun, and: account.PeopleEdit, ids: ids{"id": batchID}, fresh: freshBatch},
	"POST /import/{id}/cancel":  {need: account.ImportRun, and: account.PeopleEdit, ids: ids{"id": batchID}, fresh: freshBatch},
	"POST /import/{id}/undo":    {need: account.ImportRun, and: account.PeopleEdit, ids: ids{"id": batchID}, fresh: freshBatch},

	// Figures and months.
	"GET /board":            {need: account.BoardRead},
	"GET /board/indicators": {need: account.BoardRead},
	"GET /board/places":     {need: account.BoardRead},
	"GET /board/brief":      {need: account.BoardRead},
	"GET /board/why":        {need: account.BoardRead},
	"GET /board/cohorts":    {need: account.BoardRead},
	"GET /board/income":     {need: account.BoardRead},
	"GET /board/origins":    {need: account.BoardRead},
	"GET /board/programmes": {need: account.BoardRead},
	"GET /board/people":     {need: account.PeopleRead, each: true, query: query("set", "income", "band", "none")},
	"GET /board/export":     {need: account.BoardRead, also: []int{404}},
	"GET /board/names":      {need: account.PeopleRead},
	"GET /board/list": {need: account.PeopleRead, each: true, query: func(g *ground) url.Values {
		return values("indicator", "registered", "view", "known", "after", num(g.person-1))
	}},
	"GET /board/slice":                  {need: account.BoardRead, query: query("rows", "class", "cols", "sex", "ind", "registered")},
	"POST /board/slice/export":          {need: account.BoardRead, query: query("rows", "class"), also: []int{200}},
	"POST /board/list/export":           {need: account.PeopleExport, query: query("indicator", "registered", "w.sex", "1,2,0"), also: []int{200, 404}},
	"GET /board/slice/views":            {need: account.BoardRead},
	"POST /board/slice/views/save":      {need: account.BoardRead, query: query("rows", "class"), form: form("name", "按类别", "reach", "own")},
	"POST /board/slice/views/default":   {need: account.BoardRead, form: form("view", "b:age_sex")},
	"POST /board/slice/views/{id}/drop": {need: account.BoardRead, ids: ids{"id": word("999999")}, nobodys: true, also: []int{404}},
	"GET /board/months":                 {need: account.BoardRead},
	"POST /board/months/close":          {need: account.MonthClose, form: form("county", "371522"), query: query("month", "2030-01"), also: []int{404}},
	"POST /board/months/reopen":         {need: account.MonthReopen, form: form("county", "371522"), also: []int{404}},

	// Registers.
	"GET /register":      {need: account.RegisterRead, query: query("kind", "workshop")},
	"GET /register/new":  {need: account.RegisterEdit, query: query("kind", "workshop")},
	"POST /register/new": {need: account.RegisterEdit, query: query("kind", "workshop")},
	"GET /register/{id}": {need: account.RegisterRead, ids: ids{"id": registerID}},

	// Settlements and key areas.
	"GET /areas/settlements": {need: account.RegisterRead},
	"GET /areas":             {need: account.RegisterRead},
	"POST /areas/list/add":   {need: account.SettingEdit, form: form("tag", "prov_key", "place", "莘县", "from", "2022-01-01", "source", "示例文件")},
	"POST /areas/list/end":   {need: account.SettingEdit, form: form("tag", "prov_key", "place", "371522", "since", "20220101", "to", "2023-01-01", "source", "示例文件"), also: []int{404}},

	// Targets.
	"GET /target":                {need: account.TargetRead},
	"GET /target/{id}":           {need: account.TargetRead, ids: ids{"id": targetID}, lies: inCounty},
	"POST /target/{id}/unit":     {need: account.TargetEdit, ids: ids{"id": targetID}, lies: inCounty},
	"GET /target/new":            {need: account.TargetEdit},
	"POST /target/new":           {need: account.TargetEdit},
	"GET /target/{id}/versions":  {need: account.TargetRead, ids: ids{"id": targetID}, lies: inCounty},
	"GET /target/{id}/whatif":    {need: account.TargetRead, ids: ids{"id": targetID}, lies: inCounty},
	"POST /target/{id}/whatif":   {need: account.TargetEdit, ids: ids{"id": targetID}, lies: inCounty},
	"GET /target/{id}/curve":     {need: account.TargetEdit, ids: ids{"id": targetID}, lies: inCounty},
	"POST /target/{id}/curve":    {need: account.TargetEdit, ids: ids{"id": targetID}, lies: inCounty, form: form("kind", "line")},
	"GET /target/{id}/reports":   {need: account.TargetRead, ids: ids{"id": targetID}, lies: inCounty},
	"POST /target/{id}/reports":  {need: account.TargetEdit, ids: ids{"id": targetID}, lies: inCounty, form: form("row", "1")},
	"POST /target/{id}/split":    {need: account.TargetEdit, ids: ids{"id": targetID}, lies: inCounty, form: func(g *ground) []url.Values { return []url.Values{values("place", g.county.Full())} }},
	"GET /decompose":             {need: account.TargetRead},
	"GET /decompose/{id}":        {need: account.TargetRead, ids: ids{"id": splitID}, lies: inCounty},
	"POST /decompose/{id}/save":  {need: account.TargetEdit, ids: ids{"id": splitID}, lies: inCounty, form: form("lock", "1", "rule", "=", "do", "save"), also: []int{409}},
	"POST /decompose/{id}/act":   {need: account.TargetEdit, ids: ids{"id": splitID}, lies: inCounty, form: form("lock", "1", "do", "recall"), also: []int{409}},
	"POST /decompose/{id}/sign":  {need: account.TargetSign, ids: ids{"id": splitID}, lies: inCounty, form: form("lock", "1", "do", "return", "reason", ""), also: []int{409}},
	"GET /decompose/{id}/export": {need: account.TargetRead, ids: ids{"id": splitID}, lies: inCounty},
	"GET /dispatch":              {need: account.TargetRead},
	"POST /dispatch":             {need: account.TargetSign},
	"GET /dispatch/{id}":         {need: account.TargetRead, ids: ids{"id": word("999999")}, nobodys: true},
	"GET /dispatch/{id}/export":  {need: account.TargetRead, ids: ids{"id": word("999999")}, nobodys: true},

	// Forms.
	"GET /report":                  {need: account.ReportRead},
	"GET /report/{form}":           formOf(account.ReportRead),
	"GET /report/{form}/list":      formOf(account.ReportRead, "row", "371522000000", "col", "1"),
	"GET /report/{form}/export":    formOf(account.ReportRead),
	"GET /report/{form}/pdf":       formOf(account.ReportRead),
	"GET /archives":                {need: account.ReportRead},
	"POST /archives":               {need: account.ReportRead, form: form("form", "progress", "period", "2023Q4", "format", "exe"), also: []int{404}},
	"GET /archives/{id}":           {need: account.ReportRead, ids: ids{"id": word("999999")}, nobodys: true},
	"POST /archives/{id}/cancel":   {need: account.ReportRead, ids: ids{"id": word("999999")}, nobodys: true, also: []int{404}},
	"GET /archives/{id}/file":      {need: account.ReportRead, ids: ids{"id": word("999999")}, nobodys: true},
	"GET /summary":                 {need: account.ReportRead},
	"GET /summary/{kind}":          paperOf(account.ReportRead),
	"GET /summary/{kind}/docx":     paperOf(account.ReportRead),
	"GET /summary/{kind}/final":    paperOf(account.ReportRead),
	"POST /summary/{kind}/draft":   paperOf(account.ReportFill),
	"POST /summary/{kind}/upload":  paperOf(account.ReportFill),
	"POST /summary/{kind}/submit":  paperOf(account.ReportFill),
	"POST /summary/{kind}/return":  paperOf(account.ReportReview),
	"POST /summary/{kind}/accept":  paperOf(account.ReportReview),
	"POST /report/{form}/submit":   formOf(account.ReportFill),
	"POST /report/{form}/correct":  formOf(account.ReportFill),
	"POST /report/{form}/withdraw": formOf(account.ReportFill),
	"POST /report/{form}/return":   review,
	"POST /report/{form}/accept":   review,
	"POST /report/{form}/lock":     review,
	"GET /report/{form}/versions":  formOf(account.ReportRead),
	"GET /report/matrix":           {need: account.ReportRead},
	"GET /report/matrix/export":    {need: account.ReportRead},
	"GET /report/codes":            {need: account.ReportRead, query: query("code", "371522-progress-2023Q4-1-00000000")},
	"GET /report/signing":          {need: account.SettingEdit},
	"POST /report/signing/chain":   {need: account.SettingEdit, form: form("steps", "sign", "reason", "x")},
	"POST /report/signing/names":   {need: account.SettingEdit, form: form("step", "fill")},
	"GET /report/{form}/call":      formOf(account.ReportReview),
	"POST /report/{form}/call":     formOf(account.ReportReview),
	"POST /report/{form}/review":   signing,
	"POST /report/{form}/approve":  signing,
	"POST /report/{form}/sign":     signing,
	"POST /report/{form}/back":     signing,
	"POST /report/{form}/cosign":   signing,
	"POST /report/{form}/mark":     signing,
	"POST /report/{form}/unmark":   signing,
	"POST /report/{form}/recall":   formOf(account.ReportFill),
	"POST /report/{form}/answer":   formOf(account.ReportFill),
	"POST /report/{form}/scan":     formOf(account.ReportFill),
	"POST /report/{form}/prove":    formOf(account.ReportFill),
	"POST /report/{form}/record":   formOf(account.ReportFill),
}

// formOf: a form is named by the page's place, which must be a county or above;
// below there is none.
// paperOf: a paper of the page's own place, which has not begun it.
func paperOf(need account.Permission) recipe {
	return recipe{need: need, ids: ids{"kind": word("stage")}, everybodys: true, query: query("period", "2023"), also: []int{403, 404, 409}}
}

func formOf(need account.Permission, kv ...string) recipe {
	return recipe{need: need, ids: ids{"form": word("progress")}, everybodys: true, query: query(kv...), also: []int{404}}
}

// signing: the permission is held by many, the step only by whom the unit names.
var signing = func() recipe {
	r := formOf(account.ReportSign)
	r.also = append(r.also, 403)
	return r
}()

// review: a form of the reviewer's own level is for the level above.
var review = func() recipe {
	r := formOf(account.ReportReview)
	r.also = append(r.also, 403)
	return r
}()

func init() {
	export := recipes["GET /report/{form}/export"]
	export.phones = "the official form prints the telephone of who filled it in; whose it is decides report.Export, on record"
	recipes["GET /report/{form}/export"], recipes["GET /report/{form}/pdf"] = export, export
	for _, p := range []string{"new", "{id}/edit", "{id}/status", "{id}/need", "{id}/kinds", "{id}/move", "{id}/leave", "{id}/work/new", "{id}/work/{spell}/terms", "{id}/work/{spell}/end", "{id}/work/{spell}/dates"} {
		r := recipe{need: account.PeopleEdit}
		if strings.Contains(p, "{id}") {
			r.ids = ids{"id": personID, "spell": spellID}
		}
		recipes["GET /people/"+p], recipes["POST /people/"+p] = r, r
	}
	for _, p := range []string{"edit", "end", "members/new", "members/{member}/end"} {
		r := recipe{need: account.RegisterEdit, ids: ids{"id": registerID, "member": memberID}}
		recipes["GET /register/{id}/"+p], recipes["POST /register/{id}/"+p] = r, r
	}
	recipes["POST /people/{id}/work/{spell}/seen"] = recipe{need: account.PeopleEdit, ids: ids{"id": personID, "spell": spellID}}
}
