//! Handles: what people are called by.

use crate::domain::{Refusal, RefusalCode};

/// Words that would let somebody speak for the product or an authority, or that paths of the product need.
const RESERVED: [&str; 28] = [
    "about",
    "admin",
    "administrator",
    "anonymous",
    "api",
    "beacon",
    "beacons",
    "everyone",
    "explore",
    "graphql",
    "help",
    "home",
    "login",
    "me",
    "mod",
    "moderator",
    "null",
    "official",
    "privacy",
    "root",
    "security",
    "settings",
    "signin",
    "signup",
    "sojorn",
    "staff",
    "support",
    "system",
];

/// Whether somebody can have this handle, in lower case.
#[must_use]
pub fn is_possible(handle: &str) -> bool {
    let is_allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '.';
    (3..=30).contains(&handle.len()) && handle.chars().all(is_allowed)
}

/// The handle in the form in which it is stored: 3 to 30 of `[a-z0-9_.]`, upper case made lower.
///
/// Other alphabets are refused, so that no handle can be drawn to look like another.
///
/// # Errors
///
/// When it breaks the rule, or is reserved.
pub fn checked(handle: &str) -> Result<String, Refusal> {
    let handle = handle.to_ascii_lowercase();
    if !is_possible(&handle) {
        return Err(Refusal::new(
            RefusalCode::Invalid,
            "handle",
            "a handle has 3 to 30 characters, each a letter from a to z, a digit, _ or .",
        ));
    }
    // "s.o.j_o.r.n" reads like the word as well.
    let bare: String = handle.chars().filter(char::is_ascii_alphanumeric).collect();
    if bare.is_empty() || RESERVED.contains(&bare.as_str()) {
        return Err(Refusal::new(RefusalCode::Invalid, "handle", "this handle is reserved"));
    }
    Ok(handle)
}
