-- +goose Up
-- The person-months of a closed county-month once more, packed by column: what
-- readers of whole months load (ADR 27). Written with the close, gone with the
-- reopening. columns names the columns that are packed; a block of other ones,
-- of another version of the month or of another number of people is not read.
CREATE TABLE month_block (
    county  BIGINT  NOT NULL,
    month   INTEGER NOT NULL,
    version INTEGER NOT NULL,
    columns BIGINT  NOT NULL,
    people  BIGINT  NOT NULL,
    data    BLOB    NOT NULL,
    PRIMARY KEY (county, month)
);

-- +goose Down
DROP TABLE month_block;
