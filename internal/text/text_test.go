package text

import "testing"

func TestCatalogueComplete(t *testing.T) {
	if err := Check(); err != nil {
		t.Fatal(err)
	}
}

func TestPlaceholders(t *testing.T) {
	if got, want := T(ZH, "db.url", "mysql://x"), "不认识的数据库地址 mysql://x：应为 sqlite:文件 或 postgres://…"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := T(EN, "no.such.key"); got != "no.such.key" {
		t.Errorf("unknown key answered %q", got)
	}
}
