//! Which media type an answer has (RFC 9110, section 12.5.1, and the GraphQL over HTTP specification).

use std::str::FromStr;

use http::{HeaderMap, header};
use mediatype::{MediaTypeBuf, MediaTypeList, Name, ReadParams, names};

/// The media types that answers come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediaType {
    /// `application/graphql-response+json`: the status code tells whether the operation was executed.
    GraphQlResponse,
    /// `application/json`, for clients from before the specification: 200 whenever there is an answer.
    Json,
}

impl MediaType {
    /// As a header.
    pub fn header(self) -> &'static str {
        match self {
            Self::GraphQlResponse => "application/graphql-response+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
        }
    }
}

/// What a client accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// How it takes one answer, if it does.
    pub answer: Option<MediaType>,
    /// Whether it takes an answer that goes on, as events.
    pub events: bool,
}

impl Accepted {
    /// What the `Accept` headers of a request say. Whoever does not say accepts JSON, as clients from before the
    /// specification do; so does whoever accepts anything.
    pub fn by(headers: &HeaderMap) -> Self {
        let ranges = ranges(headers);
        if ranges.is_empty() {
            return Self { answer: Some(MediaType::Json), events: false };
        }
        let new = Weight::of(&ranges, "application", "graphql-response+json");
        let old = Weight::of(&ranges, "application", "json");
        let events = Weight::of(&ranges, "text", "event-stream");
        let answer = match (new.quality, old.quality) {
            (0, 0) => None,
            (new, old) if new < old => Some(MediaType::Json),
            (_, old) if old == 0 || new.is_named || new.quality > old => Some(MediaType::GraphQlResponse),
            _ => Some(MediaType::Json),
        };
        Self { answer, events: events.is_named && events.quality > 0 }
    }

    /// The media type of an answer that tells what is wrong.
    pub fn of_refusal(self) -> MediaType {
        self.answer.unwrap_or(MediaType::Json)
    }
}

/// One of the things that are accepted.
struct Range {
    main: String,
    sub: String,
    /// In thousandths; 0 is "not at all".
    quality: u16,
}

/// How much a media type is wanted, by the range that speaks of it most closely.
struct Weight {
    quality: u16,
    is_named: bool,
}

impl Weight {
    fn of(ranges: &[Range], main: &str, sub: &str) -> Self {
        let closeness = |range: &Range| match (range.main.as_str(), range.sub.as_str()) {
            named if named == (main, sub) => Some(2),
            (one, "*") if one == main => Some(1),
            ("*", "*") => Some(0),
            _ => None,
        };
        let speaking = ranges.iter().filter_map(|range| Some((closeness(range)?, range.quality)));
        match speaking.max() {
            Some((closeness, quality)) => Self { quality, is_named: closeness == 2 },
            None => Self { quality: 0, is_named: false },
        }
    }
}

/// What is accepted; what cannot be read is passed over.
fn ranges(headers: &HeaderMap) -> Vec<Range> {
    let texts = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let range = |media_type: mediatype::MediaType<'_>| Range {
        main: media_type.ty.as_str().to_ascii_lowercase(),
        sub: subtype(&media_type).to_ascii_lowercase(),
        quality: media_type.get_param(names::Q).map_or(1_000, |q| quality(q.as_str())),
    };
    texts.flat_map(|text| MediaTypeList::new(text).flatten().map(range).collect::<Vec<_>>()).collect()
}

fn subtype(media_type: &mediatype::MediaType<'_>) -> String {
    match media_type.suffix {
        Some(suffix) => format!("{}+{}", media_type.subty, suffix),
        None => media_type.subty.to_string(),
    }
}

/// A weight, in thousandths. One that makes no sense asks for nothing.
fn quality(q: &str) -> u16 {
    let parsed = f32::from_str(q).ok().filter(|q| (0.0..=1.0).contains(q));
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 1000")]
    parsed.map_or(0, |q| (q * 1_000.0).round() as u16)
}

/// Whether a body of this `Content-Type` is read: JSON, in UTF-8. A form of another site cannot send it without asking
/// first.
pub fn is_json(content_type: &str) -> bool {
    let Ok(media_type) = MediaTypeBuf::from_str(content_type) else { return false };
    let is_utf8 = media_type
        .get_param(Name::new_unchecked("charset"))
        .is_none_or(|charset| charset.unquoted_str().eq_ignore_ascii_case("utf-8"));
    media_type.ty().as_str().eq_ignore_ascii_case("application")
        && media_type.subty().as_str().eq_ignore_ascii_case("json")
        && media_type.suffix().is_none()
        && is_utf8
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepted(accept: &str) -> Accepted {
        Accepted::by(&HeaderMap::from_iter([(header::ACCEPT, accept.parse().unwrap())]))
    }

    #[test]
    fn the_media_type_that_is_wanted_most_is_the_one() {
        use MediaType::{GraphQlResponse as New, Json as Old};
        let json = Accepted { answer: Some(Old), events: false };
        assert_eq!(Accepted::by(&HeaderMap::new()), json);
        for (accept, answer, events) in [
            ("*/*", Some(Old), false),
            ("application/*", Some(Old), false),
            ("application/json", Some(Old), false),
            ("application/graphql-response+json", Some(New), false),
            ("Application/GraphQL-Response+JSON; charset=utf-8", Some(New), false),
            ("application/graphql-response+json, application/json;q=0.9", Some(New), false),
            ("application/json, application/graphql-response+json", Some(New), false),
            ("application/graphql-response+json;q=0.8, application/json", Some(Old), false),
            ("application/graphql-response+json;q=0.8, */*;q=0.1", Some(New), false),
            ("application/graphql-response+json;q=0, */*", Some(Old), false),
            ("application/json;q=0, */*", Some(New), false),
            ("application/json;q=0", None, false),
            ("*/*;q=0", None, false),
            ("text/html", None, false),
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", Some(Old), false),
            ("text/event-stream", None, true),
            ("text/event-stream;q=0", None, false),
            ("text/*", None, false),
            (
                "application/graphql-response+json, application/json, text/event-stream, multipart/mixed",
                Some(New),
                true,
            ),
            ("application/json;q=2, application/graphql-response+json;q=0.1", Some(New), false),
            ("nonsense, application/json", Some(Old), false),
            ("nonsense", Some(Old), false),
        ] {
            assert_eq!(accepted(accept), Accepted { answer, events }, "{accept}");
        }
    }

    #[test]
    fn bodies_are_json_in_utf_8() {
        for good in [
            "application/json",
            "Application/JSON",
            "application/json; charset=utf-8",
            "application/json;charset=\"UTF-8\"",
        ] {
            assert!(is_json(good), "{good}");
        }
        for bad in [
            "",
            "json",
            "text/json",
            "application/json+x",
            "application/jsonp",
            "application/json; charset=latin1",
            "text/plain",
        ] {
            assert!(!is_json(bad), "{bad}");
        }
    }
}
