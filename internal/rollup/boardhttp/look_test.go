package boardhttp_test

import (
	"testing"

	"wengang/internal/month/monthtest"
	"wengang/internal/region"
	"wengang/internal/testkit"
	"wengang/internal/webtest"
)

// TestLook opens every page of the rim at both sizes in a browser. With
// WENGANG_SHOTS it leaves pictures.
func TestLook(t *testing.T) {
	if webtest.Find() == "" {
		webtest.Open(t, "") // says so, or fails in CI
	}
	d := testkit.SQLite(t)
	c := start(t, d, func() { monthtest.Lifelike(t, d, 12_000) })
	c.close(202201, 202311)
	village := region.National().Villages(county)[0]
	tab := webtest.Open(t, c.URL)
	tab.Walk([]webtest.Page{
		{Name: "board-city", Path: "/board?month=2023-11"},
		{Name: "board-county", Path: "/board?month=2023-11&at=371522"},
		{Name: "board-town", Path: "/board?month=2023-11&at=" + village.At(region.Town).String()},
		{Name: "board-village", Path: "/board?month=2023-11&at=" + village.String()},
		{Name: "board-open", Path: "/board?month=2023-12"},
		{Name: "board-first", Path: "/board?month=2022-01"},
		{Name: "board-empty", Path: "/board?month=2020-01"},
		{Name: "board-indicators", Path: "/board/indicators?month=2023-11"},
		{Name: "board-places", Path: "/board/places?month=2023-11"},
		{Name: "board-list", Path: "/board/list?indicator=working&month=2023-11"},
		{Name: "board-list-narrow", Path: "/board/list?indicator=working&month=2023-11&class=3&to=110000000000"},
		{Name: "board-list-empty", Path: "/board/list?indicator=working_abroad&month=2023-11&class=5"},
		{Name: "board-months", Path: "/board/months?month=2023-11"},
		{Name: "board-reopen", Path: "/board/months?month=2023-11", Open: "重新开账"},
		{Name: "board-months-open", Path: "/board/months?month=2023-12"},
		{Name: "board-home", Path: "/"},
		{Name: "board-city-en", Path: "/board?month=2023-11&lang=en"},
		{Name: "board-list-en", Path: "/board/list?indicator=unverified&month=2023-11"},
		{Name: "board-zh", Path: "/board?month=2023-11&lang=zh-CN"},
	})
}
