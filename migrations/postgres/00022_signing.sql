-- +goose Up
-- The way of a form through its unit. chain holds the steps as they stood when
-- it was filled in; first_on and sent_on are the days of the first and of the
-- last submission, sent_version what was submitted last.
ALTER TABLE report ADD COLUMN chain TEXT NOT NULL DEFAULT '';
ALTER TABLE report ADD COLUMN first_on INTEGER NOT NULL DEFAULT 0;
ALTER TABLE report ADD COLUMN sent_on INTEGER NOT NULL DEFAULT 0;
ALTER TABLE report ADD COLUMN sent_version INTEGER NOT NULL DEFAULT 0;
UPDATE report SET first_on = filled_on, sent_on = filled_on, sent_version = version WHERE version > 0;
ALTER TABLE report_correction ADD COLUMN evidence_id BIGINT NOT NULL DEFAULT 0;

-- A version as it was frozen: the checksum over its cells, what the checks said
-- then, and the stamped scan.
CREATE TABLE report_version (
    report_id  BIGINT  NOT NULL,
    version    INTEGER NOT NULL,
    made_at    BIGINT  NOT NULL,
    made_by    BIGINT  NOT NULL,
    made_for   BIGINT  NOT NULL DEFAULT 0,
    made_name  TEXT    NOT NULL,
    checksum   TEXT    NOT NULL,
    checked    INTEGER NOT NULL DEFAULT 0,
    findings   TEXT    NOT NULL DEFAULT '[]',
    filler     TEXT    NOT NULL DEFAULT '',
    phone_mask TEXT    NOT NULL DEFAULT '',
    filled_on  INTEGER NOT NULL DEFAULT 0,
    scan_id    BIGINT  NOT NULL DEFAULT 0,
    scan_at    BIGINT  NOT NULL DEFAULT 0,
    scan_by    BIGINT  NOT NULL DEFAULT 0,
    scan_name  TEXT    NOT NULL DEFAULT '',
    PRIMARY KEY (report_id, version)
);

-- A signature: who, in which post, over which checksum; void_at where the form
-- went back behind it.
CREATE TABLE report_sign (
    report_id BIGINT  NOT NULL,
    n         INTEGER NOT NULL,
    version   INTEGER NOT NULL,
    step      TEXT    NOT NULL,
    user_id   BIGINT  NOT NULL,
    user_for  BIGINT  NOT NULL DEFAULT 0,
    user_name TEXT    NOT NULL,
    post      TEXT    NOT NULL DEFAULT '',
    at        BIGINT  NOT NULL,
    checksum  TEXT    NOT NULL,
    passed    INTEGER NOT NULL DEFAULT 0,
    checked   INTEGER NOT NULL DEFAULT 0,
    remark    TEXT    NOT NULL DEFAULT '',
    void_at   BIGINT  NOT NULL DEFAULT 0,
    void_why  TEXT    NOT NULL DEFAULT '',
    PRIMARY KEY (report_id, n)
);

-- A department's word on a version; evidence_id where the filler recorded it
-- for a department without an account.
CREATE TABLE report_cosign (
    report_id   BIGINT  NOT NULL,
    n           INTEGER NOT NULL,
    version     INTEGER NOT NULL,
    dept        TEXT    NOT NULL,
    verdict     TEXT    NOT NULL,
    person      TEXT    NOT NULL,
    remark      TEXT    NOT NULL DEFAULT '',
    evidence_id BIGINT  NOT NULL DEFAULT 0,
    by_user     BIGINT  NOT NULL,
    by_name     TEXT    NOT NULL,
    at          BIGINT  NOT NULL,
    PRIMARY KEY (report_id, n)
);

-- A remark on a cell. sent_at is 0 until the form is returned with it.
CREATE TABLE report_remark (
    report_id   BIGINT  NOT NULL,
    n           INTEGER NOT NULL,
    version     INTEGER NOT NULL,
    row_key     TEXT    NOT NULL,
    col         INTEGER NOT NULL,
    remark      TEXT    NOT NULL,
    by_user     BIGINT  NOT NULL,
    by_name     TEXT    NOT NULL,
    at          BIGINT  NOT NULL,
    sent_at     BIGINT  NOT NULL DEFAULT 0,
    answer_kind TEXT    NOT NULL DEFAULT '',
    answer      TEXT    NOT NULL DEFAULT '',
    answer_user BIGINT  NOT NULL DEFAULT 0,
    answer_name TEXT    NOT NULL DEFAULT '',
    answer_at   BIGINT  NOT NULL DEFAULT 0,
    PRIMARY KEY (report_id, n)
);

-- How a unit signs its forms ('' for every form) and which departments sign
-- with it, and who signs each step.
CREATE TABLE report_chain (
    region   BIGINT  NOT NULL,
    form     TEXT    NOT NULL,
    steps    TEXT    NOT NULL,
    depts    TEXT    NOT NULL,
    same     BOOLEAN NOT NULL DEFAULT FALSE,
    reason   TEXT    NOT NULL,
    set_by   BIGINT  NOT NULL,
    set_name TEXT    NOT NULL,
    set_at   BIGINT  NOT NULL,
    PRIMARY KEY (region, form)
);
CREATE TABLE report_signatory (
    region    BIGINT NOT NULL,
    form      TEXT   NOT NULL,
    step      TEXT   NOT NULL,
    user_id   BIGINT NOT NULL,
    user_name TEXT   NOT NULL,
    post      TEXT   NOT NULL,
    set_by    BIGINT NOT NULL,
    set_at    BIGINT NOT NULL,
    PRIMARY KEY (region, form, step, user_id)
);

-- What the unit that asks sets for one period, for itself and everybody below:
-- until when records count, and by when the form is due at its own level.
CREATE TABLE report_call (
    form      TEXT    NOT NULL,
    period    TEXT    NOT NULL,
    region    BIGINT  NOT NULL,
    cutoff_on INTEGER NOT NULL DEFAULT 0,
    cutoff_at BIGINT  NOT NULL DEFAULT 0,
    due_on    INTEGER NOT NULL DEFAULT 0,
    reason    TEXT    NOT NULL,
    set_by    BIGINT  NOT NULL,
    set_name  TEXT    NOT NULL,
    set_at    BIGINT  NOT NULL,
    PRIMARY KEY (form, period, region)
);

-- +goose Down
DROP TABLE report_call;
DROP TABLE report_signatory;
DROP TABLE report_chain;
DROP TABLE report_remark;
DROP TABLE report_cosign;
DROP TABLE report_sign;
DROP TABLE report_version;
ALTER TABLE report_correction DROP COLUMN evidence_id;
ALTER TABLE report DROP COLUMN sent_version;
ALTER TABLE report DROP COLUMN sent_on;
ALTER TABLE report DROP COLUMN first_on;
ALTER TABLE report DROP COLUMN chain;
