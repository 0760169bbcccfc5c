//! Privacy under attack: worlds that nobody has thought of, made by dice, in which everybody asks for everything.
//!
//! Each world has six to eight people in every relation and state, posts of every kind, and some steps of follows,
//! blocks, suspensions and time by the API, while everybody watches. Each text holds a marker of its own. Then each
//! viewer asks every root field for all that it shows, and for all that the schema has below (`walker`). No byte of an
//! answer, a header, an error, an event or the log holds a marker that the rule (`model`) keeps from the viewer, while every
//! allowed one comes up. At last the world gets a twin (`twins`). That this would notice something is proven by `proof`.
//!
//! `SOJORN_WORLDS` says how many worlds there are; `SOJORN_WORLD` lets one begin again, by the number that a failure
//! tells. `script/attack` is for many.

mod again;
mod changes;
mod complete;
mod ears;
mod genesis;
mod hearing;
mod log;
mod marks;
mod model;
#[cfg(debug_assertions)]
mod proof;
mod questions;
mod rows;
mod scan;
mod schema;
mod secrets;
mod steps;
mod twins;
mod walker;
mod world;

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;

use self::{
    log::Log,
    marks::Dice,
    world::{Arena, World},
};

/// Worlds in all, unless said.
const WORLDS: u64 = 1_000;
/// Tests that share them.
const SHARDS: u64 = 16;

/// One world. What is wrong in it, with all that has happened.
async fn world(arena: &Arena, seed: u64) -> Result<(), String> {
    let mut world = World::begin(arena, seed).await;
    let result = AssertUnwindSafe(async {
        let told = world.run().await?;
        world.twins(&told).await
    });
    let result = result.catch_unwind().await.unwrap_or_else(|_| Err("something panicked".to_owned()));
    result.map_err(|fault| format!("{fault}\n{}\n{}", world.history.join("\n"), world.describe()))
}

/// Worlds, one after the other.
async fn lane(arena: &Arena, mut seeds: Dice, worlds: u64) {
    for _ in 0..worlds {
        let seed = seeds.next();
        if let Err(fault) = world(arena, seed).await {
            panic!("in the world SOJORN_WORLD={seed}: {fault}");
        }
    }
}

async fn shard(shard: u64) {
    let setting = |name: &str| std::env::var(name).ok().map(|value| value.parse::<u64>().expect(name));
    let (log, _guard) = Log::listen();
    let arena = Arena::new(log.clone()).await;
    if let Some(seed) = setting("SOJORN_WORLD") {
        if let (0, Err(fault)) = (shard, world(&arena, seed).await) {
            panic!("{fault}");
        }
        return;
    }
    let other = Arena::new(log.clone()).await;
    // Two at a time: while one waits for the database, the other has something to do.
    let worlds = setting("SOJORN_WORLDS").unwrap_or(WORLDS).div_ceil(2 * SHARDS);
    let seeds = || Dice::new(uuid::Uuid::new_v4().as_u64_pair().0);
    tokio::join!(lane(&arena, seeds(), worlds), lane(&other, seeds(), worlds));
    assert!(log.bytes() > 1_000, "hardly anything was logged");
}

/// How many worlds it takes at most until each subscription has told somebody something, and each change of twins was
/// looked at. A few dozen, as a rule.
const QUIET_WORLDS: usize = 300;

#[tokio::test]
async fn every_subscription_tells_somebody_something_and_every_twin_is_looked_at() {
    let (log, _guard) = Log::listen();
    let arena = Arena::new(log).await;
    let mut seeds = Dice::new(uuid::Uuid::new_v4().as_u64_pair().0);
    let silent = || -> Vec<_> {
        let told = arena.told.borrow();
        let all = arena.schema.roots("Subscription").iter().map(|field| field.name.clone());
        all.filter(|field| !told.contains(field)).collect()
    };
    for _ in 0..QUIET_WORLDS {
        if silent().is_empty() && changes::NAMES.iter().all(|name| arena.unnoticed.borrow().contains(name)) {
            return;
        }
        let seed = seeds.next();
        world(&arena, seed).await.unwrap_or_else(|fault| panic!("in the world SOJORN_WORLD={seed}: {fault}"));
    }
    panic!("nobody is ever told anything by {:?}, or looks but at {:?}", silent(), arena.unnoticed.borrow());
}

macro_rules! shards {
    ($($name:ident $number:literal),+) => { $(
        #[tokio::test]
        async fn $name() {
            shard($number).await;
        }
    )+ };
}
shards!(
    nobody_learns_what_is_not_theirs_00 0,
    nobody_learns_what_is_not_theirs_01 1,
    nobody_learns_what_is_not_theirs_02 2,
    nobody_learns_what_is_not_theirs_03 3,
    nobody_learns_what_is_not_theirs_04 4,
    nobody_learns_what_is_not_theirs_05 5,
    nobody_learns_what_is_not_theirs_06 6,
    nobody_learns_what_is_not_theirs_07 7,
    nobody_learns_what_is_not_theirs_08 8,
    nobody_learns_what_is_not_theirs_09 9,
    nobody_learns_what_is_not_theirs_10 10,
    nobody_learns_what_is_not_theirs_11 11,
    nobody_learns_what_is_not_theirs_12 12,
    nobody_learns_what_is_not_theirs_13 13,
    nobody_learns_what_is_not_theirs_14 14,
    nobody_learns_what_is_not_theirs_15 15
);
