package transfer

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"wengang/internal/secret"
)

// chunkRows bounds a chunk and with it a transaction, so that a page's write
// waits 300 ms at most during an import (semantics, Processes). Tests make it
// smaller.
var chunkRows = 2000

// chunk is up to chunkRows rows of one sheet on their way.
type chunk struct {
	n        int
	sheet    string
	rows     []row
	cells    []Cell // backs the rows' cells, reused from chunk to chunk
	outcomes []Outcome
	expect   int64 // rows of data in the whole file, estimated when the chunk was read
}

// shownRow is a row with findings as the page shows it: cells as text, secrets
// as they came, because the chunk is encrypted and the page masks them.
type shownRow struct {
	Row    int      `json:"r"`
	Result Result   `json:"c"`
	Cells  []string `json:"v"`
}

var errChunk = errors.New("staged chunk does not read back")

// packStaged encodes the accepted rows: result and length as varints, payload.
func packStaged(box *secret.Box, rows []Staged) ([]byte, error) {
	var plain []byte
	for _, r := range rows {
		plain = binary.AppendUvarint(plain, uint64(r.Row))
		plain = append(plain, byte(r.Result))
		plain = binary.AppendUvarint(plain, uint64(len(r.Payload)))
		plain = append(plain, r.Payload...)
	}
	return seal(box, "import_chunk.payload", plain)
}

// unpackStaged is the inverse. The payloads share one buffer.
func unpackStaged(box *secret.Box, sheet string, sealed []byte) ([]Staged, error) {
	plain, err := unseal(box, "import_chunk.payload", sealed)
	if err != nil {
		return nil, err
	}
	var out []Staged
	for len(plain) > 0 {
		n, k := binary.Uvarint(plain)
		if k <= 0 || len(plain) < k+2 {
			return nil, errChunk
		}
		s := Staged{Sheet: sheet, Row: int(n), Result: Result(plain[k])}
		plain = plain[k+1:]
		size, k := binary.Uvarint(plain)
		if k <= 0 || uint64(len(plain)-k) < size {
			return nil, errChunk
		}
		s.Payload = plain[k : k+int(size) : k+int(size)]
		plain = plain[k+int(size):]
		out = append(out, s)
	}
	return out, nil
}

func packShown(box *secret.Box, rows []shownRow) ([]byte, error) {
	if len(rows) == 0 {
		return []byte{}, nil
	}
	plain, err := json.Marshal(rows)
	if err != nil {
		return nil, err
	}
	return seal(box, "import_chunk.shown", plain)
}

func unpackShown(box *secret.Box, sealed []byte) ([]shownRow, error) {
	if len(sealed) == 0 {
		return nil, nil
	}
	plain, err := unseal(box, "import_chunk.shown", sealed)
	if err != nil {
		return nil, err
	}
	var out []shownRow
	if err := json.Unmarshal(plain, &out); err != nil {
		return nil, fmt.Errorf("%w: %w", errChunk, err)
	}
	return out, nil
}

func seal(box *secret.Box, context string, plain []byte) ([]byte, error) {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	if err != nil {
		return nil, err
	}
	if _, err := z.Write(plain); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return box.Encrypt(context, b.Bytes())
}

func unseal(box *secret.Box, context string, sealed []byte) ([]byte, error) {
	packed, err := box.Decrypt(context, sealed)
	if err != nil {
		return nil, err
	}
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errChunk, err)
	}
	return io.ReadAll(z)
}

// pack makes rows smaller for keeping in memory.
func pack(plain []byte) ([]byte, error) {
	var b bytes.Buffer
	z, err := flate.NewWriter(&b, flate.BestSpeed)
	if err != nil {
		return nil, err
	}
	if _, err := z.Write(plain); err != nil {
		return nil, err
	}
	err = z.Close()
	return b.Bytes(), err
}

func unpack(packed []byte) ([]byte, error) {
	return io.ReadAll(flate.NewReader(bytes.NewReader(packed)))
}
