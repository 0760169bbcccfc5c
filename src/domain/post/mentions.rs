use entity::{PostId, ProfileId};

use super::Post;
use crate::{
    domain::{Domain, Failure, notification::Kind, profile::handle},
    policy::Viewer,
    store::{self, Tx},
};

/// People whom a post mentions at most; further handles are only text.
const MAX_MENTIONS: usize = 30;

impl Domain {
    /// Writes down whom a post mentions with these handles, and tells those who were not mentioned before. Whoever is told of
    /// it as a reply is not told twice.
    pub(super) async fn mention(
        &self,
        tx: &Tx,
        writer: Viewer,
        (id, me): (PostId, ProfileId),
        handles: &[String],
        parent: Option<&Post>,
    ) -> Result<(), Failure> {
        let people = if handles.is_empty() { Vec::new() } else { store::mention::people(tx, writer, handles).await? };
        let mut mentioned = store::mention::set(tx, id, &people).await?;
        mentioned.retain(|person| parent.is_none_or(|parent| parent.author.id != *person));
        store::notification::tell(tx, Kind::Mention, me, Some(id), &mentioned, self.now()).await?;
        Ok(())
    }
}

/// The handles in a text, in lower case, each once, in order: an `@` that does not follow a letter, as in an e-mail
/// address, then what can be a handle. A full stop behind it ends the sentence, not the handle.
pub(super) fn handles(body: &str) -> Vec<String> {
    let mut handles: Vec<String> = Vec::new();
    for (at, _) in body.match_indices('@') {
        let follows = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '@' | '/');
        if body[..at].chars().next_back().is_some_and(follows) {
            continue;
        }
        let word = body[at + 1..].split(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '.').next();
        let handle = word.unwrap_or_default().trim_end_matches('.').to_ascii_lowercase();
        let is_one = handle::is_possible(&handle);
        if is_one && !handles.contains(&handle) && handles.len() < MAX_MENTIONS {
            handles.push(handle);
        }
    }
    handles
}

#[cfg(test)]
mod tests {
    use super::handles;

    #[test]
    fn handles_are_found_where_people_mean_them() {
        assert_eq!(handles("@Ada and @ben_2, (@c.d): thanks @ada."), ["ada", "ben_2", "c.d"]);
        assert_eq!(handles("a@b.example @@twice https://x.example/@page @ab @ @é"), [""; 0]);
        assert_eq!(handles(&format!("@{}", "x".repeat(31))), [""; 0]);
        assert_eq!(handles(&(100..140).map(|n| format!("@p{n} ")).collect::<Vec<_>>().concat()).len(), 30);
    }
}
