package region

import (
	"strings"
	"testing"
)

func TestResolveOne(t *testing.T) {
	for text, want := range map[string]Code{
		"37": 37e10, "3715": 3715e8, "371522": 371522e6, "371522.0": 371522e6, "３７１５２２": 371522e6,
		"371521001001": 371521001001, "山东省": 37e10, "山东": 37e10, "鲁": 37e10, "河 北": 13e10, "河　北": 13e10,
		"内蒙古": 15e10, "内蒙": 15e10, "广西": 45e10, "新疆": 65e10, "广州": 4401e8, "广州市": 4401e8,
		"科左中旗": 150521e6, "科尔沁左翼中旗": 150521e6, "科尔沁左中旗": 150521e6, "内蒙古通辽科左中旗": 150521e6,
		"山东省聊城市莘县": 371522e6, "山东聊城莘县": 371522e6, "聊城莘县": 371522e6, "山东省-聊城市-莘县": 371522e6,
		"山东/聊城/莘县": 371522e6, "聊城莘县张鲁镇": 371522101e3,
		"中国山东省聊城市": 3715e8, "聊城": 3715e8, "廣東省廣州市": 4401e8, "ＬＩＡＯＣＨＥＮＧ": 3715e8,
		"北京市北京市朝阳区": 110105e6, "北京市市辖区东城区": 110101e6, "北京朝阳": 110105e6, "重庆彭水": 500243e6,
		"重庆市彭水县": 500243e6, "东莞市": 4419e8, "东莞市虎门镇": 441900121e3, "浙江省慈溪市": 330282e6,
		"河南济源": 419001e6, "河南省省直辖县济源市": 419001e6, "吉林市": 2202e8, "吉林吉林": 2202e8, "恩施州": 4228e8,
		"延边": 2224e8, "浦东": 310115e6, "长阳县": 420528e6, "长阳": 420528e6, "新疆生产建设兵团第八师": 659001e6,
		"兵团第一师阿拉尔市": 659002e6, "海口": 4601e8, "三沙市": 4603e8, "恩施土家族苗族自治州": 4228e8,
	} {
		m := National().Resolve(text, Country)
		if m.Status != One || m.Code != want || m.Former {
			t.Errorf("Resolve(%s) = %+v, want %d", text, m, want)
		}
	}
}

func TestResolveFormer(t *testing.T) {
	for text, want := range map[string]Code{
		"371523": 371503e6, "茌平县": 371503e6, "聊城市茌平县": 371503e6, "110103": 110101e6, "崇文区": 110101e6,
		"襄樊市": 4206e8, "襄樊": 4206e8, "巢湖市无为县": 340281e6, "聊城地区临清市": 371581e6, "通州市": 320612e6,
		"372522": 371521e6, "章丘市": 370114e6, "安徽省六安市寿县": 340422e6, "湖北荆沙市": 4210e8, "哲里木盟科左中旗": 150521e6,
	} {
		m := National().Resolve(text, Country)
		if m.Status != One || m.Code != want || !m.Former {
			t.Errorf("Resolve(%s) = %+v, want %d, former", text, m, want)
		}
	}
	for text, want := range map[string][]Code{
		"石家庄市桥东区": {130102e6, 130104e6}, "邯郸县": {130402e6, 130403e6}, "莱芜市": {370116e6, 370117e6},
	} {
		m := National().Resolve(text, Country)
		if m.Status != Several || !m.Former || len(m.Candidates) != len(want) {
			t.Errorf("Resolve(%s) = %+v, want %v", text, m, want)
		}
	}
	if today, name := National().Former(371523); len(today) != 1 || today[0] != 371503e6 || name != "茌平县" {
		t.Errorf("Former(371523) = %v %s", today, name)
	}
}

func TestResolveSeveral(t *testing.T) {
	for text, want := range map[string]struct {
		names  string
		common Code
	}{
		"朝阳区":       {"北京市朝阳区 吉林省长春市朝阳区", 0},
		"吉林":        {"吉林省 吉林省吉林市", 22e10},
		"海南":        {"海南省 青海省海南藏族自治州", 0},
		"通州":        {"北京市通州区 江苏省南通市通州区", 0},
		"湖南长沙":      {"湖南省长沙市 湖南省长沙市长沙县", 4301e8},
		"港澳台":       {"台湾省 香港特别行政区 澳门特别行政区", 0},
		"lc":        {"山东省聊城市", 0},
		"新疆生产建设兵团":  {"新疆维吾尔自治区石河子市", 6590e8},
		"桥东区":       {"河北省石家庄市长安区 河北省石家庄市桥西区 河北省邢台市襄都区 河北省张家口市桥东区", 13e10},
		"恩施":        {"湖北省恩施土家族苗族自治州 湖北省恩施土家族苗族自治州恩施市", 4228e8},
		"聊城市莘县东街村":  {"山东省聊城市莘县张鲁镇东街村委会", 371522e6},
		"莘县东街村民委员会": {"山东省聊城市莘县张鲁镇东街村委会", 371522e6},
	} {
		m := National().Resolve(text, Country)
		if m.Status != Several || m.Common != want.common {
			t.Errorf("Resolve(%s) = %v %v common %d, want several, common %d", text, m.Status, m.Candidates, m.Common, want.common)
			continue
		}
		have := map[string]bool{}
		for i, p := range m.Candidates {
			have[National().FullName(p.Code)] = true
			if i > 0 && p.Code.Level() < m.Candidates[i-1].Code.Level() {
				t.Errorf("Resolve(%s): candidates not by level: %v", text, m.Candidates)
			}
		}
		names := strings.Fields(want.names)
		for _, n := range names {
			if !have[n] && !strings.Contains(n, "张鲁") {
				t.Errorf("Resolve(%s): no %s in %v", text, n, m.Candidates)
			}
		}
		if len(names) > 1 && len(m.Candidates) != len(names) {
			t.Errorf("Resolve(%s): %d candidates %v, want %d", text, len(m.Candidates), m.Candidates, len(names))
		}
	}
}

func TestResolveNone(t *testing.T) {
	for _, text := range []string{
		"", " ", "无", "不详", "某地", "99999", "123456", "000000", "371599", "北京建工集团", "莘县不存在村",
		"山东省聊城市莘县不存在镇", "大布镇", "阳谷县大布镇", "山东省广州市", "xyzzyq", "香港路", "日本街", "朝鲜族", "\xff\xfe", "县", "区",
	} {
		if m := National().Resolve(text, Country); m.Status != None {
			t.Errorf("Resolve(%q) = %+v, want none", text, m)
		}
	}
	m := National().Resolve("阳谷县大布镇", Country)
	if len(m.Candidates) != 1 || m.Candidates[0].Name != "大布乡" {
		t.Errorf("a town of another kind is shown, not taken: %+v", m)
	}
}

func TestResolveWithin(t *testing.T) {
	tree := National()
	village := tree.Villages(371522101000)[0]
	for _, c := range []struct {
		text   string
		within Code
		status MatchStatus
		code   Code
	}{
		{"朝阳区", 11e10, One, 110105e6}, {"朝阳区", 3715e8, None, 0}, {"张鲁镇", 3715e8, One, 371522101e3},
		{"莘县", 3715e8, One, 371522e6}, {"lc", 3715e8, None, 0}, {"lcs", 37e10, One, 3715e8},
		{"山东省聊城市莘县张鲁镇" + tree.Name(village), 371522e6, One, village},
		{"张鲁镇" + strings.TrimSuffix(tree.Name(village), "委会") + "3组", 371522e6, One, village},
		{"北京市朝阳区", 371522e6, None, 0}, {"香港", 3715e8, None, 0}, {"zhangluzhen", 371522e6, One, 371522101e3},
	} {
		if m := tree.Resolve(c.text, c.within); m.Status != c.status || m.Code != c.code {
			t.Errorf("Resolve(%s, %v) = %+v, want %v %d", c.text, c.within, m, c.status, c.code)
		}
	}
}

func TestResolveSpecial(t *testing.T) {
	for text, want := range map[string]string{
		"香港": "hk", "中国香港": "hk", "香港特别行政区": "hk", "香港九龙": "hk", "澳門": "mo", "澳门": "mo", "台湾": "tw",
		"台湾省台北市": "tw", "境外": "abroad", "国外": "abroad", "日本": "abroad", "新加坡": "abroad", "日本东京": "abroad", "810000": "hk",
	} {
		m := National().Resolve(text, Country)
		if m.Status != One || m.Special != want || m.Code != specialCode[want] {
			t.Errorf("Resolve(%s) = %+v, want %s", text, m, want)
		}
	}
}

func TestResolveWorkplace(t *testing.T) {
	for text, want := range map[string]Code{
		"广东省深圳市宝安区某某厂": 440306e6, "浙江省宁波市慈溪市观海卫镇工业园": 330282101e3, "北京市某公司": 11e10, "苏州市": 3205e8,
	} {
		if m := National().ResolveWorkplace(text); m.Status != One || m.Code.At(County) != want.At(County) {
			t.Errorf("ResolveWorkplace(%s) = %+v, want %d", text, m, want)
		}
	}
	if m := National().ResolveWorkplace("北京建工集团"); m.Status != None {
		t.Errorf("a company by the name of a place is no place: %+v", m)
	}
}

func TestResolvePath(t *testing.T) {
	tree := National()
	for _, c := range []struct {
		p, c, k, t, v string
		within        Code
		status        MatchStatus
		code          Code
	}{
		{p: "山东省", c: "聊城市", k: "茌平县", status: One, code: 371503e6},
		{p: "北京市", c: "北京市", k: "朝阳区", status: One, code: 110105e6},
		{p: "北京市", c: "市辖区", k: "朝阳区", status: One, code: 110105e6},
		{p: "北京", k: "朝阳", status: One, code: 110105e6},
		{k: "莘县", t: "张鲁镇", within: 3715e8, status: One, code: 371522101e3},
		{p: "山东", c: "广州", status: None},
		{p: "海南", status: One, code: 46e10}, {p: "吉林", status: One, code: 22e10},
		{p: "吉林", c: "吉林", status: One, code: 2202e8},
		{p: "湖南", c: "长沙", status: One, code: 4301e8}, {p: "湖南", c: "长沙", k: "长沙", status: One, code: 430121e6},
		{p: "河南", c: "济源", status: One, code: 419001e6}, {k: "聊城市莘县", status: One, code: 371522e6},
		{k: "朝阳区", status: Several}, {p: "广东省", c: "东莞市", t: "虎门镇", status: One, code: 441900121e3},
		{p: "广东省", c: "东莞市", k: "东莞市", t: "虎门镇", status: One, code: 441900121e3},
		{p: "香港", status: One, code: HongKong}, {status: None}, {p: "37", c: "3715", k: "371522", status: One, code: 371522e6},
		{p: "安徽省", c: "巢湖市", k: "无为县", status: One, code: 340281e6},
		{k: "莘县", v: tree.Name(371522101202), within: 371522e6, status: One, code: 371522101202},
		{p: "北京市", k: "朝阳区", within: 3715e8, status: None},
	} {
		if m := tree.ResolvePath(c.p, c.c, c.k, c.t, c.v, c.within); m.Status != c.status || m.Code != c.code {
			t.Errorf("ResolvePath(%s,%s,%s,%s,%s) = %+v, want %v %d", c.p, c.c, c.k, c.t, c.v, m, c.status, c.code)
		}
	}
}

// Every place of some counties is found again by its own full name: alone, or
// among several of the same name in the same town.
func TestResolveRoundTrip(t *testing.T) {
	tree := National()
	for _, county := range []Code{371522e6, 110105e6, 150521e6, 469001e6, 441900e6, 652901e6, 371581e6} {
		tree.walk(county, func(p Place) {
			m := tree.Resolve(tree.FullName(p.Code), Country)
			ok := m.Status == One && m.Code == p.Code
			for _, c := range m.Candidates {
				ok = ok || m.Status == Several && c.Code == p.Code
			}
			if !ok {
				t.Errorf("%s (%d) resolves to %+v", tree.FullName(p.Code), p.Code, m)
			}
			alone := tree.Resolve(p.Name, p.Code.Parent())
			ok = alone.Status == One && alone.Code == p.Code || alone.Status == Several
			if !ok {
				t.Errorf("%s in %v resolves to %+v", p.Name, p.Code.Parent(), alone)
			}
		})
	}
	for _, rows := range [][]placeRow{tree.base.provinces, tree.base.cities, tree.base.counties} {
		for _, p := range rows {
			if filler(p.name) {
				continue
			}
			if m := tree.Resolve(tree.FullName(p.code), Country); m.Status != One || m.Code != p.code {
				t.Errorf("%s resolves to %+v, want %d", tree.FullName(p.code), m, p.code)
			}
		}
	}
}

func TestFind(t *testing.T) {
	got := National().Find("莘", 3715e8, 5)
	if len(got) == 0 || got[0].Code != 371522e6 {
		t.Errorf("Find(莘) = %v, want 莘县 first", got)
	}
	got = National().Find("聊城", Country, 3)
	if len(got) == 0 || got[0].Code != 3715e8 {
		t.Errorf("Find(聊城) = %v", got)
	}
	if got := National().Find("lc", 37e10, 10); len(got) < 2 || got[0].Code != 3715e8 {
		t.Errorf("Find(lc) = %v", got)
	}
}

func TestSpokenNamesExist(t *testing.T) {
	have := map[string]bool{}
	b := national()
	for _, rows := range [][]placeRow{b.provinces, b.cities, b.counties} {
		for _, p := range rows {
			have[p.name] = true
		}
	}
	for n := range spoken {
		if !have[n] {
			t.Errorf("spoken names of %s, which is not in the tree", n)
		}
	}
	for _, c := range countries {
		if m := (&Tree{base: b}).resolve(c, 37e10); m.Status == One && !strings.HasPrefix(b.name(m.Code), c) {
			t.Errorf("country %s is also %v", c, m)
		}
	}
}

func FuzzResolve(f *testing.F) {
	for _, s := range []string{"山东省聊城市莘县", "朝阳区", "371523", "lc", "香港", "\xff", "北京北京北京北京", "吉林吉林吉林吉林市市"} {
		f.Add(s, int64(0))
		f.Add(s, int64(371500000000))
	}
	f.Fuzz(func(t *testing.T, s string, within int64) {
		if within < 0 || within > 999999999999 || Code(within).Level() < City && within != 0 {
			within = 0
		}
		m := (&Tree{base: national()}).resolve(s, Code(within))
		switch m.Status {
		case One:
			if _, ok := National().Get(m.Code); !ok || m.Code == 0 || !Code(within).Contains(m.Code) {
				t.Fatalf("%q: one %d", s, m.Code)
			}
		case Several:
			if len(m.Candidates) < 2 || m.Code != 0 {
				t.Fatalf("%q: several %+v", s, m)
			}
			for _, p := range m.Candidates {
				if !m.Common.Contains(p.Code) || !Code(within).Contains(p.Code) {
					t.Fatalf("%q: %+v", s, m)
				}
			}
		case None:
			if m.Code != 0 {
				t.Fatalf("%q: %+v", s, m)
			}
		}
	})
}

// Workplaces of an import: 200,000 texts, a few hundred different ones.
func BenchmarkResolve200k(b *testing.B) {
	texts := []string{}
	for _, c := range national().counties {
		texts = append(texts, National().FullName(c.code))
	}
	for range b.N {
		tree := &Tree{base: national()}
		for i := range 200_000 {
			tree.Resolve(texts[i%len(texts)], Country)
		}
	}
}

func BenchmarkResolveDistinct(b *testing.B) {
	tree := &Tree{base: national()}
	for range b.N {
		tree.resolve("山东省聊城市莘县张鲁镇", Country)
	}
}
