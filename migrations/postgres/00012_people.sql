-- +goose Up
-- Two records that were one person. The snapshot holds both records as they
-- were, sealed: an undo puts back exactly that. mark is the state right after,
-- so that an undo over later facts is seen and refused.
CREATE TABLE person_merge (
    id          BIGINT  PRIMARY KEY,
    kept        BIGINT  NOT NULL,
    gone        BIGINT  NOT NULL,
    village     BIGINT  NOT NULL,
    chosen      TEXT    NOT NULL DEFAULT '',
    reason      TEXT    NOT NULL,
    mark        BYTEA   NOT NULL,
    snapshot_cipher BYTEA NOT NULL,
    at          BIGINT  NOT NULL,
    by_user     BIGINT  NOT NULL DEFAULT 0,
    undone_at   BIGINT  NOT NULL DEFAULT 0,
    undone_by   BIGINT  NOT NULL DEFAULT 0,
    undo_reason TEXT    NOT NULL DEFAULT ''
);
CREATE INDEX person_merge_kept ON person_merge (kept);
CREATE INDEX person_merge_gone ON person_merge (gone);
CREATE INDEX person_merge_village ON person_merge (village, id);

-- Pairs that look alike and are two people: not shown again. a < b.
CREATE TABLE person_apart (
    a       BIGINT NOT NULL,
    b       BIGINT NOT NULL,
    reason  TEXT   NOT NULL DEFAULT '',
    at      BIGINT NOT NULL,
    by_user BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (a, b)
);

-- Duplicates are looked for by the national code and the former number too.
CREATE INDEX person_code ON person (code);

-- Why and with what paper a person came into a place or left it. What counts
-- is the ledger; an act here writes both. was is what an undo puts back.
CREATE TABLE person_flow (
    person_id   BIGINT  NOT NULL,
    id          BIGINT  NOT NULL,
    kind        INTEGER NOT NULL,
    village     BIGINT  NOT NULL,
    other       BIGINT  NOT NULL DEFAULT 0,
    other_place TEXT    NOT NULL DEFAULT '',
    on_date     INTEGER NOT NULL,
    reason      TEXT    NOT NULL DEFAULT '',
    document    TEXT    NOT NULL DEFAULT '',
    was         TEXT    NOT NULL DEFAULT '',
    at          BIGINT  NOT NULL,
    by_user     BIGINT  NOT NULL DEFAULT 0,
    undone_at   BIGINT  NOT NULL DEFAULT 0,
    undone_by   BIGINT  NOT NULL DEFAULT 0,
    undo_reason TEXT    NOT NULL DEFAULT '',
    PRIMARY KEY (person_id, id)
);
CREATE INDEX person_flow_village ON person_flow (village, on_date);

-- A printed entry sheet: whose rows stand on it in which order.
CREATE TABLE entry_sheet (
    village     BIGINT  NOT NULL,
    id          BIGINT  NOT NULL,
    code        TEXT    NOT NULL,
    month       INTEGER NOT NULL,
    people      TEXT    NOT NULL,
    printed_at  BIGINT  NOT NULL,
    printed_by  BIGINT  NOT NULL DEFAULT 0,
    returned_at BIGINT  NOT NULL DEFAULT 0,
    returned_by BIGINT  NOT NULL DEFAULT 0,
    saved_rows  INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (village, id)
);
CREATE UNIQUE INDEX entry_sheet_code ON entry_sheet (code);

-- A paper that was issued for one person, as it was printed.
CREATE TABLE proof (
    person_id      BIGINT  NOT NULL,
    id             BIGINT  NOT NULL,
    number         TEXT    NOT NULL,
    code           TEXT    NOT NULL,
    kind           INTEGER NOT NULL,
    village        BIGINT  NOT NULL,
    purpose        TEXT    NOT NULL DEFAULT '',
    content_cipher BYTEA   NOT NULL,
    issued_at      BIGINT  NOT NULL,
    issued_by      BIGINT  NOT NULL DEFAULT 0,
    voided_at      BIGINT  NOT NULL DEFAULT 0,
    voided_by      BIGINT  NOT NULL DEFAULT 0,
    void_reason    TEXT    NOT NULL DEFAULT '',
    PRIMARY KEY (person_id, id)
);
CREATE UNIQUE INDEX proof_number ON proof (number);
CREATE INDEX proof_village ON proof (village, issued_at);

-- +goose Down
DROP TABLE proof;
DROP TABLE entry_sheet;
DROP TABLE person_flow;
DROP INDEX person_code;
DROP TABLE person_apart;
DROP TABLE person_merge;
