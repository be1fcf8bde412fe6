package boardhttp

import (
	"wengang/internal/account"
	"wengang/internal/web"
)

// goalPages are the pages of the registry beside the board: who stays, how
// incomes lie, where those come from who work here, and the people behind them.
func (h *Rim) goalPages() {
	page := func(key, icon, href string, order int) {
		h.shell.Nav(web.NavItem{Key: key, Icon: icon, Href: href, Under: "/board", Need: account.BoardRead, Order: order})
	}
	page("board.nav.cohorts", "users", "/board/cohorts", 25)
	page("board.nav.income", "coin", "/board/income", 26)
	page("board.nav.origins", "map-pin", "/board/origins", 27)
	page("board.nav.programmes", "users-group", "/board/programmes", 28)
	h.shell.Add(
		web.Route{Pattern: "GET /board/programmes", Need: account.BoardRead, Action: h.programmes},
		web.Route{Pattern: "GET /board/cohorts", Need: account.BoardRead, Action: h.cohorts},
		web.Route{Pattern: "GET /board/income", Need: account.BoardRead, Action: h.spread},
		web.Route{Pattern: "GET /board/origins", Need: account.BoardRead, Action: h.origins},
		web.Route{Pattern: "GET /board/people", Need: account.PeopleRead, Action: h.peopleOf},
	)
}
