package region

import "strings"

// Special workplaces (A059): 港澳台 and abroad.
const (
	SpecialHongKong = "hk"
	SpecialMacao    = "mo"
	SpecialTaiwan   = "tw"
	SpecialAbroad   = "abroad"
)

var specialCode = map[string]Code{
	SpecialHongKong: HongKong, SpecialMacao: Macao, SpecialTaiwan: Taiwan, SpecialAbroad: Abroad,
}

func specialOf(c Code) string {
	for k, v := range specialCode {
		if v == c {
			return k
		}
	}
	return ""
}

// specialNames are whole texts; the country's own name has been taken off.
var specialNames = map[string]string{
	"香港": "hk", "香港特别行政区": "hk", "香港特区": "hk", "hongkong": "hk", "hk": "hk",
	"澳门": "mo", "澳门特别行政区": "mo", "澳门特区": "mo", "macao": "mo", "macau": "mo",
	"台湾": "tw", "台湾省": "tw", "台湾地区": "tw", "taiwan": "tw",
	"境外": "abroad", "国外": "abroad", "海外": "abroad", "外国": "abroad", "国(境)外": "abroad", "国境外": "abroad",
	"境外务工": "abroad", "国外务工": "abroad", "出国务工": "abroad", "出国": "abroad", "出境": "abroad",
}

// countries are those that labour is sent to, as whole texts or followed by a
// place of theirs. No division of the tree begins with one of these names.
var countries = strings.Fields(`日本 韩国 朝鲜 蒙古国 新加坡 马来西亚 印度尼西亚 印尼 菲律宾 越南 老挝 柬埔寨 缅甸 泰国
	印度 巴基斯坦 孟加拉 斯里兰卡 尼泊尔 阿联酋 阿拉伯联合酋长国 沙特 沙特阿拉伯 卡塔尔 科威特 阿曼 伊拉克 伊朗 以色列 土耳其
	哈萨克斯坦 乌兹别克斯坦 吉尔吉斯斯坦 塔吉克斯坦 土库曼斯坦 俄罗斯 白俄罗斯 乌克兰 波兰 德国 法国 英国 意大利 西班牙 葡萄牙
	塞尔维亚 匈牙利 希腊 荷兰 芬兰 瑞典 美国 加拿大 墨西哥 巴西 阿根廷 智利 秘鲁 澳大利亚 新西兰 斐济 巴布亚新几内亚
	安哥拉 阿尔及利亚 埃及 埃塞俄比亚 尼日利亚 肯尼亚 坦桑尼亚 赞比亚 莫桑比克 南非 加纳 喀麦隆 刚果 几内亚 苏丹 摩洛哥 利比里亚`)

var countrySet = func() map[string]bool {
	m := map[string]bool{}
	for _, c := range countries {
		m[c] = true
	}
	return m
}()

func special(s string) (Match, bool) {
	if s == "港澳台" || s == "港澳台地区" || s == "港澳" {
		in := []Place{{Code: Taiwan}, {Code: HongKong}, {Code: Macao}}
		if s == "港澳" {
			in = in[1:]
		}
		return several(in, false), true
	}
	k, ok := specialNames[s]
	if !ok && countrySet[s] {
		k, ok = SpecialAbroad, true
	}
	if !ok {
		return Match{}, false
	}
	return Match{Status: One, Code: specialCode[k], Special: k}, true
}

// specialParts are what follows 香港, 澳门 and 台湾 in a workplace; a road or a
// company that merely begins with the name (香港路) does not.
var specialParts = map[string][]string{
	"香港": strings.Fields(`特别行政区 特区 九龙 新界 港岛 香港岛 中西区 湾仔 东区 南区 油尖旺 深水埗 黄大仙 观塘 葵青 荃湾
		屯门 元朗 北区 大埔 沙田 西贡 离岛 旺角 尖沙咀 铜锣湾 中环`),
	"澳门": strings.Fields(`特别行政区 特区 半岛 氹仔 路氹 路环 大堂 花地玛堂 风顺堂 望德堂 圣安多尼堂`),
	"台湾": strings.Fields(`省 地区 台北 台中 台南 台东 高雄 新北 桃园 基隆 新竹 嘉义 苗栗 彰化 南投 云林 屏东 宜兰 花莲 澎湖`),
}

// specialPrefix reads 香港九龙 or 日本东京, where nothing in the tree fits.
func specialPrefix(s string) (Match, bool) {
	for name, parts := range specialParts {
		rest, ok := strings.CutPrefix(s, name)
		if !ok {
			continue
		}
		for _, p := range parts {
			if strings.HasPrefix(rest, p) {
				k := specialNames[name]
				return Match{Status: One, Code: specialCode[k], Special: k, Rest: rest}, true
			}
		}
	}
	for _, c := range countries {
		rest, ok := strings.CutPrefix(s, c)
		if !ok || strings.HasPrefix(rest, "族") {
			continue
		}
		for _, end := range []string{"村", "路", "街", "园", "镇", "城", "公司", "厂", "店"} {
			if strings.HasSuffix(rest, end) {
				return Match{}, false
			}
		}
		return Match{Status: One, Code: Abroad, Special: SpecialAbroad, Rest: rest}, true
	}
	return Match{}, false
}

// withPlaces fills in the names of a special match's candidates.
func (t *Tree) withPlaces(m Match) Match {
	for i := range m.Candidates {
		m.Candidates[i], _ = t.Get(m.Candidates[i].Code)
	}
	return m
}
