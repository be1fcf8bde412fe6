package evidence

import (
	"bytes"
	"encoding/binary"
)

// What a picture says beside its pixels; words under "evidence.stripped.<id>".
const (
	saysGPS     = "gps"
	saysCamera  = "exif"
	saysXMP     = "xmp"
	saysText    = "text"
	saysTrailer = "trailer"
	saysInfo    = "info"
)

// jpegSays lists what the segments of a JPEG carry and how the picture is to be
// turned (1 to 8, EXIF 2.3 tag 0x0112; 1 where nothing is said).
func jpegSays(raw []byte) (says []string, turn int) {
	turn = 1
	add := func(s string) {
		for _, x := range says {
			if x == s {
				return
			}
		}
		says = append(says, s)
	}
	for i := 2; i+4 <= len(raw) && raw[i] == 0xff; {
		marker := raw[i+1]
		if marker == 0xff {
			i++
			continue
		}
		if marker == 0xda || marker == 0xd9 {
			break
		}
		n := int(binary.BigEndian.Uint16(raw[i+2:]))
		if n < 2 || i+2+n > len(raw) {
			break
		}
		body := raw[i+4 : i+2+n]
		switch {
		case marker == 0xe1 && bytes.HasPrefix(body, []byte("Exif\x00\x00")):
			add(saysCamera)
			t, gps := tiffSays(body[6:])
			if t >= 1 && t <= 8 {
				turn = t
			}
			if gps {
				add(saysGPS)
			}
		case marker == 0xe1:
			add(saysXMP)
		case marker == 0xed, marker == 0xfe:
			add(saysText)
		}
		i += 2 + n
	}
	if end := bytes.LastIndex(raw, []byte("\xff\xd9")); end >= 0 && len(raw)-end-2 > 64 {
		add(saysTrailer)
	}
	return says, turn
}

// tiffSays reads the first directory of a TIFF block: orientation and whether
// there is one of positions.
func tiffSays(b []byte) (turn int, gps bool) {
	if len(b) < 8 {
		return 0, false
	}
	var o binary.ByteOrder
	switch string(b[:2]) {
	case "II":
		o = binary.LittleEndian
	case "MM":
		o = binary.BigEndian
	default:
		return 0, false
	}
	at := int64(o.Uint32(b[4:]))
	if at+2 > int64(len(b)) {
		return 0, false
	}
	n := int64(o.Uint16(b[at:]))
	for i := int64(0); i < n; i++ {
		e := at + 2 + i*12
		if e+12 > int64(len(b)) {
			break
		}
		switch o.Uint16(b[e:]) {
		case 0x0112:
			turn = int(o.Uint16(b[e+8:]))
		case 0x8825:
			gps = true
		}
	}
	return turn, gps
}

// pngSays lists the chunks of a PNG that are not its picture, and the
// orientation of an EXIF chunk.
func pngSays(raw []byte) (says []string, turn int) {
	turn = 1
	seen := map[string]bool{}
	add := func(s string) {
		if !seen[s] {
			seen[s] = true
			says = append(says, s)
		}
	}
	for i := int64(8); i+12 <= int64(len(raw)); {
		n := int64(binary.BigEndian.Uint32(raw[i:]))
		if i+12+n > int64(len(raw)) {
			break
		}
		switch string(raw[i+4 : i+8]) {
		case "tEXt", "zTXt", "iTXt":
			add(saysText)
		case "eXIf":
			add(saysCamera)
			t, gps := tiffSays(raw[i+8 : i+8+n])
			if t >= 1 && t <= 8 {
				turn = t
			}
			if gps {
				add(saysGPS)
			}
		case "IEND":
			if int64(len(raw))-i-12 > 0 {
				add(saysTrailer)
			}
			return says, turn
		}
		i += 12 + n
	}
	return says, turn
}
