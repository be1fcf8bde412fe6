package region

import (
	"slices"
	"testing"
	"time"
)

func TestCounts(t *testing.T) {
	got := National().Counts()
	if want := [5]int{31, 342, 2978, 41352, 620573}; got != want {
		t.Fatalf("divisions %v, want %v", got, want)
	}
	if len(asset) > 4<<20 {
		t.Errorf("asset is %d bytes, want at most 4 MB", len(asset))
	}
}

func TestTreePlaces(t *testing.T) {
	tree := National()
	for code, want := range map[Code]string{
		0: "全国", 370000000000: "山东省", 371500000000: "聊城市", 371522000000: "莘县",
		371502004000: "湖西街道", 371521001001: "金谷社区居民委员会", 110101001001: "多福巷社区居委会",
		441900000000: "东莞市", 659012505508: "八连生活区", 810000000000: "香港特别行政区",
		371599000000: "", 371521001999: "", 999999999999: "",
	} {
		if got := tree.Name(code); got != want {
			t.Errorf("Name(%d) = %q, want %q", code, got, want)
		}
	}
	for code, want := range map[Code]string{
		371521001001: "山东省聊城市阳谷县博济桥街道金谷社区居民委员会",
		110101001000: "北京市东城区东华门街道", 469001000000: "海南省五指山市",
		441900121000: "广东省东莞市虎门镇", 110100000000: "北京市市辖区",
	} {
		if got := tree.FullName(code); got != want {
			t.Errorf("FullName(%d) = %q, want %q", code, got, want)
		}
	}
	if n := len(tree.Children(Country)); n != 31 {
		t.Errorf("%d provinces", n)
	}
	if n := len(tree.Counties(371500000000)); n != 8 {
		t.Errorf("%d counties in 聊城, want 8", n)
	}
	if got := tree.Counties(441900000000); len(got) != 1 || got[0] != 441900000000 {
		t.Errorf("counties of 东莞 = %v", got)
	}
	if n := len(tree.Children(441900000000)); n < 30 {
		t.Errorf("东莞 has %d towns", n)
	}
	if got := tree.Children(350527000000); len(got) != 0 {
		t.Errorf("金门县 is its own town, got children %v", got)
	}
	if a, b := len(tree.Villages(371522000000)), tree.base.county(371522000000); a != len(b.villages) {
		t.Errorf("莘县: %d villages listed, %d held", a, len(b.villages))
	}
}

// local is three reporting units of 聊城: one that carves a town and a village
// out of 东昌府区, one shown inside its host, one with an ended row.
func local() []Local {
	return []Local{
		{Code: 371590000000, Name: "江北水城旅游度假区", Kind: KindUnit},
		{Code: 371590001000, Official: 371502004000, Name: "湖西街道", Kind: KindCarved},
		{Code: 371590002000, Name: "直管村", Kind: ""},
		{Code: 371590002001, Official: 371502109215, Name: "另划村", Kind: KindCarved},
		{Code: 371591000000, Name: "聊城经济技术开发区", Kind: KindUnit},
		{Code: 371591001000, Official: 371502010000, Name: "蒋官屯街道", Kind: KindCarved, InsideHost: true},
		{Code: 371592000000, Name: "旧园区", Kind: KindUnit, ValidTo: 20221231},
		{Code: 371522999000, Name: "新设镇", ValidFrom: 20240101},
		{Code: 371526000000, Name: "高唐市"},
	}
}

func codes(places []Place) []Code {
	var out []Code
	for _, p := range places {
		out = append(out, p.Code)
	}
	return out
}

func TestOverlay(t *testing.T) {
	tree := National().With(local())
	kids := codes(tree.Children(371500000000))
	if want := []Code{371502000000, 371503000000, 371521000000, 371522000000, 371524000000, 371525000000,
		371526000000, 371581000000, 371590000000, 371591000000}; !slices.Equal(kids, want) {
		t.Errorf("children of the city %v", kids)
	}
	if p, _ := tree.Get(371502004000); p.Code != 371590001000 || p.Official != 371502004000 || p.Kind != KindCarved {
		t.Errorf("national code of a carved town gives %+v", p)
	}
	host := codes(tree.Children(371502000000))
	if slices.Contains(host, 371502004000) || !slices.Contains(host, 371502010000) {
		t.Errorf("host lists %v: want no 湖西街道, and 蒋官屯街道 shown inside", host)
	}
	if got := codes(tree.Children(371591000000)); !slices.Equal(got, []Code{371502010000}) {
		t.Errorf("unit inside its host lists %v", got)
	}
	carved := tree.Villages(371590001000)
	if official := National().Villages(371502004000); len(carved) != len(official) || carved[0] != official[0]-371502004000+371590001000 {
		t.Errorf("carved town has %d villages, its national one %d", len(carved), len(official))
	}
	if p, ok := tree.Get(carved[0]); !ok || p.Name == "" || p.Official.At(Town) != 371502004000 {
		t.Errorf("carved village %+v", p)
	}
	if got := tree.FullName(371590002001); got != "山东省聊城市江北水城旅游度假区直管村另划村" {
		t.Errorf("full name %q", got)
	}
	if slices.Contains(codes(tree.Children(371502109000)), 371502109215) {
		t.Error("a carved village is still listed in its town")
	}
	if tree.Name(371592000000) != "旧园区" || tree.Name(371526000000) != "高唐市" {
		t.Error("ended or renamed place lost its name")
	}
	all := len(National().Villages(371500000000))
	inside := len(National().Villages(371502010000))
	if got := len(tree.Villages(371500000000)); got != all+inside {
		// The unit inside its host lists the town a second time, by the same codes.
		t.Errorf("%d villages in the city, want %d", got, all+inside)
	}
	seen := map[Code]bool{}
	for _, v := range tree.Villages(371500000000) {
		seen[v] = true
	}
	if len(seen) != all {
		t.Errorf("%d distinct villages, want %d: a carve neither loses nor doubles one", len(seen), all)
	}
	for text, want := range map[string]Code{
		"聊城度假区": 371590000000, "聊城市经济技术开发区": 371591000000, "度假区湖西街道": 371590001000,
		"聊城市东昌府区湖西街道": 371590001000, "371502004": 371590001000, "莘县新设镇": 371522999000,
		"高唐市": 371526000000, "高唐县": 371526000000, "聊城市开发区蒋官屯街道": 371502010000,
	} {
		if m := tree.Resolve(text, Country); m.Status != One || m.Code != want {
			t.Errorf("Resolve(%s) = %+v, want %d", text, m, want)
		}
	}
}

func TestLoadTimes(t *testing.T) {
	b := newBase()
	start := time.Now()
	b.county(371522000000)
	one := time.Since(start)
	start = time.Now()
	for _, r := range b.counties {
		b.county(r.code)
	}
	t.Logf("one county %v, all %v", one, time.Since(start))
}

func BenchmarkOpen(b *testing.B) {
	for range b.N {
		newBase()
	}
}

func BenchmarkCounty(b *testing.B) {
	tree := newBase()
	i := 0
	for range b.N {
		tree.decode(i % len(tree.counties))
		i++
	}
}

func BenchmarkAll(b *testing.B) {
	for range b.N {
		tree := newBase()
		for _, r := range tree.counties {
			tree.county(r.code)
		}
	}
}
