package rule

import (
	"wengang/internal/fact"
)

// Insurance and 雨露 of a person, as the national lists state them.
func init() {
	register(
		Rule{ID: "cover.medical_none", Severity: Warning, Scope: ScopePerson, Field: "medical_resident", Cite: cite("2_01_008"), Needs: fact.StatedMedical, Check: checkMedicalNone},
		Rule{ID: "cover.medical_blank", Severity: Warning, Scope: ScopePerson, Field: "medical_resident", Cite: cite("2_12_012"), Needs: fact.StatedMedical, Check: checkMedicalBlank},
		Rule{ID: "cover.medical_twice", Severity: Warning, Scope: ScopePerson, Field: "medical_resident", Cite: cite("2_01_009", "2_12_015"), Needs: fact.StatedMedical, Check: checkMedicalTwice},
		Rule{ID: "cover.medical_open", Severity: Warning, Scope: ScopePerson, Field: "serious_illness", Cite: cite("2_01_016", "2_12_016"), Needs: fact.StatedMedical | fact.StatedSerious, Check: checkMedicalOpen},
		Rule{ID: "cover.serious_blank", Severity: Warning, Scope: ScopePerson, Field: "serious_illness", Cite: cite("2_12_010", "2_15_001"), Needs: fact.StatedSerious, Check: checkSeriousBlank},
		Rule{ID: "cover.pension_blank", Severity: Warning, Scope: ScopePerson, Field: "pension_resident", Cite: cite("5_19_001"), Needs: fact.StatedPension, Check: checkPensionBlank},
		Rule{ID: "cover.aid_uninsured", Severity: Warning, Scope: ScopePerson, Field: "medical_aid", Cite: cite("3_01_007"), Needs: fact.StatedMedical | fact.StatedMedicalAid, Check: checkAidUninsured},
		Rule{ID: "yulu.not_student", Severity: Warning, Scope: ScopePerson, Field: "yulu", Cite: cite("5_15_011", "5_15_012"), Needs: fact.StatedYulu, Check: checkYuluStudent},
	)
}

func insured(a *fact.Aid) bool { return a.MedicalResident == fact.Yes || a.MedicalWorker == fact.Yes }

func checkMedicalNone(s *Subject, _ *fact.Spell, _ *Settings) (Hit, bool) {
	if s.poor() && !insured(s.Aid) {
		return hit("")
	}
	return none()
}

func checkMedicalBlank(s *Subject, _ *fact.Spell, _ *Settings) (Hit, bool) {
	if s.monitored() != nil && s.Aid.MedicalResident == 0 && s.Aid.MedicalWorker == 0 {
		return hit("")
	}
	return none()
}

func checkMedicalTwice(s *Subject, _ *fact.Spell, _ *Settings) (Hit, bool) {
	if s.Aid.MedicalResident == fact.Yes && s.Aid.MedicalWorker == fact.Yes {
		return hit("")
	}
	return none()
}

// checkMedicalOpen keeps the text's 其中一项为否; who is insured as a worker is
// covered all the same.
func checkMedicalOpen(s *Subject, _ *fact.Spell, _ *Settings) (Hit, bool) {
	if s.Aid.MedicalWorker != fact.Yes && (s.Aid.MedicalResident == fact.No || s.Aid.Serious == fact.No) {
		return hit("")
	}
	return none()
}

func checkSeriousBlank(s *Subject, _ *fact.Spell, _ *Settings) (Hit, bool) {
	if s.monitored() != nil && s.Aid.Serious == 0 {
		return hit("")
	}
	return none()
}

func checkPensionBlank(s *Subject, _ *fact.Spell, _ *Settings) (Hit, bool) {
	if s.poor() && s.Aid.PensionResident == 0 && s.Aid.PensionWorker == 0 {
		return hit("")
	}
	return none()
}

func checkAidUninsured(s *Subject, _ *fact.Spell, _ *Settings) (Hit, bool) {
	if !insured(s.Aid) && s.Aid.MedicalAid == fact.Yes {
		return hit("")
	}
	return none()
}

func checkYuluStudent(s *Subject, _ *fact.Spell, _ *Settings) (Hit, bool) {
	if s.Aid.Yulu == fact.Yes && !vocational(s.Person) {
		return hit("", fact.Student.Name(s.Person.Student))
	}
	return none()
}
