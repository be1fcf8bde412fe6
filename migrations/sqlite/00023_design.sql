-- +goose Up
-- A blank workbook as an office sent it, sealed: filled by mistake it may hold
-- what belongs to nobody else.
CREATE TABLE form_blank (
    id          BIGINT  PRIMARY KEY,
    owner       BIGINT  NOT NULL,
    sha         TEXT    NOT NULL,
    size        INTEGER NOT NULL,
    body_cipher BLOB    NOT NULL,
    made_by     BIGINT  NOT NULL,
    made_at     BIGINT  NOT NULL
);

-- A version of a design. The id of a published one is the form's id in
-- report.form (d and the number) and never changes its meaning: a later design
-- is a new row of the family. spec is JSON (internal/report/design.Spec).
CREATE TABLE form_design (
    id           BIGINT  PRIMARY KEY,
    family       BIGINT  NOT NULL,
    number       INTEGER NOT NULL,
    owner        BIGINT  NOT NULL,
    purpose      TEXT    NOT NULL,
    state        TEXT    NOT NULL,
    blank_id     BIGINT  NOT NULL,
    file_name    TEXT    NOT NULL,
    fingerprint  TEXT    NOT NULL,
    spec         TEXT    NOT NULL,
    until_month  INTEGER NOT NULL DEFAULT 0,
    made_by      BIGINT  NOT NULL,
    made_name    TEXT    NOT NULL,
    made_at      BIGINT  NOT NULL,
    updated_at   BIGINT  NOT NULL,
    published_by   BIGINT NOT NULL DEFAULT 0,
    published_name TEXT   NOT NULL DEFAULT '',
    published_at   BIGINT NOT NULL DEFAULT 0,
    lock_no      INTEGER NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX form_design_once ON form_design (family, number);
CREATE INDEX form_design_owner ON form_design (owner, purpose, id);
CREATE INDEX form_design_known ON form_design (fingerprint, owner, id);

-- +goose Down
DROP TABLE form_design;
DROP TABLE form_blank;
