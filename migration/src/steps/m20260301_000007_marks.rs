//! What people leave on posts: likes, reactions, saves, hides; and how many likes and reactions there are.

/// How marks are counted. Step 15 says it again to databases that took this step when it said it otherwise.
macro_rules! counting {
    () => {
        r"
-- Once for each statement, counters in order: two that write many marks cannot wait for each other in a circle. What is
-- deleted with its post finds no counter any more, and needs none.
CREATE OR REPLACE FUNCTION marks_won() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO post_mark_counts AS counter (post_id, mark, count)
        SELECT post_id, COALESCE(to_jsonb(came) ->> 'emoji', '') AS mark, count(*)
        FROM came WHERE counts GROUP BY 1, 2 ORDER BY 1, 2
        ON CONFLICT (post_id, mark) DO UPDATE SET count = counter.count + excluded.count;
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION marks_lost() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM post_mark_counts AS counter
        WHERE (counter.post_id, counter.mark) IN
            (SELECT post_id, COALESCE(to_jsonb(gone) ->> 'emoji', '') FROM gone WHERE counts)
        ORDER BY counter.post_id, counter.mark FOR UPDATE;
    UPDATE post_mark_counts AS counter SET count = counter.count - lost.count
        FROM (SELECT post_id, COALESCE(to_jsonb(gone) ->> 'emoji', '') AS mark, count(*) AS count
              FROM gone WHERE counts GROUP BY 1, 2) AS lost
        WHERE counter.post_id = lost.post_id AND counter.mark = lost.mark;
    -- Each of these is locked by now; who adds to one of them waits, and begins a new one.
    DELETE FROM post_mark_counts AS counter USING gone
        WHERE counter.post_id = gone.post_id AND counter.mark = COALESCE(to_jsonb(gone) ->> 'emoji', '')
          AND gone.counts AND counter.count = 0;
    RETURN NULL;
END $$;
-- Both at once: were all that is lost counted before all that is won, two people who change from one emoji to the other
-- and back would wait for each other. What is lost has a counter, so that none is ever made below zero.
CREATE OR REPLACE FUNCTION marks_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO post_mark_counts AS counter (post_id, mark, count)
        SELECT post_id, mark, sum(change) FROM (
            SELECT post_id, COALESCE(to_jsonb(gone) ->> 'emoji', '') AS mark, -1 AS change FROM gone WHERE counts
            UNION ALL
            SELECT post_id, COALESCE(to_jsonb(came) ->> 'emoji', ''), 1 FROM came WHERE counts) AS changes
        GROUP BY 1, 2 HAVING sum(change) <> 0 ORDER BY 1, 2
        ON CONFLICT (post_id, mark) DO UPDATE SET count = counter.count + excluded.count;
    DELETE FROM post_mark_counts AS counter USING gone
        WHERE counter.post_id = gone.post_id AND counter.mark = COALESCE(to_jsonb(gone) ->> 'emoji', '')
          AND gone.counts AND counter.count = 0;
    RETURN NULL;
END $$;
DO $do$
DECLARE marks text;
BEGIN
    FOREACH marks IN ARRAY ARRAY['post_likes', 'post_reactions'] LOOP
        EXECUTE format('CREATE OR REPLACE TRIGGER %1$s_came AFTER INSERT ON %1$s REFERENCING NEW TABLE AS came
            FOR EACH STATEMENT EXECUTE FUNCTION marks_won()', marks);
        EXECUTE format('CREATE OR REPLACE TRIGGER %1$s_gone AFTER DELETE ON %1$s REFERENCING OLD TABLE AS gone
            FOR EACH STATEMENT EXECUTE FUNCTION marks_lost()', marks);
        EXECUTE format('CREATE OR REPLACE TRIGGER %1$s_changed AFTER UPDATE ON %1$s
            REFERENCING OLD TABLE AS gone NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION marks_changed()', marks);
    END LOOP;
END $do$;
"
    };
}
pub(super) use counting;

pub const STEP: super::Step = super::Step {
    name: "m20260301_000007_marks",
    up: concat!(
        r"
CREATE TABLE IF NOT EXISTS post_likes (
    post_id    uuid NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
    profile_id uuid NOT NULL REFERENCES profiles (id) ON DELETE CASCADE,
    created_at timestamptz NOT NULL DEFAULT now(),
    -- Whether it is among those that everybody counts: that of an active account. Set by triggers alone.
    counts     boolean NOT NULL DEFAULT true,
    PRIMARY KEY (post_id, profile_id)
);
CREATE INDEX IF NOT EXISTS post_likes_of ON post_likes (profile_id, created_at DESC, post_id DESC);

-- One emoji a person.
CREATE TABLE IF NOT EXISTS post_reactions (
    post_id    uuid NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
    profile_id uuid NOT NULL REFERENCES profiles (id) ON DELETE CASCADE,
    emoji      text NOT NULL CHECK (emoji <> ''),
    created_at timestamptz NOT NULL DEFAULT now(),
    counts     boolean NOT NULL DEFAULT true,
    PRIMARY KEY (post_id, profile_id)
);
CREATE INDEX IF NOT EXISTS post_reactions_of ON post_reactions (profile_id);

CREATE TABLE IF NOT EXISTS post_saves (
    profile_id uuid NOT NULL REFERENCES profiles (id) ON DELETE CASCADE,
    post_id    uuid NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (profile_id, post_id)
);
CREATE INDEX IF NOT EXISTS post_saves_of ON post_saves (profile_id, created_at DESC, post_id DESC);
CREATE INDEX IF NOT EXISTS post_saves_post ON post_saves (post_id);

CREATE TABLE IF NOT EXISTS post_hides (
    profile_id uuid NOT NULL REFERENCES profiles (id) ON DELETE CASCADE,
    post_id    uuid NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (profile_id, post_id)
);
CREATE INDEX IF NOT EXISTS post_hides_post ON post_hides (post_id);

-- Kept beside the posts, not in them: a post that many like at once would be written anew with all its index entries.
CREATE TABLE IF NOT EXISTS post_mark_counts (
    post_id uuid NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
    -- The emoji of reactions; empty for likes.
    mark    text NOT NULL,
    count   int NOT NULL,
    PRIMARY KEY (post_id, mark)
);

-- A mark of somebody who is suspended meanwhile waits for that, or is waited for: the lock is on the profile.
CREATE OR REPLACE FUNCTION marks_decide() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT state = 'active' INTO NEW.counts FROM profiles WHERE id = NEW.profile_id FOR SHARE;
    NEW.counts := COALESCE(NEW.counts, true);
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER post_likes_decide BEFORE INSERT ON post_likes FOR EACH ROW EXECUTE FUNCTION marks_decide();
CREATE OR REPLACE TRIGGER post_reactions_decide BEFORE INSERT ON post_reactions FOR EACH ROW EXECUTE FUNCTION marks_decide();
",
        counting!(),
        r"
-- Whoever is suspended is not counted, and is again when restored.
CREATE OR REPLACE FUNCTION marks_follow_state() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE post_likes SET counts = (NEW.state = 'active') WHERE profile_id = NEW.id;
    UPDATE post_reactions SET counts = (NEW.state = 'active') WHERE profile_id = NEW.id;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER profiles_marks AFTER UPDATE OF state ON profiles FOR EACH ROW
    WHEN ((OLD.state = 'active') IS DISTINCT FROM (NEW.state = 'active')) EXECUTE FUNCTION marks_follow_state();
"
    ),
    down: r"
DROP TRIGGER IF EXISTS profiles_marks ON profiles;
DROP TABLE IF EXISTS post_mark_counts, post_hides, post_saves, post_reactions, post_likes;
DROP FUNCTION IF EXISTS marks_follow_state(), marks_changed(), marks_lost(), marks_won(), marks_decide();
",
};
