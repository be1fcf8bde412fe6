package account

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/sheet"
	"wengang/internal/text"
)

// SheetColumns are the headings of a workbook of accounts, in the order of the
// template.
var SheetColumns = []string{"姓名", "登录名", "手机号码", "部门", "角色", "所在地区", "有效期至"}

// SheetRow is a row of a workbook of accounts: as written, as read, and what
// is wrong with it.
type SheetRow struct {
	Line                                         int
	Name, Login, Phone, Dept, Role, Place, Until string

	At       region.Code
	Day      calendar.Date
	DeptCode Dept
	RoleCode Role
	Bad      []fault.Field
}

// OK reports a row that can be made.
func (r *SheetRow) OK() bool { return len(r.Bad) == 0 }

// Sheet is a workbook of accounts on its way.
type Sheet struct {
	ID        int64
	Region    region.Code
	FileName  string
	CreatedBy int64
	Creator   string
	CreatedAt time.Time
	MadeAt    int64 // Unix ms, 0 not yet
	Made      int
	LeftOut   int
	Open      int        // wishes that nobody decided
	Rows      []SheetRow // of one that was not made yet
}

// maxSheet bounds a workbook: each account costs 25 ms of hashing.
const maxSheet = 500

const sheetContext = "account_sheet.rows_cipher"

// PlaceReader resolves a place as a person writes it, within a scope.
type PlaceReader func(words string, within region.Scope) (region.Code, bool)

// SheetTemplate writes an empty workbook with the headings, an example and
// the words that its cells may hold.
func SheetTemplate(w io.Writer, tmp string) error {
	book, err := sheet.NewWriter(tmp)
	if err != nil {
		return err
	}
	defer book.Close()
	if err := book.Sheet("账号", []float64{14, 18, 16, 14, 14, 28, 14}, 1); err != nil {
		return err
	}
	head := make([]any, len(SheetColumns))
	for i, c := range SheetColumns {
		head[i] = c
	}
	if err := book.RowLook(sheet.Head, head...); err != nil {
		return err
	}
	if err := book.Sheet("填写说明", []float64{16, 80}, 1); err != nil {
		return err
	}
	var depts, roles []string
	for _, d := range Depts() {
		depts = append(depts, text.T(text.ZH, "account.dept."+string(d)))
	}
	for _, r := range Roles() {
		if !r.Admin() {
			roles = append(roles, text.T(text.ZH, "web.role."+string(r)))
		}
	}
	for _, l := range [][2]string{{"姓名", "必填"}, {"登录名", text.T(text.ZH, "account.login.form")}, {"手机号码", "可空；11 位，加密保存"},
		{"部门", "必填：" + strings.Join(depts, "、")}, {"角色", "必填：" + strings.Join(roles, "、") + "。三类管理员逐个新建，不用表格"},
		{"所在地区", "必填：区划代码或全称，如 371522 或 莘县张鲁回族镇"}, {"有效期至", "可空；临时账号填 2024-06-30 这样的日期"},
		{"注意", "账号建好后没有权限，由安全管理员按本表的部门和角色批量授予；一次性密码只显示一次，打印成密码条当面交给本人"}} {
		if err := book.Row(l[0], l[1]); err != nil {
			return err
		}
	}
	return book.Write(w)
}

// StageSheet reads a workbook of accounts, checks it row by row and keeps it
// sealed until the caller goes on. Nothing is made yet.
func (s *Service) StageSheet(ctx context.Context, c Caller, at region.Code, places PlaceReader, file io.ReaderAt, size int64, name string) (id int64, err error) {
	scope, err := need(c, UserCreate)
	if err != nil {
		return 0, err
	}
	if !scope.Contains(at) {
		return 0, fault.NotFoundf("fault.notfound")
	}
	rows, err := readSheet(file, size, name)
	if err != nil {
		return 0, err
	}
	if err := s.checkSheet(ctx, scope, places, rows); err != nil {
		return 0, err
	}
	raw, err := json.Marshal(rows)
	if err != nil {
		return 0, fmt.Errorf("account sheet: %w", err)
	}
	sealed, err := s.box.Encrypt(sheetContext, raw)
	if err != nil {
		return 0, err
	}
	if len([]rune(name)) > 100 {
		name = string([]rune(name)[:100])
	}
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		err := tx.QueryRowContext(ctx, `INSERT INTO account_sheet (region, file_name, created_by, created_at, rows_cipher) VALUES ($1, $2, $3, $4, $5) RETURNING id`,
			int64(at), name, c.UserID, db.Millis(tx.Now), sealed).Scan(&id)
		if err != nil {
			return fmt.Errorf("account sheet: %w", err)
		}
		return s.note(ctx, tx, c, Note{Action: "user.sheet", Object: "account_sheet", ObjectID: itoa(id), Region: at, Detail: map[string]string{"rows": itoa(int64(len(rows)))}})
	})
	return id, err
}

func readSheet(file io.ReaderAt, size int64, name string) ([]SheetRow, error) {
	book, err := sheet.OpenReader(file, size, name)
	if err != nil {
		return nil, err
	}
	defer book.Close()
	if len(book.Sheets()) == 0 {
		return nil, fault.New(fault.Invalid, "account.sheet.empty")
	}
	var (
		rows []SheetRow
		cols []int // of SheetColumns, -1 absent
	)
	err = book.Sheets()[0].Rows(func(n int, cells []sheet.Cell) error {
		words := map[int]string{}
		for _, cell := range cells {
			words[cell.Col] = strings.TrimSpace(sheet.Unguard(cell.Text))
		}
		if cols == nil {
			cols = headings(words)
			if cols == nil && n > 5 {
				return sheet.Stop
			}
			return nil
		}
		r, filled := SheetRow{Line: n}, false
		for i, at := range []*string{&r.Name, &r.Login, &r.Phone, &r.Dept, &r.Role, &r.Place, &r.Until} {
			*at = cut(words[cols[i]], 200)
			filled = filled || *at != ""
		}
		if !filled {
			return nil
		}
		if len(rows) == maxSheet {
			return fault.New(fault.Invalid, "account.sheet.many", maxSheet)
		}
		rows = append(rows, r)
		return nil
	})
	if err != nil && !errors.Is(err, sheet.Stop) {
		return nil, err
	}
	if cols == nil {
		return nil, fault.New(fault.Invalid, "account.sheet.heads", strings.Join(SheetColumns, "、"))
	}
	if len(rows) == 0 {
		return nil, fault.New(fault.Invalid, "account.sheet.empty")
	}
	return rows, nil
}

func cut(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}

// headings finds the columns in a row of words, -1 for one that is not there;
// nil where the row is no heading.
func headings(words map[int]string) []int {
	cols := make([]int, len(SheetColumns))
	for i, name := range SheetColumns {
		cols[i] = -1
		for c, w := range words {
			if strings.TrimSuffix(strings.ReplaceAll(w, " ", ""), "*") == name {
				cols[i] = c
			}
		}
	}
	if cols[0] < 0 || cols[1] < 0 || cols[3] < 0 || cols[4] < 0 || cols[5] < 0 {
		return nil
	}
	return cols
}

// checkSheet says of each row what is wrong with it.
func (s *Service) checkSheet(ctx context.Context, scope region.Scope, places PlaceReader, rows []SheetRow) error {
	seen := map[string]int{}
	for i := range rows {
		r := &rows[i]
		bad := func(name, key string, args ...any) {
			r.Bad = append(r.Bad, fault.Field{Name: name, Key: key, Args: args})
		}
		r.Login = NormalLogin(r.Login)
		_, fields := NewUser{Login: r.Login, Name: r.Name, Phone: r.Phone}.user(s.box)
		r.Bad = append(r.Bad, fields...)
		if first, twice := seen[r.Login]; twice {
			bad("login", "account.sheet.twice", first)
		} else if taken, err := s.loginTaken(ctx, s.db.Read, r.Login); err != nil {
			return err
		} else if taken {
			bad("login", "account.login.taken")
		}
		seen[r.Login] = r.Line
		at, ok := places(r.Place, scope)
		if r.At = at; !ok {
			bad("place", "account.place")
		}
		r.readRole(bad)
		if r.Until != "" {
			d, err := calendar.ParseDate(r.Until)
			if r.Day = d; err != nil || d < calendar.DateAt(s.db.Clock()) {
				bad("until", "account.until.form")
			}
		}
		if g := (Grant{Role: r.RoleCode, Dept: r.DeptCode, Region: r.At}); ok && r.RoleCode != "" && r.DeptCode != "" {
			if why := g.Grantable(); why != "" {
				bad("role", "account.grant."+why)
			}
		}
	}
	return nil
}

func (r *SheetRow) readRole(bad func(string, string, ...any)) {
	for _, d := range Depts() {
		if w := text.T(text.ZH, "account.dept."+string(d)); r.Dept == w || r.Dept == w+"局" || r.Dept == text.T(text.ZH, "account.dept_short."+string(d)) || r.Dept == string(d) {
			r.DeptCode = d
		}
	}
	for _, role := range Roles() {
		if role.Admin() {
			continue
		}
		if r.Role == text.T(text.ZH, "web.role."+string(role)) || r.Role == text.T(text.ZH, "account.role."+string(role)) || r.Role == string(role) {
			r.RoleCode = role
		}
	}
	if r.DeptCode == "" {
		bad("dept", "account.grant.dept")
	}
	if r.RoleCode == "" {
		bad("role", "account.sheet.role")
	}
}

func (s *Service) loginTaken(ctx context.Context, q db.Querier, login string) (bool, error) {
	var n int
	if err := q.QueryRowContext(ctx, `SELECT count(*) FROM app_user WHERE login = $1 AND removed_at = 0`, login).Scan(&n); err != nil {
		return false, fmt.Errorf("login: %w", err)
	}
	return n > 0, nil
}

const sheetColumns = `a.id, a.region, a.file_name, a.created_by, coalesce(u.name, ''), a.created_at, a.made_at, a.made, a.left_out,
	(SELECT count(*) FROM account_wish w WHERE w.sheet_id = a.id AND w.decided_at = 0)`

func scanSheet(scan func(...any) error, more ...any) (sh Sheet, err error) {
	var at, created int64
	err = scan(append([]any{&sh.ID, &at, &sh.FileName, &sh.CreatedBy, &sh.Creator, &created, &sh.MadeAt, &sh.Made, &sh.LeftOut, &sh.Open}, more...)...)
	sh.Region, sh.CreatedAt = region.Code(at), db.FromMillis(created)
	return sh, err
}

// Sheets lists the workbooks of the caller's area, the newest first.
func (s *Service) Sheets(ctx context.Context, c Caller) ([]Sheet, error) {
	scope, err := need(c, UserRead)
	if err != nil {
		return nil, err
	}
	var a db.Args
	rows, err := s.db.Read.QueryContext(ctx, `SELECT `+sheetColumns+` FROM account_sheet a LEFT JOIN app_user u ON u.id = a.created_by
		WHERE `+scope.Predicate("a.region", a.Add)+` ORDER BY a.id DESC LIMIT 50`, a.Values...)
	if err != nil {
		return nil, fmt.Errorf("account sheets: %w", err)
	}
	defer rows.Close()
	var out []Sheet
	for rows.Next() {
		sh, err := scanSheet(rows.Scan)
		if err != nil {
			return nil, fmt.Errorf("account sheets: %w", err)
		}
		out = append(out, sh)
	}
	return out, rows.Err()
}

// Sheet reads one workbook of the caller's area. Its rows, with the phones,
// are for who brought it.
func (s *Service) Sheet(ctx context.Context, c Caller, id int64) (Sheet, error) {
	scope, err := need(c, UserRead)
	if err != nil {
		return Sheet{}, err
	}
	return s.readSheetRow(ctx, s.db.Read, c, scope, id)
}

func (s *Service) readSheetRow(ctx context.Context, q db.Querier, c Caller, scope region.Scope, id int64) (Sheet, error) {
	var sealed []byte
	row := q.QueryRowContext(ctx, `SELECT `+sheetColumns+`, a.rows_cipher FROM account_sheet a LEFT JOIN app_user u ON u.id = a.created_by WHERE a.id = $1`, id)
	sh, err := scanSheet(row.Scan, &sealed)
	if errors.Is(err, sql.ErrNoRows) || err == nil && !scope.Contains(sh.Region) {
		return Sheet{}, fault.NotFoundf("fault.notfound")
	}
	if err != nil {
		return Sheet{}, fmt.Errorf("account sheet: %w", err)
	}
	if sealed == nil || sh.CreatedBy != c.UserID {
		return sh, nil
	}
	raw, err := s.box.Decrypt(sheetContext, sealed)
	if err != nil {
		return Sheet{}, err
	}
	if err := json.Unmarshal(raw, &sh.Rows); err != nil {
		return Sheet{}, fmt.Errorf("account sheet: %w", err)
	}
	return sh, nil
}
