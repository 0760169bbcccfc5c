//! Entity tags: how a client says which content it has already.

use std::fmt::Write;

use http::{HeaderMap, header};
use sha2::{Digest, Sha256};

/// The strong tag of a content: half of its SHA-256, more than enough to tell two apart.
pub fn of(bytes: &[u8]) -> String {
    let mut tag = String::from('"');
    for byte in Sha256::digest(bytes).iter().take(16) {
        // Writing to a string cannot fail.
        let _ = write!(tag, "{byte:02x}");
    }
    tag.push('"');
    tag
}

/// Whether the request names the tag among those it has. By weak comparison, as RFC 9110 asks for here: a proxy that
/// compresses may have made the tag weak.
pub fn is_known(request: &HeaderMap, tag: &str) -> bool {
    request
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag)
}
