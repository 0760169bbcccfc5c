//! Blocks and circles: the two relations besides follows that decide what a viewer may see.

pub const STEP: super::Step = super::Step {
    name: "m20260201_000004_blocks_and_circles",
    up: r"
CREATE TABLE IF NOT EXISTS blocks (
    blocker_id uuid NOT NULL REFERENCES profiles (id) ON DELETE CASCADE,
    blocked_id uuid NOT NULL REFERENCES profiles (id) ON DELETE CASCADE,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (blocker_id, blocked_id),
    CONSTRAINT blocks_not_self CHECK (blocker_id <> blocked_id)
);
CREATE INDEX IF NOT EXISTS blocks_blocked ON blocks (blocked_id, blocker_id);

CREATE TABLE IF NOT EXISTS circle_members (
    owner_id   uuid NOT NULL REFERENCES profiles (id) ON DELETE CASCADE,
    member_id  uuid NOT NULL REFERENCES profiles (id) ON DELETE CASCADE,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (owner_id, member_id),
    CONSTRAINT circle_members_not_self CHECK (owner_id <> member_id)
);
CREATE INDEX IF NOT EXISTS circle_members_member ON circle_members (member_id, owner_id);
",
    down: r"
DROP TABLE IF EXISTS circle_members;
DROP TABLE IF EXISTS blocks;
",
};
