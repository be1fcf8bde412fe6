package e2e

import (
	"testing"

	"wengang/internal/account"
)

func init() {
	divisionID := func(g *ground) string { return num(g.division) }
	fresh := func(t *testing.T, w *estate, g *ground) map[string]string {
		return map[string]string{"id": num(w.redraw(t, g)), "act": "drop"}
	}
	recipes["GET /divisions"] = recipe{need: account.SettingEdit}
	recipes["GET /divisions/new"] = recipe{need: account.SettingEdit, query: query("kind", "merge")}
	recipes["POST /divisions"] = recipe{need: account.SettingEdit, form: form("kind", "rename", "name", "")}
	recipes["GET /divisions/{id}"] = recipe{need: account.SettingEdit, ids: ids{"id": divisionID}}
	recipes["POST /divisions/{id}/{act}"] = recipe{need: account.SettingEdit, ids: ids{"id": divisionID, "act": word("drop")}, fresh: fresh}
}
