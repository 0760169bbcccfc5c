//! Search: one statement that takes the ways to find something one after the other, each along its index, and begins a
//! way only when those before it have not filled the page.

mod walk;

use std::cmp::Reverse;

use chrono::{DateTime, Utc};
use entity::{PostId, ProfileId};
use sea_orm::{FromQueryResult, Value};
use uuid::Uuid;

use self::walk::{Walk, Way};
use super::{
    StoreError,
    db::Executor,
    page::{Slice, Window},
    scope,
};
use crate::policy::Viewer;

/// What can be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// People, by their handle and display name.
    Profile,
    /// Posts and replies, by their words.
    Post,
    /// Hashtags, by their beginning.
    Hashtag,
}

/// What is looked for.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// As it was written.
    pub text: String,
    /// As hashtags are written.
    pub tag: String,
    /// Only these.
    pub kinds: Vec<Kind>,
}

/// Where something stands among all that is found. Places are ordered as the list is: by the way on which it was found,
/// and then as that way goes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// The handle begins with the text: alphabetically, so that the handle itself is the first.
    Handle(String, ProfileId),
    /// The hashtag begins with the text: alphabetically.
    Hashtag(String),
    /// The display name begins with the text: alphabetically.
    Name(String, ProfileId),
    /// A word of the names is like the text: by the thousandths that are missing to being the same.
    Alike(i32, ProfileId),
    /// The post has all words of the text: newest first.
    Post(Reverse<(DateTime<Utc>, PostId)>),
}

/// With fewer letters, everything is alike.
const FEWEST_LETTERS: usize = 3;

/// What the viewer may find.
pub async fn find(
    db: &impl Executor,
    viewer: Viewer,
    now: DateTime<Utc>,
    wanted: &Wanted,
    window: &Window<Place>,
) -> Result<Slice<Place>, StoreError> {
    let ways = wanted.ways(window.after.as_ref());
    if ways.is_empty() {
        return Ok(Slice::default());
    }
    let mut sql = scope::with_visible_posts(scope::posts(viewer, now));
    scope::and_named_profiles(&mut sql, viewer);
    // What begins with a text stands between the text and the text with the last character that there is.
    sql.text(", wanted AS MATERIALIZED (SELECT text, lower(text) AS beginning, lower(text) || chr(1114111) AS ending,");
    sql.text(" lower(tag) AS tag, lower(tag) || chr(1114111) AS tag_ending");
    sql.text(" FROM (VALUES (").bind(wanted.text.as_str()).text("::text, ");
    sql.bind(wanted.tag.as_str()).text("::text)) AS given (text, tag))");
    for (at, way) in ways.iter().enumerate() {
        let after = window.after.as_ref().filter(|place| place.way() == *way);
        Walk { before: &ways[..at], after, window }.take(*way, &mut sql);
    }
    for (at, way) in ways.iter().enumerate() {
        sql.text(if at == 0 { " SELECT " } else { " UNION ALL SELECT " }).text(way.columns());
        sql.text(" FROM ").text(way.table());
    }
    let mut places: Vec<_> = db.all::<Row>(sql).await?.into_iter().filter_map(Row::place).collect();
    places.sort();
    Ok(window.finish(places))
}

impl Wanted {
    /// The ways that lead to what is looked for, from the one on which `after` was found.
    fn ways(&self, after: Option<&Place>) -> Vec<Way> {
        let letters = self.text.chars().filter(|c| c.is_alphanumeric()).count();
        let leads = |way: &Way| match way {
            // Everything begins with nothing.
            _ if self.text.is_empty() => false,
            Way::Handle | Way::Name => self.kinds.contains(&Kind::Profile),
            Way::Alike => self.kinds.contains(&Kind::Profile) && letters >= FEWEST_LETTERS,
            Way::Hashtag => self.kinds.contains(&Kind::Hashtag),
            Way::Post => self.kinds.contains(&Kind::Post) && letters > 0,
        };
        let is_left = |way: &Way| after.is_none_or(|place| *way >= place.way());
        let all = [Way::Handle, Way::Hashtag, Way::Name, Way::Alike, Way::Post];
        all.into_iter().filter(leads).filter(is_left).collect()
    }
}

impl Place {
    fn way(&self) -> Way {
        match self {
            Self::Handle(..) => Way::Handle,
            Self::Hashtag(_) => Way::Hashtag,
            Self::Name(..) => Way::Name,
            Self::Alike(..) => Way::Alike,
            Self::Post(_) => Way::Post,
        }
    }

    fn values(&self) -> Vec<Value> {
        match self.clone() {
            Self::Handle(name, id) | Self::Name(name, id) => vec![name.into(), id.into()],
            Self::Hashtag(name) => vec![name.into()],
            Self::Alike(missing, id) => vec![missing.into(), id.into()],
            Self::Post(Reverse((at, id))) => vec![at.into(), id.into()],
        }
    }
}

#[derive(FromQueryResult)]
struct Row {
    way: i32,
    id: Option<Uuid>,
    name: Option<String>,
    missing: Option<i32>,
    created_at: Option<DateTime<Utc>>,
}

impl Row {
    fn place(self) -> Option<Place> {
        Some(match self.way {
            0 => Place::Handle(self.name?, ProfileId(self.id?)),
            1 => Place::Hashtag(self.name?),
            2 => Place::Name(self.name?, ProfileId(self.id?)),
            3 => Place::Alike(self.missing?, ProfileId(self.id?)),
            _ => Place::Post(Reverse((self.created_at?, PostId(self.id?)))),
        })
    }
}
