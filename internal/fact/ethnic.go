package fact

// Ethnic is 民族 per GB/T 3304-1991: 1 汉族 to 56 基诺族, 97 and 98 as there.
var Ethnic = newEnum("ethnic",
	Word{1, "汉族", []string{"汉"}}, Word{2, "蒙古族", []string{"蒙古"}}, Word{3, "回族", []string{"回"}}, Word{4, "藏族", []string{"藏"}}, Word{5, "维吾尔族", []string{"维吾尔"}},
	Word{6, "苗族", []string{"苗"}}, Word{7, "彝族", []string{"彝"}}, Word{8, "壮族", []string{"壮"}}, Word{9, "布依族", []string{"布依"}}, Word{10, "朝鲜族", []string{"朝鲜"}},
	Word{11, "满族", []string{"满"}}, Word{12, "侗族", []string{"侗"}}, Word{13, "瑶族", []string{"瑶"}}, Word{14, "白族", []string{"白"}}, Word{15, "土家族", []string{"土家"}},
	Word{16, "哈尼族", []string{"哈尼"}}, Word{17, "哈萨克族", []string{"哈萨克"}}, Word{18, "傣族", []string{"傣"}}, Word{19, "黎族", []string{"黎"}}, Word{20, "傈僳族", []string{"傈僳"}},
	Word{21, "佤族", []string{"佤"}}, Word{22, "畲族", []string{"畲"}}, Word{23, "高山族", []string{"高山"}}, Word{24, "拉祜族", []string{"拉祜"}}, Word{25, "水族", []string{"水"}},
	Word{26, "东乡族", []string{"东乡"}}, Word{27, "纳西族", []string{"纳西"}}, Word{28, "景颇族", []string{"景颇"}}, Word{29, "柯尔克孜族", []string{"柯尔克孜"}}, Word{30, "土族", []string{"土"}},
	Word{31, "达斡尔族", []string{"达斡尔"}}, Word{32, "仫佬族", []string{"仫佬"}}, Word{33, "羌族", []string{"羌"}}, Word{34, "布朗族", []string{"布朗"}}, Word{35, "撒拉族", []string{"撒拉"}},
	Word{36, "毛南族", []string{"毛南"}}, Word{37, "仡佬族", []string{"仡佬"}}, Word{38, "锡伯族", []string{"锡伯"}}, Word{39, "阿昌族", []string{"阿昌"}}, Word{40, "普米族", []string{"普米"}},
	Word{41, "塔吉克族", []string{"塔吉克"}}, Word{42, "怒族", []string{"怒"}}, Word{43, "乌孜别克族", []string{"乌孜别克"}}, Word{44, "俄罗斯族", []string{"俄罗斯"}}, Word{45, "鄂温克族", []string{"鄂温克"}},
	Word{46, "德昂族", []string{"德昂"}}, Word{47, "保安族", []string{"保安"}}, Word{48, "裕固族", []string{"裕固"}}, Word{49, "京族", []string{"京"}}, Word{50, "塔塔尔族", []string{"塔塔尔"}},
	Word{51, "独龙族", []string{"独龙"}}, Word{52, "鄂伦春族", []string{"鄂伦春"}}, Word{53, "赫哲族", []string{"赫哲"}}, Word{54, "门巴族", []string{"门巴"}}, Word{55, "珞巴族", []string{"珞巴"}},
	Word{56, "基诺族", []string{"基诺"}},
	Word{97, "其他", []string{"未识别民族", "其他民族"}}, Word{98, "外国血统", []string{"外国血统中国籍人士"}})
