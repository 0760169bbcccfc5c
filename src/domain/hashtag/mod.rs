//! Hashtags, as far as the viewer may see what was written under them.

use std::collections::HashMap;

use crate::{
    domain::{
        Domain, Error,
        page::{Arguments, Connection},
        post::{Post, hashtags},
    },
    policy::Viewer,
    store,
};

/// Posts of a hashtag are counted up to here: whoever has more is told that there are this many.
const MAX_COUNT: i64 = 10_000;

impl Domain {
    /// The name of a hashtag as it is stored, if the viewer may see anything under it. With or without the sign, upper and
    /// lower case alike.
    pub async fn hashtag(&self, viewer: Viewer, name: &str) -> Result<Option<String>, Error> {
        let name = name.trim();
        let word = name.strip_prefix('#').unwrap_or(name);
        // What would not be one tag in a text is none here.
        let tag = word.to_lowercase();
        if hashtags(&format!("#{word}")) != [tag.as_str()] {
            return Ok(None);
        }
        Ok(store::hashtag::exists(&self.db, viewer, self.now(), &tag).await?.then_some(tag))
    }

    /// How many posts with each of these tags the viewer may see, at most [`MAX_COUNT`]. One statement, however many they
    /// are.
    pub async fn hashtag_post_counts(&self, viewer: Viewer, tags: &[String]) -> Result<HashMap<String, i64>, Error> {
        Ok(store::hashtag::counts(&self.db, viewer, self.now(), tags, MAX_COUNT).await?)
    }

    /// The posts with this tag that the viewer may see, newest first.
    pub async fn hashtag_posts(
        &self,
        viewer: Viewer,
        tag: &str,
        arguments: &Arguments,
    ) -> Result<Connection<Post>, Error> {
        let list = format!("Tag:{tag}");
        let window = self.cursors.window(&list, arguments)?;
        let slice = store::hashtag::posts(&self.db, viewer, self.now(), tag, &window).await?;
        Ok(self.cursors.connection(&list, &window, slice, Post::time_key))
    }
}
