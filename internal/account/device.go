package account

import "strings"

// Device is the browser and the system that a session was begun with, in words
// that its owner knows; what is not known stays as it was told.
func (s Session) Device() string {
	var browser, system string
	for _, b := range [][2]string{{"Edg/", "Edge"}, {"OPR/", "Opera"}, {"QIHU", "360"}, {"QQBrowser/", "QQ"}, {"MicroMessenger/", "微信"}, {"Firefox/", "Firefox"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"}} {
		if _, version, ok := strings.Cut(s.Agent, b[0]); ok {
			browser = b[1]
			if major, _, _ := strings.Cut(version, "."); major != "" && len(major) < 5 {
				browser += " " + major
			}
			break
		}
	}
	for _, o := range [][2]string{{"Android", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"}, {"HarmonyOS", "HarmonyOS"}, {"Windows", "Windows"}, {"Mac OS X", "macOS"}, {"Linux", "Linux"}} {
		if strings.Contains(s.Agent, o[0]) {
			system = o[1]
			break
		}
	}
	if browser == "" || system == "" {
		return s.Agent
	}
	return browser + " · " + system
}
