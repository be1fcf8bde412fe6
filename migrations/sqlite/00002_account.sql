-- +goose Up
-- Data keys, each wrapped by the master key, which never enters the database.
-- Retired versions stay: they open what was written before a rotation and
-- verify old audit rows.
CREATE TABLE key_ring (
    purpose    TEXT    NOT NULL,
    version    INTEGER NOT NULL,
    suite      INTEGER NOT NULL,
    master     TEXT    NOT NULL,
    wrapped    BLOB   NOT NULL,
    active     BOOLEAN NOT NULL,
    created_at BIGINT  NOT NULL,
    PRIMARY KEY (purpose, version)
);

-- How far the re-encryption of a column to a key version has come.
CREATE TABLE key_rotation (
    table_name  TEXT    NOT NULL,
    column_name TEXT    NOT NULL,
    to_version  INTEGER NOT NULL,
    position    TEXT    NOT NULL DEFAULT '',
    rows_done   BIGINT  NOT NULL DEFAULT 0,
    done        BOOLEAN NOT NULL DEFAULT FALSE,
    updated_at  BIGINT  NOT NULL,
    PRIMARY KEY (table_name, column_name, to_version)
);

-- Ids are never reused and a removed account keeps its row: old audit rows
-- go on naming the person who acted (GB/T 22239 身份鉴别 a).
CREATE TABLE app_user (
    id               INTEGER PRIMARY KEY AUTOINCREMENT,
    login            TEXT    NOT NULL,
    name             TEXT    NOT NULL,
    region           BIGINT  NOT NULL,
    identity_index   BLOB,
    identity_mask    TEXT    NOT NULL DEFAULT '',
    password_hash    TEXT    NOT NULL,
    password_initial BOOLEAN NOT NULL,
    password_until   BIGINT  NOT NULL DEFAULT 0,
    password_at      BIGINT  NOT NULL,
    disabled_at      BIGINT  NOT NULL DEFAULT 0,
    disabled_reason  TEXT    NOT NULL DEFAULT '',
    removed_at       BIGINT  NOT NULL DEFAULT 0,
    signed_in_at     BIGINT  NOT NULL DEFAULT 0,
    created_by       BIGINT  NOT NULL DEFAULT 0,
    created_at       BIGINT  NOT NULL,
    version          INTEGER NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX app_user_login ON app_user (login) WHERE removed_at = 0;
CREATE INDEX app_user_region ON app_user (region, id);

CREATE TABLE password_past (
    user_id       BIGINT NOT NULL,
    changed_at    BIGINT NOT NULL,
    password_hash TEXT   NOT NULL,
    PRIMARY KEY (user_id, changed_at)
);

-- One account holds one administrator role at most (the primary key), one
-- natural person too (the unique index over the keyed identity), and a grant
-- of such a role needs its row here (the foreign key of user_grant).
CREATE TABLE admin_holder (
    user_id        BIGINT NOT NULL PRIMARY KEY,
    role           TEXT   NOT NULL CHECK (role IN ('system', 'security', 'auditor')),
    identity_index BLOB,
    held_since     BIGINT NOT NULL,
    UNIQUE (user_id, role),
    FOREIGN KEY (user_id) REFERENCES app_user (id)
);
CREATE UNIQUE INDEX admin_holder_identity ON admin_holder (identity_index);

CREATE TABLE user_grant (
    user_id    BIGINT NOT NULL,
    role       TEXT   NOT NULL,
    dept       TEXT   NOT NULL DEFAULT '',
    region     BIGINT NOT NULL,
    admin_role TEXT,
    granted_by BIGINT NOT NULL,
    granted_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, role, dept, region),
    FOREIGN KEY (user_id) REFERENCES app_user (id),
    FOREIGN KEY (user_id, admin_role) REFERENCES admin_holder (user_id, role),
    CHECK ((role IN ('system', 'security', 'auditor')) = (admin_role IS NOT NULL)),
    CHECK (admin_role IS NULL OR admin_role = role)
);

CREATE TABLE user_session (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    token_hash BLOB  NOT NULL,
    user_id    BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at    BIGINT NOT NULL,
    until      BIGINT NOT NULL,
    address    TEXT   NOT NULL,
    agent      TEXT   NOT NULL DEFAULT '',
    ended_at   BIGINT NOT NULL DEFAULT 0,
    ended_why  TEXT   NOT NULL DEFAULT '',
    FOREIGN KEY (user_id) REFERENCES app_user (id)
);
CREATE UNIQUE INDEX user_session_token ON user_session (token_hash);
CREATE INDEX user_session_user ON user_session (user_id, id);

-- Failed sign-ins by what they are counted for: a pair of account and
-- address, an account, an address. Keys are keyed hashes: people type
-- passwords into the login field.
CREATE TABLE sign_in_failure (
    kind     TEXT    NOT NULL,
    subject  BLOB   NOT NULL,
    failures INTEGER NOT NULL,
    first_at BIGINT  NOT NULL,
    last_at  BIGINT  NOT NULL,
    PRIMARY KEY (kind, subject)
);
CREATE INDEX sign_in_failure_last ON sign_in_failure (last_at);

-- Addresses from which an account signed in before: strangers who use up an
-- office's address or account do not lock these out.
CREATE TABLE known_address (
    user_id BIGINT NOT NULL,
    address BLOB  NOT NULL,
    seen_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, address)
);

-- Insert-only for the program. nonce makes a copied row visible.
CREATE TABLE audit_row (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    nonce       BLOB  NOT NULL,
    at          BIGINT NOT NULL,
    user_id     BIGINT NOT NULL,
    login       TEXT   NOT NULL,
    address     TEXT   NOT NULL,
    session     TEXT   NOT NULL,
    request_id  TEXT   NOT NULL,
    action      TEXT   NOT NULL,
    object      TEXT   NOT NULL,
    object_id   TEXT   NOT NULL,
    region      BIGINT NOT NULL,
    outcome     TEXT   NOT NULL,
    detail      TEXT   NOT NULL,
    key_version INTEGER NOT NULL,
    mac         BLOB  NOT NULL
);
CREATE UNIQUE INDEX audit_row_nonce ON audit_row (nonce);
CREATE INDEX audit_row_user ON audit_row (user_id, action, at);
CREATE INDEX audit_row_action ON audit_row (action, id);
CREATE INDEX audit_row_outcome ON audit_row (outcome, at);
CREATE INDEX audit_row_object ON audit_row (object, object_id, id);

-- The chain: seq is dense, hash covers the hash before it. No foreign key to
-- audit_row: a missing row must be found, not prevented from being told.
CREATE TABLE audit_seal (
    seq         BIGINT  NOT NULL PRIMARY KEY,
    row_id      BIGINT  NOT NULL,
    sealed_at   BIGINT  NOT NULL,
    key_version INTEGER NOT NULL,
    hash        BLOB   NOT NULL
);
CREATE UNIQUE INDEX audit_seal_row ON audit_seal (row_id);

-- Kept for three years at least (个人信息保护法 第五十六条).
CREATE TABLE export_log (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    at          BIGINT  NOT NULL,
    user_id     BIGINT  NOT NULL,
    kind        TEXT    NOT NULL,
    region      BIGINT  NOT NULL,
    row_count   BIGINT  NOT NULL,
    unmasked    BOOLEAN NOT NULL,
    reason      TEXT    NOT NULL DEFAULT '',
    approved_by BIGINT  NOT NULL DEFAULT 0,
    file_hash   BLOB,
    request_id  TEXT    NOT NULL DEFAULT ''
);
CREATE INDEX export_log_user ON export_log (user_id, at);

-- +goose Down
DROP TABLE export_log;
DROP TABLE audit_seal;
DROP TABLE audit_row;
DROP TABLE known_address;
DROP TABLE sign_in_failure;
DROP TABLE user_session;
DROP TABLE user_grant;
DROP TABLE admin_holder;
DROP TABLE password_past;
DROP TABLE app_user;
DROP TABLE key_rotation;
DROP TABLE key_ring;
