-- +goose Up
-- Which heading of a file is which column, as somebody of an office (region: of
-- the grant) chose it. signature is a hash of the headings; mapping is JSON of
-- headings and columns and holds nothing of a row.
CREATE TABLE import_mapping (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    region     BIGINT  NOT NULL,
    kind       TEXT    NOT NULL,
    signature  TEXT    NOT NULL,
    title      TEXT    NOT NULL DEFAULT '',
    mapping    TEXT    NOT NULL,
    uses       BIGINT  NOT NULL DEFAULT 0,
    used_at    BIGINT  NOT NULL DEFAULT 0,
    created_by BIGINT  NOT NULL DEFAULT 0,
    created_at BIGINT  NOT NULL
);
CREATE UNIQUE INDEX import_mapping_office ON import_mapping (region, kind, signature);

-- Who is in the ledger of a batch's place and kind and not in its file, which
-- was declared the whole list: ids by village, packed. Found by the check, kept
-- as it was then.
CREATE TABLE import_absent (
    batch_id BIGINT PRIMARY KEY,
    total    BIGINT NOT NULL,
    people   BLOB  NOT NULL,
    found_at BIGINT NOT NULL
);

-- +goose Down
DROP TABLE import_absent;
DROP TABLE import_mapping;
