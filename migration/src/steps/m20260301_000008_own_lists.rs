//! The lists of blocked profiles and of the circle, in their order; and a circle that holds followers only.

pub const STEP: super::Step = super::Step {
    name: "m20260301_000008_own_lists",
    up: r"
CREATE INDEX IF NOT EXISTS blocks_of ON blocks (blocker_id, created_at DESC, blocked_id DESC);
CREATE INDEX IF NOT EXISTS circle_members_of ON circle_members (owner_id, created_at DESC, member_id DESC);

-- Whoever ceases to follow, in whatever way, leaves the circle.
CREATE OR REPLACE FUNCTION circle_follows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM circle_members WHERE owner_id = OLD.following_id AND member_id = OLD.follower_id;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER follows_left AFTER DELETE ON follows FOR EACH ROW EXECUTE FUNCTION circle_follows();
CREATE OR REPLACE TRIGGER follows_revoked AFTER UPDATE OF status ON follows FOR EACH ROW
    WHEN (NEW.status IS DISTINCT FROM 'accepted') EXECUTE FUNCTION circle_follows();
DELETE FROM circle_members WHERE NOT EXISTS
    (SELECT 1 FROM follows WHERE follower_id = member_id AND following_id = owner_id AND status = 'accepted');
",
    down: r"
DROP TRIGGER IF EXISTS follows_left ON follows;
DROP TRIGGER IF EXISTS follows_revoked ON follows;
DROP FUNCTION IF EXISTS circle_follows();
DROP INDEX IF EXISTS blocks_of, circle_members_of;
",
};
