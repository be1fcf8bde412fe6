package account

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // RFC 6238's usual hash: what authenticator apps compute
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"net/url"
	"strings"
	"time"
)

// One-time codes after RFC 6238: SHA-1, 30 s, 6 digits, which every
// authenticator app and the WeChat mini programs know.
const (
	totpStep   = 30 * time.Second
	totpDigits = 6
	totpSkew   = 1 // steps before and after the server's own
	totpSecret = 20
)

var b32 = base32.StdEncoding.WithPadding(base32.NoPadding)

func newTOTPSecret() ([]byte, error) {
	b := make([]byte, totpSecret)
	if _, err := rand.Read(b); err != nil {
		return nil, fmt.Errorf("totp: %w", err)
	}
	return b, nil
}

// totpAt is the code of a time step (RFC 4226 5.3).
func totpAt(secret []byte, step int64, digits int) string {
	m := hmac.New(sha1.New, secret)
	_ = binary.Write(m, binary.BigEndian, step)
	sum := m.Sum(nil)
	off := sum[len(sum)-1] & 15
	n := binary.BigEndian.Uint32(sum[off:]) & 0x7fffffff
	mod := uint32(1)
	for range digits {
		mod *= 10
	}
	return fmt.Sprintf("%0*d", digits, n%mod)
}

func totpStepAt(now time.Time) int64 { return now.Unix() / int64(totpStep/time.Second) }

// totpMatch is the time step whose code this is, within the window around the
// server's clock; steps up to and with last were taken before.
func totpMatch(secret []byte, code string, now time.Time, last int64) (step int64, ok bool) {
	at := totpStepAt(now)
	for s := at - totpSkew; s <= at+totpSkew; s++ {
		if subtle.ConstantTimeCompare([]byte(totpAt(secret, s, totpDigits)), []byte(code)) == 1 && s > last {
			step, ok = s, true
		}
	}
	return step, ok
}

// cleanCode takes the blanks and dashes out that people type.
func cleanCode(s string) string {
	return strings.ToUpper(strings.NewReplacer(" ", "", "-", "", "　", "").Replace(strings.TrimSpace(s)))
}

// totpURI is what the QR code says.
func totpURI(issuer, login string, secret []byte) string {
	q := url.Values{"secret": {b32.EncodeToString(secret)}, "issuer": {issuer}, "algorithm": {"SHA1"}, "digits": {"6"}, "period": {"30"}}
	return "otpauth://totp/" + url.PathEscape(issuer+":"+login) + "?" + strings.ReplaceAll(q.Encode(), "+", "%20")
}
