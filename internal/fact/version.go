package fact

import (
	"strconv"
	"strings"
)

// FactsVersion grows when closed months hold a fact that older ones do not. It
// stands in the calibre of a close; an indicator of a newer fact is unknown in
// an older month (indicator.Def.Facts).
//
// 2: Facts2.
const FactsVersion = 2

// VersionName is its name in the calibre of a close.
const VersionName = "facts"

// Facts2 are the flags that months closed before version 2 do not have.
const Facts2 = OneEmployer | LastYear | Again | Changed | CameHome | YearConfirmed

// VersionOf reads the version out of the calibre of a close; 1 where it names
// none.
func VersionOf(stamp string) int {
	for part := range strings.SplitSeq(stamp, ";") {
		if v, ok := strings.CutPrefix(part, VersionName+"="); ok {
			if n, err := strconv.Atoi(v); err == nil {
				return n
			}
		}
	}
	return 1
}
