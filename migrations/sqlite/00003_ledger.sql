-- +goose Up
-- Rows written by an import that is not finished carry its batch_id; every
-- reader leaves out batches listed here, so an import is invisible until its
-- last step removes one row.
CREATE TABLE hidden_batch (
    batch_id BIGINT PRIMARY KEY
);

CREATE TABLE household (
    id           BIGINT PRIMARY KEY,
    village      BIGINT  NOT NULL,
    code         TEXT    NOT NULL DEFAULT '',
    address      TEXT    NOT NULL DEFAULT '',
    settlement   BIGINT  NOT NULL DEFAULT 0,
    phone_cipher BLOB,
    phone_index  BLOB,
    phone_mask   TEXT    NOT NULL DEFAULT '',
    batch_id     BIGINT  NOT NULL DEFAULT 0,
    created_at   BIGINT  NOT NULL,
    updated_at   BIGINT  NOT NULL
);
CREATE INDEX household_village ON household (village, id);
CREATE INDEX household_code ON household (code);

CREATE TABLE person (
    id               BIGINT  PRIMARY KEY,
    household_id     BIGINT  NOT NULL,
    village          BIGINT  NOT NULL,
    code             TEXT    NOT NULL DEFAULT '',
    name             TEXT    NOT NULL,
    initials         TEXT    NOT NULL DEFAULT '',
    sex              INTEGER NOT NULL DEFAULT 0,
    birth            INTEGER NOT NULL DEFAULT 0,
    ethnic           INTEGER NOT NULL DEFAULT 0,
    id_kind          INTEGER NOT NULL DEFAULT 1,
    id_cipher        BLOB   NOT NULL,
    id_index         BLOB   NOT NULL,
    id_mask          TEXT    NOT NULL,
    phone_cipher     BLOB,
    phone_index      BLOB,
    phone_mask       TEXT    NOT NULL DEFAULT '',
    relation         INTEGER NOT NULL DEFAULT 0,
    education        INTEGER NOT NULL DEFAULT 0,
    student          INTEGER NOT NULL DEFAULT 0,
    health           INTEGER NOT NULL DEFAULT 0,
    skill            INTEGER NOT NULL DEFAULT 0,
    willing          INTEGER NOT NULL DEFAULT 0,
    willing_on       INTEGER NOT NULL DEFAULT 0,
    political        INTEGER NOT NULL DEFAULT 0,
    allowance        INTEGER NOT NULL DEFAULT 0,
    ward             INTEGER NOT NULL DEFAULT 0,
    disability_kind  INTEGER NOT NULL DEFAULT 0,
    disability_grade INTEGER NOT NULL DEFAULT 0,
    settlement       BIGINT  NOT NULL DEFAULT 0,
    status           INTEGER NOT NULL DEFAULT 0,
    status_on        INTEGER NOT NULL DEFAULT 0,
    status_source    TEXT    NOT NULL DEFAULT '',
    in_on            INTEGER NOT NULL DEFAULT 0,
    out_on           INTEGER NOT NULL DEFAULT 0,
    out_reason       INTEGER NOT NULL DEFAULT 0,
    merged_into      BIGINT  NOT NULL DEFAULT 0,
    note             TEXT    NOT NULL DEFAULT '',
    batch_id         BIGINT  NOT NULL DEFAULT 0,
    created_at       BIGINT  NOT NULL,
    updated_at       BIGINT  NOT NULL,
    version          INTEGER NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX person_id_index ON person (id_index);
-- The tail of the two list indexes answers exact totals without the rows.
CREATE INDEX person_village ON person (village, id, out_on, merged_into, batch_id);
CREATE INDEX person_household ON person (household_id);
CREATE INDEX person_name ON person (name, id, village, out_on, merged_into, batch_id);
CREATE INDEX person_initials ON person (initials, id);
CREATE INDEX person_phone ON person (phone_index);
CREATE INDEX person_batch ON person (batch_id);

-- Old blind indexes of corrected ids: a hint to decide, never a match.
CREATE TABLE former_id (
    person_id  BIGINT NOT NULL,
    id_index   BLOB  NOT NULL,
    changed_at BIGINT NOT NULL,
    reason     TEXT   NOT NULL DEFAULT '',
    PRIMARY KEY (person_id, id_index)
);
CREATE INDEX former_id_index ON former_id (id_index);

CREATE TABLE residence (
    person_id BIGINT  NOT NULL,
    since     INTEGER NOT NULL,
    until     INTEGER NOT NULL DEFAULT 999912,
    village   BIGINT  NOT NULL,
    batch_id  BIGINT  NOT NULL DEFAULT 0,
    PRIMARY KEY (person_id, since)
) WITHOUT ROWID;

CREATE TABLE person_kind (
    person_id       BIGINT  NOT NULL,
    kind            INTEGER NOT NULL,
    since           INTEGER NOT NULL,
    until           INTEGER NOT NULL DEFAULT 99991231,
    risk_removed_on INTEGER NOT NULL DEFAULT 0,
    risk            INTEGER NOT NULL DEFAULT 0,
    source          TEXT    NOT NULL DEFAULT '',
    batch_id        BIGINT  NOT NULL DEFAULT 0,
    PRIMARY KEY (person_id, kind, since)
) WITHOUT ROWID;

CREATE TABLE status_history (
    person_id   BIGINT  NOT NULL,
    since       INTEGER NOT NULL,
    status      INTEGER NOT NULL,
    source      TEXT    NOT NULL DEFAULT '',
    recorded_at BIGINT  NOT NULL,
    recorded_by BIGINT  NOT NULL DEFAULT 0,
    batch_id    BIGINT  NOT NULL DEFAULT 0,
    PRIMARY KEY (person_id, since, recorded_at)
);

-- The four needs of A026: whether and where to go out, wanted work, wanted
-- service, wanted training.
CREATE TABLE need (
    person_id       BIGINT  PRIMARY KEY,
    plan_out        INTEGER NOT NULL DEFAULT 0,
    plan_place      BIGINT  NOT NULL DEFAULT 0,
    wanted_job      TEXT    NOT NULL DEFAULT '',
    wanted_wage_fen BIGINT  NOT NULL DEFAULT -1,
    service         TEXT    NOT NULL DEFAULT '',
    training        TEXT    NOT NULL DEFAULT '',
    surveyed_on     INTEGER NOT NULL DEFAULT 0,
    source          TEXT    NOT NULL DEFAULT '',
    batch_id        BIGINT  NOT NULL DEFAULT 0,
    updated_at      BIGINT  NOT NULL
);

CREATE TABLE spell (
    person_id   BIGINT  NOT NULL,
    id          BIGINT  NOT NULL,
    start_month INTEGER NOT NULL,
    end_month   INTEGER NOT NULL DEFAULT 999912,
    end_reason  TEXT    NOT NULL DEFAULT '',
    source      TEXT    NOT NULL DEFAULT '',
    batch_id    BIGINT  NOT NULL DEFAULT 0,
    created_at  BIGINT  NOT NULL,
    updated_at  BIGINT  NOT NULL,
    PRIMARY KEY (person_id, id)
) WITHOUT ROWID;
CREATE INDEX spell_batch ON spell (batch_id);

-- Terms of a spell hold from from_month until the next term of the spell.
CREATE TABLE spell_term (
    person_id      BIGINT  NOT NULL,
    spell_id       BIGINT  NOT NULL,
    from_month     INTEGER NOT NULL,
    wage_fen       BIGINT  NOT NULL DEFAULT -1,
    employer       TEXT    NOT NULL DEFAULT '',
    place          BIGINT  NOT NULL DEFAULT 0,
    place_class    INTEGER NOT NULL DEFAULT 0,
    channel        INTEGER NOT NULL DEFAULT 0,
    industry       INTEGER NOT NULL DEFAULT 0,
    point_to_point INTEGER NOT NULL DEFAULT 0,
    transport_fen  BIGINT  NOT NULL DEFAULT -1,
    batch_id       BIGINT  NOT NULL DEFAULT 0,
    PRIMARY KEY (person_id, spell_id, from_month)
) WITHOUT ROWID;
CREATE INDEX spell_term_place ON spell_term (place, person_id);

-- A source saw the spell running in the month (a monthly file, a visit, a
-- workplace roster).
CREATE TABLE spell_seen (
    person_id BIGINT  NOT NULL,
    spell_id  BIGINT  NOT NULL,
    month     INTEGER NOT NULL,
    strength  INTEGER NOT NULL DEFAULT 1,
    batch_id  BIGINT  NOT NULL DEFAULT 0,
    PRIMARY KEY (person_id, spell_id, month)
) WITHOUT ROWID;

-- History per field. Values of encrypted fields stand here masked, with the
-- ciphers beside them; the creation of a person is one row with its origin.
CREATE TABLE field_change (
    person_id  BIGINT  NOT NULL,
    id         BIGINT  NOT NULL,
    at         BIGINT  NOT NULL,
    entity     TEXT    NOT NULL,
    entity_id  BIGINT  NOT NULL DEFAULT 0,
    field      TEXT    NOT NULL,
    old_value  TEXT    NOT NULL DEFAULT '',
    new_value  TEXT    NOT NULL DEFAULT '',
    old_cipher BLOB,
    new_cipher BLOB,
    by_user    BIGINT  NOT NULL DEFAULT 0,
    batch_id   BIGINT  NOT NULL DEFAULT 0,
    file_row   INTEGER NOT NULL DEFAULT 0,
    reason     TEXT    NOT NULL DEFAULT '',
    PRIMARY KEY (person_id, id)
) WITHOUT ROWID;
CREATE INDEX field_change_batch ON field_change (batch_id, id);

-- What a check said of a record that is in the ledger.
CREATE TABLE finding (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    person_id  BIGINT  NOT NULL,
    village    BIGINT  NOT NULL,
    rule       TEXT    NOT NULL,
    severity   INTEGER NOT NULL,
    field      TEXT    NOT NULL DEFAULT '',
    detail     TEXT    NOT NULL DEFAULT '',
    month      INTEGER NOT NULL DEFAULT 0,
    state      INTEGER NOT NULL DEFAULT 0,
    opened_at  BIGINT  NOT NULL,
    closed_at  BIGINT  NOT NULL DEFAULT 0,
    closed_by  BIGINT  NOT NULL DEFAULT 0,
    reason     TEXT    NOT NULL DEFAULT '',
    except_until INTEGER NOT NULL DEFAULT 0,
    closed_batch BIGINT  NOT NULL DEFAULT 0,
    batch_id   BIGINT  NOT NULL DEFAULT 0,
    UNIQUE (person_id, rule, field)
);
CREATE INDEX finding_village ON finding (village, state, rule);

-- What a reader of the columnar cache must apply before it answers: a person
-- (or, with person 0, everything of the county) changed in a range of months.
CREATE TABLE change_log (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    county     BIGINT  NOT NULL,
    person_id  BIGINT  NOT NULL DEFAULT 0,
    month_from INTEGER NOT NULL,
    month_to   INTEGER NOT NULL,
    at         BIGINT  NOT NULL
);

-- +goose Down
DROP TABLE change_log;
DROP TABLE finding;
DROP TABLE field_change;
DROP TABLE spell_seen;
DROP TABLE spell_term;
DROP TABLE spell;
DROP TABLE need;
DROP TABLE status_history;
DROP TABLE person_kind;
DROP TABLE residence;
DROP TABLE former_id;
DROP TABLE person;
DROP TABLE household;
DROP TABLE hidden_batch;
