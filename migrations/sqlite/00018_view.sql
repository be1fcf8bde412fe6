-- +goose Up
-- Named questions of the analysis page. spec is the page's own query (rows,
-- columns, conditions, indicator): codes only, no place of the page, no month
-- and no name of anybody. reach says who sees it: the owner (own), the office
-- of place and department (office), or everybody at or below the place (area).
CREATE TABLE slice_view (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    owner_id      BIGINT  NOT NULL,
    owner_name    TEXT    NOT NULL DEFAULT '',
    name          TEXT    NOT NULL,
    reach         TEXT    NOT NULL,
    office_region BIGINT  NOT NULL DEFAULT 0,
    office_dept   TEXT    NOT NULL DEFAULT '',
    spec          TEXT    NOT NULL,
    created_at    BIGINT  NOT NULL,
    updated_at    BIGINT  NOT NULL
);
CREATE INDEX slice_view_owner ON slice_view (owner_id, id);
CREATE INDEX slice_view_office ON slice_view (office_region, reach, id);

-- What a user's analysis page opens with: a number of slice_view or the name
-- of a built-in view.
CREATE TABLE slice_default (
    user_id BIGINT PRIMARY KEY,
    view    TEXT   NOT NULL,
    set_at  BIGINT NOT NULL
);

-- +goose Down
DROP TABLE slice_default;
DROP TABLE slice_view;
