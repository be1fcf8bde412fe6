package transfer

import (
	"bufio"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"wengang/internal/fault"
	"wengang/internal/secret"
)

// vault keeps uploaded files: private folder, random names, encrypted in
// segments, so that a reader may jump without opening the whole.
type vault struct {
	dir string
	box *secret.Box
}

const (
	segment   = 256 << 10
	maxUpload = 256 << 20 // bytes; the largest county's ledger is a tenth of it
)

func openVault(dir string, box *secret.Box) (*vault, error) {
	v := &vault{dir: dir, box: box}
	for _, d := range []string{dir, v.scratch()} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			return nil, fmt.Errorf("upload folder: %w", err)
		}
		if err := os.Chmod(d, 0o700); err != nil {
			return nil, fmt.Errorf("upload folder: %w", err)
		}
	}
	return v, nil
}

// scratch is where the workbook writer may put overflow; emptied at start.
func (v *vault) scratch() string { return filepath.Join(v.dir, "scratch") }

// Scratch is that folder, for the other writers of workbooks.
func (s *Service) Scratch() string { return s.vault.scratch() }

// stored says what put kept.
type stored struct {
	name string
	hash [sha256.Size]byte // of the content as it came
	size int64
}

// put encrypts a file into the vault.
func (v *vault) put(r io.Reader) (s stored, err error) {
	var id [16]byte
	if _, err := rand.Read(id[:]); err != nil {
		return s, err
	}
	s.name = hex.EncodeToString(id[:])
	f, err := os.OpenFile(filepath.Join(v.dir, s.name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return s, fault.Wrap(err, fault.Unavailable, "import.store")
	}
	defer func() {
		if e := f.Close(); err == nil && e != nil {
			err = fault.Wrap(e, fault.Unavailable, "import.store")
		}
		if err != nil {
			v.remove(s.name)
		}
	}()
	sum, buf := sha256.New(), make([]byte, segment)
	from := &whole{r: r}
	in := io.TeeReader(bufio.NewReaderSize(from, segment), sum)
	for n := 0; ; n++ {
		k, e := io.ReadFull(in, buf)
		if k > 0 {
			if s.size += int64(k); s.size > maxUpload {
				return s, fault.New(fault.Invalid, "import.large", maxUpload>>20)
			}
			sealed, err := v.box.Encrypt(segmentContext(s.name, n), buf[:k])
			if err != nil {
				return s, err
			}
			if _, err := f.Write(sealed); err != nil {
				return s, fault.Wrap(err, fault.Unavailable, "import.store")
			}
		}
		if from.err != nil {
			return s, fault.Wrap(from.err, fault.Invalid, "import.broken_off")
		}
		if e == io.EOF || e == io.ErrUnexpectedEOF {
			break
		}
		if e != nil {
			return s, fault.Wrap(e, fault.Unavailable, "import.store")
		}
	}
	copy(s.hash[:], sum.Sum(nil))
	if err := f.Sync(); err != nil {
		return s, fault.Wrap(err, fault.Unavailable, "import.store")
	}
	return s, nil
}

// whole keeps the error that ended a source before its end. io.ReadFull answers
// io.ErrUnexpectedEOF for a short last segment and for a connection that broke
// alike; the first half of a list must not pass for the list.
type whole struct {
	r   io.Reader
	err error
}

func (w *whole) Read(p []byte) (int, error) {
	n, err := w.r.Read(p)
	if err != nil && err != io.EOF {
		w.err = err
	}
	return n, err
}

func segmentContext(name string, n int) string { return "upload." + name + "." + strconv.Itoa(n) }

// remove deletes a file; one that is not there is gone.
func (v *vault) remove(name string) error {
	if name == "" {
		return nil
	}
	err := os.Remove(filepath.Join(v.dir, filepath.Base(name)))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}

// wipe removes what no batch knows and nobody has touched since before: what a
// killed process left.
func (v *vault) wipe(known map[string]bool, before time.Time) error {
	for _, dir := range []string{v.dir, v.scratch()} {
		entries, err := os.ReadDir(dir)
		if err != nil {
			return err
		}
		for _, e := range entries {
			info, err := e.Info()
			if err != nil || e.IsDir() || dir == v.dir && known[e.Name()] || info.ModTime().After(before) {
				continue
			}
			if err := os.Remove(filepath.Join(dir, e.Name())); err != nil && !errors.Is(err, os.ErrNotExist) {
				return err
			}
		}
	}
	return nil
}

// opened reads a stored file at any offset, keeping a few segments open.
type opened struct {
	v    *vault
	f    *os.File
	name string
	size int64

	mu    sync.Mutex
	cache [4]struct {
		n    int
		data []byte
	}
	next int
}

func (v *vault) open(name string, size int64) (*opened, error) {
	f, err := os.Open(filepath.Join(v.dir, filepath.Base(name)))
	if err != nil {
		return nil, fault.Wrap(err, fault.NotFound, "import.gone")
	}
	return &opened{v: v, f: f, name: name, size: size}, nil
}

func (o *opened) Close() error { return o.f.Close() }

// ReadAt implements io.ReaderAt.
func (o *opened) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 {
		return 0, errors.New("negative offset")
	}
	done := 0
	for done < len(p) && off < o.size {
		data, err := o.segment(int(off / segment))
		if err != nil {
			return done, err
		}
		n := copy(p[done:], data[min(int(off%segment), len(data)):])
		if n == 0 {
			return done, io.ErrUnexpectedEOF
		}
		done, off = done+n, off+int64(n)
	}
	if done < len(p) {
		return done, io.EOF
	}
	return done, nil
}

func (o *opened) segment(n int) ([]byte, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for i := range o.cache {
		if o.cache[i].data != nil && o.cache[i].n == n {
			return o.cache[i].data, nil
		}
	}
	sealed := make([]byte, segment+secret.Overhead)
	k, err := o.f.ReadAt(sealed, int64(n)*int64(len(sealed)))
	if err != nil && err != io.EOF {
		return nil, err
	}
	data, err := o.v.box.Decrypt(segmentContext(o.name, n), sealed[:k])
	if err != nil {
		return nil, err
	}
	c := &o.cache[o.next]
	c.n, c.data = n, data
	o.next = (o.next + 1) % len(o.cache)
	return data, nil
}
