use std::time::Duration;

use crate::store::{StoreError, db::Conflict};

/// Why something could not be answered. Each has a documented code in the API.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// Only a signed-in viewer may ask.
    #[error("sign in first")]
    Unauthenticated,
    /// An argument is out of its range or makes no sense.
    #[error("{message}")]
    BadInput {
        /// The argument, as a path from the field.
        argument: &'static str,
        /// What is wrong with it. Never repeats its value.
        message: String,
    },
    /// `first` or `last` is out of range.
    #[error("{argument} must be between 1 and {max}")]
    PageSize {
        /// Which of the two.
        argument: &'static str,
        /// The greatest page.
        max: u32,
    },
    /// A cursor is malformed, forged, or belongs to another list.
    #[error("{argument} is not a cursor of this list")]
    BadCursor {
        /// `after` or `before`.
        argument: &'static str,
    },
    /// The key of the request was given to another one before.
    #[error("this Idempotency-Key belongs to another request")]
    KeyReused,
    /// A budget is spent.
    #[error("that is too often: try again in {} s", retry_after.as_secs() + 1)]
    RateLimited {
        /// When there is a new one.
        retry_after: Duration,
    },
    /// Too many wait for the same already.
    #[error("the service is busy right now")]
    Busy,
    /// The database is away or busy.
    #[error("the service is not available right now")]
    Unavailable(StoreError),
    /// The database took too long.
    #[error("the request took too long")]
    Timeout(StoreError),
    /// A fault of ours.
    #[error("something went wrong on our side")]
    Internal(String),
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(_) => Self::Unavailable(error),
            // Conflicts were tried again; one that persists is as good as a timeout to the client.
            StoreError::Timeout(_) | StoreError::Conflict(_) | StoreError::Gone => Self::Timeout(error),
            StoreError::Taken { .. } | StoreError::Failed(_) => Self::Internal(error.to_string()),
        }
    }
}

/// Why a mutation was refused, in terms of its input. This is data for the client, not an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The kind of reason.
    pub code: RefusalCode,
    /// A sentence for people.
    pub message: String,
    /// The input field, from `input` down.
    pub path: Vec<&'static str>,
}

/// The kinds of reasons for which a mutation is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusalCode {
    /// The value breaks a rule.
    Invalid,
    /// Somebody else has it.
    Taken,
    /// It does not exist for this viewer.
    NotFound,
    /// It exists, but this viewer may not do that to it.
    NotAllowed,
    /// A limit of the product is reached.
    LimitReached,
    /// It is in a state in which that cannot be done.
    Conflict,
    /// Wrong password, unknown account, or a token that is no longer good.
    BadCredentials,
}

impl Refusal {
    /// A refusal because of the field `input.field`.
    pub fn new(code: RefusalCode, field: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), path: vec!["input", field] }
    }
}

/// How a mutation fails: refused with reasons, or not carried out at all. In both cases nothing was changed.
#[derive(Clone, Debug)]
pub enum Failure {
    /// For these reasons.
    Refused(Vec<Refusal>),
    /// By this error.
    Error(Error),
}

impl Failure {
    /// One refusal.
    pub fn refused(code: RefusalCode, field: &'static str, message: impl Into<String>) -> Self {
        Self::Refused(vec![Refusal::new(code, field, message)])
    }

    /// A request came again, and what the first one made does not exist for the viewer any more.
    pub(super) fn made_and_gone() -> Self {
        let message = "it was made when you asked first, and is gone".to_owned();
        Self::Refused(vec![Refusal { code: RefusalCode::NotFound, message, path: vec!["input"] }])
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(vec![refusal])
    }
}

impl Conflict for Failure {
    fn is_conflict(&self) -> bool {
        // What somebody removed in this very moment is found to be gone by the next attempt.
        matches!(self, Self::Error(Error::Timeout(error)) if error.is_conflict() || matches!(error, StoreError::Gone))
    }
}
