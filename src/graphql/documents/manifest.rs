//! The documents that clients were built with, as the compilers of Apollo and Relay list them.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use serde::Deserialize;

/// Documents by their ids.
#[derive(Clone, Debug, Default)]
pub struct Manifest {
    by_id: Arc<HashMap<String, String>>,
    texts: Arc<HashSet<String>>,
}

/// Why a manifest cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// It is none.
    #[error("is no manifest of Apollo (operations with id and body) or Relay (ids and documents)")]
    Unknown,
    /// Two documents have one id.
    #[error("has two documents with the id {0}")]
    Twice(String),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Format {
    Apollo { operations: Vec<Operation> },
    Relay(HashMap<String, String>),
}

#[derive(Deserialize)]
struct Operation {
    id: String,
    body: String,
}

impl Manifest {
    /// Reads manifests, each as JSON.
    pub fn read<'a>(files: impl IntoIterator<Item = &'a str>) -> Result<Self, ManifestError> {
        let mut by_id = HashMap::new();
        for file in files {
            let documents: Vec<_> = match serde_json::from_str(file).map_err(|_| ManifestError::Unknown)? {
                Format::Apollo { operations } => operations.into_iter().map(|it| (it.id, it.body)).collect(),
                Format::Relay(documents) => documents.into_iter().collect(),
            };
            for (id, text) in documents {
                if by_id.insert(id.clone(), text.clone()).is_some_and(|other| other != text) {
                    return Err(ManifestError::Twice(id));
                }
            }
        }
        let texts = by_id.values().cloned().collect();
        Ok(Self { by_id: Arc::new(by_id), texts: Arc::new(texts) })
    }

    #[must_use]
    pub fn get(&self, id: &str) -> Option<&str> {
        self.by_id.get(id).map(String::as_str)
    }

    /// Whether a document is one of them, letter by letter.
    #[must_use]
    pub fn holds(&self, text: &str) -> bool {
        self.texts.contains(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn manifests_of_apollo_and_relay_are_read() {
        let apollo = r#"{ "format": "apollo-persisted-query-manifest", "version": 1,
                          "operations": [{ "id": "a1", "name": "A", "type": "query", "body": "query A { __typename }" }] }"#;
        let relay = r#"{ "b2": "query B { __typename }" }"#;
        let manifest = Manifest::read([apollo, relay]).unwrap();
        assert_eq!(manifest.get("a1"), Some("query A { __typename }"));
        assert_eq!(manifest.get("b2"), Some("query B { __typename }"));
        assert_eq!(manifest.get("c3"), None);
        assert!(manifest.holds("query B { __typename }") && !manifest.holds("query B {__typename }"));
        for bad in ["", "[]", "1", r#"{ "a": 1 }"#, r#"{ "operations": [{ "id": "a" }] }"#] {
            assert!(matches!(Manifest::read([bad]), Err(ManifestError::Unknown)), "{bad}");
        }
        let twice = [r#"{ "a": "{ b }" }"#, r#"{ "a": "{ c }" }"#];
        assert!(matches!(Manifest::read(twice), Err(ManifestError::Twice(id)) if id == "a"));
    }
}
