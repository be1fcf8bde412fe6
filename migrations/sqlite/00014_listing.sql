-- +goose Up
-- Lists with chosen columns. spec is columns, filter, sort and grouping as
-- JSON: codes only, no name and no number of anybody. Shared ones belong to an
-- office: a place and a department.
CREATE TABLE saved_list (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    owner_id      BIGINT  NOT NULL,
    owner_name    TEXT    NOT NULL DEFAULT '',
    name          TEXT    NOT NULL,
    shared        BOOLEAN NOT NULL DEFAULT FALSE,
    office_region BIGINT  NOT NULL DEFAULT 0,
    office_dept   TEXT    NOT NULL DEFAULT '',
    spec          TEXT    NOT NULL,
    created_at    BIGINT  NOT NULL,
    updated_at    BIGINT  NOT NULL
);
CREATE INDEX saved_list_owner ON saved_list (owner_id, id);
CREATE INDEX saved_list_office ON saved_list (office_region, office_dept, id);

-- A version of an official list as it was settled on a day. hash is over the
-- printed rows in order; document is what the settling stands on.
CREATE TABLE list_version (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    list       TEXT    NOT NULL,
    region     BIGINT  NOT NULL,
    no         INTEGER NOT NULL,
    as_of      INTEGER NOT NULL,
    month      INTEGER NOT NULL,
    people     BIGINT  NOT NULL,
    columns    TEXT    NOT NULL,
    hash       BLOB NOT NULL,
    document   TEXT    NOT NULL DEFAULT '',
    by_user    BIGINT  NOT NULL,
    by_name    TEXT    NOT NULL DEFAULT '',
    created_at BIGINT  NOT NULL,
    UNIQUE (list, region, no)
);
CREATE INDEX list_version_region ON list_version (region, list, no);

-- Members and printed values of a version: 500 people per chunk, compressed
-- and sealed.
CREATE TABLE list_version_chunk (
    version_id  BIGINT  NOT NULL,
    n           INTEGER NOT NULL,
    people      INTEGER NOT NULL,
    rows_cipher BLOB NOT NULL,
    PRIMARY KEY (version_id, n)
);

-- How many numbers a user has looked up on a day by pasting them: the daily
-- limit counts numbers, not questions. The numbers themselves are kept nowhere.
CREATE TABLE lookup_tally (
    user_id BIGINT  NOT NULL,
    day     INTEGER NOT NULL,
    asked   BIGINT  NOT NULL,
    PRIMARY KEY (user_id, day)
);

-- Attachments of records. The file lies outside the database under a random
-- name, sealed with a key of its own, which stands here wrapped: without this
-- row nobody opens it, and erasing the key erases the file in every copy.
CREATE TABLE evidence (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    object        TEXT    NOT NULL,
    object_id     BIGINT  NOT NULL,
    person_id     BIGINT  NOT NULL DEFAULT 0,
    region        BIGINT  NOT NULL,
    sort          TEXT    NOT NULL,
    format        TEXT    NOT NULL,
    name_cipher   BLOB NOT NULL,
    key_cipher    BLOB,
    file          TEXT    NOT NULL,
    size          BIGINT  NOT NULL,
    thumb_size    BIGINT  NOT NULL DEFAULT 0,
    width         INTEGER NOT NULL DEFAULT 0,
    height        INTEGER NOT NULL DEFAULT 0,
    hash          BLOB NOT NULL,
    source_hash   BLOB NOT NULL,
    source_size   BIGINT  NOT NULL,
    likeness      BIGINT  NOT NULL DEFAULT 0,
    stripped      TEXT    NOT NULL DEFAULT '',
    by_user       BIGINT  NOT NULL,
    by_name       TEXT    NOT NULL DEFAULT '',
    created_at    BIGINT  NOT NULL,
    deleted_at    BIGINT  NOT NULL DEFAULT 0,
    deleted_by    BIGINT  NOT NULL DEFAULT 0,
    delete_reason TEXT    NOT NULL DEFAULT '',
    erased_at     BIGINT  NOT NULL DEFAULT 0
);
CREATE INDEX evidence_object ON evidence (object, object_id, id);
CREATE INDEX evidence_person ON evidence (person_id, id);
CREATE INDEX evidence_user ON evidence (by_user, created_at);
CREATE INDEX evidence_source ON evidence (source_hash);
CREATE INDEX evidence_deleted ON evidence (deleted_at, erased_at);

-- +goose Down
DROP TABLE evidence;
DROP TABLE lookup_tally;
DROP TABLE list_version_chunk;
DROP TABLE list_version;
DROP TABLE saved_list;
