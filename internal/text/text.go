// Package text is the catalogue of every string that a person reads: zh-CN
// complete and default, en complete. A key that one language lacks stops the
// program at its start.
package text

import (
	"embed"
	"encoding/json"
	"fmt"
	"path"
	"sort"
	"strconv"
	"strings"
	"sync"
)

//go:embed catalog/*.json
var files embed.FS

// Lang is a language of the catalogue.
type Lang string

// The languages.
const (
	ZH Lang = "zh-CN"
	EN Lang = "en"
)

var load = sync.OnceValues(func() (map[Lang]map[string]string, error) {
	out := map[Lang]map[string]string{ZH: {}, EN: {}}
	entries, err := files.ReadDir("catalog")
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		lang := ZH
		if strings.HasSuffix(e.Name(), ".en.json") {
			lang = EN
		}
		raw, err := files.ReadFile(path.Join("catalog", e.Name()))
		if err != nil {
			return nil, err
		}
		var part map[string]string
		if err := json.Unmarshal(raw, &part); err != nil {
			return nil, fmt.Errorf("catalog/%s: %w", e.Name(), err)
		}
		for k, v := range part {
			if _, twice := out[lang][k]; twice {
				return nil, fmt.Errorf("catalog/%s: key %q stands twice", e.Name(), k)
			}
			out[lang][k] = v
		}
	}
	return out, nil
})

// Check reports the keys that one language has and the other lacks.
func Check() error {
	all, err := load()
	if err != nil {
		return err
	}
	var missing []string
	for k := range all[ZH] {
		if _, ok := all[EN][k]; !ok {
			missing = append(missing, "en: "+k)
		}
	}
	for k := range all[EN] {
		if _, ok := all[ZH][k]; !ok {
			missing = append(missing, "zh-CN: "+k)
		}
	}
	if len(missing) > 0 {
		sort.Strings(missing)
		return fmt.Errorf("catalogue: missing keys: %s", strings.Join(missing, ", "))
	}
	return nil
}

// Has reports whether the catalogue knows the key.
func Has(key string) bool {
	all, err := load()
	if err != nil {
		return false
	}
	_, ok := all[ZH][key]
	return ok
}

// T is the text of a key with {0}, {1}, … replaced by args. An unknown key
// answers itself, so that the fault is seen and nothing else breaks.
func T(lang Lang, key string, args ...any) string {
	all, err := load()
	if err != nil {
		return key
	}
	s, ok := all[lang][key]
	if !ok {
		if s, ok = all[ZH][key]; !ok {
			return key
		}
	}
	for i, a := range args {
		s = strings.ReplaceAll(s, "{"+strconv.Itoa(i)+"}", fmt.Sprint(a))
	}
	return s
}
