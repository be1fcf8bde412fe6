package sheet

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"errors"
	"io"
	"path"
	"strings"
	"sync/atomic"

	"wengang/internal/fault"
)

// container is the zip of a workbook after its directory passed the checks:
// number of entries, declared sizes and ratios (what is read later may not
// exceed what was declared), names, encryption.
type container struct {
	name  string // of the file, for messages
	parts map[string]*zip.File
}

// errBomb stops a part that gives more than its directory entry declared.
var errBomb = errors.New("part larger than declared")

// budget bounds what the directory reader may take in: a directory of millions
// of entries is refused before it fills the memory.
type budget struct {
	r    io.ReaderAt
	left atomic.Int64
}

var errDirectory = errors.New("zip directory too large")

func (b *budget) ReadAt(p []byte, off int64) (int, error) {
	if b.left.Add(-int64(len(p))) < 0 {
		return 0, errDirectory
	}
	return b.r.ReadAt(p, off)
}

func openContainer(r io.ReaderAt, size int64, name string) (*container, error) {
	b := &budget{r: r}
	b.left.Store(maxDir)
	z, err := zip.NewReader(b, size)
	if errors.Is(err, errDirectory) {
		return nil, fault.New(fault.Invalid, "sheet.bomb", name)
	}
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return nil, fault.Wrap(err, fault.Invalid, "sheet.broken", name, "zip")
	}
	b.left.Store(1 << 62)
	if len(z.File) > maxEntries {
		return nil, fault.New(fault.Invalid, "sheet.bomb", name)
	}
	c := &container{name: name, parts: make(map[string]*zip.File, len(z.File))}
	var total, packed uint64
	for _, f := range z.File {
		// Some writers on Windows put backslashes; part names compare without case.
		key := strings.ToLower(strings.ReplaceAll(f.Name, `\`, "/"))
		if key == "" || strings.HasPrefix(key, "/") || strings.Contains(key, ":") || path.Clean("/"+key) != "/"+strings.TrimSuffix(key, "/") {
			return nil, fault.New(fault.Invalid, "sheet.slip", name)
		}
		if f.Flags&1 != 0 {
			return nil, fault.New(fault.Invalid, "sheet.encrypted", name)
		}
		if f.Method != zip.Store && f.Method != zip.Deflate {
			return nil, fault.New(fault.Invalid, "sheet.broken", name, f.Name)
		}
		if _, twice := c.parts[key]; twice {
			return nil, fault.New(fault.Invalid, "sheet.broken", name, f.Name)
		}
		total, packed = total+f.UncompressedSize64, packed+f.CompressedSize64
		// Entries that share bytes add up to more than the file holds.
		if packed > uint64(size) || f.UncompressedSize64 > maxPart || total > 2*maxPart ||
			f.UncompressedSize64 > ratioFrom && f.UncompressedSize64/maxRatio > f.CompressedSize64 {
			return nil, fault.New(fault.Invalid, "sheet.bomb", name)
		}
		c.parts[key] = f
	}
	return c, nil
}

// refuse gives a scanner's or inflater's error its words.
func (c *container) refuse(part string, err error) error {
	var f *fault.Error
	switch {
	case errors.As(err, &f):
		return err
	case errors.Is(err, errDTD):
		return fault.New(fault.Invalid, "sheet.dtd", c.name)
	case errors.Is(err, errBomb):
		return fault.New(fault.Invalid, "sheet.bomb", c.name)
	}
	return fault.Wrap(err, fault.Invalid, "sheet.broken", c.name, path.Base(part))
}

// open starts reading a part; limit bounds its size in bytes.
func (c *container) open(part string, limit uint64, done *atomic.Int64) (io.ReadCloser, error) {
	f := c.parts[strings.ToLower(part)]
	if f == nil {
		return nil, fault.New(fault.Invalid, "sheet.broken", c.name, path.Base(part))
	}
	if f.UncompressedSize64 > limit {
		return nil, fault.New(fault.Invalid, "sheet.bomb", c.name)
	}
	raw, err := f.OpenRaw()
	if err != nil {
		return nil, c.refuse(part, err)
	}
	var in io.Reader = raw
	if f.Method == zip.Deflate {
		in = flate.NewReader(raw)
	}
	if f.UncompressedSize64 <= aheadBuf {
		return &small{in, int64(f.UncompressedSize64), done}, nil
	}
	return newAhead(in, int64(f.UncompressedSize64), done), nil
}

// small reads a part that is not worth a goroutine.
type small struct {
	r    io.Reader
	left int64
	done *atomic.Int64
}

func (s *small) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	if s.left -= int64(n); s.left < 0 {
		return 0, errBomb
	}
	if s.done != nil {
		s.done.Add(int64(n))
	}
	return n, err
}

func (s *small) Close() error { return nil }

// ahead inflates on a second goroutine while the first one scans: inflating is
// a third of the work of reading a workbook.
type ahead struct {
	full chan []byte
	free chan []byte
	quit chan struct{}
	cur  []byte
	rest []byte
	err  error
	fail error // written by the goroutine before it closes full
}

const aheadBuf = 128 << 10

func newAhead(in io.Reader, declared int64, done *atomic.Int64) *ahead {
	a := &ahead{full: make(chan []byte, 3), free: make(chan []byte, 4), quit: make(chan struct{})}
	for range 4 {
		a.free <- make([]byte, aheadBuf)
	}
	go a.run(in, declared, done)
	return a
}

func (a *ahead) run(in io.Reader, declared int64, done *atomic.Int64) {
	defer close(a.full)
	var got int64
	for {
		var buf []byte
		select {
		case buf = <-a.free:
		case <-a.quit:
			return
		}
		n, err := io.ReadFull(in, buf[:aheadBuf])
		if got += int64(n); got > declared {
			a.fail = errBomb
			return
		}
		if done != nil {
			done.Store(got)
		}
		if n > 0 {
			select {
			case a.full <- buf[:n]:
			case <-a.quit:
				return
			}
		}
		if err == io.EOF || err == io.ErrUnexpectedEOF && got == declared {
			return
		}
		if err != nil {
			a.fail = err
			return
		}
	}
}

func (a *ahead) Read(p []byte) (int, error) {
	for len(a.rest) == 0 {
		if a.cur != nil {
			a.free <- a.cur[:aheadBuf]
			a.cur = nil
		}
		buf, ok := <-a.full
		if !ok {
			if a.fail != nil {
				return 0, a.fail
			}
			return 0, io.EOF
		}
		a.cur, a.rest = buf, buf
	}
	n := copy(p, a.rest)
	a.rest = a.rest[n:]
	return n, nil
}

// Close stops the goroutine and waits for it, because the file under it is
// about to be closed or read again.
func (a *ahead) Close() error {
	close(a.quit)
	for range a.full {
	}
	return nil
}

// whole reads a small part into memory.
func (c *container) whole(part string) ([]byte, error) {
	a, err := c.open(part, maxSmall, nil)
	if err != nil {
		return nil, err
	}
	defer a.Close()
	var b bytes.Buffer
	if _, err := b.ReadFrom(a); err != nil {
		return nil, c.refuse(part, err)
	}
	return b.Bytes(), nil
}
