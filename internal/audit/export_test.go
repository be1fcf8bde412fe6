package audit

import (
	"io"
	"testing"

	"wengang/internal/secret/secrettest"
)

// ReadArchive reads the lines of an archive with the test key.
func ReadArchive(t *testing.T, r io.Reader) (Archived, error) {
	return New(nil, secrettest.Box(t), nil).readArchive(r, nil)
}
