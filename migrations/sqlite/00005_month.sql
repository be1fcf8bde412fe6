-- +goose Up
-- A county's month: open until it is closed; closing writes its person-months.
-- settings is the calibre: the counting settings that differed from their
-- defaults when it closed.
CREATE TABLE month_close (
    county      BIGINT  NOT NULL,
    month       INTEGER NOT NULL,
    state       TEXT    NOT NULL,
    version     INTEGER NOT NULL DEFAULT 1,
    people      BIGINT  NOT NULL DEFAULT 0,
    settings    TEXT    NOT NULL DEFAULT '',
    closed_at   BIGINT  NOT NULL DEFAULT 0,
    closed_by   BIGINT  NOT NULL DEFAULT 0,
    reopened_at BIGINT  NOT NULL DEFAULT 0,
    reopened_by BIGINT  NOT NULL DEFAULT 0,
    reason      TEXT    NOT NULL DEFAULT '',
    PRIMARY KEY (county, month)
);

-- Frozen values of a person at the month's end, not references.
CREATE TABLE person_month (
    county        BIGINT  NOT NULL,
    month         INTEGER NOT NULL,
    person_id     BIGINT  NOT NULL,
    village       BIGINT  NOT NULL,
    kinds         BIGINT  NOT NULL,
    sex           INTEGER NOT NULL,
    age           INTEGER NOT NULL,
    education     INTEGER NOT NULL,
    skill         INTEGER NOT NULL,
    status        INTEGER NOT NULL,
    flags         BIGINT  NOT NULL,
    stable_months INTEGER NOT NULL,
    months_worked INTEGER NOT NULL,
    place         BIGINT  NOT NULL,
    place_class   INTEGER NOT NULL,
    year_place_class INTEGER NOT NULL,
    channel       INTEGER NOT NULL,
    industry      INTEGER NOT NULL,
    wage_fen      BIGINT  NOT NULL,
    settlement    BIGINT  NOT NULL,
    from_village  BIGINT  NOT NULL,
    year_place    BIGINT  NOT NULL,
    PRIMARY KEY (county, month, person_id)
) WITHOUT ROWID;

-- People who once lived in a county, for its flows.
CREATE INDEX residence_village ON residence (village, person_id);

-- A fact that arrived after the close: what the closed row would now be. The
-- latest row of a field holds; was is the frozen value, -1 in every field of a
-- person who has no frozen row. A reopened month settles its adjustments.
CREATE TABLE adjustment (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    county    BIGINT  NOT NULL,
    month     INTEGER NOT NULL,
    person_id BIGINT  NOT NULL,
    field     TEXT    NOT NULL,
    was       BIGINT  NOT NULL,
    would_be  BIGINT  NOT NULL,
    at        BIGINT  NOT NULL,
    by_user   BIGINT  NOT NULL DEFAULT 0,
    batch_id  BIGINT  NOT NULL DEFAULT 0,
    settled_at BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX adjustment_month ON adjustment (county, month, person_id);

-- +goose Down
DROP INDEX residence_village;
DROP TABLE adjustment;
DROP TABLE person_month;
DROP TABLE month_close;
