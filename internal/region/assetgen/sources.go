package main

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"

	"github.com/mozillazg/go-pinyin"
)

type place struct{ code, name string }

type sources struct {
	provinces, cities, counties []place
	towns, villages             map[string][]place // by parent
	history                     []record
	traditional                 string
}

// record is one row of the code history: a code with a name from start until
// (not including) end; 0 is still in use.
type record struct {
	code, name string
	start, end int
	next       []string
}

func readSources(dir string) (*sources, error) {
	s := &sources{}
	for _, f := range []struct {
		file string
		to   *[]place
	}{{"provinces.csv", &s.provinces}, {"cities.csv", &s.cities}, {"areas.csv", &s.counties}} {
		rows, err := readCSV(dir, f.file)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			*f.to = append(*f.to, place{r[0], r[1]})
		}
		sort.Slice(*f.to, func(i, j int) bool { return (*f.to)[i].code < (*f.to)[j].code })
	}
	var err error
	if s.towns, err = readChildren(dir, "streets.csv"); err != nil {
		return nil, err
	}
	if s.villages, err = readChildren(dir, "villages.csv"); err != nil {
		return nil, err
	}
	if err := s.readHistory(dir); err != nil {
		return nil, err
	}
	b, err := os.ReadFile(filepath.Join(dir, "TSCharacters.js"))
	if err != nil {
		return nil, err
	}
	_, t, _ := strings.Cut(string(b), `"`)
	s.traditional, _, _ = strings.Cut(t, `"`)
	return s, nil
}

func readCSV(dir, file string) ([][]string, error) {
	f, err := os.Open(filepath.Join(dir, file))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return rows[1:], nil
}

func readChildren(dir, file string) (map[string][]place, error) {
	rows, err := readCSV(dir, file)
	if err != nil {
		return nil, err
	}
	m := map[string][]place{}
	for _, r := range rows {
		m[r[2]] = append(m[r[2]], place{r[0], r[1]})
	}
	for _, v := range m {
		sort.Slice(v, func(i, j int) bool { return v[i].code < v[j].code })
	}
	return m, nil
}

func (s *sources) readHistory(dir string) error {
	rows, err := readCSV(dir, "areacodes.csv")
	if err != nil {
		return err
	}
	for _, r := range rows {
		rec := record{code: r[0], name: r[3]}
		if rec.start, err = strconv.Atoi(r[6]); err != nil {
			return err
		}
		if r[7] != "" {
			if rec.end, err = strconv.Atoi(r[7]); err != nil {
				return err
			}
		}
		for _, n := range strings.Split(r[8], ";") {
			// A bracketed year is an earlier, partial transfer: not a successor.
			if n != "" && !strings.Contains(n, "[") {
				rec.next = append(rec.next, n)
			}
		}
		s.history = append(s.history, rec)
	}
	return nil
}

func (s *sources) count() int {
	n := len(s.provinces) + len(s.cities) + len(s.counties)
	for _, v := range s.towns {
		n += len(v)
	}
	for _, v := range s.villages {
		n += len(v)
	}
	return n
}

// upperText is the endings, an empty line, then "code name" of the three
// levels, with the pinyin where the table of characters reads it wrongly.
func (s *sources) upperText() []byte {
	var b strings.Builder
	b.WriteString(strings.Join(endings[1:], "\n") + "\n\n")
	for _, level := range [][]place{s.provinces, s.cities, s.counties} {
		for _, p := range level {
			b.WriteString(p.code + "\t" + p.name)
			if py := readingOf(p.name); py != "" {
				b.WriteString("\t" + py)
			}
			b.WriteByte('\n')
		}
	}
	return []byte(b.String())
}

// formerText is "code name end today,today" for every code or name that was
// given up by the asset's date, followed to the codes of that date.
func (s *sources) formerText() []byte {
	today := map[string]string{}
	for _, p := range s.provinces {
		today[p.code+"0000"] = p.name
	}
	for _, p := range s.cities {
		today[p.code+"00"] = p.name
	}
	for _, p := range s.counties {
		today[p.code] = p.name
	}
	byCode := map[string][]record{}
	for _, r := range s.history {
		byCode[r.code] = append(byCode[r.code], r)
	}
	var follow func(code string, year, depth int) []string
	follow = func(code string, year, depth int) []string {
		for _, r := range byCode[code] {
			if depth > 12 || r.start > year || (r.end != 0 && r.end <= year) {
				continue
			}
			if r.end == 0 || r.end > 2023 {
				break
			}
			var out []string
			for _, n := range r.next {
				out = append(out, follow(n, r.end, depth+1)...)
			}
			return out
		}
		if _, ok := today[code]; ok {
			return []string{code}
		}
		// Districts that the divisions table keeps at their city (三沙).
		if up := code[:4] + "00"; today[up] != "" {
			return []string{up}
		}
		return nil
	}
	var b strings.Builder
	for _, r := range s.history {
		if r.end == 0 || r.end > 2023 {
			continue
		}
		var to []string
		dup := map[string]bool{}
		take := func(c string) {
			if !dup[c] {
				dup[c] = true
				to = append(to, c)
			}
		}
		for _, n := range r.next {
			for _, c := range follow(n, r.end, 0) {
				take(c)
			}
		}
		// The history names successors of counties. A prefecture became the
		// city of its code, else the cities that its last counties are in now.
		if len(to) == 0 && strings.HasSuffix(r.code, "00") {
			if today[r.code] != "" {
				take(r.code)
			} else {
				for _, k := range s.history {
					if k.code[:4] != r.code[:4] || k.code == r.code || k.start >= r.end || (k.end != 0 && k.end < r.end) {
						continue
					}
					now := follow(k.code, r.end, 0)
					for _, n := range k.next {
						now = append(now, follow(n, max(k.end, r.end), 0)...)
					}
					for _, c := range now {
						// A city that others absorbed of late (巢湖 2011, 莱芜 2019) is
						// its counties, not the whole cities that they went to.
						if r.end < 2005 {
							c = c[:4] + "00"
						}
						take(c)
					}
				}
			}
		}
		if len(to) == 1 && to[0] == r.code && today[r.code] == r.name {
			continue
		}
		sort.Strings(to)
		fmt.Fprintf(&b, "%s\t%s\t%d\t%s\n", r.code, r.name, r.end, strings.Join(to, ","))
	}
	return []byte(b.String())
}

// characterText is the pinyin table ("syllable characters") and, after an
// empty line, pairs of a traditional character and its simplified form. A
// character of a town's name or above is never rewritten, nor one that villages
// use more than as a slip.
func (s *sources) characterText() []byte {
	used, upper := map[rune]int{}, map[rune]bool{}
	note := func(n string) {
		for _, r := range n {
			used[r]++
		}
	}
	for _, l := range [][]place{s.provinces, s.cities, s.counties} {
		for _, p := range l {
			note(p.name)
		}
	}
	for _, m := range []map[string][]place{s.towns, s.villages} {
		for r := range used {
			upper[r] = true
		}
		for _, l := range m {
			for _, p := range l {
				note(p.name)
			}
		}
	}
	by := map[string][]rune{}
	for r := range used {
		if py := syllable(r); py != "" {
			by[py] = append(by[py], r)
		}
	}
	var lines []string
	for py, rs := range by {
		sort.Slice(rs, func(i, j int) bool { return rs[i] < rs[j] })
		lines = append(lines, py+" "+string(rs))
	}
	sort.Strings(lines)
	var pairs []string
	for _, item := range strings.Split(s.traditional, "|") {
		t, c, ok := strings.Cut(item, " ")
		c, _, _ = strings.Cut(c, " ")
		tr, cr := []rune(t), []rune(c)
		if ok && len(tr) == 1 && len(cr) == 1 && !upper[tr[0]] && used[cr[0]] > 50*used[tr[0]] {
			pairs = append(pairs, t+c)
		}
	}
	sort.Strings(pairs)
	return []byte(strings.Join(lines, "\n") + "\n\n" + strings.Join(pairs, "") + "\n")
}

// charReading corrects single characters for place names.
var charReading = map[rune]string{
	'长': "chang", '厦': "xia", '都': "du", '莘': "shen", '单': "shan", '乐': "le", '重': "chong",
	'蚌': "bang", '番': "fan", '石': "shi", '大': "da", '台': "tai", '洞': "dong", '红': "hong",
	'行': "xing", '会': "hui", '朝': "chao", '调': "diao", '铅': "qian", '车': "che", '句': "ju",
}

// nameReading gives whole names that the characters' usual readings get wrong.
var nameReading = map[string]string{
	"厦门市": "xia men shi", "六安市": "lu an shi", "蚌埠市": "beng bu shi", "番禺区": "pan yu qu",
	"乐清市": "yue qing shi", "乐亭县": "lao ting xian", "莘县": "shen xian", "单县": "shan xian",
	"东阿县": "dong e xian", "铅山县": "yan shan xian", "歙县": "she xian",
	"黟县": "yi xian", "郯城县": "tan cheng xian", "莒县": "ju xian", "莒南县": "ju nan xian",
	"六合区": "lu he qu", "浚县": "xun xian", "荥阳市": "xing yang shi",
	"洪洞县": "hong tong xian", "繁峙县": "fan shi xian", "隰县": "xi xian",
	"井陉县": "jing xing xian", "井陉矿区": "jing xing kuang qu", "蔚县": "yu xian", "大城县": "dai cheng xian",
	"丽水市": "li shui shi", "台州市": "tai zhou shi", "鄞州区": "yin zhou qu", "嵊州市": "sheng zhou shi",
	"监利市": "jian li shi", "郧西县": "yun xi xian", "秭归县": "zi gui xian", "枞阳县": "zong yang xian",
	"犍为县": "qian wei xian", "筠连县": "jun lian xian", "珙县": "gong xian", "郫都区": "pi du qu",
	"什邡市": "shi fang shi", "盱眙县": "xu yi xian", "邗江区": "han jiang qu", "邳州市": "pi zhou shi",
	"睢宁县": "sui ning xian", "婺源县": "wu yuan xian", "鄱阳县": "po yang xian",
	"弋阳县": "yi yang xian", "柞水县": "zha shui xian", "洛南县": "luo nan xian", "宕昌县": "tan chang xian",
	"岷县": "min xian", "牟平区": "mu ping qu", "任城区": "ren cheng qu", "任丘市": "ren qiu shi",
	"尉犁县": "yu li xian", "巴彦淖尔市": "ba yan nao er shi", "吐鲁番市": "tu lu fan shi",
	"重庆市": "chong qing shi", "长子县": "zhang zi xian", "盂县": "yu xian",
}

func syllable(r rune) string {
	if py, ok := charReading[r]; ok {
		return py
	}
	a := pinyin.NewArgs()
	if l := pinyin.SinglePinyin(r, a); len(l) > 0 {
		return strings.ReplaceAll(l[0], "ü", "v")
	}
	return ""
}

func readingOf(name string) string {
	py, ok := nameReading[name]
	if !ok {
		return ""
	}
	var plain []string
	for _, r := range name {
		plain = append(plain, syllable(r))
	}
	if strings.Join(plain, " ") == py {
		return ""
	}
	return py
}
