package sheet

import (
	"bytes"
	"math"
	"strconv"
	"time"
)

// numberText is the plain form of a stored number: 1.3812345678E10 becomes
// 13812345678, binary noise past 15 digits is rounded off (15 is what Excel
// keeps), and what needs more than 15 digits before the point stays as it is
// written, so that a mangled id is seen for what it is. With date, a serial
// becomes the day it stands for. The result may alias raw.
func numberText(raw []byte, date, from1904 bool) (text []byte, number, isDate bool) {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 {
		return nil, false, false
	}
	if date {
		if f, err := strconv.ParseFloat(string(raw), 64); err == nil {
			if t, ok := SerialTime(f, from1904); ok {
				layout := "2006-01-02"
				if t.Hour()+t.Minute()+t.Second() > 0 {
					layout = "2006-01-02 15:04:05"
				}
				return t.AppendFormat(raw[:0], layout), true, true
			}
		}
	}
	if plainDigits(raw) {
		return raw, true, false
	}
	f, err := strconv.ParseFloat(string(raw), 64)
	if err != nil || math.IsInf(f, 0) || math.IsNaN(f) {
		return raw, false, false
	}
	if math.Abs(f) >= 1e15 {
		return raw, true, false
	}
	return appendPlain(raw[:0], f), true, false
}

// plainDigits reports a form that needs no work: digits, a sign, and a
// fraction short enough to carry no binary noise.
func plainDigits(b []byte) bool {
	if b[0] == '-' {
		b = b[1:]
	}
	digits, point := 0, false
	for _, c := range b {
		switch {
		case c >= '0' && c <= '9':
			digits++
		case c == '.' && !point:
			point = true
		default:
			return false
		}
	}
	return digits > 0 && (!point || digits <= 15 && b[len(b)-1] != '0' && b[len(b)-1] != '.')
}

// appendPlain writes f with at most 15 significant digits and no exponent.
func appendPlain(dst []byte, f float64) []byte {
	g, err := strconv.ParseFloat(strconv.FormatFloat(f, 'e', 14, 64), 64)
	if err != nil {
		g = f
	}
	return strconv.AppendFloat(dst, g, 'f', -1, 64)
}

// SerialTime is the instant that a date serial stands for; ok is false outside
// 1900 to 9999. In the 1900 system day 60 is the 29 February that never was
// and reads as the 28th.
func SerialTime(f float64, from1904 bool) (t time.Time, ok bool) {
	if math.IsNaN(f) || f < 0 || f >= 2958466 || f < 1 && !from1904 {
		return time.Time{}, false
	}
	day := int(f)
	secs := int(math.Round((f - float64(day)) * 86400))
	switch {
	case from1904:
		day += 1462
	case day < 60:
		day++
	}
	return time.Date(1899, 12, 30+day, 0, 0, secs, 0, time.UTC), true
}
