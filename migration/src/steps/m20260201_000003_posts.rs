//! Posts. Beacons are rows of the same table and get their own columns in a later step.

pub const STEP: super::Step = super::Step {
    name: "m20260201_000003_posts",
    up: r"
CREATE TABLE IF NOT EXISTS posts (
    id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    author_id   uuid REFERENCES profiles (id) ON DELETE CASCADE,
    body        text,
    image_url   text,
    video_url   text,
    duration_ms int,
    visibility  text NOT NULL DEFAULT 'public',
    status      text NOT NULL DEFAULT 'active',
    is_beacon   boolean NOT NULL DEFAULT false,
    beacon_type text,
    location    geography(Point, 4326),
    created_at  timestamptz NOT NULL DEFAULT now(),
    deleted_at  timestamptz
);

ALTER TABLE posts
    ADD COLUMN IF NOT EXISTS author_id     uuid REFERENCES profiles (id) ON DELETE CASCADE,
    ADD COLUMN IF NOT EXISTS body          text,
    ADD COLUMN IF NOT EXISTS image_url     text,
    ADD COLUMN IF NOT EXISTS video_url     text,
    ADD COLUMN IF NOT EXISTS thumbnail_url text,
    ADD COLUMN IF NOT EXISTS duration_ms   int,
    ADD COLUMN IF NOT EXISTS visibility    text DEFAULT 'public',
    ADD COLUMN IF NOT EXISTS status        text DEFAULT 'active',
    ADD COLUMN IF NOT EXISTS is_beacon     boolean DEFAULT false,
    ADD COLUMN IF NOT EXISTS created_at    timestamptz DEFAULT now(),
    ADD COLUMN IF NOT EXISTS deleted_at    timestamptz,
    ADD COLUMN IF NOT EXISTS edited_at     timestamptz,
    ADD COLUMN IF NOT EXISTS expires_at    timestamptz,
    ADD COLUMN IF NOT EXISTS parent_id     uuid REFERENCES posts (id) ON DELETE SET NULL,
    ADD COLUMN IF NOT EXISTS allow_replies boolean NOT NULL DEFAULT true,
    ADD COLUMN IF NOT EXISTS is_pinned     boolean NOT NULL DEFAULT false,
    ADD COLUMN IF NOT EXISTS tags          text[] NOT NULL DEFAULT '{}';

-- Never is NULL, and columns that an adopted table had before us say what ours say when nothing was said.
UPDATE posts SET expires_at = NULL WHERE expires_at = 'infinity';
UPDATE posts SET edited_at = NULL WHERE NOT isfinite(edited_at);
UPDATE posts SET allow_replies = true WHERE allow_replies IS NULL;
UPDATE posts SET is_pinned = false WHERE is_pinned IS NULL;
UPDATE posts SET tags = array_remove(COALESCE(tags, '{}'), NULL) WHERE array_position(COALESCE(tags, '{NULL}'), NULL) > 0;
ALTER TABLE posts ALTER COLUMN allow_replies SET NOT NULL, ALTER COLUMN allow_replies SET DEFAULT true,
    ALTER COLUMN is_pinned SET NOT NULL, ALTER COLUMN is_pinned SET DEFAULT false,
    ALTER COLUMN tags SET NOT NULL, ALTER COLUMN tags SET DEFAULT '{}';
UPDATE posts SET created_at = 'epoch' WHERE created_at IS NULL OR NOT isfinite(created_at);
ALTER TABLE posts ALTER COLUMN created_at SET NOT NULL, ALTER COLUMN id SET DEFAULT gen_random_uuid();

DO $$ BEGIN
    ALTER TABLE posts ADD CONSTRAINT posts_visibility_check
        CHECK (visibility IS NOT NULL AND visibility IN ('public', 'followers', 'circle', 'only_me'));
EXCEPTION
    WHEN duplicate_object THEN NULL;
    WHEN check_violation THEN
        CREATE OR REPLACE TRIGGER posts_visibility_check BEFORE INSERT OR UPDATE OF visibility ON posts FOR EACH ROW
            WHEN (NEW.visibility IS NULL OR NEW.visibility NOT IN ('public', 'followers', 'circle', 'only_me'))
            EXECUTE FUNCTION refuse_value();
END $$;

-- Only a beacon can be anonymous.
DO $$ BEGIN
    ALTER TABLE posts ADD CONSTRAINT posts_author_check CHECK (author_id IS NOT NULL OR is_beacon IS TRUE);
EXCEPTION
    WHEN duplicate_object THEN NULL;
    WHEN check_violation THEN
        CREATE OR REPLACE TRIGGER posts_author_check BEFORE INSERT OR UPDATE OF author_id, is_beacon ON posts
            FOR EACH ROW WHEN (NEW.author_id IS NULL AND NEW.is_beacon IS NOT TRUE) EXECUTE FUNCTION refuse_value();
END $$;

DO $$ BEGIN
    ALTER TABLE posts ADD CONSTRAINT posts_duration_check CHECK (duration_ms >= 0);
EXCEPTION
    WHEN duplicate_object THEN NULL;
    WHEN check_violation THEN
        CREATE OR REPLACE TRIGGER posts_duration_check BEFORE INSERT OR UPDATE OF duration_ms ON posts FOR EACH ROW
            WHEN (NEW.duration_ms < 0) EXECUTE FUNCTION refuse_value();
END $$;

-- What earlier texts a post had, for its author.
CREATE TABLE IF NOT EXISTS post_revisions (
    post_id    uuid NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
    revised_at timestamptz NOT NULL,
    body       text,
    PRIMARY KEY (post_id, revised_at)
);

-- Each feed walks its own index, newest first, and reads no more rows than its page. The conditions repeat those of
-- policy::visibility word for word: that is how PostgreSQL knows that the index may be used.
CREATE INDEX IF NOT EXISTS posts_feed ON posts (created_at DESC, id DESC)
    WHERE deleted_at IS NULL AND status = 'active' AND is_beacon IS NOT TRUE AND parent_id IS NULL;
CREATE INDEX IF NOT EXISTS posts_quips ON posts (created_at DESC, id DESC)
    WHERE deleted_at IS NULL AND status = 'active' AND is_beacon IS NOT TRUE AND parent_id IS NULL
      AND video_url IS NOT NULL;
-- Home feed probes and post counts, by author. The included columns let a count stay in the index.
CREATE INDEX IF NOT EXISTS posts_by_author ON posts (author_id, created_at DESC, id DESC)
    INCLUDE (visibility, expires_at)
    WHERE deleted_at IS NULL AND status = 'active' AND is_beacon IS NOT TRUE AND parent_id IS NULL;
-- A profile's page: pins first, then newest; roots, replies or both.
CREATE INDEX IF NOT EXISTS posts_profile ON posts (author_id, is_pinned DESC, created_at DESC, id DESC)
    WHERE deleted_at IS NULL AND status = 'active' AND is_beacon IS NOT TRUE;
CREATE INDEX IF NOT EXISTS posts_parent ON posts (parent_id, created_at, id) WHERE parent_id IS NOT NULL;
-- Rows of one author whatever their state: foreign key, pins, purge.
CREATE INDEX IF NOT EXISTS posts_author ON posts (author_id);
-- A plan is made once for all authors, and from the mean of a dozen posts PostgreSQL would conclude that sorting all of
-- an author's is as good as an index in order. It is not for those who are read most, who have thousands.
ALTER TABLE posts ALTER COLUMN author_id SET (n_distinct = 200);
",
    down: r"
ALTER TABLE posts ALTER COLUMN author_id RESET (n_distinct);
DROP INDEX IF EXISTS posts_parent, posts_profile, posts_by_author, posts_quips, posts_feed;
DROP TABLE IF EXISTS post_revisions;
DROP TRIGGER IF EXISTS posts_visibility_check ON posts;
DROP TRIGGER IF EXISTS posts_author_check ON posts;
DROP TRIGGER IF EXISTS posts_duration_check ON posts;
ALTER TABLE posts DROP CONSTRAINT IF EXISTS posts_visibility_check, DROP CONSTRAINT IF EXISTS posts_author_check,
    DROP CONSTRAINT IF EXISTS posts_duration_check;
ALTER TABLE posts
    DROP COLUMN IF EXISTS thumbnail_url, DROP COLUMN IF EXISTS edited_at, DROP COLUMN IF EXISTS expires_at,
    DROP COLUMN IF EXISTS parent_id, DROP COLUMN IF EXISTS allow_replies, DROP COLUMN IF EXISTS is_pinned,
    DROP COLUMN IF EXISTS tags;
",
};
