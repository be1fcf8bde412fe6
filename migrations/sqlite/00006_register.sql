-- +goose Up
-- One table for every register (alliance, brand, base, cooperative, workshop,
-- relief project, public post, training, event, help project): what a kind adds
-- stands in extra as JSON text by field key; internal/register declares it.
CREATE TABLE register (
    id           BIGINT  PRIMARY KEY,
    kind         TEXT    NOT NULL,
    region       BIGINT  NOT NULL,
    level        INTEGER NOT NULL DEFAULT 0,
    name         TEXT    NOT NULL,
    name_key     TEXT    NOT NULL,
    uscc         TEXT    NOT NULL DEFAULT '',
    doc_no       TEXT    NOT NULL DEFAULT '',
    started_on   INTEGER NOT NULL DEFAULT 0,
    ended_on     INTEGER NOT NULL DEFAULT 99991231,
    end_reason   TEXT    NOT NULL DEFAULT '',
    state        INTEGER NOT NULL DEFAULT 1,
    contact      TEXT    NOT NULL DEFAULT '',
    phone_cipher BLOB,
    phone_mask   TEXT    NOT NULL DEFAULT '',
    people       BIGINT  NOT NULL DEFAULT -1,
    poor         BIGINT  NOT NULL DEFAULT -1,
    marks        INTEGER NOT NULL DEFAULT 0,
    extra        TEXT    NOT NULL DEFAULT '{}',
    batch_id     BIGINT  NOT NULL DEFAULT 0,
    created_by   BIGINT  NOT NULL DEFAULT 0,
    created_at   BIGINT  NOT NULL,
    updated_at   BIGINT  NOT NULL,
    version      INTEGER NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX register_once ON register (kind, region, name_key, started_on);
CREATE INDEX register_name ON register (kind, name_key);
CREATE INDEX register_batch ON register (batch_id);

-- The states of a register in time; a life cycle adds states, not columns.
CREATE TABLE register_state (
    register_id BIGINT  NOT NULL,
    since       INTEGER NOT NULL,
    recorded_at BIGINT  NOT NULL,
    state       INTEGER NOT NULL,
    reason      TEXT    NOT NULL DEFAULT '',
    recorded_by BIGINT  NOT NULL DEFAULT 0,
    batch_id    BIGINT  NOT NULL DEFAULT 0,
    PRIMARY KEY (register_id, since, recorded_at)
);

-- People in a register who are not in the ledger. id_index is null where no
-- document number is known: such people cannot be told apart.
CREATE TABLE outsider (
    id         BIGINT PRIMARY KEY,
    name       TEXT   NOT NULL,
    id_cipher  BLOB,
    id_index   BLOB,
    id_mask    TEXT   NOT NULL DEFAULT '',
    batch_id   BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX outsider_id_index ON outsider (id_index);
CREATE INDEX outsider_batch ON outsider (batch_id);

-- A member is a person of the ledger, an outsider, or (both ids 0) a headcount
-- marked 无名单 in people and poor_people.
CREATE TABLE register_member (
    register_id BIGINT  NOT NULL,
    id          BIGINT  NOT NULL,
    person_id   BIGINT  NOT NULL DEFAULT 0,
    outsider_id BIGINT  NOT NULL DEFAULT 0,
    claimed     INTEGER NOT NULL DEFAULT 0,
    role        TEXT    NOT NULL DEFAULT '',
    started_on  INTEGER NOT NULL DEFAULT 0,
    ended_on    INTEGER NOT NULL DEFAULT 99991231,
    end_reason  TEXT    NOT NULL DEFAULT '',
    people      BIGINT  NOT NULL DEFAULT 0,
    poor_people BIGINT  NOT NULL DEFAULT 0,
    extra       TEXT    NOT NULL DEFAULT '{}',
    batch_id    BIGINT  NOT NULL DEFAULT 0,
    created_by  BIGINT  NOT NULL DEFAULT 0,
    created_at  BIGINT  NOT NULL,
    updated_at  BIGINT  NOT NULL,
    PRIMARY KEY (register_id, id)
);
CREATE UNIQUE INDEX register_member_once ON register_member (register_id, person_id, outsider_id, started_on);
CREATE INDEX register_member_person ON register_member (person_id, register_id);
CREATE INDEX register_member_outsider ON register_member (outsider_id, register_id);
CREATE INDEX register_member_batch ON register_member (batch_id);

CREATE TABLE register_change (
    register_id BIGINT NOT NULL,
    id          BIGINT NOT NULL,
    member_id   BIGINT NOT NULL DEFAULT 0,
    at          BIGINT NOT NULL,
    field       TEXT   NOT NULL,
    old_value   TEXT   NOT NULL DEFAULT '',
    new_value   TEXT   NOT NULL DEFAULT '',
    old_cipher  BLOB,
    reason      TEXT   NOT NULL DEFAULT '',
    by_user     BIGINT NOT NULL DEFAULT 0,
    batch_id    BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (register_id, id)
);
CREATE INDEX register_change_batch ON register_change (batch_id);

-- +goose Down
DROP TABLE register_change;
DROP TABLE register_member;
DROP TABLE outsider;
DROP TABLE register_state;
DROP TABLE register;
