package backup

import (
	"bufio"
	"bytes"
)

// DecodeForTest reads parts until the bytes end or do not parse.
func DecodeForTest(raw []byte) {
	r := bufio.NewReader(bytes.NewReader(raw))
	for {
		tag, err := r.ReadByte()
		if err != nil {
			return
		}
		switch tag {
		case tagHead:
			_, err = readHead(r)
		case tagRow:
			_, err = readRow(r)
		case tagEnd:
		default:
			return
		}
		if err != nil {
			return
		}
	}
}
