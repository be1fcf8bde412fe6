package backup

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"time"
)

// The archive is a sequence of parts. A head (tag 'H', strings) opens a table:
// its name and columns; rows (tag 'R') follow, then an end (tag 'E'). A head
// with an empty name closes the archive and carries the manifest.
const (
	tagHead = 'H'
	tagRow  = 'R'
	tagEnd  = 'E'
)

// Value tags.
const (
	valNil byte = iota
	valInt
	valText
	valBytes
	valTrue
	valFalse
)

// maxValue bounds one value of a damaged or hostile archive.
const maxValue = 256 << 20

var errDamaged = errors.New("damaged archive")

func appendRow(b []byte, values []any) ([]byte, error) {
	b = append(b, tagRow)
	b = binary.AppendUvarint(b, uint64(len(values)))
	for _, v := range values {
		switch v := v.(type) {
		case nil:
			b = append(b, valNil)
		case int64:
			b = binary.AppendVarint(append(b, valInt), v)
		case string:
			b = append(binary.AppendUvarint(append(b, valText), uint64(len(v))), v...)
		case []byte:
			b = append(binary.AppendUvarint(append(b, valBytes), uint64(len(v))), v...)
		case bool:
			if v {
				b = append(b, valTrue)
			} else {
				b = append(b, valFalse)
			}
		case time.Time:
			b = binary.AppendVarint(append(b, valInt), v.UnixMilli())
		default:
			return nil, fmt.Errorf("a value of type %T cannot be backed up", v)
		}
	}
	return b, nil
}

func writeHead(w io.Writer, parts []string) error {
	b := binary.AppendUvarint([]byte{tagHead}, uint64(len(parts)))
	for _, s := range parts {
		b = append(binary.AppendUvarint(b, uint64(len(s))), s...)
	}
	_, err := w.Write(b)
	return err
}

func writeEnd(w io.Writer) error {
	_, err := w.Write([]byte{tagEnd})
	return err
}

func readHead(r *bufio.Reader) ([]string, error) {
	n, err := binary.ReadUvarint(r)
	if err != nil || n > 1000 {
		return nil, errDamaged
	}
	parts := make([]string, n)
	for i := range parts {
		raw, err := readBytes(r)
		if err != nil {
			return nil, err
		}
		parts[i] = string(raw)
	}
	return parts, nil
}

func readRow(r *bufio.Reader) ([]any, error) {
	n, err := binary.ReadUvarint(r)
	if err != nil || n > 1000 {
		return nil, errDamaged
	}
	values := make([]any, n)
	for i := range values {
		if values[i], err = readValue(r); err != nil {
			return nil, err
		}
	}
	return values, nil
}

func readValue(r *bufio.Reader) (any, error) {
	tag, err := r.ReadByte()
	if err != nil {
		return nil, errDamaged
	}
	switch tag {
	case valNil:
		return nil, nil
	case valInt:
		return binary.ReadVarint(r)
	case valText:
		raw, err := readBytes(r)
		return string(raw), err
	case valBytes:
		return readBytes(r)
	case valTrue:
		return true, nil
	case valFalse:
		return false, nil
	}
	return nil, errDamaged
}

func readBytes(r *bufio.Reader) ([]byte, error) {
	n, err := binary.ReadUvarint(r)
	if err != nil || n > maxValue {
		return nil, errDamaged
	}
	raw := make([]byte, n)
	if _, err := io.ReadFull(r, raw); err != nil {
		return nil, errDamaged
	}
	return raw, nil
}
