package setting_test

import (
	"context"
	"testing"

	"wengang/internal/account"
	"wengang/internal/audit"
	"wengang/internal/db"
	"wengang/internal/fault"
	"wengang/internal/month"
	"wengang/internal/region"
	"wengang/internal/secret/secrettest"
	"wengang/internal/setting"
	"wengang/internal/testkit"
)

// A reviewer set the months of 稳定 on a town's page: it was shown as in force
// there, and the town went on being counted as its county.
func TestCountingSettingsBelongToCounties(t *testing.T) {
	d := testkit.SQLite(t)
	log := audit.New(d, secrettest.Box(t), nil)
	c := account.Caller{UserID: 1, Grants: []account.Grant{{Role: account.Reviewer, Dept: account.DeptHR, Region: 371522000000}}}
	set := func(name string, at region.Code) error {
		return d.Tx(context.Background(), func(tx *db.Tx) error {
			return setting.Set(context.Background(), tx, log, c, setting.Stored{Region: at, Name: name, Value: 6, Source: "试验"})
		})
	}
	if err := set(month.StableMonths, 371522103000); !fault.Is(err, fault.Invalid) {
		t.Errorf("a town's: %v", err)
	}
	if err := set(month.StableMonths, 371522000000); err != nil {
		t.Errorf("a county's: %v", err)
	}
	if err := set(month.StableMonths, 371500000000); !fault.Is(err, fault.NotFound) {
		t.Errorf("the city's, by a county: %v", err)
	}
}
