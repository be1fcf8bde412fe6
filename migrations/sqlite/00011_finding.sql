-- +goose Up
-- Who must clear a finding (a level of the tree) and by when; how it was
-- closed: 1 an edit, 2 an import, 3 the person left, 4 no longer true.
ALTER TABLE finding ADD COLUMN due_on INTEGER NOT NULL DEFAULT 0;
ALTER TABLE finding ADD COLUMN owner INTEGER NOT NULL DEFAULT 0;
ALTER TABLE finding ADD COLUMN closed_how INTEGER NOT NULL DEFAULT 0;
ALTER TABLE finding ADD COLUMN closed_change BIGINT NOT NULL DEFAULT 0;
CREATE INDEX finding_state_due ON finding (state, due_on, id);

-- What the files of the national system say of a person's insurance and posts
-- and of the household's monitoring, for the checks. One row per file that
-- said something new; the latest visible one holds, so an undo is a delete.
CREATE TABLE person_aid (
    person_id     BIGINT  NOT NULL,
    batch_id      BIGINT  NOT NULL,
    stated        INTEGER NOT NULL DEFAULT 0,
    answers       BIGINT  NOT NULL DEFAULT 0,
    risks         INTEGER NOT NULL DEFAULT 0,
    measures      BIGINT  NOT NULL DEFAULT 0,
    post_kinds    INTEGER NOT NULL DEFAULT 0,
    post_months   INTEGER NOT NULL DEFAULT -1,
    wage_fen      BIGINT  NOT NULL DEFAULT -1,
    account_index BLOB,
    PRIMARY KEY (person_id, batch_id)
);
CREATE INDEX person_aid_batch ON person_aid (batch_id);

-- One row per run of the checks over the ledger: what the next one may skip.
CREATE TABLE check_run (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    region     BIGINT  NOT NULL,
    whole      INTEGER NOT NULL DEFAULT 0,
    stamp      TEXT    NOT NULL DEFAULT '',
    last_change BIGINT NOT NULL DEFAULT 0,
    last_effect BIGINT NOT NULL DEFAULT 0,
    started_at BIGINT  NOT NULL,
    ended_at   BIGINT  NOT NULL DEFAULT 0,
    people     INTEGER NOT NULL DEFAULT 0,
    found      INTEGER NOT NULL DEFAULT 0
);

-- +goose Down
DROP TABLE check_run;
DROP TABLE person_aid;
DROP INDEX finding_state_due;
ALTER TABLE finding DROP COLUMN closed_change;
ALTER TABLE finding DROP COLUMN closed_how;
ALTER TABLE finding DROP COLUMN owner;
ALTER TABLE finding DROP COLUMN due_on;
