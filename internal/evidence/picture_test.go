package evidence

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math/bits"
	"testing"

	"wengang/internal/fault"
)

// scene is a picture whose corners differ: red, green, blue, white.
func scene(w, h int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.RGBA{uint8(40 + x*100/w), uint8(40 + y*100/h), 60, 255}
			switch {
			case x < w/3 && y < h/3:
				c = color.RGBA{220, 20, 20, 255}
			case x > 2*w/3 && y < h/3:
				c = color.RGBA{20, 220, 20, 255}
			case x < w/3 && y > 2*h/3:
				c = color.RGBA{20, 20, 220, 255}
			}
			img.Set(x, y, c)
		}
	}
	return img
}

func jpegOf(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 92}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func pngOf(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// marked is a text that must not get through.
const marked = "N36.456 E115.985 Canon"

// exif is a JPEG segment with orientation, a directory of positions and words.
func exif(turn int, o binary.ByteOrder) []byte {
	var b bytes.Buffer
	b.WriteString("Exif\x00\x00")
	if o == binary.LittleEndian {
		b.WriteString("II")
	} else {
		b.WriteString("MM")
	}
	w := func(v any) { _ = binary.Write(&b, o, v) }
	w(uint16(42))
	w(uint32(8))
	w(uint16(2))
	w([]uint16{0x0112, 3})
	w(uint32(1))
	w([]uint16{uint16(turn), 0})
	w([]uint16{0x8825, 4})
	w([]uint32{1, 38, 0})
	b.WriteString(marked)
	return b.Bytes()
}

// withSegment puts a segment behind the first two bytes of a JPEG.
func withSegment(raw []byte, marker byte, body []byte) []byte {
	out := append([]byte{}, raw[:2]...)
	out = append(out, 0xff, marker)
	out = binary.BigEndian.AppendUint16(out, uint16(len(body)+2))
	out = append(out, body...)
	return append(out, raw[2:]...)
}

// withChunk puts a chunk behind the header of a PNG.
func withChunk(raw []byte, kind string, body []byte) []byte {
	c := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	c = append(append(c, kind...), body...)
	c = binary.BigEndian.AppendUint32(c, crc32.ChecksumIEEE(c[4:]))
	return append(append(append([]byte{}, raw[:33]...), c...), raw[33:]...)
}

// TestTurns: whatever the camera said, red is at the upper left afterwards.
func TestTurns(t *testing.T) {
	upright0 := scene(60, 40)
	for turn := 1; turn <= 8; turn++ {
		// The stored picture is the scene turned so that the turn undoes it.
		inverse := map[int]int{1: 1, 2: 2, 3: 3, 4: 4, 5: 5, 6: 8, 7: 7, 8: 6}[turn]
		raw := withSegment(jpegOf(t, upright(upright0, inverse)), 0xe1, exif(turn, binary.BigEndian))
		c, err := cleanPicture(raw, JPEG)
		if err != nil {
			t.Fatal(err)
		}
		img, err := jpeg.Decode(bytes.NewReader(c.Data))
		if err != nil || img.Bounds().Dx() != 60 || img.Bounds().Dy() != 40 {
			t.Fatalf("turn %d: %v %v", turn, img.Bounds(), err)
		}
		r, g, b, _ := img.At(6, 6).RGBA()
		r2, g2, _, _ := img.At(54, 6).RGBA()
		if r < 0xb000 || g > 0x5000 || b > 0x5000 || g2 < 0xb000 || r2 > 0x5000 {
			t.Errorf("turn %d: the corners are elsewhere", turn)
		}
	}
}

// TestNothingBesidePixels: what a picture says is told and does not get
// through, in either byte order, behind its end included.
func TestNothingBesidePixels(t *testing.T) {
	img := scene(64, 48)
	cases := map[string]struct {
		f    Format
		raw  []byte
		says []string
	}{
		"exif big":    {JPEG, withSegment(jpegOf(t, img), 0xe1, exif(1, binary.BigEndian)), []string{saysCamera, saysGPS}},
		"exif little": {JPEG, withSegment(jpegOf(t, img), 0xe1, exif(1, binary.LittleEndian)), []string{saysCamera, saysGPS}},
		"xmp":         {JPEG, withSegment(jpegOf(t, img), 0xe1, []byte("http://ns.adobe.com/xap/1.0/\x00"+marked)), []string{saysXMP}},
		"comment":     {JPEG, withSegment(jpegOf(t, img), 0xfe, []byte(marked)), []string{saysText}},
		"behind":      {JPEG, append(jpegOf(t, img), bytes.Repeat([]byte(marked), 9)...), []string{saysTrailer}},
		"png text":    {PNG, withChunk(pngOf(t, img), "tEXt", []byte("Comment\x00"+marked)), []string{saysText}},
		"png exif":    {PNG, withChunk(pngOf(t, img), "eXIf", exif(1, binary.BigEndian)[6:]), []string{saysCamera, saysGPS}},
		"png behind":  {PNG, append(pngOf(t, img), marked...), []string{saysTrailer}},
	}
	for name, c := range cases {
		if f, err := sniff("a"+c.f.Ext(), c.raw); err != nil || f != c.f {
			t.Errorf("%s: %s %v", name, f, err)
			continue
		}
		got, err := cleanPicture(c.raw, c.f)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, s := range c.says {
			if !contains(got.Stripped, s) {
				t.Errorf("%s: %v lacks %s", name, got.Stripped, s)
			}
		}
		for part, b := range map[string][]byte{"file": got.Data, "thumb": got.Thumb} {
			if bytes.Contains(b, []byte(marked[:8])) || bytes.Contains(b, []byte("Exif")) {
				t.Errorf("%s: the %s still says it", name, part)
			}
		}
	}
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// TestPixelFlood: a small file that claims 30,000 × 30,000 pixels is refused
// from its header.
func TestPixelFlood(t *testing.T) {
	small := pngOf(t, scene(8, 8))
	flood := append([]byte{}, small...)
	binary.BigEndian.PutUint32(flood[16:], 30000)
	binary.BigEndian.PutUint32(flood[20:], 30000)
	binary.BigEndian.PutUint32(flood[29:], crc32.ChecksumIEEE(flood[12:29]))
	j := jpegOf(t, scene(8, 8))
	at := bytes.Index(j, []byte{0xff, 0xc0})
	binary.BigEndian.PutUint16(j[at+5:], 30000)
	binary.BigEndian.PutUint16(j[at+7:], 30000)
	for f, raw := range map[Format][]byte{PNG: flood, JPEG: j} {
		_, err := cleanPicture(raw, f)
		var e *fault.Error
		if !asFault(err, &e) || len(e.Fields) != 1 || e.Fields[0].Key != "evidence.refused.pixels" {
			t.Errorf("%s: %v", f, err)
		}
	}
	if n := testing.AllocsPerRun(3, func() { _, _ = cleanPicture(flood, PNG) }); n > 2000 {
		t.Errorf("%v allocations to refuse a flood", n)
	}
}

// TestShrink keeps proportions and colours, and bounds the long side.
func TestShrink(t *testing.T) {
	c, err := cleanPicture(jpegOf(t, scene(5200, 2600)), JPEG)
	if err != nil || c.Width != longSide || c.Height != longSide/2 {
		t.Fatalf("%d × %d: %v", c.Width, c.Height, err)
	}
	th, err := jpeg.Decode(bytes.NewReader(c.Thumb))
	if err != nil || th.Bounds().Dx() != thumbSide {
		t.Fatalf("thumb %v: %v", th.Bounds(), err)
	}
	if r, g, _, _ := th.At(20, 20).RGBA(); r < 0xb000 || g > 0x5000 {
		t.Error("the thumb's corner is not red")
	}
}

// TestLikeness: a smaller, recompressed copy is near, another picture is far.
func TestLikeness(t *testing.T) {
	a := scene(800, 600)
	var again bytes.Buffer
	if err := jpeg.Encode(&again, scale(a, 200, 150), &jpeg.Options{Quality: 40}); err != nil {
		t.Fatal(err)
	}
	x, err := cleanPicture(jpegOf(t, a), JPEG)
	if err != nil {
		t.Fatal(err)
	}
	y, err := cleanPicture(again.Bytes(), JPEG)
	if err != nil {
		t.Fatal(err)
	}
	z, err := cleanPicture(jpegOf(t, upright(a, 6)), JPEG)
	if err != nil {
		t.Fatal(err)
	}
	if n := bits.OnesCount64(x.Likeness ^ y.Likeness); n > 6 {
		t.Errorf("a copy is %d bits away", n)
	}
	if n := bits.OnesCount64(x.Likeness ^ z.Likeness); n < 12 {
		t.Errorf("another picture is %d bits away", n)
	}
}

func FuzzPicture(f *testing.F) {
	f.Add(jpegOf(f, scene(16, 12)))
	f.Add(pngOf(f, scene(16, 12)))
	f.Add(withSegment(jpegOf(f, scene(9, 9)), 0xe1, exif(6, binary.LittleEndian)))
	f.Fuzz(func(t *testing.T, raw []byte) {
		for _, name := range []string{"a.jpg", "a.png"} {
			format, err := sniff(name, raw)
			if err != nil {
				continue
			}
			jpegSays(raw)
			pngSays(raw)
			c, err := cleanPicture(raw, format)
			if err != nil {
				continue
			}
			if c.Width < 1 || c.Width > longSide || c.Height < 1 || c.Height > longSide || len(c.Data) == 0 {
				t.Fatalf("%d × %d, %d bytes", c.Width, c.Height, len(c.Data))
			}
		}
	})
}
