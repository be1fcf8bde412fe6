// Package output writes sheets of forms as files to hand out: PDF as on paper,
// and archives of many units' files.
package output

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"fmt"
	"io"
	"sync"

	"github.com/signintech/gopdf"
	"golang.org/x/image/font/gofont/goregular"
)

// packedFont is Droid Sans Fallback (Apache-2.0, NOTICE), packed, with all of
// its 43,000 glyphs: a name with a rare character must not lose it. It has no
// digits and letters: those are Go Regular's (BSD-3-Clause).
//
//go:embed data/DroidSansFallbackFull.ttf.gz
var packedFont []byte

// The families of a document.
const (
	hanzi = "droid"
	latin = "go"

	circled = "circled" // drawn
)

// font is the parsed font, kept for all files of the process (about 20 MB).
var font = sync.OnceValues(func() (*gopdf.FontContainer, error) {
	z, err := gzip.NewReader(bytes.NewReader(packedFont))
	if err != nil {
		return nil, fmt.Errorf("font: %w", err)
	}
	raw, err := io.ReadAll(z)
	if err != nil {
		return nil, fmt.Errorf("font: %w", err)
	}
	c := new(gopdf.FontContainer)
	for name, data := range map[string][]byte{hanzi: raw, latin: goregular.TTF} {
		if err := c.AddTTFFontData(name, data); err != nil {
			return nil, fmt.Errorf("font %s: %w", name, err)
		}
	}
	return c, nil
})
