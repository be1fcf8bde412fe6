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
    same_as      BIGINT  NOT NULL DEFAULT 0,
    is_full      BOOLEAN NOT NULL DEFAULT FALSE,
    state        TEXT    NOT NULL,
    columns      TEXT    NOT NULL DEFAULT '',
    reading      TEXT    NOT NULL DEFAULT '',
    rows_total   BIGINT  NOT NULL DEFAULT 0,
    rows_done    BIGINT  NOT NULL DEFAULT 0,
    rows_saved   BIGINT  NOT NULL DEFAULT 0,
    rows_new     BIGINT  NOT NULL DEFAULT 0,
    rows_same    BIGINT  NOT NULL DEFAULT 0,
    rows_changed BIGINT  NOT NULL DEFAULT 0,
    rows_conflict BIGINT NOT NULL DEFAULT 0,
    rows_rejected BIGINT NOT NULL DEFAULT 0,
    rows_warned  BIGINT  NOT NULL DEFAULT 0,
    findings     BIGINT  NOT NULL DEFAULT 0,
    message      TEXT    NOT NULL DEFAULT '',
    created_by   BIGINT  NOT NULL DEFAULT 0,
    created_at   BIGINT  NOT NULL,
    started_at   BIGINT  NOT NULL DEFAULT 0,
    checked_at   BIGINT  NOT NULL DEFAULT 0,
    saved_by     BIGINT  NOT NULL DEFAULT 0,
    saved_at     BIGINT  NOT NULL DEFAULT 0,
    undone_by    BIGINT  NOT NULL DEFAULT 0,
    undone_at    BIGINT  NOT NULL DEFAULT 0,
    cancelled    BOOLEAN NOT NULL DEFAULT FALSE,
    -- Places in the order of saves and undos (id_counter import_save): of the
    -- check's start, and of the save's or undo's end. Clocks do not order them.
    checked_seq  BIGINT  NOT NULL DEFAULT 0,
    effect_seq   BIGINT  NOT NULL DEFAULT 0,
    -- First number of field_change that the check may not have seen.
    checked_history BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX import_batch_region ON import_batch (region, id);
CREATE INDEX import_batch_hash ON import_batch (file_hash);
CREATE INDEX import_batch_state ON import_batch (state);

-- Staged rows, encrypted and compressed by chunk: not a row of SQL per cell.
-- payload is what the kind saves of the accepted rows; shown holds the cells of
-- rows with findings, for the page that shows them.
CREATE TABLE import_chunk (
    batch_id  BIGINT  NOT NULL,
    n         INTEGER NOT NULL,
    sheet     TEXT    NOT NULL DEFAULT '',
    first_row INTEGER NOT NULL DEFAULT 0,
    last_row  INTEGER NOT NULL DEFAULT 0,
    rows      INTEGER NOT NULL,
    payload   BLOB   NOT NULL,
    shown     BLOB   NOT NULL,
    applied   BOOLEAN NOT NULL DEFAULT FALSE,
    PRIMARY KEY (batch_id, n)
);

-- position is the column's place in import_batch.columns, -1 for the whole row;
-- result is what became of the row; message is the catalogue key with its values.
CREATE TABLE import_finding (
    batch_id    BIGINT  NOT NULL,
    n           BIGINT  NOT NULL,
    chunk       INTEGER NOT NULL DEFAULT 0,
    sheet       TEXT    NOT NULL DEFAULT '',
    row_no      INTEGER NOT NULL,
    result      INTEGER NOT NULL DEFAULT 0,
    position    INTEGER NOT NULL DEFAULT -1,
    column_name TEXT    NOT NULL DEFAULT '',
    rule        TEXT    NOT NULL,
    severity    INTEGER NOT NULL,
    value       TEXT    NOT NULL DEFAULT '',
    message     TEXT    NOT NULL DEFAULT '',
    PRIMARY KEY (batch_id, n)
);
CREATE INDEX import_finding_rule ON import_finding (batch_id, rule, n);

-- +goose Down
DROP TABLE import_finding;
DROP TABLE import_chunk;
DROP TABLE import_batch;
