package evidence

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"

	"wengang/internal/fault"
)

// Cleaned is a file as it is kept.
type Cleaned struct {
	Format        Format
	Data          []byte
	Thumb         []byte // JPEG, nil for documents
	Width, Height int
	Likeness      uint64   // difference hash of the picture: near copies are near
	Stripped      []string // what it said beside
	Kept          []string // what it still says
}

// Bounds of pictures. A side longer than longSide is scaled down: a sheet of A4
// stays legible at 220 dots per inch.
const (
	maxSide   = 20_000    // pixels, from the header
	maxMemory = 160 << 20 // bytes that unpacking may take
	longSide  = 2560
	thumbSide = 320
	quality   = 86
)

// checkSize reads the header only: a picture that would not fit into memory is
// refused before it is unpacked (ASVS 5.2.6).
func checkSize(c image.Config) error {
	bytesPer := int64(4)
	switch c.ColorModel {
	case color.YCbCrModel, color.GrayModel:
		bytesPer = 3
	case color.NRGBA64Model, color.RGBA64Model, color.Gray16Model:
		bytesPer = 8
	}
	if c.Width < 1 || c.Height < 1 || c.Width > maxSide || c.Height > maxSide || int64(c.Width)*int64(c.Height)*bytesPer > maxMemory {
		return fault.InvalidFields(fault.Field{Name: "file", Key: "evidence.refused.pixels", Args: []any{c.Width, c.Height}})
	}
	return nil
}

// cleanPicture unpacks a picture and writes it anew: only pixels get through,
// upright, no larger than longSide.
func cleanPicture(raw []byte, f Format) (*Cleaned, error) {
	broken := fault.InvalidFields(fault.Field{Name: "file", Key: "evidence.refused.broken"})
	head, decode, says := jpeg.DecodeConfig, jpeg.Decode, jpegSays
	if f == PNG {
		head, decode, says = png.DecodeConfig, png.Decode, pngSays
	}
	c, err := head(bytes.NewReader(raw))
	if err != nil {
		return nil, broken
	}
	if err := checkSize(c); err != nil {
		return nil, err
	}
	img, err := decode(bytes.NewReader(raw))
	if err != nil {
		return nil, broken
	}
	out := &Cleaned{Format: f}
	stripped, turn := says(raw)
	out.Stripped = stripped
	small := upright(shrink(img, longSide), turn)
	out.Width, out.Height = small.Bounds().Dx(), small.Bounds().Dy()
	var buf, thumb bytes.Buffer
	if f == PNG {
		err = png.Encode(&buf, small)
	} else {
		err = jpeg.Encode(&buf, small, &jpeg.Options{Quality: quality})
	}
	if err == nil {
		err = jpeg.Encode(&thumb, shrink(small, thumbSide), &jpeg.Options{Quality: 78})
	}
	if err != nil {
		return nil, err
	}
	out.Data, out.Thumb, out.Likeness = buf.Bytes(), thumb.Bytes(), likeness(small)
	return out, nil
}

// shrink scales a picture down to a longest side by the mean of the pixels
// under each new one, strip by strip; transparent parts become white.
func shrink(src image.Image, side int) *image.RGBA {
	b := src.Bounds()
	w, h := b.Dx(), b.Dy()
	tw, th := w, h
	if m := max(w, h); m > side {
		tw, th = max(1, w*side/m), max(1, h*side/m)
	}
	return scale(src, tw, th)
}

func scale(src image.Image, tw, th int) *image.RGBA {
	b := src.Bounds()
	w, h := b.Dx(), b.Dy()
	out := image.NewRGBA(image.Rect(0, 0, tw, th))
	rows := (h+th-1)/th + 1
	strip := image.NewRGBA(image.Rect(0, 0, w, rows))
	for ty := range th {
		y0, y1 := ty*h/th, max((ty+1)*h/th, ty*h/th+1)
		n := min(y1, h) - y0
		part := image.Rect(0, 0, w, n)
		draw.Draw(strip, part, image.White, image.Point{}, draw.Src)
		draw.Draw(strip, part, src, image.Pt(b.Min.X, b.Min.Y+y0), draw.Over)
		line := out.Pix[ty*out.Stride:]
		for tx := range tw {
			x0, x1 := tx*w/tw, max((tx+1)*w/tw, tx*w/tw+1)
			var r, g, bl, k uint32
			for y := range n {
				px := strip.Pix[y*strip.Stride+4*x0 : y*strip.Stride+4*min(x1, w)]
				for i := 0; i+3 < len(px); i += 4 {
					r, g, bl, k = r+uint32(px[i]), g+uint32(px[i+1]), bl+uint32(px[i+2]), k+1
				}
			}
			line[4*tx], line[4*tx+1], line[4*tx+2], line[4*tx+3] = uint8(r/k), uint8(g/k), uint8(bl/k), 255
		}
	}
	return out
}

// upright turns a picture as its camera said (EXIF 2.3, orientation).
func upright(src *image.RGBA, turn int) *image.RGBA {
	if turn <= 1 || turn > 8 {
		return src
	}
	w, h := src.Bounds().Dx(), src.Bounds().Dy()
	ow, oh := w, h
	if turn >= 5 {
		ow, oh = h, w
	}
	out := image.NewRGBA(image.Rect(0, 0, ow, oh))
	for y := range oh {
		for x := range ow {
			sx, sy := x, y
			switch turn {
			case 2:
				sx = w - 1 - x
			case 3:
				sx, sy = w-1-x, h-1-y
			case 4:
				sy = h - 1 - y
			case 5:
				sx, sy = y, x
			case 6:
				sx, sy = y, h-1-x
			case 7:
				sx, sy = w-1-y, h-1-x
			case 8:
				sx, sy = w-1-y, x
			}
			copy(out.Pix[y*out.Stride+4*x:y*out.Stride+4*x+4], src.Pix[sy*src.Stride+4*sx:])
		}
	}
	return out
}

// likeness is a difference hash: of nine by eight mean greys, whether each is
// darker than its right neighbour. Two shots of one scene differ in few bits.
func likeness(src *image.RGBA) (h uint64) {
	small := scale(src, 9, 8)
	grey := func(x, y int) int {
		p := small.Pix[y*small.Stride+4*x:]
		return 299*int(p[0]) + 587*int(p[1]) + 114*int(p[2])
	}
	for y := range 8 {
		for x := range 8 {
			h <<= 1
			if grey(x, y) < grey(x+1, y) {
				h |= 1
			}
		}
	}
	return h
}
