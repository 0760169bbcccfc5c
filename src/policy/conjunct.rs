//! How the rule is put together: all of what `must` hold, any of what `may`.
//!
//! Where assertions are compiled in, which is never in a release build, a test can take any one `must` away, and see that
//! something notices: `tests/it/attack` does so with each, by its place in `visibility.rs`.

use sea_orm::Condition;

/// The parts of a condition of the rule.
pub(super) trait Conjunct: Sized {
    /// Something that narrows what may be seen. Nothing else in the rule does.
    #[track_caller]
    fn must(self, condition: impl Into<Condition>) -> Self;

    /// Something that widens it.
    fn may(self, condition: impl Into<Condition>) -> Self;
}

impl Conjunct for Condition {
    #[track_caller]
    fn must(self, condition: impl Into<Condition>) -> Self {
        #[cfg(debug_assertions)]
        if weakened::is_without(std::panic::Location::caller()) {
            return self.add(sea_orm::sea_query::Expr::Constant(true.into()));
        }
        self.add(condition)
    }

    fn may(self, condition: impl Into<Condition>) -> Self {
        self.add(condition)
    }
}

/// The rule with a part missing.
#[cfg(debug_assertions)]
pub mod weakened {
    use std::{cell::Cell, panic::Location};

    thread_local! {
        static WITHOUT: Cell<Option<(u32, u32)>> = const { Cell::new(None) };
    }

    /// From now on, statements that this thread writes lack the `must` that stands at this line and column of
    /// `visibility.rs`; none, when they are to be whole again.
    pub fn without(place: Option<(u32, u32)>) {
        WITHOUT.set(place);
    }

    pub(super) fn is_without(caller: &Location<'_>) -> bool {
        WITHOUT.get() == Some((caller.line(), caller.column()))
    }
}
