package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"

	"wengang/internal/calendar"
	"wengang/internal/idcard"
	"wengang/internal/region"
)

// benchBook is one workbook of the benchmark and what an import must make of
// it, known because the faults in it are planted.
type benchBook struct {
	Path    string
	Rows    int64
	Refused int64
	Warned  int64 // at least; the checks may find more
}

// benchWorld makes people of working age, one household in two people, all of
// them invented: numbers of the area 000000, phones that begin with 154.
type benchWorld struct {
	people   int
	villages [][3]string // county, town, village
	places   [][3]string // counties to work in: province, city, county
}

// benchMonth is the month of the work files.
const benchMonth calendar.Month = 202310

func newBenchWorld(t *region.Tree, county region.Code, people int) *benchWorld {
	w := &benchWorld{people: people}
	for _, town := range t.Children(county) {
		for _, v := range t.Children(town.Code) {
			w.villages = append(w.villages, [3]string{t.Name(county), town.Name, v.Name})
		}
	}
	for i, province := range t.Children(region.Country) {
		for k, city := range t.Children(province.Code) {
			for j, c := range t.Children(city.Code) {
				if (i+k+j)%7 == 0 && len(w.places) < 200 {
					w.places = append(w.places, [3]string{province.Name, city.Name, c.Name})
				}
			}
		}
	}
	return w
}

func (w *benchWorld) identity(i int) string {
	y, m, d := 1966+i%38, 1+i/38%12, 1+i/456%28
	n := fmt.Sprintf("000000%04d%02d%02d%03d", y, m, d, i/12768)
	return n + string(idcard.CheckDigit(n))
}

func (w *benchWorld) name(i int) string {
	return string([]rune{[]rune("赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨")[i%16], rune('丁' + i/16%400), rune('明' + i/6400%300)})
}

func (w *benchWorld) home(i int) (code, person string) {
	code = fmt.Sprintf("371522%06d", i/2)
	return code, code + fmt.Sprintf("%02d", i%2+1)
}

func benchPhone(i int) string { return fmt.Sprintf("154%08d", i) }

var benchPeopleHead = []string{"省", "市", "县", "乡", "行政村", "户编号", "人口编号", "姓名", "证件号码", "证件类型", "性别", "民族", "成员联系电话",
	"与户主关系", "文化程度", "在校生状况", "健康状况", "劳动技能", "政治面貌", "是否享受低保", "是否特困供养人员", "户联系电话"}

func (w *benchWorld) person(i int) []string {
	v := w.villages[i/2%len(w.villages)]
	home, code := w.home(i)
	id := w.identity(i)
	sex, relation := "女", "之女"
	if (id[16]-'0')%2 == 1 {
		sex, relation = "男", "之子"
	}
	if i%2 == 0 {
		relation = "户主"
	}
	education := []string{"小学", "初中", "高中", "大专"}[i/3%4]
	return []string{"山东省", "聊城市", v[0], v[1], v[2], home, code, w.name(i), id, "居民身份证", sex, "汉族", benchPhone(i),
		relation, education, "", "健康", "普通劳动力", "群众", "否", "否", benchPhone(i - i%2)}
}

var benchWorkHead = []string{"省", "市", "县", "乡", "行政村", "户编号", "人口编号", "姓名", "证件号码", "户类型", "监测对象类别", "是否已务工", "开始时间", "结束时间",
	"务工所在省", "务工所在市", "务工所在县", "务工地址", "务工企业名称", "所属行业", "就业渠道", "是否点对点输送", "务工月收入", "年度交通费补助", "联系电话"}

// work is the row of person i, with every kind of planted fault.
func (w *benchWorld) work(i int) (row []string, refused, warned bool) {
	v, p := w.villages[i/2%len(w.villages)], w.places[i*7%len(w.places)]
	home, code := w.home(i)
	start := calendar.Month(202301).Add(-(i % 20))
	row = []string{"山东省", "聊城市", v[0], v[1], v[2], home, code, w.name(i), w.identity(i), "脱贫户", "", "是", strconv.Itoa(int(start)), "",
		p[0], p[1], p[2], fmt.Sprintf("%s示例路%d号", p[2], i%300), fmt.Sprintf("示例制造%d有限公司", i%5000),
		[]string{"制造业", "建筑业", "住宿和餐饮业", "批发和零售业"}[i%4], []string{"自主外出", "单位招用"}[i%2], "否",
		strconv.Itoa(3000 + i%40*100), strconv.Itoa(i % 5 * 100), benchPhone(i)}
	switch i % 1000 {
	case 7: // check character
		row[8] = row[8][:17] + string("10X98765432"[(i/1000+1)%11])
		refused = idcard.CheckDigit(row[8][:17]) != row[8][17]
	case 13:
		row[14], row[15], row[16], refused = "", "", "没有这个县", true
	case 21, 521:
		row[22], warned = "88", true
	case 33, 533:
		row[18], warned = "", true
	case 41: // the row above again
		row, _, _ = w.work(i - 1)
		refused = true
	}
	return row, refused, warned
}

// write makes the people file, the work file as an export tool writes it, and
// the same work rows shuffled as a spreadsheet saves them again.
func (w *benchWorld) write(dir string) (people, work, again benchBook, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return people, work, again, err
	}
	order := make([]int, w.people)
	for i := range order {
		order[i] = i
		_, refused, warned := w.work(i)
		if refused {
			work.Refused++
		} else if warned {
			work.Warned++
		}
	}
	people.Path, people.Rows = filepath.Join(dir, "people.xlsx"), int64(w.people)
	work.Path, work.Rows = filepath.Join(dir, "work.xlsx"), int64(w.people)
	again = work
	again.Path = filepath.Join(dir, "work-again.xlsx")
	job := func(i int) []string { r, _, _ := w.work(i); return r }
	if err = writeBenchBook(people.Path, false, benchPeopleHead, order, w.person); err == nil {
		err = writeBenchBook(work.Path, false, benchWorkHead, order, job)
	}
	if err == nil {
		r := rand.New(rand.NewPCG(1, 2))
		r.Shuffle(len(order), func(i, k int) { order[i], order[k] = order[k], order[i] })
		err = writeBenchBook(again.Path, true, benchWorkHead, order, job)
	}
	return people, work, again, err
}
