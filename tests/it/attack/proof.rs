//! That worlds notice what is missing: with any one part of the rule taken away, one of them turns red.

use sojorn::policy::weakened;

use super::{log::Log, marks::Dice, world::Arena};

/// Worlds that a part of the rule may be missing from unnoticed.
const PATIENCE: usize = 40;
/// Tests that share the parts.
const SHARDS: usize = 4;
const RULE: &str = include_str!("../../../src/policy/visibility.rs");

/// Where each `must` of the rule stands, and its line.
fn parts() -> Vec<((u32, u32), &'static str)> {
    let lines = RULE.lines().take_while(|line| *line != "#[cfg(test)]").enumerate();
    let number = |number: usize| u32::try_from(number).unwrap();
    let musts = lines.flat_map(|(line, text)| text.match_indices(".must(").map(move |(at, _)| (line, at, text)));
    // The place of a call is that of its name.
    musts.map(|(line, at, text)| ((number(line + 1), number(at + 2)), text.trim())).collect()
}

/// Else a part could come to the rule that nobody takes away.
#[test]
fn whatever_narrows_the_rule_is_a_must() {
    let others = [".add(", ".and(", ".and_where(", ".add_option(", "Expr::cust", "AND"];
    let found: Vec<_> = RULE.lines().filter(|line| others.iter().any(|other| line.contains(other))).collect();
    assert!(found.is_empty(), "write these with `must`, or `may`: {found:?}");
    assert!(parts().len() >= 30, "{:?}", parts());
}

async fn without_each_part(shard: usize) {
    let (log, _guard) = Log::listen();
    let arena = Arena::new(log.clone()).await;
    let mut seeds = Dice::new(uuid::Uuid::new_v4().as_u64_pair().0);
    let mut unnoticed = Vec::new();
    for (place, line) in parts().into_iter().skip(shard).step_by(SHARDS) {
        weakened::without(Some(place));
        let mut noticed = None;
        for worlds in 1..=PATIENCE {
            let seed = seeds.next();
            if let Err(fault) = super::world(&arena, seed).await {
                // It is the missing part that was noticed: with it, nothing is.
                weakened::without(None);
                // Elsewhere: here, what was told of the same people may still be on its way.
                let elsewhere = Arena::new(log.clone()).await;
                super::world(&elsewhere, seed).await.unwrap_or_else(|fault| panic!("{fault}"));
                noticed = Some((worlds, fault));
                break;
            }
        }
        weakened::without(None);
        match noticed {
            Some((worlds, fault)) => {
                println!("{place:?} {line}\n    world {worlds}: {:.900}", fault.lines().next().unwrap_or_default());
            }
            None => unnoticed.push((place, line)),
        }
    }
    assert!(unnoticed.is_empty(), "nothing turns red without these: {unnoticed:#?}");
}

#[tokio::test]
async fn without_any_part_of_the_rule_a_world_turns_red_0() {
    without_each_part(0).await;
}

#[tokio::test]
async fn without_any_part_of_the_rule_a_world_turns_red_1() {
    without_each_part(1).await;
}

#[tokio::test]
async fn without_any_part_of_the_rule_a_world_turns_red_2() {
    without_each_part(2).await;
}

#[tokio::test]
async fn without_any_part_of_the_rule_a_world_turns_red_3() {
    without_each_part(3).await;
}
