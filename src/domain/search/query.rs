//! What people type into a search box.

use crate::{
    domain::Error,
    store::search::{Kind, Wanted},
};

/// The longest text that is looked for, in characters.
const MAX_QUERY: usize = 100;

/// What is looked for. A text behind `@` is a name, one behind `#` a hashtag or a word of posts, of the kinds that were
/// asked for. It is compared as it is written (not in another normal form), but for upper and lower case: names and posts
/// are stored as they were written.
///
/// # Errors
///
/// When there is nothing to look for, or too much, or something that no text can hold.
pub(super) fn wanted(query: &str, kinds: Option<&[Kind]>) -> Result<Wanted, Error> {
    let query = query.trim();
    if !(1..=MAX_QUERY).contains(&query.chars().count()) {
        return Err(refused("query", format!("query must have 1 to {MAX_QUERY} characters")));
    }
    if query.contains('\0') {
        return Err(refused("query", "query holds a character that no text can have".to_owned()));
    }
    if kinds.is_some_and(<[Kind]>::is_empty) {
        return Err(refused("kinds", "kinds must name at least one kind, or be left out".to_owned()));
    }
    let (text, fits): (_, &[Kind]) = match query.split_at_checked(1) {
        Some(("@", name)) => (name, &[Kind::Profile]),
        Some(("#", word)) => (word, &[Kind::Post, Kind::Hashtag]),
        _ => (query, &[Kind::Profile, Kind::Post, Kind::Hashtag]),
    };
    let is_wanted = |kind: &Kind| kinds.is_none_or(|kinds| kinds.contains(kind));
    let text = text.trim();
    Ok(Wanted {
        text: text.to_owned(),
        tag: text.to_lowercase(),
        kinds: fits.iter().copied().filter(is_wanted).collect(),
    })
}

fn refused(argument: &'static str, message: String) -> Error {
    Error::BadInput { argument, message }
}
