package assets

import (
	"regexp"
	"strings"
	"testing"
)

// newer are features that the oldest supported engine, Chromium 109, lacks (the
// last one on Windows 7, and the engine of the domestic browsers), with the
// version that brought them.
var newer = map[string]string{
	`color-mix\(`: "111", `@scope`: "118", `@starting-style`: "117", `light-dark\(`: "123", `\boklch\(`: "111", `subgrid`: "117",
	`field-sizing`: "123", `anchor-name`: "125", `interpolate-size`: "129", `text-wrap:\s*pretty`: "117", `[{;}]\s*&[\s.:>\[]`: "112",
	`\.toSorted\(`: "110", `\.toReversed\(`: "110", `\.toSpliced\(`: "110", `Object\.groupBy`: "117", `Map\.groupBy`: "117", `URL\.canParse`: "120",
	`Promise\.withResolvers`: "119", `AbortSignal\.any`: "116", `\.isWellFormed\(`: "111", `Array\.fromAsync`: "121", `showPopover`: "114",
	`\[popover`: "114", `popovertarget`: "114", `URLPattern\b`: "95 but not in others", `Set\.prototype\.union`: "122", `/[a-z]*v[a-z]*\.test\(`: "112",
}

// TestChrome109: our own styles and scripts use nothing that came later.
// Vendored libraries ask before they use such a thing: in every test in the
// browser it is missing (webtest, aged).
func TestChrome109(t *testing.T) {
	for feature := range newer {
		if _, err := regexp.Compile(feature); err != nil {
			t.Fatal(err)
		}
	}
	seen := 0
	for name, raw := range Load().raw {
		if strings.HasPrefix(name, "vendor/") || !strings.HasSuffix(name, ".css") && !strings.HasSuffix(name, ".js") {
			continue
		}
		seen++
		for feature, version := range newer {
			if at := regexp.MustCompile(feature).FindIndex(raw); at != nil {
				t.Errorf("%s uses %s, which came with Chromium %s: …%s…", name, feature, version, raw[max(0, at[0]-30):min(len(raw), at[1]+30)])
			}
		}
	}
	if seen < 4 {
		t.Errorf("only %d files were looked at", seen)
	}
}
