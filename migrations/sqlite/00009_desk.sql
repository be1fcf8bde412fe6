-- +goose Up
-- What officers do to the rows of a checked batch before it is saved. One act
-- is one click: it is shown, audited and undone as a whole. The file itself
-- never changes; every check lays the acts that stand over its rows.
CREATE TABLE import_act (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    batch_id  BIGINT  NOT NULL,
    kind      TEXT    NOT NULL,
    rows_hit  INTEGER NOT NULL,
    by_user   BIGINT  NOT NULL,
    at        BIGINT  NOT NULL,
    reason    TEXT    NOT NULL DEFAULT '',
    undone_by BIGINT  NOT NULL DEFAULT 0,
    undone_at BIGINT  NOT NULL DEFAULT 0
);
CREATE INDEX import_act_batch ON import_act (batch_id, id);

-- A cell as it was and as it was corrected. Of several edits of one cell that
-- stand, the last one holds.
CREATE TABLE import_edit (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    batch_id     BIGINT  NOT NULL,
    act_id       BIGINT  NOT NULL,
    sheet        TEXT    NOT NULL,
    row_no       INTEGER NOT NULL,
    position     INTEGER NOT NULL,
    was_cipher   BLOB NOT NULL,
    value_cipher BLOB NOT NULL
);
CREATE INDEX import_edit_batch ON import_edit (batch_id, sheet, row_no);

-- A decision on a row: left out, the file's or the ledger's value, one person
-- or two, a remark that is confirmed. basis is what was decided about; once it
-- differs the row is asked again.
CREATE TABLE import_choice (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    batch_id BIGINT  NOT NULL,
    act_id   BIGINT  NOT NULL,
    sheet    TEXT    NOT NULL,
    row_no   INTEGER NOT NULL,
    rule     TEXT    NOT NULL DEFAULT '',
    choice   TEXT    NOT NULL,
    basis    TEXT    NOT NULL DEFAULT ''
);
CREATE INDEX import_choice_batch ON import_choice (batch_id, sheet, row_no);

-- Rows under an act that stands, with what the last check made of them.
CREATE TABLE import_handled (
    batch_id BIGINT  NOT NULL,
    chunk    INTEGER NOT NULL,
    sheet    TEXT    NOT NULL,
    row_no   INTEGER NOT NULL,
    result   INTEGER NOT NULL,
    PRIMARY KEY (batch_id, chunk, row_no)
);

-- What a person may decide about a finding, what the ledger has, and the
-- fingerprint of both.
ALTER TABLE import_finding ADD COLUMN offers TEXT NOT NULL DEFAULT '';
ALTER TABLE import_finding ADD COLUMN theirs TEXT NOT NULL DEFAULT '';
ALTER TABLE import_finding ADD COLUMN basis TEXT NOT NULL DEFAULT '';
CREATE INDEX import_finding_row ON import_finding (batch_id, chunk, row_no);

-- Moves with every act, so that two officers do not write over each other.
ALTER TABLE import_batch ADD COLUMN revision BIGINT NOT NULL DEFAULT 0;
-- Who asked for a save that another person has to confirm.
ALTER TABLE import_batch ADD COLUMN asked_by BIGINT NOT NULL DEFAULT 0;
ALTER TABLE import_batch ADD COLUMN asked_at BIGINT NOT NULL DEFAULT 0;

-- +goose Down
DROP INDEX import_finding_row;
ALTER TABLE import_batch DROP COLUMN asked_at;
ALTER TABLE import_batch DROP COLUMN asked_by;
ALTER TABLE import_batch DROP COLUMN revision;
ALTER TABLE import_finding DROP COLUMN basis;
ALTER TABLE import_finding DROP COLUMN theirs;
ALTER TABLE import_finding DROP COLUMN offers;
DROP TABLE import_handled;
DROP TABLE import_choice;
DROP TABLE import_edit;
DROP TABLE import_act;
