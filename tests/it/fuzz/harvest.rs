//! What answers have told, to be asked with.

use std::collections::BTreeMap;

use super::json::Json;
use crate::support::Dice;

/// Ids by the type of their thing, and texts by what they are.
#[derive(Default)]
pub struct Harvest {
    kept: BTreeMap<String, Vec<String>>,
    /// Where the next one is put, when there are many.
    next: usize,
}

/// Of a kind, so many are kept.
const MOST: usize = 40;

impl Harvest {
    pub fn keep(&mut self, kind: &str, text: &str) {
        let kept = self.kept.entry(kind.to_owned()).or_default();
        if kept.len() < MOST {
            kept.push(text.to_owned());
        } else {
            text.clone_into(&mut kept[self.next % MOST]);
            self.next += 1;
        }
    }

    pub fn pick(&self, dice: &mut Dice, kind: &str) -> Option<String> {
        Some(dice.pick(self.kept.get(kind)?).clone())
    }

    /// An id of anything.
    pub fn pick_id(&self, dice: &mut Dice) -> Option<String> {
        let kinds: Vec<_> = self.kept.keys().filter(|kind| kind.starts_with(char::is_uppercase)).collect();
        (!kinds.is_empty()).then(|| *dice.pick(&kinds)).and_then(|kind| self.pick(dice, kind))
    }

    /// Keeps what stands at this field of an object.
    pub fn see(&mut self, on: &str, field: &str, value: &Json) {
        let Json::Text(text) = value else { return };
        match field {
            "id" => self.keep(on, text),
            "cursor" | "startCursor" | "endCursor" => self.keep("cursor", text),
            "handle" | "manageKey" | "refreshToken" => self.keep(field, text),
            _ => {}
        }
    }
}
