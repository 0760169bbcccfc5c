//! What a twin has more, and who may not notice.

use uuid::Uuid;

use super::{marks::Marks, model::Viewer, rows::PLACE, world::World};

/// The changes that there are.
pub const NAMES: [&str; 12] = [
    "posts that their author alone may see",
    "posts of somebody who does not exist for the viewer",
    "beacons that have run out or were reported away",
    "marks of somebody who does not exist for the viewer",
    "follows of somebody who does not exist for the viewer",
    "follows and details of closed profiles",
    "a block between others",
    "a circle of others",
    "a request to others",
    "somebody who is not active",
    "somebody who has blocked the viewer",
    "what is somebody's own",
];

/// Something that is added.
pub struct Change {
    pub name: &'static str,
    pub sql: String,
    pub unaware: Vec<Viewer>,
}

const POST: &str =
    "INSERT INTO posts (id, author_id, parent_id, visibility, status, deleted_at, created_at, body, tags, video_url)";
const BEACON: &str =
    "INSERT INTO posts (id, author_id, visibility, expires_at, report_count, created_at, body, tags, image_url,
    is_beacon, beacon_type, location)";

impl World<'_> {
    /// Anything that somebody may not notice.
    pub fn change(&mut self) -> Option<Change> {
        let change = match self.dice.below(11) {
            0 => self.own_posts(),
            1 => self.ended_beacons(),
            2 => self.unseen_posts(),
            3 => self.unseen_marks(),
            4 => self.unseen_follows(),
            5 | 6 => self.relation_of_others(),
            7 => self.not_active(),
            8 => self.blocking()?,
            9 => self.closed_profiles(),
            _ => self.own_things(),
        };
        (!change.unaware.is_empty()).then_some(change)
    }

    fn anybody(&mut self) -> usize {
        self.dice.below(self.model.people.len())
    }

    fn viewers(&self, is: impl Fn(Viewer) -> bool) -> Vec<Viewer> {
        self.model.viewers().into_iter().filter(|viewer| is(*viewer)).collect()
    }

    /// The text, the tags and an address of something new.
    fn words(&mut self) -> String {
        let marker = self.dice.marker();
        format!("'{}', '{marker} world', '{{all,{marker}}}', 'https://pics.example/{marker}'", self.model.now)
    }

    /// A root and a reply to anything, by this person, with these values of visibility, status and deletion.
    fn posts(&mut self, author: usize, how: &str) -> String {
        let ([new, other], by) = (self.reserved, self.model.people[author].id);
        let parent = self.dice.pick(&self.model.posts).id;
        let words = [(); 2].map(|()| self.words());
        format!(
            "{POST} VALUES ('{new}', '{by}', NULL, {how}, {}), ('{other}', '{by}', '{parent}', {how}, {}); {}",
            words[0],
            words[1],
            self.marks()
        )
    }

    /// Everybody likes, saves and was told of what is new, as if everybody could see it.
    fn marks(&self) -> String {
        let [new, other] = self.reserved;
        let pairs = format!("SELECT posts.id, profiles.id FROM posts, profiles WHERE posts.id IN ('{new}', '{other}')");
        format!(
            "INSERT INTO post_likes (post_id, profile_id) {pairs};
             INSERT INTO post_saves (post_id, profile_id) {pairs};
             INSERT INTO post_mentions (post_id, profile_id) {pairs};
             INSERT INTO notifications (recipient_id, actor_id, kind, post_id, created_at)
                 SELECT profiles.id, author_id, 'mention', posts.id, posts.created_at FROM posts, profiles
                 WHERE posts.id IN ('{new}', '{other}') AND author_id <> profiles.id;"
        )
    }

    fn own_posts(&mut self) -> Change {
        let author = self.anybody();
        let how = ["'only_me', 'active', NULL", "'public', 'removed', NULL", "'public', 'active', now()"];
        let how = *self.dice.pick(&how);
        let sql = self.posts(author, how);
        Change {
            name: "posts that their author alone may see",
            sql,
            unaware: self.viewers(|viewer| viewer != Some(author)),
        }
    }

    fn unseen_posts(&mut self) -> Change {
        let author = self.anybody();
        let sql = self.posts(author, "'public', 'active', NULL");
        let unaware = self.viewers(|viewer| viewer != Some(author) && !self.model.exists(viewer, author));
        Change { name: "posts of somebody who does not exist for the viewer", sql, unaware }
    }

    fn ended_beacons(&mut self) -> Change {
        let ([new, other], author) = (self.reserved, self.anybody());
        let words = [(); 2].map(|()| self.words());
        let here = format!("true, 'fire', 'SRID=4326;POINT({} {})'", PLACE.1, PLACE.0);
        let sql = format!(
            "{BEACON} VALUES ('{new}', NULL, 'public', '{}', 0, {}, {here}),
                 ('{other}', '{}', 'public', NULL, 7, {}, {here}); {}",
            self.model.now,
            words[0],
            self.model.people[author].id,
            words[1],
            self.marks()
        );
        let unaware = self.viewers(|viewer| viewer != Some(author));
        Change { name: "beacons that have run out or were reported away", sql, unaware }
    }

    fn unseen_marks(&mut self) -> Change {
        let who = self.anybody();
        let id = self.model.people[who].id;
        let sql = format!(
            "INSERT INTO post_likes (post_id, profile_id)
                 SELECT id, '{id}' FROM posts WHERE NOT is_beacon ON CONFLICT DO NOTHING;
             INSERT INTO post_reactions (post_id, profile_id, emoji)
                 SELECT id, '{id}', '🎉' FROM posts WHERE NOT is_beacon ON CONFLICT DO NOTHING;"
        );
        // Somebody without a handle does not exist and is counted nonetheless: nobody learns who it is.
        let is_unseen = |viewer| !self.model.people[who].is_active() || self.model.is_block_between(viewer, who);
        let unaware = self.viewers(|viewer| viewer != Some(who) && is_unseen(viewer));
        Change { name: "marks of somebody who does not exist for the viewer", sql, unaware }
    }

    fn unseen_follows(&mut self) -> Change {
        let who = self.anybody();
        let id = self.model.people[who].id;
        let others = format!("FROM profiles WHERE id <> '{id}' ON CONFLICT DO NOTHING");
        let statuses = ["accepted", "pending"];
        let [one, other] = [(); 2].map(|()| *self.dice.pick(&statuses));
        let sql = format!(
            "INSERT INTO follows (follower_id, following_id, status) SELECT '{id}', id, '{one}' {others};
             INSERT INTO follows (follower_id, following_id, status) SELECT id, '{id}', '{other}' {others};"
        );
        let unaware = self.viewers(|viewer| viewer != Some(who) && !self.model.exists(viewer, who));
        Change { name: "follows of somebody who does not exist for the viewer", sql, unaware }
    }

    /// Follows and details of those whose lists and details are not open to the viewer.
    fn closed_profiles(&mut self) -> Change {
        let viewer = *self.dice.pick(&self.model.viewers());
        let people = (0..self.model.people.len()).filter(|at| viewer != Some(*at) && !self.model.may_view(viewer, *at));
        let ids = people.map(|at| format!(", '{}'", self.model.people[at].id));
        let (ids, marker) = (format!("(NULL{})", ids.collect::<String>()), self.dice.marker());
        let sql = format!(
            "INSERT INTO follows (follower_id, following_id, status)
                 SELECT one.id, other.id, 'accepted' FROM profiles AS one, profiles AS other
                 WHERE one.id IN {ids} AND other.id IN {ids} AND one.id <> other.id
                 ON CONFLICT (follower_id, following_id) DO UPDATE SET status = 'accepted';
             UPDATE profiles SET bio = '{marker}', website = 'https://home.example/{marker}', cover_url = NULL,
                 created_at = '2024-01-01' WHERE id IN {ids};"
        );
        Change { name: "follows and details of closed profiles", sql, unaware: vec![viewer] }
    }

    fn relation_of_others(&mut self) -> Change {
        let (one, other) = *self.dice.pick(&self.model.pairs());
        let pair = format!("'{}', '{}'", self.model.people[one].id, self.model.people[other].id);
        let (name, sql) = match self.dice.below(3) {
            0 => ("a block between others", format!("INSERT INTO blocks (blocker_id, blocked_id) VALUES ({pair})")),
            1 => ("a circle of others", format!("INSERT INTO circle_members (owner_id, member_id) VALUES ({pair})")),
            _ => (
                "a request to others",
                format!("INSERT INTO follows (follower_id, following_id, status) VALUES ({pair}, 'pending')"),
            ),
        };
        let unaware = self.viewers(|viewer| viewer != Some(one) && viewer != Some(other));
        Change { name, sql: format!("{sql} ON CONFLICT DO NOTHING"), unaware }
    }

    fn not_active(&mut self) -> Change {
        let state = *self.dice.pick(&["suspended", "banned", "deactivated", "pending_deletion"]);
        let sql = self.newcomer(state, None);
        Change { name: "somebody who is not active", sql, unaware: self.model.viewers() }
    }

    fn blocking(&mut self) -> Option<Change> {
        let viewer = *self.dice.pick(&self.model.viewers());
        let sql = self.newcomer("active", Some(self.model.people[viewer?].id));
        Some(Change { name: "somebody who has blocked the viewer", sql, unaware: vec![viewer] })
    }

    /// Somebody with all that a person can leave, on everything and everybody.
    fn newcomer(&mut self, state: &str, blocks: Option<Uuid>) -> String {
        let ([new, other], marker) = (self.reserved, self.dice.marker());
        let words = [(); 3].map(|()| self.words());
        let status = *self.dice.pick(&["accepted", "pending"]);
        let block =
            blocks.map(|whom| format!("INSERT INTO blocks (blocker_id, blocked_id) VALUES ('{new}', '{whom}');"));
        format!(
            "INSERT INTO profiles (id, handle, display_name, bio, is_private, state, created_at)
                 VALUES ('{new}', 'p0.{}', 'Name {marker}', '{marker}', false, '{state}', '2025-01-01');
             {}
             INSERT INTO follows (follower_id, following_id, status)
                 SELECT '{new}', id, '{status}' FROM profiles WHERE id <> '{new}'
                 UNION ALL SELECT id, '{new}', 'accepted' FROM profiles WHERE id <> '{new}';
             INSERT INTO circle_members (owner_id, member_id) SELECT '{new}', id FROM profiles WHERE id <> '{new}';
             {POST} SELECT gen_random_uuid(), '{new}', id, 'public', 'active', NULL, {} FROM posts WHERE NOT is_beacon;
             {POST} VALUES ('{other}', '{new}', NULL, 'public', 'active', NULL, {});
             {BEACON} VALUES
                 (gen_random_uuid(), '{new}', 'public', NULL, 0, {}, true, 'fire', 'SRID=4326;POINT({} {})');
             INSERT INTO post_likes (post_id, profile_id)
                 SELECT id, '{new}' FROM posts WHERE NOT is_beacon AND id <> '{other}';
             INSERT INTO post_reactions (post_id, profile_id, emoji)
                 SELECT id, '{new}', '🎉' FROM posts WHERE NOT is_beacon;
             INSERT INTO notifications (recipient_id, actor_id, kind, created_at)
                 SELECT id, '{new}', 'follow', '{}' FROM profiles WHERE id <> '{new}';
             {}",
            &marker[3..9],
            block.unwrap_or_default(),
            words[0],
            words[1],
            words[2],
            PLACE.1,
            PLACE.0,
            self.model.now,
            self.marks()
        )
    }

    fn own_things(&mut self) -> Change {
        let (who, marker) = (self.anybody(), self.dice.marker());
        let id = self.model.people[who].id;
        let sql = format!(
            "INSERT INTO post_revisions (post_id, revised_at, body)
                 SELECT id, '2026-01-01', '{marker}' FROM posts WHERE author_id = '{id}';
             INSERT INTO post_saves (profile_id, post_id) SELECT '{id}', id FROM posts ON CONFLICT DO NOTHING;
             INSERT INTO post_hides (profile_id, post_id) SELECT '{id}', id FROM posts ON CONFLICT DO NOTHING;
             INSERT INTO notifications (recipient_id, actor_id, kind, created_at)
                 SELECT '{id}', id, 'follow_accepted', now() FROM profiles WHERE id <> '{id}' ON CONFLICT DO NOTHING;
             UPDATE accounts SET email = '{marker}@x.example', password_hash = '{marker}' WHERE profile_id = '{id}';
             UPDATE beacon_allowances SET person = '\\x00' || person;"
        );
        Change { name: "what is somebody's own", sql, unaware: self.viewers(|viewer| viewer != Some(who)) }
    }
}
