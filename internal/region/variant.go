package region

import (
	"strings"
	"unicode/utf8"
)

// variant is one way to write a name. A stem has lost the word that says what
// the place is (聊城 for 聊城市); it is weaker than a name that kept it.
type variant struct {
	text string
	stem bool
}

// peoples are the names that stand before 自治 and are left out in speech.
var peoples = strings.Fields(`壮族 回族 维吾尔 土家族 苗族 彝族 藏族 羌族 布依族 侗族 哈尼族 傣族 景颇族 傈僳族 白族
	蒙古族 蒙古 哈萨克族 哈萨克 柯尔克孜 朝鲜族 满族 锡伯 各族 达斡尔族 黎族 畲族 土族 撒拉族 东乡族 保安族 裕固族 仫佬族
	毛南族 瑶族 水族 仡佬族 佤族 拉祜族 布朗族 纳西族 普米族 怒族 独龙族 塔吉克 鄂温克族 鄂伦春族`)

func withoutPeoples(s string) string {
	for again := true; again; {
		again = false
		for _, p := range peoples {
			if rest, ok := strings.CutSuffix(s, p); ok && utf8.RuneCountInString(rest) >= 2 {
				s, again = rest, true
			}
		}
	}
	return s
}

// variants collects ways to write one name, each once.
type variants []variant

func (v *variants) add(text string, stem bool) {
	if utf8.RuneCountInString(text) < 2 || filler(text) {
		return
	}
	for _, have := range *v {
		if have.text == text {
			return
		}
	}
	*v = append(*v, variant{text, stem})
}

// upperVariants are the ways to write a place of the upper three levels.
func upperVariants(name string, level Level) []variant {
	out := variants{{text: name}}
	if filler(name) {
		out.add(strings.TrimSuffix(name, "区划")+"单位", false)
		out.add(strings.TrimSuffix(name, "级行政区划"), false)
		return out
	}
	out.addBanner(name)
	for _, end := range []string{"自治区", "自治州", "自治县", "自治旗"} {
		if body, ok := strings.CutSuffix(name, end); ok {
			s := withoutPeoples(body)
			out.add(s+end, false)
			if level > Province {
				out.add(s+strings.TrimPrefix(end, "自治"), false)
			}
			if !(level == County && provinceShort[s]) {
				out.add(s, true)
			}
			return out
		}
	}
	for _, d := range developmentNames {
		if body, ok := strings.CutSuffix(name, d.full); ok {
			for _, s := range d.short {
				out.add(body+s, false)
			}
			return out
		}
	}
	for _, end := range []string{"特别行政区", "地区", "林区", "新区", "特区", "省", "市", "县", "区", "旗", "盟"} {
		if body, ok := strings.CutSuffix(name, end); ok {
			if !(level == County && provinceShort[body]) {
				out.add(body, true)
			}
			break
		}
	}
	return out
}

// unitVariants are the ways to write a reporting unit: as a division, and by
// the word for its kind alone (聊城江北水城旅游度假区 → 度假区).
func unitVariants(name string, level Level) []variant {
	out := variants(upperVariants(name, level))
	for _, word := range []string{"开发区", "度假区", "高新区", "经开区", "保税区", "示范区", "管理区"} {
		for _, v := range out {
			if !v.stem && strings.HasSuffix(v.text, word) {
				out.add(word, false)
			}
		}
	}
	return out
}

// addBanner adds the spoken names of banners and what else has one.
func (v *variants) addBanner(name string) {
	for _, wing := range []string{"左翼", "右翼"} {
		if i := strings.Index(name, wing); i > 0 {
			first, _ := utf8.DecodeRuneInString(name)
			if tail := name[i+len(wing):]; utf8.RuneCountInString(tail) == 2 {
				v.add(string(first)+wing[:len("左")]+tail, false)
				v.add(name[:i]+wing[:len("左")]+tail, false)
			}
		}
	}
	for _, s := range spoken[name] {
		v.add(s, false)
	}
}

// provinceShort keeps 河北 and 河南 from meaning a county of that stem (天津市河北区,
// 河南蒙古族自治县), which nobody shortens to the name of a province.
var provinceShort = map[string]bool{"河北": true, "河南": true, "海南": true}

var developmentNames = []struct {
	full  string
	short []string
}{
	{"高新技术产业开发区", []string{"高新区", "高新技术开发区"}},
	{"经济技术开发区", []string{"经开区", "经济开发区", "开发区"}},
	{"经济开发区", []string{"经开区", "开发区"}},
	{"旅游度假区", []string{"度假区"}},
}

// spoken are names in use that no rule gives.
var spoken = map[string][]string{
	"内蒙古自治区": {"内蒙"}, "巴音郭楞蒙古自治州": {"巴州"}, "克孜勒苏柯尔克孜自治州": {"克州"},
	"博尔塔拉蒙古自治州": {"博州"}, "西双版纳傣族自治州": {"版纳", "西双版纳"}, "锡林郭勒盟": {"锡盟"},
	"阿拉善盟": {"阿盟"}, "阿拉善左旗": {"阿左旗"}, "阿拉善右旗": {"阿右旗"}, "喀喇沁左翼蒙古族自治县": {"喀左县", "喀左"},
	"前郭尔罗斯蒙古族自治县": {"前郭县", "前郭"}, "杜尔伯特蒙古族自治县": {"杜蒙县", "杜蒙"},
	"阜新蒙古族自治县": {"阜蒙县"}, "莫力达瓦达斡尔族自治旗": {"莫旗"}, "鄂伦春自治旗": {"鄂伦春旗", "鄂伦春"},
	"鄂温克族自治旗": {"鄂温克旗"}, "新巴尔虎左旗": {"新左旗"}, "新巴尔虎右旗": {"新右旗"}, "陈巴尔虎旗": {"陈旗"},
	"阿鲁科尔沁旗": {"阿旗"}, "克什克腾旗": {"克旗"}, "翁牛特旗": {"翁旗"},
	"东乌珠穆沁旗": {"东乌旗"}, "西乌珠穆沁旗": {"西乌旗"}, "苏尼特左旗": {"东苏旗"}, "苏尼特右旗": {"西苏旗"},
	"达尔罕茂明安联合旗": {"达茂旗"}, "乌拉特前旗": {"乌前旗"}, "乌拉特中旗": {"乌中旗"}, "乌拉特后旗": {"乌后旗"},
	"鄂托克前旗": {"鄂前旗"}, "塔什库尔干塔吉克自治县": {"塔县"}, "察布查尔锡伯自治县": {"察县"},
	"围场满族蒙古族自治县": {"围场县"}, "东乡族自治县": {"东乡"}, "浦东新区": {"浦东"},
	// Cities of the 兵团 by their division.
	"石河子市": {"第八师", "八师", "第八师石河子市"}, "阿拉尔市": {"第一师", "一师", "第一师阿拉尔市"},
	"图木舒克市": {"第三师", "三师", "第三师图木舒克市"}, "五家渠市": {"第六师", "六师", "第六师五家渠市"},
	"北屯市": {"第十师", "十师", "第十师北屯市"}, "铁门关市": {"第二师", "二师", "第二师铁门关市"},
	"双河市": {"第五师", "五师", "第五师双河市"}, "可克达拉市": {"第四师", "四师", "第四师可克达拉市"},
	"昆玉市": {"第十四师", "十四师", "第十四师昆玉市"}, "胡杨河市": {"第七师", "七师", "第七师胡杨河市"},
	"新星市": {"第十三师", "十三师", "第十三师新星市"}, "白杨市": {"第九师", "九师", "第九师白杨市"},
}

// provinceSign are the one-character names of provinces.
var provinceSign = map[string]Code{
	"京": 11, "津": 12, "冀": 13, "晋": 14, "蒙": 15, "辽": 21, "吉": 22, "黑": 23, "沪": 31, "苏": 32, "浙": 33,
	"皖": 34, "闽": 35, "赣": 36, "鲁": 37, "豫": 41, "鄂": 42, "湘": 43, "粤": 44, "桂": 45, "琼": 46, "渝": 50,
	"川": 51, "蜀": 51, "贵": 52, "黔": 52, "云": 53, "滇": 53, "藏": 54, "陕": 61, "甘": 62, "陇": 62, "青": 63,
	"宁": 64, "新": 65,
}

// townVariants are the ways to write a town.
func townVariants(name string) []variant {
	out := []variant{{text: name}}
	for _, end := range []string{"街道办事处", "街道", "地区办事处", "苏木", "镇", "乡"} {
		body, ok := strings.CutSuffix(name, end)
		if !ok || utf8.RuneCountInString(body) < 2 {
			continue
		}
		if strings.HasPrefix(end, "街道") {
			out = append(out, variant{text: body + "街道"}, variant{text: body + "街道办事处"},
				variant{text: body + "街道办"}, variant{text: body + "办事处"})
		}
		if plain := withoutPeoples(strings.TrimSuffix(body, "民族")); plain != body {
			out = append(out, variant{text: plain + end}, variant{plain, true})
		}
		return append(out, variant{body, true})
	}
	return out
}

// villageClass is what a village name says the place is.
type villageClass uint8

const (
	anyClass  villageClass = iota
	village                // 村, 村民委员会, 嘎查
	community              // 社区, 居委会
)

// villageStem takes the committee words off: 李庄村村民委员会, 李庄村委会 and 李庄村
// are 李庄 as a village, 金谷社区居民委员会 is 金谷 as a community. A stem keeps two
// characters where 村 alone is taken off (新村 stays).
func villageStem(s string) (string, villageClass) {
	for _, e := range []string{"社区居民委员会", "社区居委会", "居民委员会", "居委会", "社区村民委员会", "社区村委会", "社区"} {
		if body, ok := strings.CutSuffix(s, e); ok && body != "" {
			return body, community
		}
	}
	for _, e := range []string{"嘎查村民委员会", "嘎查村委会", "嘎查委员会", "嘎查"} {
		if body, ok := strings.CutSuffix(s, e); ok && body != "" {
			return body, village
		}
	}
	class := anyClass
	for _, e := range []string{"村民委员会", "村委会", "行政村"} {
		if body, ok := strings.CutSuffix(s, e); ok && body != "" {
			s, class = strings.TrimSuffix(body, "村")+"村", village
			break
		}
	}
	if body, ok := strings.CutSuffix(s, "村"); ok && body != "" {
		class = village
		if utf8.RuneCountInString(body) >= 2 {
			s = body
		}
	}
	return s, class
}
