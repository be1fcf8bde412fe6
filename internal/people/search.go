package people

import (
	"context"
	"encoding/base64"
	"fmt"
	"strings"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/db"
	"wengang/internal/idcard"
	"wengang/internal/pinyin"
	"wengang/internal/region"
)

// Asked is what the words in the search box turned out to be.
type Asked uint8

// The kinds of question.
const (
	AskedNothing Asked = iota
	AskedName
	AskedPinyin
	AskedID
	AskedPhone
	AskedCode
)

// Understand turns the words of the one search box into a filter: an identity
// number, a phone, a 人编号 or 户编号, pinyin letters, a name.
func Understand(words string) (Filter, Asked) {
	words = strings.TrimSpace(words)
	n := idcard.Normalise(words)
	switch {
	case n == "" || len(words) > 120:
		return Filter{}, AskedNothing
	case isLatin(n):
		return Filter{Name: strings.ToLower(n)}, AskedPinyin
	case !numeric(n):
		return Filter{Name: words}, AskedName
	case len(n) == 11 && IsMobile(n):
		return Filter{Phone: n}, AskedPhone
	}
	switch len(n) {
	case 15, 18, 20, 22:
		return Filter{IDNumber: n}, AskedID
	}
	return Filter{Code: n}, AskedCode
}

// numeric accepts digits, with an X or a reissue mark in the tail.
func numeric(s string) bool {
	for i := range len(s) {
		if !(s[i] >= '0' && s[i] <= '9' || i >= 17 && (s[i] == 'X' || s[i] == 'B')) {
			return false
		}
	}
	return true
}

// Search answers at most limit persons for the words of the search box, by
// residence or workplace, also those who died or left. A person found by
// number is found whatever the rest of the filter says.
func (s *Store) Search(ctx context.Context, scope region.Scope, words string, limit int) ([]Row, Asked, error) {
	f, asked := Understand(words)
	if asked == AskedNothing || scope.Empty() {
		return nil, asked, nil
	}
	var out []Row
	err := s.db.Snapshot(ctx, func(q db.Querier) error {
		ids, err := s.searchIDs(ctx, q, scope, f, limit)
		if err != nil {
			return fmt.Errorf("search: %w", err)
		}
		out, err = s.rows(ctx, q, scope, ids, 0)
		return err
	})
	if asked == AskedPinyin {
		out = spelled(out, f.Name)
	}
	return out, asked, err
}

// searchIDs drives from the identity condition alone and checks visibility on
// what it yields: a name is far narrower than a county.
func (s *Store) searchIDs(ctx context.Context, q db.Querier, scope region.Scope, f Filter, limit int) ([]int64, error) {
	var a db.Args
	where := strings.Join(s.identity(f, &a), " AND ")
	where += " AND " + Visible(scope, s.month(), &a) + " AND " + live("p") + " AND p.merged_into = 0"
	order := "p.name, p.id"
	if f.Name != "" && isLatin(f.Name) {
		order = "p.initials, p.id"
	}
	return readIDs(ctx, q, `SELECT p.id FROM person p WHERE `+where+` ORDER BY `+order+` LIMIT `+a.Add(limit), a.Values)
}

// spelled leaves out who only shares the initials of a typed-out name.
func spelled(rows []Row, letters string) []Row {
	out := rows[:0]
	for _, r := range rows {
		if strings.HasPrefix(pinyin.Initials(r.Name), letters) || strings.HasPrefix(strings.Join(pinyin.Syllables(r.Name), ""), letters) {
			out = append(out, r)
		}
	}
	return out
}

// Find is Search with a record of who looked for a number: the command line
// and other bulk-minded doors use it. The words themselves are not recorded.
func (s *Store) Find(ctx context.Context, scope region.Scope, by account.Caller, words string, limit int) ([]Row, error) {
	rows, asked, err := s.Search(ctx, scope, words, limit)
	if err != nil || asked != AskedID && asked != AskedPhone {
		return rows, err
	}
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		e := audit.Entry{Action: "people.find", Object: "person", Detail: map[string]string{"rows": itoa(int64(len(rows)))}}
		if len(rows) == 1 {
			e.ObjectID, e.Region = itoa(rows[0].ID), rows[0].Village
		}
		return s.Audit.Write(ctx, tx, by, e)
	})
	if err != nil {
		return nil, err
	}
	return rows, nil
}

// askedContext is the use under which words are sealed: they open nowhere else.
const askedContext = "people.asked"

// SealWords turns the words of a question into what may stand in an address:
// an answer has one, so that going back and refreshing find it again, and the
// words, which are names, do not.
func SealWords(b Box, words string) (string, error) {
	sealed, err := b.Encrypt(askedContext, []byte(words))
	return base64.RawURLEncoding.EncodeToString(sealed), err
}

// OpenWords is the question of an address, or NotFound.
func OpenWords(b Box, token string) (string, error) {
	sealed, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(sealed) > 400 {
		return "", errNotFound
	}
	words, err := b.Decrypt(askedContext, sealed)
	if err != nil {
		return "", errNotFound
	}
	return string(words), nil
}

// latinCondition finds letters as initials, and as a typed-out reading by the
// initials that it may stand for.
func latinCondition(letters string, a *db.Args) string {
	parts := []string{letters}
	for _, g := range pinyin.Guess(letters, 3) {
		if g != letters && len(letters) > 3 {
			parts = append(parts, g)
		}
	}
	for i, p := range parts {
		parts[i] = "(p.initials >= " + a.Add(p) + " AND p.initials < " + a.Add(p+"\x7f") + ")"
	}
	return "(" + strings.Join(parts, " OR ") + ")"
}
