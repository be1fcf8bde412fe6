package evidence

import (
	"bytes"
	"compress/zlib"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"wengang/internal/fault"
)

// active are the names of a PDF (ISO 32000-1) that make a reader run, fetch,
// send or unpack something; encrypted files hide theirs. The short ones are
// looked for outside streams only: packed pixels hold them by chance.
var (
	active      = []string{"JavaScript", "Launch", "EmbeddedFile", "EmbeddedFiles", "RichMedia", "SubmitForm", "ImportData", "GoToR", "GoToE", "Encrypt", "Movie", "Rendition"}
	activeShort = []string{"JS", "AA", "XFA", "Sound"}
)

// unpackLimit bounds what the object streams of one document may unpack to.
const unpackLimit = 64 << 20

var (
	nameOf      = regexp.MustCompile(`/([^\x00\t\n\f\r ()<>\[\]{}/%]+)`)
	streamMark  = regexp.MustCompile(`stream\r?\n`)
	infoRef     = regexp.MustCompile(`/Info\s+(\d+)\s+(\d+)\s+R`)
	packet      = regexp.MustCompile(`(?s)<\?xpacket begin.*?<\?xpacket end[^>]*\?>`)
	infoStrings = regexp.MustCompile(`/(Title|Author|Subject|Keywords|Creator|Producer|CreationDate|ModDate|Company|SourceModified)\s*([(<])`)
)

// cleanPDF refuses a document that can act and blanks what it says of its
// author and tools. Lengths stay, so that its own table of places holds.
func cleanPDF(raw []byte) (*Cleaned, error) {
	refuse := func(why string) error {
		return fault.InvalidFields(fault.Field{Name: "file", Key: "evidence.refused." + why})
	}
	if !bytes.Contains(raw[max(0, len(raw)-2048):], []byte("%%EOF")) {
		return nil, refuse("broken")
	}
	found := streams(raw)
	plain := outside(raw, found)
	if acts(raw, active) || acts(plain, activeShort) {
		return nil, refuse("active")
	}
	if hidden(plain, found) {
		return nil, refuse("unreadable")
	}
	budget := int64(unpackLimit)
	packedInfo := false
	for _, s := range found {
		if !slices.Contains(s.names, "ObjStm") {
			continue
		}
		if !packedOnce(s.names) {
			return nil, refuse("unreadable")
		}
		inner, err := unpack(s.data, &budget)
		if err != nil {
			return nil, refuse("unreadable")
		}
		if acts(inner, active) || acts(inner, activeShort) {
			return nil, refuse("active")
		}
		packedInfo = packedInfo || infoStrings.Match(inner)
	}
	out := &Cleaned{Format: PDF, Data: bytes.Clone(raw)}
	if blankInfo(out.Data) {
		out.Stripped = append(out.Stripped, saysInfo)
	}
	if blankPackets(out.Data) {
		out.Stripped = append(out.Stripped, saysXMP)
	}
	if packedInfo {
		out.Kept = append(out.Kept, saysInfo)
	}
	return out, nil
}

// packedOnce reports objects packed with one deflate and nothing else: what is
// packed otherwise cannot be looked into here.
func packedOnce(names []string) bool {
	n := 0
	for _, name := range names {
		switch {
		case name == "FlateDecode" || name == "Fl":
			n++
		case strings.HasSuffix(name, "Decode"), name == "DecodeParms", name == "Crypt", name == "F":
			return false
		}
	}
	return n == 1
}

// outside is the file without what its streams hold.
func outside(raw []byte, found []packed) []byte {
	out := make([]byte, 0, len(raw)/4)
	last := 0
	for _, s := range found {
		if s.from < last {
			continue
		}
		out = append(append(out, raw[last:s.from]...), '\n')
		end := bytes.Index(raw[s.from:], []byte("endstream"))
		if end < 0 {
			return out
		}
		last = s.from + end
	}
	return append(out, raw[last:]...)
}

// hidden reports packed objects that a lenient reader finds and streams does
// not: behind a line end of its own kind, or a dictionary that reads otherwise.
func hidden(plain []byte, found []packed) bool {
	n := 0
	for _, m := range nameOf.FindAllSubmatch(plain, -1) {
		if plainName(m[1]) == "ObjStm" {
			n++
		}
	}
	for _, s := range found {
		if slices.Contains(s.names, "ObjStm") {
			n--
		}
	}
	return n != 0
}

// acts reports one of the names, also written with #xx.
func acts(b []byte, names []string) bool {
	for _, m := range nameOf.FindAllSubmatch(b, -1) {
		if slices.Contains(names, plainName(m[1])) {
			return true
		}
	}
	return false
}

func plainName(b []byte) string {
	if !bytes.Contains(b, []byte("#")) {
		return string(b)
	}
	var out []byte
	for i := 0; i < len(b); i++ {
		if b[i] == '#' && i+2 < len(b) {
			if v, err := strconv.ParseUint(string(b[i+1:i+3]), 16, 8); err == nil {
				out = append(out, byte(v))
				i += 2
				continue
			}
		}
		out = append(out, b[i])
	}
	return string(out)
}

// packed is a stream with the names of the dictionary before it.
type packed struct {
	names []string
	data  []byte
	from  int // where its data begin
}

// streams finds every stream by its keyword; lengths that the file states are
// not believed.
func streams(raw []byte) (out []packed) {
	last := 0
	for _, m := range streamMark.FindAllIndex(raw, -1) {
		if m[0] >= 3 && string(raw[m[0]-3:m[0]]) == "end" {
			continue
		}
		head := raw[max(last, m[0]-4096):m[0]]
		if i := bytes.LastIndex(head, []byte("obj")); i >= 0 {
			head = head[i:]
		}
		p := packed{data: raw[m[1]:], from: m[1]}
		for _, n := range nameOf.FindAllSubmatch(head, -1) {
			p.names = append(p.names, plainName(n[1]))
		}
		out = append(out, p)
		last = m[1]
	}
	return out
}

func unpack(data []byte, budget *int64) ([]byte, error) {
	z, err := zlib.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	defer z.Close()
	b, err := io.ReadAll(io.LimitReader(z, *budget+1))
	if *budget -= int64(len(b)); err == nil && *budget < 0 {
		err = io.ErrShortBuffer
	}
	return b, err
}

// blankInfo overwrites the texts of the document's information dictionary.
func blankInfo(raw []byte) (done bool) {
	for _, m := range infoRef.FindAllSubmatch(raw, -1) {
		head := regexp.MustCompile(`(?:^|[\r\n\s])` + string(m[1]) + `\s+` + string(m[2]) + `\s+obj\b`)
		for _, at := range head.FindAllIndex(raw, -1) {
			end := bytes.Index(raw[at[1]:], []byte("endobj"))
			if end < 0 {
				continue
			}
			done = blankStrings(raw[at[1]:at[1]+end]) || done
		}
	}
	return done
}

func blankStrings(obj []byte) (done bool) {
	for _, m := range infoStrings.FindAllSubmatchIndex(obj, -1) {
		open := m[4]
		if obj[open] == '<' {
			for i := open + 1; i < len(obj) && obj[i] != '>'; i++ {
				if obj[i] != '<' {
					obj[i], done = '0', true
				}
			}
			continue
		}
		depth := 1
		for i := open + 1; i < len(obj); i++ {
			switch obj[i] {
			case '\\':
				obj[i] = ' '
				if i++; i < len(obj) {
					obj[i] = ' '
				}
				continue
			case '(':
				depth++
			case ')':
				depth--
			}
			if depth == 0 {
				break
			}
			obj[i], done = ' ', true
		}
	}
	return done
}

// blankPackets overwrites XMP packets that are not packed.
func blankPackets(raw []byte) (done bool) {
	for _, m := range packet.FindAllIndex(raw, -1) {
		for i := m[0]; i < m[1]; i++ {
			if raw[i] != '\n' && raw[i] != '\r' {
				raw[i] = ' '
			}
		}
		done = true
	}
	return done
}
