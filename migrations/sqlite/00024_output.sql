-- +goose Up
-- A paper that goes up beside the forms: drafted from figures, edited outside,
-- uploaded again. final_cipher is the edited document, sealed.
CREATE TABLE summary (
    id           BIGINT  PRIMARY KEY,
    kind         TEXT    NOT NULL,
    region       BIGINT  NOT NULL,
    period       TEXT    NOT NULL,
    state        TEXT    NOT NULL,
    version      INTEGER NOT NULL DEFAULT 0,
    due_on       INTEGER NOT NULL,
    final_no     INTEGER NOT NULL DEFAULT 0,
    final_name   TEXT    NOT NULL DEFAULT '',
    final_first  TEXT    NOT NULL DEFAULT '',
    final_hash   TEXT    NOT NULL DEFAULT '',
    final_size   BIGINT  NOT NULL DEFAULT 0,
    final_cipher BLOB,
    sent_on      INTEGER NOT NULL DEFAULT 0,
    created_at   BIGINT  NOT NULL,
    updated_at   BIGINT  NOT NULL,
    lock_no      INTEGER NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX summary_once ON summary (kind, region, period);
CREATE INDEX summary_region ON summary (region, kind, period);

-- A draft as it was made: text, tables and every figure with its source.
CREATE TABLE summary_version (
    summary_id BIGINT  NOT NULL,
    version    INTEGER NOT NULL,
    made_at    BIGINT  NOT NULL,
    by_user    BIGINT  NOT NULL,
    by_name    TEXT    NOT NULL,
    month      INTEGER NOT NULL,
    draft      TEXT    NOT NULL,
    PRIMARY KEY (summary_id, version)
);

CREATE TABLE summary_event (
    summary_id BIGINT  NOT NULL,
    n          INTEGER NOT NULL,
    at         BIGINT  NOT NULL,
    by_user    BIGINT  NOT NULL,
    by_name    TEXT    NOT NULL,
    action     TEXT    NOT NULL,
    from_state TEXT    NOT NULL,
    to_state   TEXT    NOT NULL,
    remark     TEXT    NOT NULL DEFAULT '',
    PRIMARY KEY (summary_id, n)
);

-- An archive of many units' forms, made in the background.
CREATE TABLE report_batch (
    id         BIGINT  PRIMARY KEY,
    by_user    BIGINT  NOT NULL,
    by_name    TEXT    NOT NULL,
    acting_for BIGINT  NOT NULL DEFAULT 0,
    region     BIGINT  NOT NULL,
    form       TEXT    NOT NULL,
    period     TEXT    NOT NULL,
    formats    TEXT    NOT NULL,
    state      TEXT    NOT NULL,
    done       INTEGER NOT NULL DEFAULT 0,
    total      INTEGER NOT NULL DEFAULT 0,
    file       TEXT    NOT NULL DEFAULT '',
    size       BIGINT  NOT NULL DEFAULT 0,
    hash       TEXT    NOT NULL DEFAULT '',
    failure    TEXT    NOT NULL DEFAULT '',
    created_at BIGINT  NOT NULL,
    ended_at   BIGINT  NOT NULL DEFAULT 0
);
CREATE INDEX report_batch_user ON report_batch (by_user, created_at);

-- +goose Down
DROP TABLE report_batch;
DROP TABLE summary_event;
DROP TABLE summary_version;
DROP TABLE summary;
