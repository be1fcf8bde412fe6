package app

import "wengang/internal/secret"

// Sealed lists every encrypted column: key rotation re-encrypts them, and a
// test holds the list against the schema.
func Sealed() []secret.Column {
	id := []string{"id"}
	return []secret.Column{
		{Table: "account_sheet", Name: "rows_cipher", Key: id, Contexts: []string{"account_sheet.rows_cipher"}},
		{Table: "app_user", Name: "phone_cipher", Key: id, Contexts: []string{"app_user.phone_cipher"}},
		{Table: "inspection_note", Name: "text_cipher", Key: id, Contexts: []string{"inspection_note.text_cipher"}},
		{Table: "second_factor", Name: "secret_cipher", Key: []string{"user_id"}, Contexts: []string{"second_factor.secret_cipher"}},
		{Table: "household", Name: "phone_cipher", Key: id, Contexts: []string{"household.phone_cipher"}},
		{Table: "person", Name: "id_cipher", Key: id, Contexts: []string{"person.id_cipher"}},
		{Table: "person", Name: "phone_cipher", Key: id, Contexts: []string{"person.phone_cipher"}},
		{Table: "field_change", Name: "old_cipher", Key: []string{"person_id", "id"}, Contexts: []string{"field_change.old_cipher", "person.phone_cipher", "person.id_cipher"}},
		{Table: "field_change", Name: "new_cipher", Key: []string{"person_id", "id"}, Contexts: []string{"field_change.new_cipher", "person.phone_cipher", "person.id_cipher"}},
		{Table: "person_merge", Name: "snapshot_cipher", Key: id, Contexts: []string{"person_merge.snapshot_cipher"}},
		{Table: "proof", Name: "content_cipher", Key: []string{"person_id", "id"}, Contexts: []string{"proof.content_cipher"}},
		{Table: "register", Name: "phone_cipher", Key: id, Contexts: []string{"register.phone_cipher"}},
		{Table: "outsider", Name: "id_cipher", Key: id, Contexts: []string{"outsider.id_cipher"}},
		{Table: "register_change", Name: "old_cipher", Key: []string{"register_id", "id"}, Contexts: []string{"register.phone_cipher"}},
		{Table: "form_blank", Name: "body_cipher", Key: id, Contexts: []string{"form_blank.body_cipher"}},
		{Table: "summary", Name: "final_cipher", Key: id, Contexts: []string{"summary.final_cipher"}},
		{Table: "report", Name: "phone_cipher", Key: id, Contexts: []string{"report.phone_cipher"}},
		{Table: "reconcile_chunk", Name: "list_cipher", Key: []string{"reconcile_id", "n"}, Contexts: []string{"reconcile_chunk.list_cipher"}},
		{Table: "list_version_chunk", Name: "rows_cipher", Key: []string{"version_id", "n"}, Contexts: []string{"list_version_chunk.rows_cipher"}},
		{Table: "evidence", Name: "name_cipher", Key: id, Contexts: []string{"evidence.name_cipher"}},
		{Table: "evidence", Name: "key_cipher", Key: id, Contexts: []string{"evidence.key_cipher"}},
		{Table: "import_edit", Name: "was_cipher", Key: id, Contexts: []string{"import_edit.was_cipher"}},
		{Table: "import_edit", Name: "value_cipher", Key: id, Contexts: []string{"import_edit.value_cipher"}},
	}
}
