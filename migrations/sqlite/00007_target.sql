-- +goose Up
-- A table of targets as a document prints it. unit '' is a unit that the
-- document does not print: such a table has no values (-1) until someone says.
CREATE TABLE target_table (
    id            BIGINT  PRIMARY KEY,
    region        BIGINT  NOT NULL,
    indicator     TEXT    NOT NULL,
    indicator_key TEXT    NOT NULL,
    calibre       TEXT    NOT NULL DEFAULT '',
    direction     TEXT    NOT NULL DEFAULT '',
    year          INTEGER NOT NULL,
    year_to       INTEGER NOT NULL DEFAULT 0,
    title         TEXT    NOT NULL DEFAULT '',
    unit          TEXT    NOT NULL DEFAULT '',
    comparator    TEXT    NOT NULL,
    tolerance_bp  INTEGER NOT NULL DEFAULT 0,
    doc_no        TEXT    NOT NULL DEFAULT '',
    source        TEXT    NOT NULL DEFAULT '',
    publicity     TEXT    NOT NULL DEFAULT '',
    printed_total TEXT    NOT NULL DEFAULT '',
    total_value   BIGINT  NOT NULL DEFAULT -1,
    sample_of     BIGINT  NOT NULL DEFAULT 0,
    version       INTEGER NOT NULL DEFAULT 1,
    replaced_by   BIGINT  NOT NULL DEFAULT 0,
    batch_id      BIGINT  NOT NULL DEFAULT 0,
    created_by    BIGINT  NOT NULL DEFAULT 0,
    created_at    BIGINT  NOT NULL
);
CREATE UNIQUE INDEX target_table_once ON target_table (region, indicator_key, year, doc_no, sample_of, version);
CREATE INDEX target_table_batch ON target_table (batch_id);

-- part_of is the n of the row of which this one is a 其中 item; 0 for none.
CREATE TABLE target_row (
    table_id   BIGINT  NOT NULL,
    n          INTEGER NOT NULL,
    region     BIGINT  NOT NULL,
    name       TEXT    NOT NULL,
    printed    TEXT    NOT NULL,
    value      BIGINT  NOT NULL DEFAULT -1,
    part_of    INTEGER NOT NULL DEFAULT 0,
    part_name  TEXT    NOT NULL DEFAULT '',
    comparator TEXT    NOT NULL DEFAULT '',
    file_row   INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (table_id, n)
);
CREATE INDEX target_row_region ON target_row (region, table_id);

-- +goose Down
DROP TABLE target_row;
DROP TABLE target_table;
