//! Documents that are remembered when they were sent once (Apollo's automatic persisted queries). Those that are asked for
//! most stay; each server remembers for itself, and a client that meets another one sends its document again.

use std::sync::Arc;

use quick_cache::{Weighter, sync::Cache};

/// What a document takes besides its text: its name, and its place.
const OVERHEAD: u64 = 200;

/// Documents by their hashes.
pub struct Automatic(Cache<String, Arc<str>, Bytes>);

#[derive(Clone)]
struct Bytes;

impl Weighter<String, Arc<str>> for Bytes {
    fn weight(&self, _: &String, text: &Arc<str>) -> u64 {
        text.len() as u64 + OVERHEAD
    }
}

impl Automatic {
    /// Room for so many bytes.
    pub fn new(bytes: u64) -> Self {
        let usual = usize::try_from(bytes / 1_000).unwrap_or(usize::MAX).max(1);
        Self(Cache::with_weighter(usual, bytes, Bytes))
    }

    /// The document with this hash.
    pub fn get(&self, hash: &str) -> Option<String> {
        self.0.get(&hash.to_ascii_lowercase()).map(|text| text.as_ref().to_owned())
    }

    /// Remembers a document.
    pub fn insert(&self, hash: String, text: &str) {
        self.0.insert(hash, text.into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_bytes_are_kept_than_there_may_be() {
        let automatic = Automatic::new(100_000);
        let text = "x".repeat(1_800);
        for n in 0..1_000 {
            automatic.insert(format!("{n:x}"), &text);
        }
        let kept = (0..1_000).filter(|n| automatic.get(&format!("{n:x}")).is_some()).count();
        assert!((1..=50).contains(&kept), "{kept}");
        // One that is larger than all there is displaces nothing.
        automatic.insert("large".to_owned(), &"x".repeat(200_000));
        assert_eq!(automatic.get("large"), None);
        assert_eq!((0..1_000).filter(|n| automatic.get(&format!("{n:x}")).is_some()).count(), kept);
    }
}
