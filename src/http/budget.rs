//! Charging requests to the budget of whoever makes them.
//! <https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/>

use std::{net::IpAddr, time::Duration};

use async_graphql::ServerError;
use http::{HeaderMap, HeaderName, HeaderValue};

use super::State;
use crate::{
    domain::{
        account::Rejection,
        budget::{Overspent, Ration, Standing},
    },
    graphql::{self, Charged, Operation},
    policy::Viewer,
};

/// How a budget stands.
pub const STANDING: HeaderName = HeaderName::from_static("ratelimit");
/// How much a budget is.
pub const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// Charges an operation to a viewer, or to the address that a viewer who is signed out comes from.
pub fn charge(
    state: &State,
    viewer: Viewer,
    address: Option<IpAddr>,
    operation: &Operation,
) -> Result<Charged, Overspent> {
    let standing = if operation.is_dry {
        state.domain.standing(viewer, address)
    } else {
        // What is too dear was looked at all the same.
        state.domain.charge(viewer, address, operation.cost).map_err(|_| {
            let _ = state.domain.charge(viewer, address, 1);
            Overspent(state.domain.standing(viewer, address))
        })?
    };
    Ok(Charged { cost: operation.cost, standing })
}

/// Charges an address for a token that is not good: to have one looked at is not for nothing either. Whatever others at the
/// address have spent, that it is not good is told.
pub fn charge_rejected(state: &State, address: Option<IpAddr>, rejection: &Rejection) {
    if matches!(rejection, Rejection::BadToken) {
        let _ = state.domain.charge(Viewer::SIGNED_OUT, address, 1);
    }
}

/// The error of a request for which the budget does not suffice, with the time until there is a new one.
pub fn rate_limited(state: &State, Overspent(standing): Overspent) -> ServerError {
    graphql::rate_limited(state.domain.until(standing.resets_at).max(Duration::from_millis(1)))
}

/// Says how a budget stands.
pub fn tell(state: &State, standing: Standing, headers: &mut HeaderMap) {
    let seconds = state.domain.until(standing.resets_at).as_secs_f64().ceil();
    let policy = format!("\"cost\";q={};w={}", standing.limit, Ration::Cost.time().num_seconds());
    let now = format!("\"cost\";r={};t={seconds}", standing.remaining);
    for (name, value) in [(POLICY, policy), (STANDING, now)] {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(name, value);
        }
    }
}
