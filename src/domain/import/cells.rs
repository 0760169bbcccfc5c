//! What single values may be. Each parser answers a sentence when it does not understand.

use chrono::{DateTime, Datelike, Utc};

use super::error::shown;
use crate::domain::{beacon::BeaconType, post::Visibility, profile::handle};

/// A handle that somebody may have.
pub(super) fn new_handle(text: &str) -> Result<String, String> {
    handle::checked(text).map_err(|refusal| format!("{}: {}", shown(text), refusal.message))
}

/// A handle that somebody has, in lower case. Whose it is turns out later.
pub(super) fn known_handle(text: &str) -> Result<String, String> {
    if text.is_empty() { Err("a handle is needed".to_owned()) } else { Ok(text.to_lowercase()) }
}

/// What a file calls a post of its own. Which one it is turns out later.
pub(super) fn post_name(text: &str) -> Result<String, String> {
    const MAX: usize = 200;
    match text.chars().count() {
        0 => Err("an id is needed".to_owned()),
        1..=MAX => Ok(text.to_owned()),
        _ => Err(format!("an id may have {MAX} characters at most")),
    }
}

/// `true` or `false`.
pub(super) fn boolean(text: &str) -> Result<bool, String> {
    match text {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(format!("{} is neither true nor false", shown(text))),
    }
}

/// A moment as RFC 3339 writes it. (Its year 0 is one that PostgreSQL writes otherwise.)
pub(super) fn time(text: &str) -> Result<DateTime<Utc>, String> {
    let time = DateTime::parse_from_rfc3339(text).ok().and_then(|time| {
        // Whole microseconds; the leap second 23:59:60 is the first one of the next minute.
        DateTime::from_timestamp_micros(time.timestamp_micros())
    });
    time.filter(|time| (1..=9999).contains(&time.year()))
        .ok_or_else(|| format!("{} is not a time such as 2026-02-01T12:00:00Z", shown(text)))
}

/// The status of a follow.
pub(super) fn follow_status(text: &str) -> Result<&'static str, String> {
    match text {
        "accepted" => Ok("accepted"),
        "pending" => Ok("pending"),
        _ => Err(format!("{} is neither accepted nor pending", shown(text))),
    }
}

/// Whom a post is for. Here an unknown word is a mistake, not `only_me`.
pub(super) fn visibility(text: &str) -> Result<&'static str, String> {
    let word = Visibility::of(Some(text)).word();
    if word == text { Ok(word) } else { Err(format!("{} is none of public, followers, circle, only_me", shown(text))) }
}

/// What a beacon is about. Here an unknown word is a mistake, not `community`.
pub(super) fn beacon_type(text: &str) -> Result<&'static str, String> {
    let word = BeaconType::of(text).word();
    if word == text { Ok(word) } else { Err(format!("{} is not a type of beacons", shown(text))) }
}

/// Milliseconds.
pub(super) fn duration(text: &str) -> Result<i32, String> {
    let number = text.parse().ok().filter(|duration| *duration >= 0);
    number.ok_or_else(|| format!("{} is not a number of milliseconds", shown(text)))
}

/// Degrees north.
pub(super) fn latitude(text: &str) -> Result<f64, String> {
    degrees(text, 90.0).ok_or_else(|| format!("{} is not a latitude", shown(text)))
}

/// Degrees east.
pub(super) fn longitude(text: &str) -> Result<f64, String> {
    degrees(text, 180.0).ok_or_else(|| format!("{} is not a longitude", shown(text)))
}

fn degrees(text: &str, most: f64) -> Option<f64> {
    // NaN and the infinities parse, and are not within the bounds.
    text.parse().ok().filter(|degrees: &f64| (-most..=most).contains(degrees))
}

/// An address that a browser can open.
pub(super) fn address(text: &str) -> Result<String, String> {
    const MAX_BYTES: usize = 2_048;
    let is_web = |url: &url::Url| matches!(url.scheme(), "http" | "https") && url.has_host();
    if text.len() <= MAX_BYTES
        && !text.chars().any(char::is_control)
        && url::Url::parse(text).is_ok_and(|url| is_web(&url))
    {
        Ok(text.to_owned())
    } else {
        Err(format!("{} is not an address that begins with http:// or https://", shown(text)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_told_from_other_text() {
        assert_eq!(new_handle("Ada.L_9").unwrap(), "ada.l_9");
        for bad in ["", "ab", "a b c", "ädä", "admin", "s.o.jorn", "..."] {
            assert!(new_handle(bad).is_err(), "{bad}");
        }
        assert_eq!(post_name(&"ä".repeat(200)).unwrap().chars().count(), 200);
        assert!(post_name("").is_err() && post_name(&"ä".repeat(201)).is_err());
        assert!(boolean("TRUE").is_err() && boolean("").is_err() && boolean("1").is_err());
        assert_eq!(time("2010-10-12T02:21:28.1234567+02:00").unwrap().to_rfc3339(), "2010-10-12T00:21:28.123456+00:00");
        assert_eq!(time("2016-12-31T23:59:60Z").unwrap().to_rfc3339(), "2017-01-01T00:00:00+00:00");
        for bad in ["", "2010-10-12", "2010-10-12 00:00", "2010-13-01T00:00:00Z", "0000-01-01T00:00:00Z", "now"] {
            assert!(time(bad).is_err(), "{bad}");
        }
        assert_eq!((latitude("-90"), longitude("180"), latitude("1e1")), (Ok(-90.0), Ok(180.0), Ok(10.0)));
        for bad in ["", "90.1", "NaN", "inf", "-inf", "12,5", "north"] {
            assert!(latitude(bad).is_err(), "{bad}");
        }
        assert_eq!(latitude("95.1").unwrap_err(), "\"95.1\" is not a latitude");
        assert_eq!((duration("0"), duration("2147483647")), (Ok(0), Ok(i32::MAX)));
        assert!(duration("-1").is_err() && duration("1.5").is_err() && duration("2147483648").is_err());
        assert_eq!((visibility("only_me"), beacon_type("lost_pet")), (Ok("only_me"), Ok("lost_pet")));
        assert!(visibility("Public").is_err() && visibility("").is_err() && beacon_type("ufo").is_err());
        assert!(address("https://media.example/1.mp4").is_ok());
        assert!(address("javascript:alert(1)").is_err() && address("media/1.mp4").is_err());
        assert!(follow_status("blocked").is_err());
    }
}
