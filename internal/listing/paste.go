package listing

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/idcard"
	"wengang/internal/people"
	"wengang/internal/region"
)

// Line is one pasted line as it was understood.
type Line struct {
	No      int    // from 1, as pasted
	Number  string // the 18-character identity; "" where none was read
	Problem idcard.Problem
	Rest    string // what stood beside the number: mostly a name
	Blank   bool
	Same    int // the earlier line with the same number, 0 none
}

// ReadLines reads pasted text, a number per line, in its order. Spaces, full
// width, 15 digits, a running number before and a name behind are taken. Blank
// lines at the end are dropped; those between keep their place, so that the
// answer lies beside the reader's own rows.
func ReadLines(pasted string) []Line {
	pasted = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u0085", "\n").Replace(pasted)
	raw := strings.Split(strings.TrimRightFunc(pasted, unicode.IsSpace), "\n")
	if len(raw) == 1 && strings.TrimSpace(raw[0]) == "" {
		return nil
	}
	out := make([]Line, len(raw))
	first := make(map[string]int, len(raw))
	for i, s := range raw {
		l := readLine(s)
		l.No = i + 1
		if l.Number != "" {
			if at, twice := first[l.Number]; twice {
				l.Same = at
			} else {
				first[l.Number] = l.No
			}
		}
		out[i] = l
	}
	return out
}

func readLine(s string) Line {
	if strings.TrimFunc(s, func(r rune) bool { return unicode.IsSpace(r) || r == '\ufeff' }) == "" {
		return Line{Blank: true}
	}
	words := strings.FieldsFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || strings.ContainsRune(",，;；、|:：()（）", r)
	})
	// Words by themselves first: a running number before the number must not
	// become part of it.
	for i, w := range words {
		if n := run(w); numberSize(n) {
			if l := understood(n); l.Problem == idcard.OK {
				l.Rest = strings.Join(append(append([]string{}, words[:i]...), words[i+1:]...), " ")
				return l
			}
		}
	}
	// Then words together: a number that was written in groups, also behind a
	// running number.
	for i := range min(len(words), 3) {
		if l := understood(run(idcard.Normalise(strings.Join(words[i:], "")))); l.Problem == idcard.OK {
			return l
		}
	}
	whole := idcard.Normalise(strings.Join(words, ""))
	n := run(whole)
	if l := understood(whole); l.Problem == idcard.Mangled || n == "" {
		return l
	}
	return understood(n)
}

// run is the longest stretch of a text that could be a number.
func run(s string) string {
	s = idcard.Normalise(s)
	best, start := "", -1
	for i := 0; i <= len(s); i++ {
		if i < len(s) && (s[i] >= '0' && s[i] <= '9' || start >= 0 && (s[i] == 'X' && i-start == 17 || s[i] == 'B' && i-start == 20)) {
			if start < 0 {
				start = i
			}
			continue
		}
		if start >= 0 && i-start > len(best) {
			best = s[start:i]
		}
		start = -1
	}
	return best
}

func numberSize(s string) bool {
	switch len(s) {
	case 15, 18, 20, 22:
		return true
	}
	return false
}

func understood(n string) Line {
	id, problem := idcard.Parse(n)
	if problem != idcard.OK {
		return Line{Problem: problem}
	}
	return Line{Number: id.Number}
}

// Found says what became of a line.
type Found uint8

// The answers. Elsewhere and nowhere are one: which it is, is another place's
// business.
const (
	Nothing    Found = iota // a blank line
	Unreadable              // no valid number in it
	Absent                  // not registered here, or not in the reader's area
	Here                    // registered in the reader's area
	Left                    // was registered there: died, moved away
)

// Answer is a line with what the reader may know.
type Answer struct {
	Line
	Found  Found
	Person *Person // nil unless Here or Left
}

// Pasted answers a list of numbers in its order. The question is on record with
// its size, the numbers are kept nowhere; a user has a number of them per day.
func (s *Store) Pasted(ctx context.Context, by account.Caller, at region.Code, lines []Line) ([]Answer, error) {
	scope := by.Scope(account.PeopleRead)
	if !scope.Contains(at) {
		return nil, errNotFound
	}
	if err := s.tally(ctx, by, at, lines); err != nil {
		return nil, err
	}
	return s.answer(ctx, scope, lines)
}

// tally counts the question against the day's limit and puts it on record,
// before anything is answered.
func (s *Store) tally(ctx context.Context, by account.Caller, at region.Code, lines []Line) error {
	asked := 0
	for _, l := range lines {
		if l.Number != "" && l.Same == 0 {
			asked++
		}
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		set, err := s.settings(ctx, tx, at)
		if err != nil {
			return err
		}
		if limit := set.Int(PasteRows); len(lines) > limit {
			return fault.InvalidFields(fault.Field{Name: "ids", Key: "listing.paste.many", Args: []any{len(lines), limit}})
		}
		var sum int
		err = tx.QueryRowContext(ctx, `
			INSERT INTO lookup_tally (user_id, day, asked) VALUES ($1, $2, $3)
			ON CONFLICT (user_id, day) DO UPDATE SET asked = lookup_tally.asked + excluded.asked RETURNING asked`,
			by.UserID, int32(s.today()), asked).Scan(&sum)
		if err != nil {
			return fmt.Errorf("count questions: %w", err)
		}
		if limit := set.Int(PasteDaily); sum > limit && !by.Local() {
			return fault.New(fault.TooMany, "listing.paste.daily", limit)
		}
		return s.Audit.Write(ctx, tx, by, audit.Entry{Action: "listing.paste", Object: "person", Region: at,
			Detail: map[string]string{"lines": strconv.Itoa(len(lines)), "numbers": strconv.Itoa(asked)}})
	})
}

// answer finds the numbers by their blind index and keeps whom the scope sees.
func (s *Store) answer(ctx context.Context, scope region.Scope, lines []Line) ([]Answer, error) {
	out := make([]Answer, len(lines))
	var indexes [][]byte
	for i, l := range lines {
		out[i].Line = l
		switch {
		case l.Blank:
		case l.Number == "":
			out[i].Found = Unreadable
		default:
			out[i].Found = Absent
			if l.Same == 0 {
				indexes = append(indexes, s.Box.BlindIndex(people.IndexID, l.Number))
			}
		}
	}
	err := s.db.Snapshot(ctx, func(q db.Querier) error {
		refs, err := people.Lookup(ctx, q, indexes)
		if err != nil {
			return err
		}
		persons, err := s.seen(ctx, q, scope, refs)
		if err != nil {
			return err
		}
		for i := range out {
			if out[i].Number == "" {
				continue
			}
			ref, known := refs[string(s.Box.BlindIndex(people.IndexID, out[i].Number))]
			if !known {
				continue
			}
			if p := persons[standing(ref)]; p != nil {
				out[i].Person, out[i].Found = p, Here
				if p.OutReason != 0 {
					out[i].Found = Left
				}
			}
		}
		return nil
	})
	return out, err
}

// standing is the record that holds the person: of a merged one the other.
func standing(r people.Ref) int64 {
	if r.MergedInto != 0 {
		return r.MergedInto
	}
	return r.ID
}

// seen reads those of the records that the scope sees.
func (s *Store) seen(ctx context.Context, q db.Querier, scope region.Scope, refs map[string]people.Ref) (map[int64]*Person, error) {
	ids := make([]int64, 0, len(refs))
	for _, r := range refs {
		ids = append(ids, standing(r))
	}
	rows, err := s.load(ctx, q, scope, ids, s.month())
	if err != nil {
		return nil, err
	}
	out := make(map[int64]*Person, len(rows))
	for i := range rows {
		out[rows[i].ID] = &rows[i]
	}
	return out, nil
}
