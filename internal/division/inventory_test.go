package division

import (
	"slices"
	"strings"
	"testing"

	"wengang/internal/testkit"
)

// staying are the columns that hold a place and do not follow it, each with
// the reason.
var staying = map[string]string{
	"residence.village":          "dated: cut at the month (residenceMoves)",
	"person_month.village":       "a closed month stays as it was",
	"person_month.place":         "as above",
	"adjustment.county":          "of a closed month",
	"month_close.county":         "a county",
	"month_block.county":         "a county",
	"change_log.county":          "a county",
	"local_region.code":          "the places themselves",
	"local_region.official_code": "the places themselves",
	"spell_term.place":           "where somebody worked, as it was called; old codes are read for ever",
	"need.plan_place":            "as spell_term.place",
	"setting.region":             "towns and villages have no settings of their own (SettingEdit ends at the county)",
	"area_tag.region":            "a tag was given to the place by a document; the preview names it",
	"app_user.region":            "home of an account, at a county or above for those who manage it",
	"user_grant.region":          "Grants.Follow",
	"audit_row.region":           "what happened, where it then was",
	"export_log.region":          "as audit_row",
	"import_batch.region":        "a file of its time; checked ones are outdated",
	"target_table.region":        "a table of its year, as printed",
	"target_row.region":          "as above",
	"target_split.region":        "a draft of its day: what ended since is told before it is signed",
	"target_split_row.region":    "as above",
	"target_curve.region":        "a yardstick of its year",
	"target_line.region":         "what a document of its day says",
	"target_dispatch.region":     "a dispatch as issued",
	"target_dispatch_row.region": "as above",
	"report.region":              "a form of its period",
	"report_cell.region":         "as above",
	"report_set.region":          "as above",
	"report_member.region":       "as above",
	"report_correction.region":   "as above",
	"report_batch.region":        "an archive of its day",
	"summary.region":             "a paper of its period",
	"person_month.county":        "a closed month stays as it was",
	"person_month.from_village":  "as above",
	"person_month.year_place":    "as above",
	"form_design.owner":          "who designed a form: a county or above",
	"form_blank.owner":           "as above",
	"report_cell.row_region":     "a form of its period",
	"account_sheet.region":       "a workbook of its time",
	"account_wish.region":        "a wish that the security administrator grants or refuses, by hand",
	"check_run.region":           "what was checked, where it then was",
	"export_approval.region":     "an approval for what was asked for; it ends by itself",
	"inspection_place.region":    "given by the document of an inspection",
	"handover.to_county":         "whose request it was",
	"import_mapping.region":      "an office's habit with its files",
	"list_version.region":        "a list of its day",
	"person_flow.village":        "an act of its day; the book is derived from residences",
	"person_flow.other_place":    "as above, in words",
	"reconcile.region":           "a comparison of its day",
	"reconcile_row.village":      "as above",
	"division_change.region":     "this package",
	"report_chain.region":        "a unit's habit; units are counties and above",
	"report_signatory.region":    "as above",
	"report_call.region":         "what was asked for a period of its time",
}

// TestEveryPlaceColumnIsDecided: a new table with a place must say here whether
// it follows a merger.
func TestEveryPlaceColumnIsDecided(t *testing.T) {
	d := testkit.SQLite(t)
	decided := map[string]bool{}
	for name := range staying {
		decided[name] = true
	}
	for _, c := range following {
		decided[c.table+"."+c.name] = true
	}
	tables, err := d.Dialect.Tables(t.Context(), d.Read)
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range tables {
		if strings.HasPrefix(table, "river_") || strings.HasPrefix(table, "goose_") {
			continue
		}
		columns, err := d.Dialect.Columns(t.Context(), d.Read, table)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range columns {
			if place(c) && !decided[table+"."+c] {
				t.Errorf("%s.%s holds a place: say in following or staying what a merger does to it", table, c)
			}
		}
	}
}

var placeNames = []string{"region", "village", "town", "county", "city", "place", "home", "office", "official_code", "destination"}

func place(column string) bool {
	return slices.Contains(placeNames, column) || strings.HasSuffix(column, "_region") || strings.HasSuffix(column, "_village") ||
		strings.HasSuffix(column, "_place") || strings.HasSuffix(column, "_county")
}
