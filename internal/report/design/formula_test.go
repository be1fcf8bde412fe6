package design

import (
	"math/big"
	"testing"
)

type rat = big.Rat

func one() *rat { return big.NewRat(1, 1) }

func TestFormula(t *testing.T) {
	values := map[string]*rat{"C": big.NewRat(100, 1), "D": big.NewRat(60, 1), "E": big.NewRat(39, 1), "D7": big.NewRat(1, 3), "E7": big.NewRat(2, 3), "F7": big.NewRat(0, 1), "行4": big.NewRat(5, 1)}
	get := func(k string) (*big.Rat, bool) { v, ok := values[k]; return v, ok }
	for s, want := range map[string]string{"D+E<=C": "true", "D+E=C": "false", "D+E=C±1": "true", "Ｄ＋Ｅ≤Ｃ": "", "C=D+E": "false", "D7+E7=1": "true", "SUM(D7:F7)=1": "true", "D/C*100>=60": "true", "D<>E": "true", "行4*20=C": "true",
		"C/F7=1": "unknown", "G=1": "unknown", "D+=C": "", "D": "", "D=C=E": "", "SUM(D:F7)=1": "", "": "", "D≤C": "true", "（D+E）×2＞C": "true", "60%*C=D": "true"} {
		c, err := ParseComparison(s)
		if err != nil {
			if want != "" {
				t.Errorf("%s: %v", s, err)
			}
			continue
		}
		holds, known, _, _ := c.Holds(get)
		got := map[bool]string{true: "true", false: "false"}[holds]
		if !known {
			got = "unknown"
		}
		if got != want {
			t.Errorf("%s is %s, want %q", s, got, want)
		}
	}
}

func TestFillFoot(t *testing.T) {
	values := map[Word]string{WordOffice: "甲局", WordFiller: "周敏", WordPhone: "0635", WordDate: "2023年12月5日", WordPeriod: "2023年11月"}
	for was, want := range map[string]string{
		"填报单位（盖章）：":                         "填报单位（盖章）：甲局",
		"填表人：        电话：         ":          "填表人：周敏　　电话：0635",
		"负责人：  填表人：＿＿＿ 填表日期：20  年  月  日":    "负责人：  填表人：周敏　　填表日期：2023年12月5日",
		"计量单位：万人":                           "计量单位：万人",
		"单位：人":                              "单位：人",
		"统计时间：   年  月":                      "统计时间：2023年11月",
		"说明：本表由各地填报":                        "说明：本表由各地填报",
		"填报单位:          填报时间:    年   月   日": "填报单位:甲局　　填报时间:2023年12月5日",
	} {
		if got := fillFoot(was, values); got != want {
			t.Errorf("%q becomes %q, want %q", was, got, want)
		}
	}
}

func TestFind(t *testing.T) {
	for words, want := range map[string]string{"脱贫人口务工人数": "working", "zgwg": "working", "jyl": "employment_rate", "帮扶车间吸纳脱贫人口数": "workshop.poor", "当年累计务工": "worked_year"} {
		if got := Find(words, 1); len(got) != 1 || got[0].ID != want {
			t.Errorf("%s finds %v, want %s", words, got, want)
		}
	}
}
