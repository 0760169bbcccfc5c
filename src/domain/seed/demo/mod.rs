//! A small network by hand, around Minneapolis. Its rows have fixed ids: running it again sets them back to what they
//! are here, makes its beacons new, and touches nothing else.

mod beacons;
mod marks;
mod people;
mod posts;

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use entity::{PostId, ProfileId};
use uuid::Uuid;

use self::{
    beacons::{BEACONS, Beacon, CENTRE},
    marks::{LIKES, REACTIONS, SAVES},
    people::{BLOCKS, CIRCLES, FOLLOWS, PEOPLE, Person},
    posts::{POSTS, Post},
};
use crate::{
    domain::{
        Clock, Error,
        account::passwords::{Passwords, Verdict},
        beacon::{Point, cell::stored_point},
        post::hashtags,
    },
    store::{self, Db, Tx, mark::Mark, seed::demo as rows},
};

/// The password of the people who can sign in. It is no secret.
pub const PASSWORD: &str = "sojorn-demo";

/// Somebody who can sign in with [`PASSWORD`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignIn {
    /// By handle.
    pub handle: String,
    /// Or by e-mail address.
    pub email: String,
    /// What there is to see.
    pub about: &'static str,
}

/// What was put.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Demo {
    /// Who can sign in.
    pub sign_ins: Vec<SignIn>,
    /// How many people there are.
    pub people: usize,
    /// How many posts and replies.
    pub posts: usize,
    /// How many beacons.
    pub beacons: usize,
    /// How many likes.
    pub likes: usize,
    /// How many reactions.
    pub reactions: usize,
}

/// Puts the demo network into the database.
///
/// # Errors
///
/// When the database fails. Nothing was put then.
pub async fn run(db: &Db, clock: &Clock) -> Result<Demo, Error> {
    let now = clock.now();
    let passwords = Passwords::new(1, 0);
    let tx = db.begin().await?;
    let mut sign_ins = Vec::new();
    for (nth, person) in PEOPLE.iter().enumerate() {
        let handle = put_person(&tx, nth, person, now).await?;
        if let Some(about) = person.sign_in {
            let email = put_account(&tx, &passwords, nth, person).await?;
            sign_ins.push(SignIn { handle, email, about });
        }
    }
    for (follower, following, status) in FOLLOWS {
        let at = now - TimeDelta::days(9);
        rows::put_follow(&tx, person_id(follower), person_id(following), status, at).await?;
    }
    for (blocker, blocked) in BLOCKS {
        rows::put_block(&tx, person_id(blocker), person_id(blocked)).await?;
    }
    for (owner, member) in CIRCLES {
        rows::put_circle_member(&tx, person_id(owner), person_id(member)).await?;
    }
    for (nth, post) in POSTS.iter().enumerate() {
        put_post(&tx, nth, post, now).await?;
    }
    for (nth, beacon) in BEACONS.iter().enumerate() {
        put_beacon(&tx, nth, beacon, now).await?;
    }
    let (likes, reactions) = put_marks(&tx, now).await?;
    let people: Vec<_> = PEOPLE.iter().map(|person| person_id(person.handle)).collect();
    rows::put_notifications(&tx, &people, now - TimeDelta::days(1)).await?;
    tx.commit().await?;
    Ok(Demo { sign_ins, people: PEOPLE.len(), posts: POSTS.len(), beacons: BEACONS.len(), likes, reactions })
}

/// Ids of the demo: its own, so that nothing else is ever touched.
const fn id(kind: u128, nth: usize) -> Uuid {
    Uuid::from_u128(0x50fa_0000_0000_4000_8000_0000_0000_0000 | (kind << 32) | (nth as u128 + 1))
}

/// The id of a person by the handle in [`PEOPLE`], which is where it may be wrong: a test looks.
fn person_id(handle: &str) -> ProfileId {
    let nth = PEOPLE.iter().position(|person| person.handle == handle);
    ProfileId(id(1, nth.unwrap_or(PEOPLE.len())))
}

fn post_id(nth: usize) -> PostId {
    PostId(id(2, nth))
}

async fn put_person(tx: &Tx, nth: usize, person: &Person, now: DateTime<Utc>) -> Result<String, Error> {
    let id = person_id(person.handle);
    let mut handle = person.handle.to_owned();
    // Real people may have the name already; they keep it.
    for attempt in 1.. {
        if !rows::is_handle_taken(tx, id, &handle).await? {
            break;
        }
        handle = format!("{}_demo{attempt}", person.handle);
    }
    let row = rows::Person {
        id,
        handle,
        display_name: person.name,
        bio: person.bio,
        website: person.website,
        avatar_url: format!("https://media.example/demo/{}.jpg", person.handle),
        cover_url: format!("https://media.example/demo/{}-cover.jpg", person.handle),
        is_private: person.is_private,
        is_official: person.is_official,
        created_at: now - TimeDelta::days(400 - 17 * i64::try_from(nth).unwrap_or_default()),
    };
    rows::put_person(tx, &row).await?;
    Ok(row.handle)
}

async fn put_account(tx: &Tx, passwords: &Passwords, nth: usize, person: &Person) -> Result<String, Error> {
    let id = ProfileId(id(1, nth));
    let mut email = format!("{}@sojorn.example", person.handle);
    for attempt in 1.. {
        match store::account::login(tx, &email).await? {
            Some(login) if login.profile_id != id => {}
            _ => break,
        }
        email = format!("{}_demo{attempt}@sojorn.example", person.handle);
    }
    let stored = store::account::of_profile(tx, id).await?.map(|login| login.password_hash);
    let hash = match stored {
        Some(hash) if passwords.verify(PASSWORD.to_owned(), Some(hash.clone())).await?.0 == Verdict::Right => hash,
        _ => passwords.hash(PASSWORD.to_owned()).await?,
    };
    rows::put_account(tx, id, &email, &hash).await?;
    Ok(email)
}

async fn put_post(tx: &Tx, nth: usize, post: &Post, now: DateTime<Utc>) -> Result<(), Error> {
    let media = |ending: &str| format!("https://media.example/demo/{}{ending}", nth + 1);
    let row = rows::Post {
        id: post_id(nth),
        author: person_id(post.author),
        parent: post.parent.map(post_id),
        body: (!post.body.is_empty()).then_some(post.body),
        tags: hashtags(post.body),
        image_url: post.has_picture.then(|| media(".jpg")),
        video_url: post.video_ms.map(|_| media(".mp4")),
        thumbnail_url: post.video_ms.map(|_| media("-still.jpg")),
        duration_ms: post.video_ms,
        visibility: post.visibility.word(),
        is_pinned: post.is_pinned,
        created_at: now - TimeDelta::minutes(post.minutes_ago),
    };
    Ok(rows::put_post(tx, row).await?)
}

/// Likes, reactions and what people have put aside. Answers how many there are of the first two.
async fn put_marks(tx: &Tx, now: DateTime<Utc>) -> Result<(usize, usize), Error> {
    let (mut likes, mut reactions) = (0, 0);
    for (post, people) in LIKES {
        for (person, at) in people.iter().zip(soon_after(*post, people.len(), now)) {
            store::mark::set(tx, Mark::Like, person_id(person), post_id(*post), at).await?;
            likes += 1;
        }
    }
    for (post, emoji, people) in REACTIONS {
        for (person, at) in people.iter().zip(soon_after(*post, people.len(), now)) {
            rows::put_reaction(tx, person_id(person), post_id(*post), emoji, at).await?;
            reactions += 1;
        }
    }
    for (person, post) in SAVES {
        for at in soon_after(*post, 1, now) {
            store::mark::set(tx, Mark::Save, person_id(person), post_id(*post), at).await?;
        }
    }
    Ok((likes, reactions))
}

/// So many moments in the first quarter of a post's life, one after the other.
fn soon_after(post: usize, many: usize, now: DateTime<Utc>) -> impl Iterator<Item = DateTime<Utc>> {
    let (age, many) = (TimeDelta::minutes(POSTS[post].minutes_ago), i32::try_from(many).unwrap_or(i32::MAX - 1));
    (1..=many).map(move |nth| now - age + age * nth / (many + 1) / 4)
}

async fn put_beacon(tx: &Tx, nth: usize, beacon: &Beacon, now: DateTime<Utc>) -> Result<(), Error> {
    let made = now - TimeDelta::minutes(beacon.minutes_ago);
    // As the API does it: the time of an anonymous beacon is cut to the minute, and its place to a cell.
    let created_at = match beacon.author {
        Some(_) => made,
        None => made.duration_trunc(TimeDelta::minutes(1)).unwrap_or(made),
    };
    let place = Point { latitude: CENTRE.latitude + beacon.north, longitude: CENTRE.longitude + beacon.east };
    let row = store::geo::NewBeacon {
        id: PostId(id(3, nth)),
        author: beacon.author.map(person_id),
        body: beacon.body.to_owned(),
        image_url: None,
        beacon_type: beacon.about.word(),
        severity: beacon.severity.word(),
        location: stored_point(place, beacon.precision),
        precision: beacon.precision.word(),
        radius_meters: beacon.radius_meters,
        // Nobody has a key to them.
        manage_key_hash: None,
        created_at,
        expires_at: created_at + TimeDelta::minutes(beacon.minutes_ago + beacon.minutes_left),
    };
    Ok(store::geo::seed::put(tx, row, beacon.vouches, beacon.reports).await?)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::domain::{
        beacon::{BeaconType, Precision, Severity},
        post::Visibility,
        profile::handle,
    };

    /// Who has left something on which post: likes, reactions, and what is put aside.
    fn marks() -> [Vec<(&'static str, usize)>; 3] {
        let likes = LIKES.iter().flat_map(|(post, people)| people.iter().map(|person| (*person, *post)));
        let reactions = REACTIONS.iter().flat_map(|(post, _, people)| people.iter().map(|person| (*person, *post)));
        [likes.collect(), reactions.collect(), SAVES.to_vec()]
    }

    #[test]
    fn everybody_who_is_named_is_there() {
        let people: HashSet<_> = PEOPLE.iter().map(|person| person.handle).collect();
        assert_eq!(people.len(), PEOPLE.len());
        let pairs = FOLLOWS.iter().map(|(one, other, _)| (one, other));
        let pairs = pairs.chain(BLOCKS.iter().chain(CIRCLES).map(|(one, other)| (one, other)));
        let named = pairs.flat_map(|(one, other)| [*one, *other]).chain(POSTS.iter().map(|post| post.author));
        let named = named.chain(marks().concat().into_iter().map(|(person, _)| person));
        for name in named.chain(BEACONS.iter().filter_map(|beacon| beacon.author)) {
            assert!(people.contains(name), "{name}");
        }
        for person in PEOPLE {
            assert!(handle::checked(person.handle).is_ok() && person.bio.chars().count() <= 300, "{}", person.handle);
        }
    }

    #[test]
    fn the_demo_keeps_the_rules_of_the_product_and_shows_all_of_it() {
        let is_private = |handle: &str| PEOPLE.iter().any(|person| person.handle == handle && person.is_private);
        let is_official = |handle: &str| PEOPLE.iter().any(|person| person.handle == handle && person.is_official);
        for (_, following, status) in FOLLOWS {
            assert!(*status == "accepted" || is_private(following), "{following}");
        }
        for beacon in BEACONS {
            let exact = beacon.precision == Precision::Exact;
            assert!(beacon.author.is_some() || !exact, "{}", beacon.body);
            let longest = if beacon.author.is_some_and(is_official) { 7 * 24 * 60 } else { 4 * 60 };
            assert!(beacon.minutes_left > 0 && beacon.minutes_ago + beacon.minutes_left <= longest, "{}", beacon.body);
        }
        let types: HashSet<_> = BEACONS.iter().map(|beacon| beacon.about).collect();
        let severities: HashSet<_> = BEACONS.iter().map(|beacon| beacon.severity).collect();
        let precisions: HashSet<_> = BEACONS.iter().map(|beacon| beacon.precision).collect();
        assert_eq!(types.len(), BeaconType::ALL.len());
        assert_eq!((severities.len(), precisions.len()), (Severity::ALL.len(), Precision::ALL.len()));
        let visibilities: HashSet<Visibility> = POSTS.iter().map(|post| post.visibility).collect();
        assert_eq!(visibilities.len(), 4);
        for (nth, post) in POSTS.iter().enumerate() {
            let Some(parent) = post.parent else { continue };
            assert!(parent < nth && POSTS[parent].minutes_ago > post.minutes_ago && !post.is_pinned, "{}", post.body);
        }
        let depth = |mut post: &Post| {
            let mut depth = 0;
            while let Some(parent) = post.parent {
                (post, depth) = (&POSTS[parent], depth + 1);
            }
            depth
        };
        assert_eq!(POSTS.iter().map(depth).max(), Some(3));
    }

    #[test]
    fn people_reply_to_and_mark_what_they_may_see_and_circles_hold_followers() {
        let follows = |one: &str, other: &str| FOLLOWS.contains(&(one, other, "accepted"));
        let may_see = |person: &str, post: &Post| {
            let is_blocked = BLOCKS.contains(&(person, post.author)) || BLOCKS.contains(&(post.author, person));
            let is_open = PEOPLE.iter().any(|author| author.handle == post.author && !author.is_private);
            let is_meant = match post.visibility {
                Visibility::Public => is_open || follows(person, post.author),
                Visibility::Followers => follows(person, post.author),
                Visibility::Circle => CIRCLES.contains(&(post.author, person)),
                Visibility::OnlyMe => false,
            };
            !is_blocked && (person == post.author || is_meant)
        };
        let replies = POSTS.iter().filter_map(|post| post.parent.map(|parent| (post.author, parent)));
        for (person, post) in marks().concat().into_iter().chain(replies) {
            assert!(may_see(person, &POSTS[post]), "{person}: {}", POSTS[post].body);
        }
        for (owner, member) in CIRCLES {
            assert!(follows(member, owner), "{member} is in the circle of {owner}");
        }
    }

    #[test]
    fn marks_are_those_that_the_api_would_keep_each_once() {
        for (_, emoji, _) in REACTIONS {
            assert_eq!(emojis::get(emoji).unwrap().as_str(), *emoji);
        }
        for marks in marks() {
            let once: HashSet<_> = marks.iter().collect();
            assert_eq!(once.len(), marks.len());
        }
    }
}
