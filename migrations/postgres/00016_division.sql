-- +goose Up
-- What took an ended place over, and the names a place gave up (joined by |).
ALTER TABLE local_region ADD COLUMN followed_by BIGINT NOT NULL DEFAULT 0;
ALTER TABLE local_region ADD COLUMN former_names TEXT NOT NULL DEFAULT '';

-- A change of divisions by document: renamed, merged, moved below another
-- place. steps is JSON: what becomes of each place.
CREATE TABLE division_change (
    id         BIGINT  PRIMARY KEY,
    kind       TEXT    NOT NULL,
    region     BIGINT  NOT NULL,
    month      INTEGER NOT NULL,
    doc_no     TEXT    NOT NULL,
    note       TEXT    NOT NULL DEFAULT '',
    steps      TEXT    NOT NULL,
    before     TEXT    NOT NULL DEFAULT '',
    state      TEXT    NOT NULL,
    people     BIGINT  NOT NULL DEFAULT 0,
    version    INTEGER NOT NULL DEFAULT 1,
    created_by BIGINT  NOT NULL,
    created_at BIGINT  NOT NULL,
    applied_by BIGINT  NOT NULL DEFAULT 0,
    applied_at BIGINT  NOT NULL DEFAULT 0,
    undone_by  BIGINT  NOT NULL DEFAULT 0,
    undone_at  BIGINT  NOT NULL DEFAULT 0
);
CREATE INDEX division_change_region ON division_change (region, id);

-- What an applied change did to each row that says where something is, so
-- that it can be undone exactly; since and split are of a residence: split means
-- that it began before the month and was cut there.
CREATE TABLE division_moved (
    change_id  BIGINT  NOT NULL,
    what       TEXT    NOT NULL,
    row_id     BIGINT  NOT NULL,
    since      INTEGER NOT NULL DEFAULT 0,
    was        BIGINT  NOT NULL,
    became     BIGINT  NOT NULL,
    split      BOOLEAN NOT NULL DEFAULT FALSE,
    PRIMARY KEY (change_id, what, row_id, since)
);

-- +goose Down
DROP TABLE division_moved;
DROP TABLE division_change;
ALTER TABLE local_region DROP COLUMN former_names;
ALTER TABLE local_region DROP COLUMN followed_by;
