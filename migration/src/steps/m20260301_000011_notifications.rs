//! Who was mentioned where, and who is told of what.

pub const STEP: super::Step = super::Step {
    name: "m20260301_000011_notifications",
    up: r"
-- Whom the handles in a text meant when it was written.
CREATE TABLE IF NOT EXISTS post_mentions (
    post_id    uuid NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
    profile_id uuid NOT NULL REFERENCES profiles (id) ON DELETE CASCADE,
    PRIMARY KEY (post_id, profile_id)
);
CREATE INDEX IF NOT EXISTS post_mentions_of ON post_mentions (profile_id);

-- That something happened, and whether it was read. Whether it still stands and may be seen is asked when it is shown:
-- what was taken back stays here, unseen, so that doing it again does not tell it again.
CREATE TABLE IF NOT EXISTS notifications (
    id           uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    recipient_id uuid NOT NULL REFERENCES profiles (id) ON DELETE CASCADE,
    actor_id     uuid NOT NULL REFERENCES profiles (id) ON DELETE CASCADE,
    kind         text NOT NULL CHECK (kind IN
        ('follow', 'follow_request', 'follow_accepted', 'like', 'reaction', 'reply', 'mention')),
    post_id      uuid REFERENCES posts (id) ON DELETE CASCADE,
    created_at   timestamptz NOT NULL,
    read_at      timestamptz,
    CHECK (recipient_id <> actor_id),
    CHECK ((post_id IS NULL) = (kind IN ('follow', 'follow_request', 'follow_accepted'))),
    CONSTRAINT notifications_once UNIQUE NULLS NOT DISTINCT (recipient_id, actor_id, kind, post_id)
);
-- Up to when a person has read all: one row, where marking each would write every index of every row anew.
CREATE TABLE IF NOT EXISTS notifications_read (
    profile_id uuid PRIMARY KEY REFERENCES profiles (id) ON DELETE CASCADE,
    until      timestamptz NOT NULL
);
CREATE INDEX IF NOT EXISTS notifications_of ON notifications (recipient_id, created_at DESC, id DESC);
CREATE INDEX IF NOT EXISTS notifications_unread ON notifications (recipient_id, created_at DESC, id DESC)
    WHERE read_at IS NULL;
CREATE INDEX IF NOT EXISTS notifications_by ON notifications (actor_id);
CREATE INDEX IF NOT EXISTS notifications_post ON notifications (post_id);
-- For what is forgotten for its age.
CREATE INDEX IF NOT EXISTS notifications_age ON notifications (created_at);
",
    down: r"
DROP TABLE IF EXISTS notifications, notifications_read, post_mentions;
",
};
