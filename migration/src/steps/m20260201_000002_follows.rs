//! Follows: the social graph. Only `status = 'accepted'` opens anything.

pub const STEP: super::Step = super::Step {
    name: "m20260201_000002_follows",
    up: r"
CREATE TABLE IF NOT EXISTS follows (
    follower_id  uuid NOT NULL REFERENCES profiles (id) ON DELETE CASCADE,
    following_id uuid NOT NULL REFERENCES profiles (id) ON DELETE CASCADE,
    status       text NOT NULL DEFAULT 'pending',
    created_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (follower_id, following_id)
);

ALTER TABLE follows
    ADD COLUMN IF NOT EXISTS status     text,
    ADD COLUMN IF NOT EXISTS created_at timestamptz DEFAULT now(),
    -- Who writes without a status has not been accepted.
    ALTER COLUMN status SET DEFAULT 'pending';

UPDATE follows SET created_at = 'epoch' WHERE created_at IS NULL OR NOT isfinite(created_at);
ALTER TABLE follows ALTER COLUMN created_at SET NOT NULL;

-- NOT VALID: an adopted row of another status stays as it is (it opens nothing), a new one cannot be written.
ALTER TABLE follows DROP CONSTRAINT IF EXISTS follows_status_check, DROP CONSTRAINT IF EXISTS follows_not_self;
ALTER TABLE follows
    ADD CONSTRAINT follows_status_check CHECK (status IS NOT NULL AND status IN ('accepted', 'pending')) NOT VALID,
    ADD CONSTRAINT follows_not_self CHECK (follower_id <> following_id) NOT VALID;

-- Followees of a person (home feed, following list) and followers of a person (follower list, requests), newest first.
CREATE UNIQUE INDEX IF NOT EXISTS follows_pair ON follows (follower_id, following_id);
CREATE INDEX IF NOT EXISTS follows_following ON follows (follower_id, status, created_at DESC, following_id DESC);
CREATE INDEX IF NOT EXISTS follows_followers ON follows (following_id, status, created_at DESC, follower_id DESC);
",
    down: r"
DROP INDEX IF EXISTS follows_followers;
DROP INDEX IF EXISTS follows_following;
DROP INDEX IF EXISTS follows_pair;
ALTER TABLE follows DROP CONSTRAINT IF EXISTS follows_status_check, DROP CONSTRAINT IF EXISTS follows_not_self;
",
};
