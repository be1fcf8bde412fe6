package intake

import (
	"strings"
	"testing"
)

// What one row of a file says of a person is known to the rows below it: work
// that ended above does not overlap the next, and a person's own two jobs in
// two counties are no phone shared by two members.
func TestRowsOfOnePersonInOneFile(t *testing.T) {
	engines(t, func(t *testing.T, k *desk) {
		ids := k.villagers("甲")
		row := func(change ...string) []string {
			return k.job("甲", ids["甲"], append(change, "联系电话", "15400000001")...)
		}
		k.bring(request{kind: "work", month: 202308}, workHead, row())
		next := []string{"开始时间", "2023年9月", "务工所在市", "无锡市", "务工所在县", "江阴市", "务工企业名称", "江阴示例纺织厂"}
		r, _ := k.bring(request{kind: "work", month: 202309}, workHead, row("是否已务工", "否", "结束时间", "2023年9月"), row(next...))
		k.counts("September", r, 1, 0, 1, 0)
		if s := listed(r); strings.Contains(s, "work.overlap") || strings.Contains(s, "phone.counties") {
			t.Errorf("clean rows are doubted: %s", s)
		}
		// An overlap inside the file is still one.
		early := []string{"开始时间", "2023年6月", "结束时间", "2023年8月", "是否已务工", "否", "务工所在市", "无锡市", "务工所在县", "江阴市", "务工企业名称", "江阴示例纺织厂"}
		r, _ = k.bring(request{kind: "work", month: 202309}, workHead, row("是否已务工", "否", "结束时间", "2023年9月"), row(early...))
		if s := listed(r); !strings.Contains(s, "work.overlap") {
			t.Errorf("no overlap found: %s", s)
		}
	})
}
