-- +goose Up
-- A county asks for a person that another county holds. The holder is not
-- stored: it is where the person lives while the request is open.
CREATE TABLE handover (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    person_id    BIGINT  NOT NULL,
    to_village   BIGINT  NOT NULL,
    to_county    BIGINT  NOT NULL,
    -- The county that holds or, once ended, held the person.
    holder       BIGINT  NOT NULL,
    -- The lowest place above both: it decides what was escalated.
    parent       BIGINT  NOT NULL,
    state        TEXT    NOT NULL,
    name         TEXT    NOT NULL,
    id_mask      TEXT    NOT NULL,
    since        INTEGER NOT NULL,
    household    TEXT    NOT NULL DEFAULT '',
    reason       TEXT    NOT NULL,
    evidence     TEXT    NOT NULL DEFAULT '',
    words        TEXT    NOT NULL DEFAULT '',
    batch_id     BIGINT  NOT NULL DEFAULT 0,
    due_on       INTEGER NOT NULL,
    effective    INTEGER NOT NULL DEFAULT 0,
    from_village BIGINT  NOT NULL DEFAULT 0,
    asked_by     BIGINT  NOT NULL,
    asked_at     BIGINT  NOT NULL,
    closed_at    BIGINT  NOT NULL DEFAULT 0,
    version      INTEGER NOT NULL DEFAULT 1
);
-- One open request per person and asking county: asking again finds it.
CREATE UNIQUE INDEX handover_open ON handover (person_id, to_county) WHERE closed_at = 0;
CREATE INDEX handover_to ON handover (to_village, id);
CREATE INDEX handover_holder ON handover (holder, id);
CREATE INDEX handover_parent ON handover (parent, id);

CREATE TABLE handover_event (
    handover_id BIGINT  NOT NULL,
    n           INTEGER NOT NULL,
    at          BIGINT  NOT NULL,
    act         TEXT    NOT NULL,
    state       TEXT    NOT NULL,
    side        TEXT    NOT NULL,
    by_user     BIGINT  NOT NULL DEFAULT 0,
    by_name     TEXT    NOT NULL DEFAULT '',
    words       TEXT    NOT NULL DEFAULT '',
    PRIMARY KEY (handover_id, n)
);

-- How many numbers a user has asked about on a day: whether a number is known
-- elsewhere is told, so how often it may be asked is bounded.
CREATE TABLE handover_asked (
    user_id BIGINT  NOT NULL,
    day     INTEGER NOT NULL,
    typed   INTEGER NOT NULL DEFAULT 0,
    listed  INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (user_id, day)
);

-- A reconciliation: our figure of a place and month against somebody else's
-- number, list, or both.
CREATE TABLE reconcile (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    region     BIGINT  NOT NULL,
    month      INTEGER NOT NULL,
    figure     TEXT    NOT NULL,
    known      BOOLEAN NOT NULL DEFAULT FALSE,
    title      TEXT    NOT NULL DEFAULT '',
    stated     BIGINT  NOT NULL DEFAULT -1,
    file_name  TEXT    NOT NULL DEFAULT '',
    file_hash  BLOB,
    columns    TEXT    NOT NULL DEFAULT '',
    rows_total BIGINT  NOT NULL DEFAULT 0,
    rows_done  BIGINT  NOT NULL DEFAULT 0,
    state      TEXT    NOT NULL,
    pass       INTEGER NOT NULL DEFAULT 0,
    message    TEXT    NOT NULL DEFAULT '',
    created_by BIGINT  NOT NULL,
    created_at BIGINT  NOT NULL,
    run_at     BIGINT  NOT NULL DEFAULT 0,
    expires_on INTEGER NOT NULL,
    purged_at  BIGINT  NOT NULL DEFAULT 0
);
CREATE INDEX reconcile_region ON reconcile (region, id);

-- The other side's rows, sealed, 2,000 a chunk; gone when the list expires.
CREATE TABLE reconcile_chunk (
    reconcile_id BIGINT  NOT NULL,
    n            INTEGER NOT NULL,
    rows         INTEGER NOT NULL,
    list_cipher  BLOB   NOT NULL,
    PRIMARY KEY (reconcile_id, n)
);

-- What a pass found, a row per person or line that is not simply in both.
-- line is the place in the list (-1: not in it), person_id 0 outside the area.
CREATE TABLE reconcile_row (
    reconcile_id BIGINT  NOT NULL,
    pass         INTEGER NOT NULL,
    n            BIGINT  NOT NULL,
    class        TEXT    NOT NULL,
    why          TEXT    NOT NULL DEFAULT '',
    fields       TEXT    NOT NULL DEFAULT '',
    village      BIGINT  NOT NULL DEFAULT 0,
    person_id    BIGINT  NOT NULL DEFAULT 0,
    line         BIGINT  NOT NULL DEFAULT -1,
    PRIMARY KEY (reconcile_id, pass, n)
);
CREATE INDEX reconcile_row_class ON reconcile_row (reconcile_id, pass, class, why, n);

-- The counts of every pass stay, so that progress shows; they name nobody.
CREATE TABLE reconcile_pass (
    reconcile_id BIGINT  NOT NULL,
    pass         INTEGER NOT NULL,
    at           BIGINT  NOT NULL,
    ours         BIGINT  NOT NULL,
    theirs       BIGINT  NOT NULL,
    counts       TEXT    NOT NULL,
    PRIMARY KEY (reconcile_id, pass)
);

-- +goose Down
DROP TABLE reconcile_pass;
DROP TABLE reconcile_row;
DROP TABLE reconcile_chunk;
DROP TABLE reconcile;
DROP TABLE handover_asked;
DROP TABLE handover_event;
DROP TABLE handover;
