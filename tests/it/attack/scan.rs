//! Looking for what must not be said, in every byte.

use std::collections::BTreeMap;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::Value;

use super::{
    marks::{ID_MARK, MARK},
    secrets::{Say, Secret},
};

/// The secrets of a viewer, to be looked for.
pub struct Scan<'a> {
    /// By the text.
    known: BTreeMap<&'a str, &'a Secret>,
    /// Ids that the server has made: nothing tells them from others.
    unmarked: Vec<&'a Secret>,
    id_mark: String,
    said: std::collections::BTreeSet<&'a str>,
}

impl<'a> Scan<'a> {
    pub fn new(secrets: &'a [Secret]) -> Self {
        let id_mark = format!("{ID_MARK:08x}");
        let is_marked = |secret: &&Secret| secret.text.starts_with(MARK) || secret.text.starts_with(&id_mark);
        Self {
            known: secrets.iter().map(|secret| (&*secret.text, secret)).collect(),
            unmarked: secrets.iter().filter(|secret| !is_marked(secret)).collect(),
            id_mark,
            said: std::collections::BTreeSet::new(),
        }
    }

    /// Reads some bytes that the viewer got; the first thing in them that is not for the viewer is the error.
    pub fn read(&mut self, bytes: &[u8]) -> Result<(), String> {
        let text = String::from_utf8_lossy(bytes);
        let lower = text.to_ascii_lowercase();
        let marks = [(MARK, MARK.len() + 12), (&*self.id_mark.clone(), 36)];
        let mut found = Vec::new();
        for (mark, length) in marks {
            let starts = lower.match_indices(mark).map(|(at, _)| at);
            found.extend(starts.filter_map(|at| self.known.get(lower.get(at..at + length)?)).copied());
        }
        found.extend(self.unmarked.iter().filter(|secret| lower.contains(&secret.text)));
        for secret in found {
            if secret.say == Say::Never {
                return Err(format!("{} is told", secret.what));
            }
            self.said.insert(&secret.text);
        }
        Ok(())
    }

    /// Reads an answer, also what its cursors hold.
    pub fn read_json(&mut self, json: &Value) -> Result<(), String> {
        match json {
            Value::Object(fields) => fields.values().try_for_each(|value| self.read_json(value)),
            Value::Array(items) => items.iter().try_for_each(|value| self.read_json(value)),
            Value::String(text) if text.len() > 30 && !text.contains([' ', ':']) => {
                match BASE64_URL_SAFE_NO_PAD.decode(text) {
                    Ok(bytes) => self.read_key(&bytes),
                    Err(_) => Ok(()),
                }
            }
            _ => Ok(()),
        }
    }

    /// Reads the sort key of a cursor: ids stand in it as bytes.
    fn read_key(&mut self, bytes: &[u8]) -> Result<(), String> {
        let ids = bytes.windows(16).filter(|window| window.starts_with(&ID_MARK.to_be_bytes()));
        let ids = ids.map(|id| uuid::Uuid::from_slice(id).unwrap().to_string()).collect::<Vec<_>>();
        self.read(ids.join(" ").as_bytes())
    }

    /// What the viewer had to be told and was not.
    pub fn missing(&self) -> Option<String> {
        let mut due = self.known.values().filter(|secret| secret.say == Say::Must);
        due.find(|secret| !self.said.contains(&*secret.text)).map(|secret| format!("{} is told nowhere", secret.what))
    }
}
