-- +goose Up
-- A form of one unit for one period. The cells of a draft are computed when
-- asked for; what was submitted stands in report_cell by version.
CREATE TABLE report (
    id         BIGINT  PRIMARY KEY,
    form       TEXT    NOT NULL,
    region     BIGINT  NOT NULL,
    period     TEXT    NOT NULL,
    state      TEXT    NOT NULL,
    version    INTEGER NOT NULL DEFAULT 0,
    cutoff_on  INTEGER NOT NULL,
    cutoff_at  BIGINT  NOT NULL DEFAULT 0,
    due_on     INTEGER NOT NULL,
    filled_on  INTEGER NOT NULL DEFAULT 0,
    filler     TEXT    NOT NULL DEFAULT '',
    phone_cipher BYTEA,
    phone_mask TEXT    NOT NULL DEFAULT '',
    created_by BIGINT  NOT NULL DEFAULT 0,
    created_at BIGINT  NOT NULL,
    updated_at BIGINT  NOT NULL,
    lock_no    INTEGER NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX report_once ON report (form, region, period);
CREATE INDEX report_region ON report (region, form, period);

CREATE TABLE report_event (
    report_id  BIGINT  NOT NULL,
    n          INTEGER NOT NULL,
    at         BIGINT  NOT NULL,
    by_user    BIGINT  NOT NULL,
    by_name    TEXT    NOT NULL,
    action     TEXT    NOT NULL,
    from_state TEXT    NOT NULL,
    to_state   TEXT    NOT NULL,
    version    INTEGER NOT NULL,
    remark     TEXT    NOT NULL DEFAULT '',
    PRIMARY KEY (report_id, n)
);

-- value is what stands on paper; computed what the program counted. explain is
-- JSON: calibre version, cut-off, source, parts. source_report and
-- source_version name the child's form whose cell this one repeats.
CREATE TABLE report_cell (
    report_id      BIGINT  NOT NULL,
    version        INTEGER NOT NULL,
    row_key        TEXT    NOT NULL,
    col            INTEGER NOT NULL,
    row_region     BIGINT  NOT NULL DEFAULT 0,
    row_order      INTEGER NOT NULL DEFAULT 0,
    value          BIGINT  NOT NULL DEFAULT 0,
    printed        TEXT    NOT NULL DEFAULT '',
    computed       BIGINT  NOT NULL DEFAULT 0,
    calibre        TEXT    NOT NULL DEFAULT '',
    explain        TEXT    NOT NULL DEFAULT '{}',
    source_report  BIGINT  NOT NULL DEFAULT 0,
    source_version INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (report_id, version, row_key, col)
);

-- The member set of a cell as a roaring bitmap, one per space of ids (ledger
-- people, outsiders, registers).
CREATE TABLE report_set (
    report_id BIGINT  NOT NULL,
    version   INTEGER NOT NULL,
    row_key   TEXT    NOT NULL,
    col       INTEGER NOT NULL,
    space     TEXT    NOT NULL,
    size      BIGINT  NOT NULL,
    bitmap    BYTEA   NOT NULL,
    PRIMARY KEY (report_id, version, row_key, col, space)
);

-- The members of a version as they were when it was submitted.
CREATE TABLE report_member (
    report_id BIGINT  NOT NULL,
    version   INTEGER NOT NULL,
    space     TEXT    NOT NULL,
    member_id BIGINT  NOT NULL,
    name      TEXT    NOT NULL,
    id_mask   TEXT    NOT NULL DEFAULT '',
    region    BIGINT  NOT NULL DEFAULT 0,
    detail    TEXT    NOT NULL DEFAULT '',
    PRIMARY KEY (report_id, version, space, member_id)
);

-- A correction keeps both numbers, the reason and the person who made it.
CREATE TABLE report_correction (
    report_id BIGINT  NOT NULL,
    row_key   TEXT    NOT NULL,
    col       INTEGER NOT NULL,
    at        BIGINT  NOT NULL,
    computed  BIGINT  NOT NULL,
    corrected BIGINT  NOT NULL,
    reason    TEXT    NOT NULL,
    by_user   BIGINT  NOT NULL,
    by_name   TEXT    NOT NULL,
    withdrawn BOOLEAN NOT NULL DEFAULT FALSE,
    PRIMARY KEY (report_id, row_key, col, at)
);

-- +goose Down
DROP TABLE report_correction;
DROP TABLE report_member;
DROP TABLE report_set;
DROP TABLE report_cell;
DROP TABLE report_event;
DROP TABLE report;
