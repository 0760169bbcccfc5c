//! What has been spent of budgets, by all servers together.

pub const STEP: super::Step = super::Step {
    name: "m20260601_000019_budgets",
    up: r"
-- Not written to the log of the database: after a crash everybody begins anew, which costs nobody anything.
CREATE UNLOGGED TABLE IF NOT EXISTS budgets (
    -- A keyed hash of the budget and of whose it is: it names nobody.
    key     bytea PRIMARY KEY,
    spent   bigint NOT NULL,
    -- Until when it counts. The next to spend begins anew.
    ends_at timestamptz NOT NULL
) WITH (fillfactor = 50);
CREATE INDEX IF NOT EXISTS budgets_ended ON budgets (ends_at);
",
    down: r"
DROP TABLE IF EXISTS budgets;
",
};
