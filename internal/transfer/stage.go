package transfer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"unicode"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/calendar"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/region"
	"wengang/internal/secret"
	"wengang/internal/sheet"
)

// Request asks for the import of one file.
type Request struct {
	Kind     string
	File     io.Reader
	FileName string
	Region   region.Code
	Month    calendar.Month
	Year     int
	Subtype  string
	Full     bool
	// ByHand keeps a file whose layout is not recognised, for a person to choose
	// its columns (Choose); otherwise it is refused.
	ByHand bool
}

// Stage keeps the file, recognises its layout and records the batch; the rows
// are checked by Work. A file that is refused leaves nothing behind. It needs
// account.ImportRun at the place.
func (s *Service) Stage(ctx context.Context, c account.Caller, r Request) (int64, error) {
	if !c.Can(account.ImportRun) {
		return 0, fault.New(fault.Forbidden, "fault.forbidden", account.ImportRun)
	}
	if !c.Scope(account.ImportRun).Contains(r.Region) {
		return 0, fault.NotFoundf("fault.notfound")
	}
	kind, ok := s.kinds[r.Kind]
	if !ok {
		return 0, fault.New(fault.Invalid, "import.kind", r.Kind, strings.Join(s.order, ", "))
	}
	if need, ok := s.may(c, r.Kind, r.Region); !ok {
		return 0, fault.New(fault.Forbidden, "fault.forbidden", need)
	}
	layouts, err := layoutsOf(kind, r.Subtype)
	if err != nil {
		return 0, err
	}
	st, err := s.vault.put(r.File)
	if err != nil {
		return 0, err
	}
	s.point("stage.file")
	id, err := s.record(ctx, c, r, st, layouts)
	if err != nil {
		if e := s.vault.remove(st.name); e != nil {
			s.log.Error("upload not removed", "error", e)
		}
		return 0, err
	}
	s.point("stage")
	return id, nil
}

// layoutsOf narrows the kind's layouts to a subtype where one bears its name.
func layoutsOf(k Kind, subtype string) ([]Layout, error) {
	all := k.Layouts()
	if subtype == "" {
		return all, nil
	}
	var names []string
	for _, l := range all {
		if l.ID == subtype {
			return []Layout{l}, nil
		}
		names = append(names, l.ID)
	}
	return nil, fault.New(fault.Invalid, "import.type", subtype, strings.Join(names, ", "))
}

// openBook opens a stored file.
func (s *Service) openBook(name string, size int64, fileName string) (*sheet.Book, *opened, error) {
	f, err := s.vault.open(name, size)
	if err != nil {
		return nil, nil, err
	}
	book, err := sheet.OpenReader(f, size, fileName)
	if err != nil {
		f.Close()
		return nil, nil, err
	}
	return book, f, nil
}

// workbook opens the stored file and recognises it again; both are repeatable.
func (s *Service) workbook(name string, size int64, fileName string, layouts []Layout) (*sheet.Book, *opened, *Match, error) {
	book, f, err := s.openBook(name, size, fileName)
	if err != nil {
		return nil, nil, nil, err
	}
	m, err := Recognise(book, layouts)
	if err != nil {
		f.Close()
		return nil, nil, nil, err
	}
	return book, f, m, nil
}

// understand reads a new file: by the columns that the office remembers for its
// headings, else by its layout. A file that is not recognised waits for its
// columns where the request allows it.
func (s *Service) understand(ctx context.Context, c account.Caller, r Request, st stored, name string, layouts []Layout) (Reading, *Match, State, error) {
	book, f, err := s.openBook(st.name, st.size, name)
	if err != nil {
		return Reading{}, nil, "", err
	}
	defer f.Close()
	known, err := recall(ctx, s.db.Read, c, r.Kind, r.Region, func() ([]string, error) { return signatures(book) })
	if err != nil {
		return Reading{}, nil, "", err
	}
	if known != nil && (r.Subtype == "" || known.Mapping.Layout == r.Subtype) {
		if l, ok := byHand(s.kinds[r.Kind], known.Mapping.Layout); ok {
			l.mapping = &known.Mapping
			if m, err := Recognise(book, []Layout{l}); err == nil {
				reading := readingOf(m)
				reading.Mapping = &known.Mapping
				return reading, m, StateStaged, nil
			}
		}
	}
	m, err := Recognise(book, layouts)
	if err == nil {
		return readingOf(m), m, StateStaged, nil
	}
	var refused *fault.Error
	if !errors.As(err, &refused) || refused.Key != "import.unrecognised" && refused.Key != "import.missing" {
		return Reading{}, nil, "", err
	}
	if other := s.otherKind(book, r.Kind); other != "" && refused.Key == "import.unrecognised" {
		return Reading{}, nil, "", fault.New(fault.Invalid, "import.other_kind."+other)
	}
	if !r.ByHand {
		return Reading{}, nil, "", err
	}
	return Reading{Problem: newMessage(refused.Key, refused.Args).encode()}, &Match{}, StateMapping, nil
}

// otherKind is the kind that a file belongs to which was brought in as another,
// "" where none knows it.
func (s *Service) otherKind(book *sheet.Book, not string) string {
	for _, id := range s.order {
		if id == not {
			continue
		}
		if _, err := Recognise(book, s.kinds[id].Layouts()); err == nil {
			return id
		}
	}
	return ""
}

func (s *Service) record(ctx context.Context, c account.Caller, r Request, st stored, layouts []Layout) (id int64, err error) {
	name := fileName(r.FileName)
	read, m, state, err := s.understand(ctx, c, r, st, name, layouts)
	if err != nil {
		return 0, err
	}
	reading, err := json.Marshal(read)
	if err != nil {
		return 0, err
	}
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		var same int64
		if err := tx.QueryRowContext(ctx, `SELECT coalesce(max(id), 0) FROM import_batch WHERE file_hash = $1 AND kind = $2 AND region = $3 AND month = $4 AND state = 'done'`,
			st.hash[:], r.Kind, int64(r.Region), int(r.Month)).Scan(&same); err != nil {
			return err
		}
		err := tx.QueryRowContext(ctx, `
			INSERT INTO import_batch (kind, layout, region, month, year, subtype, file_name, file_hash, file_size, file_path, same_as, is_full, state, columns, reading, created_by, created_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $17, $13, $14, $15, $16) RETURNING id`,
			r.Kind, m.Layout.ID, int64(r.Region), int(r.Month), r.Year, r.Subtype, name, st.hash[:], st.size, st.name, same, r.Full,
			strings.Join(m.Columns, ","), string(reading), c.UserID, db.Millis(tx.Now), string(state)).Scan(&id)
		if err != nil {
			return fmt.Errorf("record import: %w", err)
		}
		if err := used(ctx, tx, read.Mapping); err != nil {
			return err
		}
		return s.note(ctx, tx, c, "import.stage", Info{ID: id, Kind: r.Kind, Region: r.Region, Month: r.Month})
	})
	return id, err
}

// note writes the audit row of an act on a batch.
func (s *Service) note(ctx context.Context, tx *db.Tx, c account.Caller, action string, in Info) error {
	if s.audit == nil {
		return nil
	}
	return s.audit.Write(ctx, tx, c, audit.Entry{Action: action, Object: "import", ObjectID: fmt.Sprint(in.ID), Region: in.Region,
		Detail: map[string]string{"kind": in.Kind, "month": in.Month.String(), "new": fmt.Sprint(in.New), "changed": fmt.Sprint(in.Changed), "rejected": fmt.Sprint(in.Refused())}})
}

// fileName is the last part of what the browser sent, without control
// characters, bounded. It is shown, never used as a path.
func fileName(s string) string {
	s = filepath.Base(strings.ReplaceAll(s, `\`, "/"))
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || invisible(r) {
			return -1
		}
		return r
	}, s)
	if r := []rune(s); len(r) > 120 {
		s = string(r[:60]) + "…" + string(r[len(r)-50:])
	}
	if s == "" || s == "." || s == "/" {
		return "import"
	}
	return s
}

func readingOf(m *Match) Reading {
	r := Reading{Layout: m.Layout.Title, Skipped: m.Skipped, Hidden: m.Hidden}
	for _, sm := range m.Sheets {
		rs := ReadSheet{Name: sm.Name, HeadRow: sm.HeadRow, HeadRows: sm.HeadRows, Unknown: sm.Unknown, Twice: sm.Twice}
		for _, line := range sm.Above {
			rs.Above = append(rs.Above, secret.Scrub(clip(line)))
		}
		r.Sheets = append(r.Sheets, rs)
	}
	byKey := map[string]Column{}
	for _, c := range m.Layout.Columns {
		byKey[c.Key] = c
	}
	for i, key := range m.Columns {
		h := ReadHeading{Key: key, Secret: byKey[key].Secret, Title: key}
		if hs := byKey[key].Headings; len(hs) > 0 {
			h.Title = hs[0]
		}
		for _, sm := range m.Sheets {
			if sm.Headings[i] != "" {
				h.Heading = sm.Headings[i]
				break
			}
		}
		r.Columns = append(r.Columns, h)
	}
	return r
}

// batch is what the kind is told.
func (s *Service) batch(in Info) (*Batch, error) {
	if _, ok := s.kinds[in.Kind]; !ok {
		return nil, fault.New(fault.Invalid, "import.kind", in.Kind, strings.Join(s.order, ", "))
	}
	var above []string
	if len(in.Reading.Sheets) > 0 {
		above = in.Reading.Sheets[0].Above
	}
	return &Batch{ID: in.ID, Kind: in.Kind, Layout: in.Layout, Region: in.Region, Month: in.Month, Year: in.Year, Subtype: in.Subtype,
		FileName: in.FileName, Full: in.Full, UserID: in.CreatedBy, Above: above, Columns: in.Columns, History: in.history}, nil
}
