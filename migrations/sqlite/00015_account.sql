-- +goose Up
-- rights counts the changes of what an account may do: an act whose caller
-- was read before such a change is refused in its own transaction.
-- valid_until is the last day (yyyymmdd) of a temporary account, 0 none.
ALTER TABLE app_user ADD COLUMN phone_cipher BLOB;
ALTER TABLE app_user ADD COLUMN phone_mask TEXT NOT NULL DEFAULT '';
ALTER TABLE app_user ADD COLUMN valid_until INTEGER NOT NULL DEFAULT 0;
ALTER TABLE app_user ADD COLUMN rights BIGINT NOT NULL DEFAULT 0;

-- proved_at is the session's latest proof of who sits there; factor_at that
-- of the second factor, 0 where it is still owed. acting_for is the account
-- that the session stands in for, 0 its own.
ALTER TABLE user_session ADD COLUMN proved_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE user_session ADD COLUMN factor_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE user_session ADD COLUMN acting_for BIGINT NOT NULL DEFAULT 0;

-- enrolled_at is 0 until the first code was right. last_step is the time step
-- of the newest code that was taken: none is taken twice.
CREATE TABLE second_factor (
    user_id       BIGINT NOT NULL PRIMARY KEY,
    secret_cipher BLOB  NOT NULL,
    enrolled_at   BIGINT NOT NULL DEFAULT 0,
    last_step     BIGINT NOT NULL DEFAULT 0,
    created_at    BIGINT NOT NULL,
    FOREIGN KEY (user_id) REFERENCES app_user (id)
);

CREATE TABLE recovery_code (
    user_id   BIGINT NOT NULL,
    code_hash BLOB  NOT NULL,
    used_at   BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (user_id, code_hash),
    FOREIGN KEY (user_id) REFERENCES app_user (id)
);

-- Who stands in for whom, from day to day (yyyymmdd), both included.
CREATE TABLE delegation (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    from_user  BIGINT  NOT NULL,
    to_user    BIGINT  NOT NULL,
    first_day  INTEGER NOT NULL,
    last_day   INTEGER NOT NULL,
    reason     TEXT    NOT NULL,
    created_at BIGINT  NOT NULL,
    ended_at   BIGINT  NOT NULL DEFAULT 0,
    FOREIGN KEY (from_user) REFERENCES app_user (id),
    FOREIGN KEY (to_user) REFERENCES app_user (id),
    CHECK (from_user <> to_user),
    CHECK (first_day <= last_day)
);
CREATE INDEX delegation_to ON delegation (to_user, last_day);
CREATE INDEX delegation_from ON delegation (from_user, last_day);

-- What an inspector from outside may read: by which document, where, when
-- (days), of which months. reveal opens single values.
CREATE TABLE inspection (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id     BIGINT  NOT NULL,
    doc_number  TEXT    NOT NULL,
    doc_title   TEXT    NOT NULL,
    first_day   INTEGER NOT NULL,
    last_day    INTEGER NOT NULL,
    first_month INTEGER NOT NULL,
    last_month  INTEGER NOT NULL,
    reveal      BOOLEAN NOT NULL,
    granted_by  BIGINT  NOT NULL,
    granted_at  BIGINT  NOT NULL,
    ended_at    BIGINT  NOT NULL DEFAULT 0,
    FOREIGN KEY (user_id) REFERENCES app_user (id)
);
CREATE INDEX inspection_user ON inspection (user_id, id);

CREATE TABLE inspection_place (
    inspection_id BIGINT NOT NULL,
    region        BIGINT NOT NULL,
    PRIMARY KEY (inspection_id, region),
    FOREIGN KEY (inspection_id) REFERENCES inspection (id)
);

CREATE TABLE inspection_note (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    inspection_id BIGINT NOT NULL,
    user_id       BIGINT NOT NULL,
    at            BIGINT NOT NULL,
    page          TEXT   NOT NULL DEFAULT '',
    text_cipher   BLOB  NOT NULL,
    FOREIGN KEY (inspection_id) REFERENCES inspection (id)
);
CREATE INDEX inspection_note_own ON inspection_note (inspection_id, user_id, id);

-- A workbook of accounts: its rows stand sealed until they are made, then the
-- sealed rows go and the wishes for the security administrator stay.
CREATE TABLE account_sheet (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    region      BIGINT NOT NULL,
    file_name   TEXT   NOT NULL,
    created_by  BIGINT NOT NULL,
    created_at  BIGINT NOT NULL,
    made_at     BIGINT NOT NULL DEFAULT 0,
    made        INTEGER NOT NULL DEFAULT 0,
    left_out    INTEGER NOT NULL DEFAULT 0,
    rows_cipher BLOB
);

CREATE TABLE account_wish (
    sheet_id   BIGINT NOT NULL,
    user_id    BIGINT NOT NULL,
    role       TEXT   NOT NULL,
    dept       TEXT   NOT NULL,
    region     BIGINT NOT NULL,
    decided_at BIGINT NOT NULL DEFAULT 0,
    decided_by BIGINT NOT NULL DEFAULT 0,
    granted    BOOLEAN NOT NULL DEFAULT FALSE,
    PRIMARY KEY (sheet_id, user_id),
    FOREIGN KEY (sheet_id) REFERENCES account_sheet (id),
    FOREIGN KEY (user_id) REFERENCES app_user (id)
);

-- Networks from which administration (kind admin) and metrics are answered;
-- none for a kind leaves administration open and metrics to loopback.
CREATE TABLE allowed_address (
    kind       TEXT   NOT NULL,
    prefix     TEXT   NOT NULL,
    source     TEXT   NOT NULL,
    changed_by BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (kind, prefix)
);

-- Consent of a second person to take data out, once (uses_max 1) or standing.
CREATE TABLE export_approval (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    kind       TEXT    NOT NULL,
    purpose    TEXT    NOT NULL,
    receiver   TEXT    NOT NULL DEFAULT '',
    fields     TEXT    NOT NULL DEFAULT '',
    region     BIGINT  NOT NULL,
    rows_max   BIGINT  NOT NULL,
    uses_max   BIGINT  NOT NULL,
    first_day  INTEGER NOT NULL,
    last_day   INTEGER NOT NULL,
    asked_by   BIGINT  NOT NULL,
    asked_for  BIGINT  NOT NULL DEFAULT 0,
    asked_at   BIGINT  NOT NULL,
    state      TEXT    NOT NULL CHECK (state IN ('asked', 'approved', 'refused', 'ended')),
    decided_by BIGINT  NOT NULL DEFAULT 0,
    decided_for BIGINT NOT NULL DEFAULT 0,
    decided_at BIGINT  NOT NULL DEFAULT 0,
    words      TEXT    NOT NULL DEFAULT '',
    uses       BIGINT  NOT NULL DEFAULT 0,
    rows_taken BIGINT  NOT NULL DEFAULT 0,
    CHECK (decided_by <> asked_by OR decided_by = 0),
    CHECK (uses <= uses_max)
);
CREATE INDEX export_approval_asked ON export_approval (asked_by, id);
CREATE INDEX export_approval_state ON export_approval (state, id);

ALTER TABLE export_log ADD COLUMN approval_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE export_log ADD COLUMN fields TEXT NOT NULL DEFAULT '';
ALTER TABLE export_log ADD COLUMN acting_for BIGINT NOT NULL DEFAULT 0;
CREATE INDEX export_log_region ON export_log (region, id);

-- Who was in a file that left: for the person, and for whom to tell of a leak.
CREATE TABLE export_person (
    person_id BIGINT NOT NULL,
    export_id BIGINT NOT NULL,
    PRIMARY KEY (person_id, export_id)
);
CREATE INDEX export_person_export ON export_person (export_id);

-- Parts of the audit record that went to archive files. mac covers all of it:
-- the chain in the database begins behind the last hash.
CREATE TABLE audit_archive (
    first_seq   BIGINT NOT NULL PRIMARY KEY,
    last_seq    BIGINT NOT NULL,
    last_hash   BLOB  NOT NULL,
    row_count   BIGINT NOT NULL,
    first_at    BIGINT NOT NULL,
    last_at     BIGINT NOT NULL,
    file_name   TEXT   NOT NULL,
    file_hash   BLOB  NOT NULL,
    archived_at BIGINT NOT NULL,
    key_version INTEGER NOT NULL,
    mac         BLOB  NOT NULL
);

CREATE INDEX audit_row_place ON audit_row (region, action, id);

-- +goose Down
DROP INDEX audit_row_place;
DROP TABLE audit_archive;
DROP TABLE export_person;
DROP INDEX export_log_region;
ALTER TABLE export_log DROP COLUMN acting_for;
ALTER TABLE export_log DROP COLUMN fields;
ALTER TABLE export_log DROP COLUMN approval_id;
DROP TABLE export_approval;
DROP TABLE allowed_address;
DROP TABLE account_wish;
DROP TABLE account_sheet;
DROP TABLE inspection_note;
DROP TABLE inspection_place;
DROP TABLE inspection;
DROP TABLE delegation;
DROP TABLE recovery_code;
DROP TABLE second_factor;
ALTER TABLE user_session DROP COLUMN acting_for;
ALTER TABLE user_session DROP COLUMN factor_at;
ALTER TABLE user_session DROP COLUMN proved_at;
ALTER TABLE app_user DROP COLUMN rights;
ALTER TABLE app_user DROP COLUMN valid_until;
ALTER TABLE app_user DROP COLUMN phone_mask;
ALTER TABLE app_user DROP COLUMN phone_cipher;
