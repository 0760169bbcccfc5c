//! What stands in a world that is not for everybody, and for whom it is.

use super::model::{Model, Viewer};

/// What an answer may do with a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Say {
    /// It is the viewer's to see, and has to be seen.
    Must,
    /// The viewer knows it anyway.
    May,
    Never,
}

/// A text that names something.
#[derive(Clone, Debug)]
pub struct Secret {
    pub text: String,
    pub say: Say,
    pub what: String,
}

impl Model {
    fn has_profile(&self, viewer: Viewer) -> bool {
        viewer.is_some_and(|me| self.exists(viewer, me))
    }

    /// Everything, as it is for this viewer.
    pub fn secrets(&self, viewer: Viewer) -> Vec<Secret> {
        let mut secrets = Vec::new();
        let mut add = |text: &str, what: String, say| secrets.push(Secret { text: text.to_owned(), say, what });
        let when = |is: bool| if is { Say::Must } else { Say::Never };
        for (at, person) in self.people.iter().enumerate() {
            // An export holds all that is the viewer's own.
            let is_me = viewer == Some(at);
            let name = person.handle.as_deref().unwrap_or("(no handle)");
            let has_blocked = viewer.is_some_and(|me| self.blocks.contains(&(me, at)));
            let is_listed = has_blocked && self.exists(None, at);
            let card = match when(is_me || is_listed || self.exists(viewer, at)) {
                // The list is below the viewer's own profile, and without a handle there is none.
                Say::Must if !is_me && has_blocked && !self.has_profile(viewer) => Say::May,
                card => card,
            };
            let has_taken_in = viewer.is_some_and(|me| self.circles.contains(&(me, at)));
            let id = if card == Say::Never && (has_blocked || has_taken_in) { Say::May } else { card };
            add(&person.id.to_string(), format!("the id of {name}"), id);
            add(&person.card, format!("the card of {name}"), card);
            add(&person.details, format!("the details of {name}"), when(is_me || self.may_view(viewer, at)));
            add(&person.own, format!("the e-mail and key of {name}"), when(is_me));
            add(&person.hidden, format!("the password's hash of {name}"), Say::Never);
        }
        for (at, post) in self.posts.iter().enumerate() {
            let kind = if post.beacon.is_some() { "beacon" } else { "post" };
            let what = format!("{kind} {at} (author {:?}, visibility {:?})", post.author, post.visibility);
            let is_own = self.is_author(viewer, at);
            let say = when(is_own || self.visible(viewer, at));
            add(&post.id.to_string(), format!("the id of {what}"), say);
            add(&post.marker, format!("the text of {what}"), say);
            add(&post.picture, format!("the picture of {what}"), say);
            for earlier in &post.earlier {
                add(earlier, format!("an earlier text of {what}"), when(is_own));
            }
        }
        secrets
    }
}
