package sample

import (
	_ "embed"
	"encoding/csv"
	"math/rand/v2"
	"sort"
	"strconv"
	"strings"

	"wengang/internal/fact"
)

//go:embed data/surnames.csv
var surnamesCSV string

// namer draws names: surnames by their weight, given names by sex and cohort.
type namer struct {
	surnames []string
	upTo     []int // cumulative weights
}

func newNamer() *namer {
	n := &namer{}
	rows, err := csv.NewReader(strings.NewReader(surnamesCSV)).ReadAll()
	if err != nil {
		panic("surnames.csv: " + err.Error())
	}
	sum := 0
	for _, r := range rows {
		w, err := strconv.Atoi(r[1])
		if err != nil {
			continue // the heading, which stands twice
		}
		sum += w
		n.surnames, n.upTo = append(n.surnames, r[0]), append(n.upTo, sum)
	}
	return n
}

func (n *namer) surname(r *rand.Rand) string {
	x := r.IntN(n.upTo[len(n.upTo)-1])
	return n.surnames[sort.SearchInts(n.upTo, x+1)]
}

// cohort characters: those born before 1960, 1960–1984, since 1985.
var given = map[int][3]string{
	fact.Male: {
		"德福贵生山林有根保全田兴茂盛庆祥春秋长顺连金银玉宝树堂存文明学忠孝仁义传继绪广清泉玺印恩", "建国军卫东强勇刚伟华平海涛波峰辉斌杰明亮新民志永红庆利胜超凯鹏飞龙虎光振兴宏伟立业朝阳书成",
		"浩宇轩博文俊杰子涵梓豪泽睿晨阳鑫磊嘉瑞思远天佑家铭皓然一鸣昊奕辰翔凯旋智诚子墨俊熙",
	},
	fact.Female: {
		"秀英兰桂珍玉花香莲芝芳凤云梅荣淑贞素琴爱巧月娥翠喜银桃菊改焕存瑞美如意景", "丽敏静红霞艳娟燕玲萍梅芳英华春秋桂平爱莉云秀琴凤霞颖慧雪晓晶娜洁瑞青双海",
		"子涵欣怡梓萱诗雨佳雪思琪雅婷梦瑶可馨语嫣晨曦若彤依诺一诺静雯晓彤梦琪嘉欣紫涵雨桐",
	},
}

func (n *namer) given(r *rand.Rand, sex, year int) string {
	era := 0
	switch {
	case year >= 1985:
		era = 2
	case year >= 1960:
		era = 1
	}
	chars := []rune(given[sex][era])
	first := chars[r.IntN(len(chars))]
	if single := []float64{0.12, 0.22, 0.16}[era]; chance(r, single) {
		return string(first)
	}
	second := chars[r.IntN(len(chars))]
	return string([]rune{first, second})
}

// Names of peoples who have no surname, and surnames common among 回族.
var (
	hui     = strings.Fields("马 沙 丁 白 哈 金 洪 李 张 杨 刘 王 米 黑 宛 撒 虎 海 穆 改")
	uyghurM = strings.Fields("艾力 买买提 吐尔逊 阿卜杜拉 库尔班 玉苏普 热合曼 卡德尔 依明 亚森")
	uyghurF = strings.Fields("阿依古丽 古丽娜尔 帕提古丽 热娜 阿米娜 麦合木提 努尔古丽 茹仙古丽")
	tibetan = strings.Fields("扎西 卓玛 次仁 拉姆 多吉 央金 旺堆 白玛 格桑 曲珍 平措 德吉")
)

// name makes a whole name.
func (n *namer) name(r *rand.Rand, ethnic, sex, year int, surname string) string {
	switch ethnic {
	case 5:
		own := uyghurM
		if sex == fact.Female {
			own = uyghurF
		}
		return own[r.IntN(len(own))] + "·" + uyghurM[r.IntN(len(uyghurM))]
	case 4:
		return tibetan[r.IntN(len(tibetan))] + tibetan[r.IntN(len(tibetan))]
	}
	return surname + n.given(r, sex, year)
}
