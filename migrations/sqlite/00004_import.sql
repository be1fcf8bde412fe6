-- +goose Up
CREATE TABLE import_batch (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    kind         TEXT    NOT NULL,
    layout       TEXT    NOT NULL DEFAULT '',
    region       BIGINT  NOT NULL,
    month        INTEGER NOT NULL DEFAULT 0,
    year         INTEGER NOT NULL DEFAULT 0,
    subtype      TEXT    NOT NULL DEFAULT '',
    file_name    TEXT    NOT NULL,
    file_hash    BLOB   NOT NULL,
    file_size    BIGINT  NOT NULL,
    file_path    TEXT    NOT NULL DEFAULT '',
    is_full      BOOLEAN NOT NULL DEFAULT FALSE,
    state        TEXT    NOT NULL,
    sheet        TEXT    NOT NULL DEFAULT '',
    columns      TEXT    NOT NULL DEFAULT '',
    rows_total   BIGINT  NOT NULL DEFAULT 0,
    rows_done    BIGINT  NOT NULL DEFAULT 0,
    rows_new     BIGINT  NOT NULL DEFAULT 0,
    rows_same    BIGINT  NOT NULL DEFAULT 0,
    rows_changed BIGINT  NOT NULL DEFAULT 0,
    rows_conflict BIGINT NOT NULL DEFAULT 0,
    rows_rejected BIGINT NOT NULL DEFAULT 0,
    rows_warned  BIGINT  NOT NULL DEFAULT 0,
    message      TEXT    NOT NULL DEFAULT '',
    created_by   BIGINT  NOT NULL DEFAULT 0,
    created_at   BIGINT  NOT NULL,
    saved_by     BIGINT  NOT NULL DEFAULT 0,
    saved_at     BIGINT  NOT NULL DEFAULT 0,
    undone_by    BIGINT  NOT NULL DEFAULT 0,
    undone_at    BIGINT  NOT NULL DEFAULT 0,
    cancelled    BOOLEAN NOT NULL DEFAULT FALSE
);
CREATE INDEX import_batch_region ON import_batch (region, id);
CREATE INDEX import_batch_hash ON import_batch (file_hash);

-- Staged rows, encrypted and compressed by chunk: not a row of SQL per cell.
CREATE TABLE import_chunk (
    batch_id BIGINT  NOT NULL,
    n        INTEGER NOT NULL,
    rows     INTEGER NOT NULL,
    payload  BLOB   NOT NULL,
    applied  BOOLEAN NOT NULL DEFAULT FALSE,
    PRIMARY KEY (batch_id, n)
);

CREATE TABLE import_finding (
    batch_id  BIGINT  NOT NULL,
    n         BIGINT  NOT NULL,
    sheet     TEXT    NOT NULL DEFAULT '',
    row_no    INTEGER NOT NULL,
    column_name TEXT  NOT NULL DEFAULT '',
    rule      TEXT    NOT NULL,
    severity  INTEGER NOT NULL,
    value     TEXT    NOT NULL DEFAULT '',
    message   TEXT    NOT NULL DEFAULT '',
    PRIMARY KEY (batch_id, n)
);
CREATE INDEX import_finding_rule ON import_finding (batch_id, rule, row_no);

-- +goose Down
DROP TABLE import_finding;
DROP TABLE import_chunk;
DROP TABLE import_batch;
