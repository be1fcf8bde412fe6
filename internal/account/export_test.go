package account

import "testing"

// cheap makes hashing quick for tests that are not about it.
func init() { costNow = cheap }

var (
	product = costNow
	cheap   = cost{memory: 64, passes: 1, lanes: 1}
)

// RealCost hashes at the product's cost for one test.
func RealCost(t *testing.T) {
	costNow = product
	t.Cleanup(func() { costNow = cheap })
}

// TOTPAt and ReadSheet are what the tests need of the inside.
var (
	TOTPAt    = totpAt
	ReadSheet = readSheet
)

// SetMoney makes a permission move money until the answer is called.
func SetMoney(p Permission) func() {
	money[p] = true
	return func() { delete(money, p) }
}

// Held lists what a role holds somewhere.
func Held(r Role) []Permission { return table[r] }
