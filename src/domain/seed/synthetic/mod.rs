//! Large networks that are shaped like real ones, to measure with. The same numbers always give the same network, but for
//! its times, which are counted back from now.

mod beacons;
mod dice;
mod marks;
mod people;
mod posts;

use chrono::{DateTime, Utc};
use uuid::{Builder, Uuid};

use self::dice::{Amounts, Dice};
use crate::{
    domain::Clock,
    store::{
        Db, StoreError,
        bulk::{Bulk, CopyRow},
        seed::synthetic as rows,
    },
};

/// How large the network is to be.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// People, one or more.
    pub profiles: u32,
    /// Posts and replies.
    pub posts: u32,
    /// Beacons.
    pub beacons: u32,
}

/// Why nothing was made.
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    /// Some of the ids or handles are in use, which they are after a first time.
    #[error("there is a synthetic network already (or somebody else is called user_000001): nothing was added")]
    Again,
    /// Posts need somebody who writes them.
    #[error("a network needs a profile or more")]
    Nobody,
    /// The database failed.
    #[error(transparent)]
    Store(StoreError),
}

impl From<StoreError> for SeedError {
    fn from(error: StoreError) -> Self {
        if matches!(error, StoreError::Taken { .. }) { Self::Again } else { Self::Store(error) }
    }
}

/// Somebody who is good to look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// By handle.
    pub handle: String,
    /// Why.
    pub about: String,
}

/// What was made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Made {
    /// Follows.
    pub follows: u64,
    /// Posts and replies.
    pub posts: u64,
    /// Beacons.
    pub beacons: u64,
    /// Likes.
    pub likes: u64,
    /// Reactions.
    pub reactions: u64,
    /// People to look at.
    pub examples: Vec<Example>,
}

/// What is being made: its name, how many of it there are, and how many there will be, if that is known.
pub type Progress<'p> = dyn FnMut(&'static str, u64, Option<u64>) + Send + 'p;

/// Makes a network. All or nothing; a second time adds nothing.
///
/// # Errors
///
/// When there is one already, or the database fails.
pub async fn run(db: &Db, clock: &Clock, size: Size, progress: &mut Progress<'_>) -> Result<Made, SeedError> {
    if size.profiles == 0 {
        return Err(SeedError::Nobody);
    }
    let network = Network { people: size.profiles.into(), now: clock.now() };
    let (people, posts, beacons) = (network.people, u64::from(size.posts), u64::from(size.beacons));
    let mut bulk = Bulk::begin(db).await?;
    rows::skip_triggers(&mut bulk).await?;
    copy(&mut bulk, "profiles", Some(people), (0..people).map(|nth| network.person(nth)), progress).await?;
    let mut ties = people::Tally::default();
    let follows =
        copy(&mut bulk, "follows", None, (0..people).flat_map(|nth| network.follows(nth, &mut ties)), progress).await?;
    copy(&mut bulk, "blocks", None, (0..people).filter_map(|nth| network.block(nth)), progress).await?;
    let mut places = network.circle_sizes();
    let circles = (0..people).flat_map(|nth| network.circles_with(nth, &mut places));
    copy(&mut bulk, "circles", None, circles, progress).await?;
    copy(&mut bulk, "posts", Some(posts), (0..posts).map(|nth| network.post(nth, posts)), progress).await?;
    copy(&mut bulk, "beacons", Some(beacons), (0..beacons).map(|nth| network.beacon(nth, beacons)), progress).await?;
    let likes = (0..posts).flat_map(|nth| network.likes(nth, posts));
    let likes = copy(&mut bulk, "likes", None, likes, progress).await?;
    let reactions = (0..posts).flat_map(|nth| network.reactions(nth, posts));
    let reactions = copy(&mut bulk, "reactions", None, reactions, progress).await?;
    progress("counters", 0, None);
    rows::count_marks(&mut bulk).await?;
    bulk.commit().await?;
    progress("statistics", 0, None);
    rows::analyze(db).await?;
    Ok(Made { follows, posts, beacons, likes, reactions, examples: ties.examples(people) })
}

/// Copies rows. Answers how many there were.
async fn copy<T: CopyRow>(
    bulk: &mut Bulk,
    name: &'static str,
    total: Option<u64>,
    rows: impl Iterator<Item = T>,
    progress: &mut Progress<'_>,
) -> Result<u64, SeedError> {
    let mut copy = bulk.copy::<T>().await?;
    let mut count: u64 = 0;
    for row in rows {
        if count.is_multiple_of(10_000) {
            progress(name, count, total);
        }
        copy.push(&row).await?;
        count += 1;
    }
    // Indexes and references are checked now, which takes a while.
    progress(name, count, Some(count));
    Ok(copy.finish().await?)
}

/// Everything about a row follows from its number.
#[derive(Clone, Copy)]
struct Network {
    people: u64,
    now: DateTime<Utc>,
}

/// The kinds of rows, each with dice of its own.
#[derive(Clone, Copy)]
enum Kind {
    Person = 1,
    Follow,
    Block,
    Circle,
    Post,
    Beacon,
    Like,
    Reaction,
}

/// An id that begins with its number where others begin with their time, so that the rows stand in the index in the
/// order in which they are made, as those of a real network do.
fn ordered_id(kind: Kind, nth: u64) -> Uuid {
    // A year of milliseconds for each kind.
    let millis = 1_600_000_000_000 + 31_536_000_000 * kind as u64 + nth;
    Builder::from_unix_timestamp_millis(millis, &Dice::new(kind, nth).bytes()).into_uuid()
}
