//! How a world begins: somebody to whom everybody stands in another relation and whose posts are of every kind, and
//! others with whatever falls.

use chrono::TimeDelta;

use super::{
    marks::{Dice, Marks},
    model::{Beacon, Model, Person, Post},
};

/// What somebody can be to the star: the status of the follow, whether in the circle, and who blocks whom.
type Relation = (Option<Option<&'static str>>, bool, Block);

#[derive(Clone, Copy, PartialEq)]
enum Block {
    None,
    OfTheStar,
    ByTheStar,
}

const RELATIONS: [Relation; 8] = [
    (None, false, Block::None),
    (Some(Some("pending")), false, Block::None),
    (Some(Some("Accepted ")), false, Block::None),
    (Some(Some("accepted")), false, Block::None),
    (Some(Some("accepted")), true, Block::None),
    // In the circle without a follow, as a raw row can be.
    (None, true, Block::None),
    (Some(Some("accepted")), true, Block::ByTheStar),
    (Some(Some("accepted")), true, Block::OfTheStar),
];
const STATES: [&str; 4] = ["suspended", "banned", "deactivated", "pending_deletion"];
const VISIBILITIES: [Option<&str>; 6] =
    [Some("public"), Some("followers"), Some("circle"), Some("only_me"), Some("Public"), None];

impl Model {
    /// A world; the first of its people is the star.
    pub fn begin(now: chrono::DateTime<chrono::Utc>, dice: &mut Dice) -> Self {
        let mut model = Self { now, ..Self::default() };
        model.gather(dice);
        model.relate(dice);
        model.write(dice);
        model.beacons(dice);
        model.mark(dice);
        model
    }

    fn gather(&mut self, dice: &mut Dice) {
        for at in 0..*dice.pick(&[6, 6, 7, 8]) {
            let (state, handle) = match at {
                0 if dice.percent(90) => ("active", true),
                _ if dice.percent(20) => (*dice.pick(&STATES), true),
                _ => ("active", dice.percent(92)),
            };
            let handle = handle.then(|| format!("p{at}.{}", &dice.marker()[3..10]));
            self.people.push(Person {
                id: dice.id(),
                handle,
                state,
                is_private: *dice.pick(&[Some(false), Some(true), Some(true), None]),
                is_official: dice.percent(15),
                card: dice.marker(),
                details: dice.marker(),
                own: dice.marker(),
                hidden: dice.marker(),
            });
        }
    }

    fn relate(&mut self, dice: &mut Dice) {
        let mut relations = RELATIONS;
        dice.shuffle(&mut relations);
        for (other, (follow, is_in_circle, block)) in (1..self.people.len()).zip(relations) {
            if let Some(status) = follow {
                self.follows.insert((other, 0), status);
            }
            if is_in_circle {
                self.circles.insert((0, other));
            }
            match block {
                Block::None => {}
                Block::OfTheStar => drop(self.blocks.insert((other, 0))),
                Block::ByTheStar => drop(self.blocks.insert((0, other))),
            }
        }
        for (one, other) in self.pairs().into_iter().filter(|(_, other)| *other != 0) {
            if dice.percent(55) {
                let status = [Some("accepted"), Some("accepted"), Some("accepted"), Some("pending"), None];
                self.follows.insert((one, other), *dice.pick(&status));
            }
            if dice.percent(20) {
                self.circles.insert((other, one));
            }
            if one != 0 && dice.percent(6) {
                self.blocks.insert((one, other));
            }
        }
    }

    /// Everybody with everybody else.
    pub fn pairs(&self) -> Vec<(usize, usize)> {
        let people = 0..self.people.len();
        people.clone().flat_map(|one| people.clone().map(move |other| (one, other))).filter(|(a, b)| a != b).collect()
    }

    fn write(&mut self, dice: &mut Dice) {
        for visibility in VISIBILITIES {
            self.post(Some(0), visibility, dice);
        }
        for author in 0..self.people.len() {
            for _ in 0..=dice.below(2) {
                let visibility = *dice.pick(&VISIBILITIES[..4]);
                let visibility = if dice.percent(50) { Some("public") } else { visibility };
                let at = self.post(Some(author), visibility, dice);
                self.ail(at, dice);
            }
        }
        // By nobody, and no beacon.
        self.post(None, Some("public"), dice);
    }

    /// Something may have become of it.
    fn ail(&mut self, at: usize, dice: &mut Dice) {
        let now = self.now;
        let post = &mut self.posts[at];
        // A beacon that has just run out would be told of.
        let ago = if post.beacon.is_some() { 60 } else { dice.below(2) };
        match dice.below(9) {
            0 => post.is_deleted = true,
            1 => post.status = *dice.pick(&[Some("removed"), None]),
            2 => post.expires_at = Some(now - TimeDelta::minutes(ago.try_into().unwrap())),
            3 => post.expires_at = Some(now + TimeDelta::minutes(5)),
            _ => {}
        }
    }

    fn post(&mut self, author: Option<usize>, visibility: Option<&'static str>, dice: &mut Dice) -> usize {
        let at = self.posts.len();
        self.posts.push(Post {
            id: dice.id(),
            author,
            marker: dice.marker(),
            picture: dice.marker(),
            earlier: if dice.percent(25) { vec![dice.marker()] } else { Vec::new() },
            visibility,
            status: Some("active"),
            is_deleted: false,
            expires_at: None,
            created_at: self.now - TimeDelta::minutes((500 - at).try_into().unwrap()),
            parent: (at > 0 && dice.percent(30)).then(|| dice.below(at)),
            allow_replies: dice.percent(85),
            has_video: dice.percent(40),
            beacon: None,
        });
        at
    }

    fn beacons(&mut self, dice: &mut Dice) {
        let author = 1 + dice.below(self.people.len() - 1);
        let signed = [(Some(0), "public"), (Some(0), *dice.pick(&["followers", "circle", "only_me"]))];
        let anonymous = [(None, "public"), (None, *dice.pick(&["followers", "only_me"])), (None, "public")];
        for (author, visibility) in signed.into_iter().chain([(Some(author), "public")]).chain(anonymous) {
            let at = self.post(author, Some(visibility), dice);
            // Two reports of three short of it, reported away, disputed.
            let (vouches, reports) = *dice.pick(&[(0, 0), (0, 0), (4, 0), (0, 3), (0, 4), (2, 6), (6, 6)]);
            let (has_place, is_resolved) = (dice.percent(93), dice.percent(10));
            self.posts[at].parent = None;
            self.posts[at].beacon = Some(Beacon { has_place, is_resolved, vouches, reports });
            if dice.percent(50) {
                self.ail(at, dice);
            }
        }
    }

    /// Likes, saves and hides, also of what has since ceased to exist for those who left them.
    fn mark(&mut self, dice: &mut Dice) {
        for person in 0..self.people.len() {
            for post in 0..self.posts.len() {
                if self.posts[post].beacon.is_some() {
                    continue;
                }
                let mark = (person, post);
                if dice.percent(35) {
                    self.likes.insert(mark);
                }
                if dice.percent(15) {
                    self.saves.insert(mark);
                }
                if dice.percent(6) {
                    self.hides.insert(mark);
                }
            }
        }
    }
}
