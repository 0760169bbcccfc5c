//! Requests that may come again: what the first one made, so that a repeated one makes nothing more.

pub const STEP: super::Step = super::Step {
    name: "m20260601_000018_idempotency",
    up: r"
-- Nothing in a row can be read without the key that the client gave to its request, and that is not kept: neither who
-- asked, nor what, nor which post or beacon came of it. So a row may be written in the transaction that makes an anonymous
-- beacon.
CREATE TABLE IF NOT EXISTS idempotency_keys (
    -- A keyed hash of the client's key, of who asked, and of the place in the answer.
    key        bytea PRIMARY KEY,
    -- A keyed hash of what was asked.
    request    bytea NOT NULL,
    -- What came of it, encrypted.
    result     bytea NOT NULL,
    -- Rounded up to the hour.
    kept_until timestamptz NOT NULL
);
CREATE INDEX IF NOT EXISTS idempotency_keys_old ON idempotency_keys (kept_until);
",
    down: r"
DROP TABLE IF EXISTS idempotency_keys;
",
};
