//! What search walks: names from their beginning and by likeness, the words of posts, and hashtags in their order.

pub const STEP: super::Step = super::Step {
    name: "m20260301_000013_search",
    up: r#"
CREATE EXTENSION IF NOT EXISTS pg_trgm;

-- Names as store::scope writes them, word for word. In the order of their bytes: in that of a language, what begins with
-- the same letters need not stand together. Cut, since an adopted name may be longer than an index can hold.
CREATE INDEX IF NOT EXISTS profiles_handle_beginning ON profiles ((lower(left(handle, 100)) COLLATE "C"), id);
CREATE INDEX IF NOT EXISTS profiles_name_beginning ON profiles ((lower(left(display_name, 100)) COLLATE "C"), id);
-- Without a list of what is new: it would have to be read through by each search, for the sake of writes that are rare.
CREATE INDEX IF NOT EXISTS profiles_alike ON profiles
    USING gin ((left(handle, 100) || ' ' || COALESCE(left(display_name, 100), '')) gin_trgm_ops)
    WITH (fastupdate = off);

-- The words of posts and replies as store::search writes them. `simple`, since posts are in every language. An adopted
-- text may have more words than one value can hold. What stands around a slash or a full stop are words as well, where
-- PostgreSQL would see a path or a host.
CREATE INDEX IF NOT EXISTS posts_words ON posts
    USING gin (to_tsvector('simple', translate(left(body, 10000), '/.', '  ')))
    WITH (fastupdate = off)
    WHERE deleted_at IS NULL AND status = 'active' AND is_beacon IS NOT TRUE;
CREATE INDEX IF NOT EXISTS posts_newest ON posts (created_at DESC, id DESC)
    WHERE deleted_at IS NULL AND status = 'active' AND is_beacon IS NOT TRUE;

ALTER TABLE post_tags ALTER COLUMN tag TYPE text COLLATE "C";
"#,
    down: r#"
ALTER TABLE post_tags ALTER COLUMN tag TYPE text COLLATE "default";
DROP INDEX IF EXISTS posts_newest, posts_words, profiles_alike, profiles_name_beginning, profiles_handle_beginning;
"#,
};
