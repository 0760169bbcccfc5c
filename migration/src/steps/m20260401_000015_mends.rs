//! Mends of earlier steps, also for databases that took those before they were mended; and what was learnt since.

use super::{m20260301_000007_marks::counting, m20260301_000010_hashtags::tagging};

pub const STEP: super::Step = super::Step {
    name: "m20260401_000015_mends",
    up: concat!(
        counting!(),
        tagging!(),
        r"
DROP TRIGGER IF EXISTS post_likes_changed_1 ON post_likes;
DROP TRIGGER IF EXISTS post_likes_changed_2 ON post_likes;
DROP TRIGGER IF EXISTS post_reactions_changed_1 ON post_reactions;
DROP TRIGGER IF EXISTS post_reactions_changed_2 ON post_reactions;
DELETE FROM post_mark_counts WHERE count = 0;
DELETE FROM circle_members WHERE NOT EXISTS
    (SELECT 1 FROM follows WHERE follower_id = member_id AND following_id = owner_id AND status = 'accepted');

-- One-time prekeys of earlier installations and identities that somebody got: nobody gets them again.
CREATE TABLE IF NOT EXISTS handed_out_prekeys (
    profile_id uuid NOT NULL REFERENCES profiles (id) ON DELETE CASCADE,
    key_id     int NOT NULL,
    public_key bytea NOT NULL,
    PRIMARY KEY (profile_id, key_id, public_key)
);

-- A reply stays one when the post that it replied to is removed for good: its parent is an id that nothing has. Were it
-- made NULL, the reply would come into feeds.
DO $$
DECLARE reference name;
BEGIN
    FOR reference IN SELECT conname FROM pg_constraint
        JOIN pg_attribute ON attrelid = conrelid AND attnum = ANY (conkey)
        WHERE contype = 'f' AND conrelid = 'posts'::regclass AND attname = 'parent_id'
    LOOP
        EXECUTE format('ALTER TABLE posts DROP CONSTRAINT %I', reference);
    END LOOP;
END $$;

-- Nobody who is active can be removed, also where the column was there before us.
DO $$ BEGIN
    ALTER TABLE profiles ADD CONSTRAINT profiles_delete_after_check CHECK (delete_after IS NULL OR state <> 'active');
EXCEPTION
    WHEN duplicate_object OR check_violation THEN NULL;
END $$;
"
    ),
    down: r"
UPDATE posts SET parent_id = NULL
    WHERE NOT EXISTS (SELECT 1 FROM posts AS parent WHERE parent.id = posts.parent_id) AND parent_id IS NOT NULL;
ALTER TABLE posts ADD CONSTRAINT posts_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES posts (id) ON DELETE SET NULL;
DROP TABLE IF EXISTS handed_out_prekeys;
",
};
