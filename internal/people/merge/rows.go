package merge

import (
	"wengang/internal/db"
	"wengang/internal/fact"
	"wengang/internal/region"
)

// home takes the stays with the place. The pointer keeps its own: they say
// under whose eyes it is.
func (a *act) home() error {
	if !a.fromGone("home") {
		return nil
	}
	if err := a.exec("stays", `DELETE FROM residence WHERE person_id = $1`, a.kept.ID); err != nil {
		return err
	}
	return a.exec("stays", `INSERT INTO residence (person_id, since, until, village, batch_id)
		SELECT `+itoa(a.kept.ID)+`, since, until, village, batch_id FROM residence WHERE person_id = $1`, a.gone.ID)
}

func (a *act) kinds() error {
	if err := a.exec("kinds", `DELETE FROM person_kind WHERE person_id IN ($1, $2)`, a.kept.ID, a.gone.ID); err != nil {
		return err
	}
	for _, k := range joinKinds(a.kept.Kinds, a.gone.Kinds) {
		err := a.exec("kinds", `INSERT INTO person_kind (person_id, kind, since, until, risk_removed_on, risk, source) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			a.kept.ID, k.Kind, int64(k.Since), int64(k.Until), int64(k.RiskRemovedOn), k.Risk, k.Source)
		if err != nil {
			return err
		}
	}
	return nil
}

func (a *act) homeVillage() region.Code {
	if a.fromGone("home") {
		return a.gone.Village
	}
	return a.kept.Village
}

func (a *act) spells() error {
	plan := joinSpells(a.keptSpells, a.goneSpells)
	for _, id := range plan.Drop {
		for _, t := range []struct{ name, key string }{{"spell", "id"}, {"spell_term", "spell_id"}, {"spell_seen", "spell_id"}} {
			if err := a.exec("spells", `DELETE FROM `+t.name+` WHERE person_id = $1 AND `+t.key+` = $2`, a.gone.ID, id); err != nil {
				return err
			}
		}
	}
	for _, t := range []string{"spell", "spell_term", "spell_seen"} {
		if err := a.exec("spells", `UPDATE `+t+` SET person_id = $1 WHERE person_id = $2`, a.kept.ID, a.gone.ID); err != nil {
			return err
		}
	}
	for i := range plan.Absorb {
		if err := a.absorbed(&plan.Absorb[i]); err != nil {
			return err
		}
	}
	return a.classes()
}

func (a *act) absorbed(w *fact.Spell) error {
	err := a.exec("spells", `UPDATE spell SET start_month = $1, end_month = $2, end_reason = $3, updated_at = $4 WHERE person_id = $5 AND id = $6`,
		int32(w.Start), int32(w.End), w.EndReason, db.Millis(a.tx.Now), a.kept.ID, w.ID)
	if err != nil {
		return err
	}
	for _, t := range w.Terms {
		err := a.exec("terms", `INSERT INTO spell_term (person_id, spell_id, from_month, wage_fen, employer, place, place_class, channel, industry, point_to_point, transport_fen)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (person_id, spell_id, from_month) DO NOTHING`,
			a.kept.ID, w.ID, int32(t.From), t.WageFen, t.Employer, int64(t.Place), t.PlaceClass, t.Channel, t.Industry, t.PointToPoint, t.TransportFen)
		if err != nil {
			return err
		}
	}
	for _, v := range w.Seen {
		err := a.exec("confirmations", `INSERT INTO spell_seen (person_id, spell_id, month, strength) VALUES ($1, $2, $3, $4)
			ON CONFLICT (person_id, spell_id, month) DO UPDATE SET strength = excluded.strength`, a.kept.ID, w.ID, int32(v.Month), v.Strength)
		if err != nil {
			return err
		}
	}
	return nil
}

// classes: what was 省外 from one home may be 县内 from the other.
func (a *act) classes() error {
	home := a.homeVillage()
	other := a.gone.Village
	if a.fromGone("home") {
		other = a.kept.Village
	}
	if home.At(region.County) == other.At(region.County) {
		return nil
	}
	spells, err := a.s.Spells(a.ctx, a.tx, a.kept.ID)
	if err != nil {
		return err
	}
	for _, w := range spells {
		for _, t := range w.Terms {
			err := a.exec("place classes", `UPDATE spell_term SET place_class = $1 WHERE person_id = $2 AND spell_id = $3 AND from_month = $4`,
				fact.ClassOf(home, t.Place), a.kept.ID, w.ID, int32(t.From))
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// histories takes over what was stated of the person, former numbers and aid.
func (a *act) histories() error {
	for _, t := range []struct{ name, same string }{
		{"status_history", "k.since = status_history.since AND k.recorded_at = status_history.recorded_at"},
		{"former_id", "k.id_index = former_id.id_index"},
		{"person_aid", "k.batch_id = person_aid.batch_id"},
	} {
		if err := a.exec(t.name, `DELETE FROM `+t.name+` WHERE person_id = $1 AND EXISTS (SELECT 1 FROM `+t.name+` k WHERE k.person_id = $2 AND `+t.same+`)`, a.gone.ID, a.kept.ID); err != nil {
			return err
		}
		if err := a.exec(t.name, `UPDATE `+t.name+` SET person_id = $1 WHERE person_id = $2`, a.kept.ID, a.gone.ID); err != nil {
			return err
		}
	}
	return nil
}

// needs keeps the survey that was made last.
func (a *act) needs() error {
	k, g := a.need[0], a.need[1]
	drop := a.gone.ID
	if g != nil && (k == nil || g.SurveyedOn > k.SurveyedOn) {
		drop = a.kept.ID
	}
	if err := a.exec("needs", `DELETE FROM need WHERE person_id = $1`, drop); err != nil {
		return err
	}
	return a.exec("needs", `UPDATE need SET person_id = $1 WHERE person_id = $2`, a.kept.ID, a.gone.ID)
}

// members: a stay in a register that both records tell is one stay.
func (a *act) members() error {
	if err := a.exec("memberships", `DELETE FROM register_member WHERE person_id = $1 AND EXISTS (SELECT 1 FROM register_member k
		WHERE k.person_id = $2 AND k.register_id = register_member.register_id AND k.outsider_id = register_member.outsider_id
		AND k.started_on = register_member.started_on)`, a.gone.ID, a.kept.ID); err != nil {
		return err
	}
	return a.exec("memberships", `UPDATE register_member SET person_id = $1 WHERE person_id = $2`, a.kept.ID, a.gone.ID)
}
