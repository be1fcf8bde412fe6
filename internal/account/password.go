package account

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"math/big"
	"strings"

	"golang.org/x/crypto/argon2"
)

// cost is the work of argon2id; it is stored with each hash, so that it can
// rise without anybody losing an account. 19 MB, 2 passes, 1 lane (OWASP):
// about 25 ms here.
type cost struct {
	memory, passes uint32 // KiB, rounds
	lanes          uint8
}

var costNow = cost{memory: 19 * 1024, passes: 2, lanes: 1}

const (
	saltSize = 16
	hashSize = 32
)

// hashing bounds the memory of concurrent sign-ins to four times 19 MB.
var hashing = make(chan struct{}, 4)

func (c cost) key(password string, salt []byte) []byte {
	hashing <- struct{}{}
	defer func() { <-hashing }()
	return argon2.IDKey([]byte(password), salt, c.passes, c.memory, c.lanes, hashSize)
}

// hashPassword makes the stored form: $argon2id$v=19$m=…,t=…,p=…$salt$hash.
func hashPassword(password string) (string, error) {
	salt := make([]byte, saltSize)
	if _, err := rand.Read(salt); err != nil {
		return "", fmt.Errorf("salt: %w", err)
	}
	b64 := base64.RawStdEncoding
	return costNow.head() + b64.EncodeToString(salt) + "$" + b64.EncodeToString(costNow.key(password, salt)), nil
}

// checkPassword compares in constant time. stale tells that the hash was made
// at another cost and should be made anew.
func checkPassword(stored, password string) (ok, stale bool) {
	parts := strings.Split(stored, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return false, false
	}
	var (
		c       cost
		version int
	)
	if _, err := fmt.Sscanf(parts[2], "v=%d", &version); err != nil || version != argon2.Version {
		return false, false
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &c.memory, &c.passes, &c.lanes); err != nil || c.memory == 0 || c.passes == 0 || c.lanes == 0 {
		return false, false
	}
	salt, err1 := base64.RawStdEncoding.DecodeString(parts[4])
	want, err2 := base64.RawStdEncoding.DecodeString(parts[5])
	if err1 != nil || err2 != nil || len(want) != hashSize {
		return false, false
	}
	return subtle.ConstantTimeCompare(c.key(password, salt), want) == 1, c != costNow
}

// noSuchUser is checked for accounts that do not exist, so that the answer
// takes as long as for those that do.
func noSuchUser() string {
	return costNow.head() + strings.Repeat("A", 22) + "$" + strings.Repeat("A", 43)
}

// head is the part of a stored hash before salt and key.
func (c cost) head() string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$", argon2.Version, c.memory, c.passes, c.lanes)
}

// initialAlphabet leaves out what is misread on paper: 0 O 1 l I.
const initialAlphabet = "23456789abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ"

// newInitialPassword is read out or printed once: 4 groups of 4, 92 bits.
func newInitialPassword() (string, error) {
	var b strings.Builder
	for i := range 16 {
		if i > 0 && i%4 == 0 {
			b.WriteByte('-')
		}
		n, err := rand.Int(rand.Reader, big.NewInt(int64(len(initialAlphabet))))
		if err != nil {
			return "", fmt.Errorf("initial password: %w", err)
		}
		b.WriteByte(initialAlphabet[n.Int64()])
	}
	return b.String(), nil
}
