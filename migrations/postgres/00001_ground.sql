-- +goose Up
CREATE TABLE id_counter (
    name    TEXT PRIMARY KEY,
    next_id BIGINT NOT NULL
);

-- Settings come from the nearest ancestor of a place; year 0 is every year.
CREATE TABLE setting (
    region     BIGINT NOT NULL,
    name       TEXT   NOT NULL,
    year       INTEGER NOT NULL DEFAULT 0,
    value      TEXT   NOT NULL,
    source     TEXT   NOT NULL DEFAULT '',
    changed_by BIGINT NOT NULL DEFAULT 0,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (region, name, year)
);

-- Places beside the national asset: reporting units (A013), towns and villages
-- carved out for them, places made after the asset's date.
CREATE TABLE local_region (
    code          BIGINT PRIMARY KEY,
    name          TEXT   NOT NULL,
    kind          TEXT   NOT NULL,
    official_code BIGINT NOT NULL DEFAULT 0,
    inside_host   BOOLEAN NOT NULL DEFAULT FALSE,
    valid_from    INTEGER NOT NULL DEFAULT 0,
    valid_to      INTEGER NOT NULL DEFAULT 0,
    source        TEXT   NOT NULL DEFAULT ''
);

CREATE TABLE area_tag (
    tag        TEXT    NOT NULL,
    region     BIGINT  NOT NULL,
    valid_from INTEGER NOT NULL DEFAULT 0,
    valid_to   INTEGER NOT NULL DEFAULT 0,
    source     TEXT    NOT NULL DEFAULT '',
    PRIMARY KEY (tag, region, valid_from)
);

-- +goose Down
DROP TABLE area_tag;
DROP TABLE local_region;
DROP TABLE setting;
DROP TABLE id_counter;
