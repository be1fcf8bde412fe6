package account

import "testing"

// TestDeviceIsNamed: the owner of an account recognises a session by browser
// and system, not by the text that a browser sends.
func TestDeviceIsNamed(t *testing.T) {
	for agent, want := range map[string]string{
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/109.0.0.0 Safari/537.36":                         "Chrome 109 · Windows",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36 Edg/120.0.2210.91":       "Edge 120 · Windows",
		"Mozilla/5.0 (Linux; Android 13; V2188A) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/116.0.0.0 Mobile Safari/537.36":                    "Chrome 116 · Android",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.1 Mobile/15E148 Safari/604.1": "Safari 604 · iPhone",
		"wengang-cli": "wengang-cli",
	} {
		if got := (Session{Agent: agent}).Device(); got != want {
			t.Errorf("%s: %q, want %q", agent, got, want)
		}
	}
}
