// Command assetgen makes internal/region/data/tree.bin, the one asset of the
// tree, from a folder with the source tables (see data/README.md):
//
//	go run ./internal/region/assetgen -from DIR -out internal/region/data/tree.bin
//
// The layout is described in internal/region/asset.go, which reads it.
package main

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"flag"
	"fmt"
	"log"
	"os"
	"sort"
	"strconv"
	"strings"
)

// Endings are the committee words that end village names, the longest first;
// a village record holds the ending's number instead of its text.
var endings = []string{
	"", "社区居民委员会", "村民委员会", "居民委员会", "社区居委会", "村村民委员会", "村委会", "居委会", "社区",
	"村村委会", "村", "虚拟生活区", "生活区", "虚拟社区", "嘎查村委会", "嘎查村民委员会", "社区村委会",
	"社区村民委员会", "家村委会", "庄村委会", "家庄村委会", "沟村委会", "家庄村民委员会", "湾村委会", "山村委会",
	"河村委会", "林场生活区",
}

func main() {
	log.SetFlags(0)
	from := flag.String("from", "", "folder with provinces.csv … villages.csv, areacodes.csv, TSCharacters.js")
	out := flag.String("out", "internal/region/data/tree.bin", "asset to write")
	flag.Parse()
	src, err := readSources(*from)
	if err != nil {
		log.Fatal(err)
	}
	asset, err := build(src)
	if err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile(*out, asset, 0o644); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s: %d bytes, %d divisions\n", *out, len(asset), src.count())
}

// build lays out the sections: upper levels, former codes, characters,
// dictionary, block lengths, blocks.
func build(s *sources) ([]byte, error) {
	if len(endings) > 27 {
		return nil, fmt.Errorf("%d endings: the control bytes have room for 27", len(endings))
	}
	blocks := make([][]byte, len(s.counties))
	for i, c := range s.counties {
		b, err := s.block(c.code)
		if err != nil {
			return nil, err
		}
		blocks[i] = b
	}
	dict := dictionary(blocks)
	var index, body bytes.Buffer
	for _, b := range blocks {
		z := deflate(b, dict)
		index.Write(binary.LittleEndian.AppendUint32(nil, uint32(len(z))))
		body.Write(z)
	}
	var asset bytes.Buffer
	asset.WriteString("WGTREE1\n")
	for _, section := range [][]byte{
		deflate(s.upperText(), nil), deflate(s.formerText(), nil), deflate(s.characterText(), nil),
		deflate(dict, nil), index.Bytes(), body.Bytes(),
	} {
		asset.Write(binary.LittleEndian.AppendUint32(nil, uint32(len(section))))
		asset.Write(section)
	}
	return asset.Bytes(), nil
}

// block is one county: "\n" town(3) name, then its villages, each a control
// byte 0x04+ending (0x0A skipped for "\n"), with "\x01" and the step of the
// 3-digit code before it where the step is not 1.
func (s *sources) block(county string) ([]byte, error) {
	var b bytes.Buffer
	for _, t := range s.towns[county] {
		b.WriteString("\n" + t.code[6:] + t.name)
		prev := 0
		for _, v := range s.villages[t.code] {
			n, err := strconv.Atoi(v.code[9:])
			if err != nil {
				return nil, err
			}
			e := endingOf(v.name)
			if n-prev != 1 {
				b.WriteString("\x01" + strconv.Itoa(n-prev))
			}
			prev = n
			mark := byte(4 + e)
			if mark >= '\n' {
				mark++
			}
			b.WriteByte(mark)
			b.WriteString(strings.TrimSuffix(v.name, endings[e]))
		}
	}
	return b.Bytes(), nil
}

func endingOf(name string) int {
	best := 0
	for i, e := range endings {
		if strings.HasSuffix(name, e) && len(e) > len(endings[best]) && len(e) < len(name) {
			best = i
		}
	}
	return best
}

// dictionary is 32 KB of the lines that occur in most counties, the commonest
// last, where deflate reaches them with the shortest distances.
func dictionary(blocks [][]byte) []byte {
	seen := map[string]int{}
	for _, b := range blocks {
		own := map[string]bool{}
		for _, part := range bytes.FieldsFunc(b, func(r rune) bool { return r == '\n' }) {
			for _, rec := range splitRecords(part) {
				own[rec] = true
			}
		}
		for rec := range own {
			seen[rec]++
		}
	}
	recs := make([]string, 0, len(seen))
	for r, n := range seen {
		if n >= 4 {
			recs = append(recs, r)
		}
	}
	sort.Slice(recs, func(i, j int) bool {
		a, b := seen[recs[i]]*(len(recs[i])-3), seen[recs[j]]*(len(recs[j])-3)
		return a > b || a == b && recs[i] < recs[j]
	})
	var d []byte
	for _, r := range recs {
		if len(d)+len(r) > 32000 {
			break
		}
		d = append([]byte(r), d...)
	}
	return d
}

func splitRecords(part []byte) []string {
	var out []string
	start := 0
	for i, c := range part {
		if c < 0x20 && i > start {
			out = append(out, string(part[start:i]))
			start = i
		}
	}
	return append(out, string(part[start:]))
}

func deflate(b, dict []byte) []byte {
	var z bytes.Buffer
	w, err := flate.NewWriterDict(&z, flate.BestCompression, dict)
	if err != nil {
		log.Fatal(err)
	}
	w.Write(b)
	w.Close()
	return z.Bytes()
}
