//! Which posts have which hashtag, in the order of their pages.

/// How tags follow their post. Step 15 says it again to databases that took this step when it said it otherwise.
macro_rules! tagging {
    () => {
        r"
-- No longer ones than the server writes: an adopted text may be too long for an index.
CREATE OR REPLACE FUNCTION posts_tagged() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        DELETE FROM post_tags WHERE post_id = NEW.id;
    END IF;
    INSERT INTO post_tags (tag, created_at, post_id)
        SELECT DISTINCT lower(tag), NEW.created_at, NEW.id FROM unnest(NEW.tags) AS tag
        WHERE tag <> '' AND length(tag) <= 100
        ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
"
    };
}
pub(super) use tagging;

pub const STEP: super::Step = super::Step {
    name: "m20260301_000010_hashtags",
    up: concat!(
        r"
-- `posts.tags` says it too; an index on arrays finds the posts of a tag, and not in their order.
CREATE TABLE IF NOT EXISTS post_tags (
    tag        text NOT NULL,
    created_at timestamptz NOT NULL,
    post_id    uuid NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
    PRIMARY KEY (tag, created_at, post_id)
);
CREATE INDEX IF NOT EXISTS post_tags_post ON post_tags (post_id);
",
        tagging!(),
        r"
CREATE OR REPLACE TRIGGER posts_tagged_new AFTER INSERT ON posts FOR EACH ROW
    WHEN (NEW.tags <> '{}') EXECUTE FUNCTION posts_tagged();
CREATE OR REPLACE TRIGGER posts_tagged_anew AFTER UPDATE OF tags, created_at ON posts FOR EACH ROW
    WHEN ((OLD.tags, OLD.created_at) IS DISTINCT FROM (NEW.tags, NEW.created_at)) EXECUTE FUNCTION posts_tagged();
-- Also where references are not checked, as when a large network is seeded.
ALTER TABLE posts ENABLE ALWAYS TRIGGER posts_tagged_new, ENABLE ALWAYS TRIGGER posts_tagged_anew;

INSERT INTO post_tags (tag, created_at, post_id)
    SELECT DISTINCT lower(tag), posts.created_at, posts.id FROM posts, unnest(posts.tags) AS tag
    WHERE tag <> '' AND length(tag) <= 100
    ON CONFLICT DO NOTHING;
"
    ),
    down: r"
DROP TRIGGER IF EXISTS posts_tagged_new ON posts;
DROP TRIGGER IF EXISTS posts_tagged_anew ON posts;
DROP FUNCTION IF EXISTS posts_tagged();
DROP TABLE IF EXISTS post_tags;
",
};
