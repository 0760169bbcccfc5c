//! Whether there is an order of calls that explains what everybody heard, and in which states such orders end.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::model::{Act, Heard, State};

/// A call: who did what and heard what. Numbers of one clock tell when.
#[derive(Clone, Debug)]
pub struct Call {
    pub me: usize,
    pub act: Act,
    pub made: Option<Uuid>,
    pub heard: Heard,
    pub began: usize,
    pub ended: usize,
}

/// The states in which these calls can have ended. Each list is one worker's, in its order; a call that had ended when
/// another began comes before it.
///
/// How far each worker has come, and the states that this can have led to, is all that is remembered of an order: few
/// states explain all that was heard so far.
pub fn ends(start: &State, histories: &[Vec<Call>]) -> BTreeSet<State> {
    let mut reached = BTreeMap::from([(vec![0; histories.len()], BTreeSet::from([start.clone()]))]);
    for _ in 0..histories.iter().map(Vec::len).sum() {
        let mut next: BTreeMap<Vec<usize>, BTreeSet<State>> = BTreeMap::new();
        for (places, states) in &reached {
            let ahead = |worker: usize| histories[worker].get(places[worker]);
            for worker in 0..histories.len() {
                let Some(call) = ahead(worker) else { continue };
                let is_late = (0..histories.len()).filter_map(ahead).any(|other| other.ended < call.began);
                if is_late {
                    continue;
                }
                let mut places = places.clone();
                places[worker] += 1;
                for state in states {
                    let mut state = state.clone();
                    if state.apply(call.me, call.act, call.made) == call.heard {
                        next.entry(places.clone()).or_default().insert(state);
                    }
                }
            }
        }
        reached = next;
    }
    reached.into_values().flatten().collect()
}

#[test]
fn a_history_that_no_order_explains_ends_nowhere() {
    let call = |me, act, heard, began, ended| Call { me, act, made: None, heard, began, ended };
    let start = State { private: [true; 4], ..State::default() };
    let ask = call(0, Act::Follow(1), "PENDING", 0, 10);
    // Accepted while it is asked for, or before: only the former can be.
    let accepted = |heard, began, ended| vec![vec![ask.clone()], vec![call(1, Act::Accept(0), heard, began, ended)]];
    let ends_of = |histories: &[Vec<Call>]| ends(&start, histories).len();
    assert_eq!(ends_of(&accepted("NONE", 5, 12)), 1);
    assert_eq!(ends_of(&accepted("NOT_FOUND", 5, 12)), 1);
    assert_eq!(ends_of(&accepted("NOT_FOUND", 11, 12)), 0);
    let early = vec![vec![call(0, Act::Follow(1), "PENDING", 5, 10)], vec![call(1, Act::Accept(0), "NONE", 1, 2)]];
    assert_eq!(ends_of(&early), 0);
    // Two orders that end in two states.
    let racing = vec![vec![call(0, Act::Follow(1), "PENDING", 0, 9)], vec![call(0, Act::Unfollow(1), "NONE", 0, 9)]];
    assert_eq!(ends_of(&racing), 2);
}
