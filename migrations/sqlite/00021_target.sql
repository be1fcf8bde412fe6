-- +goose Up
-- parent_key names what a table divides (place, calibre, year, sample); rows of
-- partner places outside the tree stand at the table's own place. A table with
-- base_year has base values as its targets (不低于基期水平), frozen as stored.
ALTER TABLE target_table ADD COLUMN doc_date INTEGER NOT NULL DEFAULT 0;
ALTER TABLE target_table ADD COLUMN base_year INTEGER NOT NULL DEFAULT 0;
ALTER TABLE target_table ADD COLUMN base_source TEXT NOT NULL DEFAULT '';
ALTER TABLE target_table ADD COLUMN parent_table BIGINT NOT NULL DEFAULT 0;
ALTER TABLE target_table ADD COLUMN parent_key TEXT NOT NULL DEFAULT '';
ALTER TABLE target_table ADD COLUMN check_rule TEXT NOT NULL DEFAULT '';
ALTER TABLE target_table ADD COLUMN check_bp INTEGER NOT NULL DEFAULT 0;
ALTER TABLE target_table ADD COLUMN signed_by BIGINT NOT NULL DEFAULT 0;
ALTER TABLE target_table ADD COLUMN signed_name TEXT NOT NULL DEFAULT '';
ALTER TABLE target_table ADD COLUMN withdrawn_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE target_row ADD COLUMN partner BIGINT NOT NULL DEFAULT 0;
ALTER TABLE target_row ADD COLUMN note TEXT NOT NULL DEFAULT '';
CREATE INDEX target_table_parent ON target_table (parent_key, region);

-- A decomposition on its way: draft, review, force, replaced, withdrawn,
-- dropped. lock_no counts its saves.
CREATE TABLE target_split (
    id             BIGINT  PRIMARY KEY,
    region         BIGINT  NOT NULL,
    parent_table   BIGINT  NOT NULL,
    parent_key     TEXT    NOT NULL,
    indicator      TEXT    NOT NULL,
    year           INTEGER NOT NULL,
    unit           TEXT    NOT NULL,
    decimals       INTEGER NOT NULL,
    check_rule     TEXT    NOT NULL,
    check_bp       INTEGER NOT NULL DEFAULT 0,
    method         TEXT    NOT NULL DEFAULT '',
    state          TEXT    NOT NULL,
    doc_no         TEXT    NOT NULL DEFAULT '',
    doc_date       INTEGER NOT NULL DEFAULT 0,
    reason         TEXT    NOT NULL DEFAULT '',
    replaces       BIGINT  NOT NULL DEFAULT 0,
    table_id       BIGINT  NOT NULL DEFAULT 0,
    lock_no        INTEGER NOT NULL DEFAULT 1,
    created_by     BIGINT  NOT NULL,
    created_name   TEXT    NOT NULL DEFAULT '',
    created_at     BIGINT  NOT NULL,
    saved_by       BIGINT  NOT NULL DEFAULT 0,
    saved_name     TEXT    NOT NULL DEFAULT '',
    saved_at       BIGINT  NOT NULL DEFAULT 0,
    submitted_by   BIGINT  NOT NULL DEFAULT 0,
    submitted_name TEXT    NOT NULL DEFAULT '',
    submitted_at   BIGINT  NOT NULL DEFAULT 0,
    decided_by     BIGINT  NOT NULL DEFAULT 0,
    decided_name   TEXT    NOT NULL DEFAULT '',
    decided_at     BIGINT  NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX target_split_open ON target_split (region, parent_key) WHERE state IN ('draft', 'review');
CREATE INDEX target_split_region ON target_split (region, id);

-- part 0 is the whole, 1… the 其中 items in the order of the parent's.
CREATE TABLE target_split_row (
    split_id BIGINT  NOT NULL,
    part     INTEGER NOT NULL,
    region   BIGINT  NOT NULL,
    printed  TEXT    NOT NULL DEFAULT '',
    note     TEXT    NOT NULL DEFAULT '',
    PRIMARY KEY (split_id, part, region)
);

-- Who had a hand in a decomposition since it was last signed: none of them may
-- sign it.
CREATE TABLE target_split_hand (
    split_id BIGINT NOT NULL,
    user_id  BIGINT NOT NULL,
    PRIMARY KEY (split_id, user_id)
);

-- How an indicator's year runs: points are twelve cumulative shares in basis
-- points, joined by commas.
CREATE TABLE target_curve (
    region        BIGINT  NOT NULL,
    indicator_key TEXT    NOT NULL,
    year          INTEGER NOT NULL,
    kind          TEXT    NOT NULL,
    points        TEXT    NOT NULL,
    source        TEXT    NOT NULL DEFAULT '',
    set_by        BIGINT  NOT NULL,
    set_name      TEXT    NOT NULL DEFAULT '',
    set_at        BIGINT  NOT NULL,
    PRIMARY KEY (region, indicator_key, year)
);

-- What a document reports as done in its year up to a day, for targets that the
-- ledger does not measure.
CREATE TABLE target_line (
    id             BIGINT  PRIMARY KEY,
    region         BIGINT  NOT NULL,
    indicator_key  TEXT    NOT NULL,
    part_name      TEXT    NOT NULL DEFAULT '',
    partner        BIGINT  NOT NULL DEFAULT 0,
    day            INTEGER NOT NULL,
    value          BIGINT  NOT NULL,
    doc_no         TEXT    NOT NULL,
    note           TEXT    NOT NULL DEFAULT '',
    entered_by     BIGINT  NOT NULL,
    entered_name   TEXT    NOT NULL DEFAULT '',
    entered_at     BIGINT  NOT NULL,
    cancelled_by   BIGINT  NOT NULL DEFAULT 0,
    cancelled_name TEXT    NOT NULL DEFAULT '',
    cancelled_at   BIGINT  NOT NULL DEFAULT 0,
    cancel_reason  TEXT    NOT NULL DEFAULT ''
);
CREATE INDEX target_line_row ON target_line (region, indicator_key, partner, day);

-- A dispatch as issued; its rows stay what they were.
CREATE TABLE target_dispatch (
    id          BIGINT  PRIMARY KEY,
    region      BIGINT  NOT NULL,
    year        INTEGER NOT NULL,
    number      INTEGER NOT NULL,
    month       INTEGER NOT NULL,
    title       TEXT    NOT NULL,
    doc_no      TEXT    NOT NULL DEFAULT '',
    note        TEXT    NOT NULL DEFAULT '',
    gap_bp      INTEGER NOT NULL,
    issued_by   BIGINT  NOT NULL,
    issued_name TEXT    NOT NULL DEFAULT '',
    issued_at   BIGINT  NOT NULL
);
CREATE UNIQUE INDEX target_dispatch_number ON target_dispatch (region, year, number);

-- role: total, row, part. -1 is unknown; rates in basis points.
CREATE TABLE target_dispatch_row (
    dispatch_id   BIGINT  NOT NULL,
    section       INTEGER NOT NULL,
    n             INTEGER NOT NULL,
    role          TEXT    NOT NULL,
    table_id      BIGINT  NOT NULL,
    indicator     TEXT    NOT NULL,
    doc_no        TEXT    NOT NULL DEFAULT '',
    unit          TEXT    NOT NULL,
    sample        BOOLEAN NOT NULL DEFAULT FALSE,
    region        BIGINT  NOT NULL,
    name          TEXT    NOT NULL,
    printed       TEXT    NOT NULL,
    value         BIGINT  NOT NULL,
    actual        BIGINT  NOT NULL,
    rate_bp       INTEGER NOT NULL,
    time_bp       INTEGER NOT NULL,
    rank          INTEGER NOT NULL DEFAULT 0,
    last_actual   BIGINT  NOT NULL,
    last_rank     INTEGER NOT NULL DEFAULT 0,
    behind        BOOLEAN NOT NULL DEFAULT FALSE,
    met           BOOLEAN NOT NULL DEFAULT FALSE,
    PRIMARY KEY (dispatch_id, section, n)
);

-- +goose Down
DROP TABLE target_dispatch_row;
DROP TABLE target_dispatch;
DROP TABLE target_line;
DROP TABLE target_curve;
DROP TABLE target_split_hand;
DROP TABLE target_split_row;
DROP TABLE target_split;
DROP INDEX target_table_parent;
ALTER TABLE target_row DROP COLUMN note;
ALTER TABLE target_row DROP COLUMN partner;
ALTER TABLE target_table DROP COLUMN withdrawn_at;
ALTER TABLE target_table DROP COLUMN signed_name;
ALTER TABLE target_table DROP COLUMN signed_by;
ALTER TABLE target_table DROP COLUMN check_bp;
ALTER TABLE target_table DROP COLUMN check_rule;
ALTER TABLE target_table DROP COLUMN parent_key;
ALTER TABLE target_table DROP COLUMN parent_table;
ALTER TABLE target_table DROP COLUMN base_source;
ALTER TABLE target_table DROP COLUMN base_year;
ALTER TABLE target_table DROP COLUMN doc_date;
