//! Keyset paging: a page is a walk along an index from a key, never a count of rows to skip.

use std::{collections::HashMap, hash::Hash};

use chrono::{DateTime, Utc};
use entity::{PostId, ProfileId};
use sea_orm::Value;
use uuid::Uuid;

use super::sql::Sql;

/// The sort key of a list: columns that are compared as one row value, all in the same direction, the last one unique.
pub trait Key: Clone + Send + Sync {
    /// The columns, in order.
    const COLUMNS: &'static [&'static str];
    /// Whether the list begins with the greatest key.
    const DESCENDING: bool = true;
    /// The values of the columns.
    fn values(&self) -> Vec<Value>;
}

/// Newest first.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TimeKey {
    /// When the row came to be.
    pub at: DateTime<Utc>,
    /// Its id, or that of the row at its other end.
    pub id: Uuid,
}

impl Key for TimeKey {
    const COLUMNS: &'static [&'static str] = &["created_at", "id"];
    fn values(&self) -> Vec<Value> {
        vec![self.at.into(), self.id.into()]
    }
}

/// Oldest first, as in a conversation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OldestKey(pub TimeKey);

impl Key for OldestKey {
    const COLUMNS: &'static [&'static str] = TimeKey::COLUMNS;
    const DESCENDING: bool = false;
    fn values(&self) -> Vec<Value> {
        self.0.values()
    }
}

/// A profile's page: pins first, then newest first.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PinnedKey {
    /// Whether the post is pinned.
    pub is_pinned: bool,
    /// When it was written.
    pub at: DateTime<Utc>,
    /// Its id.
    pub id: PostId,
}

impl Key for PinnedKey {
    const COLUMNS: &'static [&'static str] = &["is_pinned", "created_at", "id"];
    fn values(&self) -> Vec<Value> {
        vec![self.is_pinned.into(), self.at.into(), self.id.into()]
    }
}

/// Which rows of a list are wanted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Window<K> {
    /// Rows at most.
    pub limit: u32,
    /// Whether the *last* rows are wanted, not the first.
    pub backward: bool,
    /// Only rows behind this key, in list order.
    pub after: Option<K>,
    /// Only rows before this key, in list order.
    pub before: Option<K>,
}

/// The rows of a window, in list order.
#[derive(Clone, Debug)]
pub struct Slice<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// Whether there are more in the direction of the walk.
    pub more: bool,
}

impl<T> Default for Slice<T> {
    fn default() -> Self {
        Self { rows: Vec::new(), more: false }
    }
}

impl<K> Window<K> {
    /// How many rows to ask for: one more than wanted, to know whether there are more.
    pub(super) fn probe(&self) -> u32 {
        self.limit + 1
    }

    /// Takes the rows as the walk found them, cuts the probe, and puts them into list order.
    pub(super) fn finish<T>(&self, mut rows: Vec<T>) -> Slice<T> {
        let limit = self.limit as usize;
        let more = rows.len() > limit;
        rows.truncate(limit);
        if self.backward {
            rows.reverse();
        }
        Slice { rows, more }
    }

    /// As [`Self::finish`], for the rows of several lists: one slice for each owner, also where there are no rows.
    pub(super) fn finish_each<O, T>(
        &self,
        owners: &[O],
        rows: Vec<T>,
        owner_of: impl Fn(&T) -> Option<O>,
    ) -> Vec<(O, Slice<T>)>
    where
        O: Copy + Eq + Hash,
    {
        let mut lists: HashMap<O, Vec<T>> = HashMap::new();
        for row in rows {
            if let Some(owner) = owner_of(&row) {
                lists.entry(owner).or_default().push(row);
            }
        }
        owners.iter().map(|owner| (*owner, self.finish(lists.remove(owner).unwrap_or_default()))).collect()
    }
}

impl<K: Key> Window<K> {
    /// Appends ` AND (columns) < (key)` for each end of the window that is given.
    pub(super) fn restrict(&self, sql: &mut Sql, table: &str) {
        for (key, behind) in [(&self.after, true), (&self.before, false)] {
            let Some(key) = key else { continue };
            sql.text(" AND (").text(&columns::<K>(table, "")).text(") ");
            sql.text(if behind == K::DESCENDING { "<" } else { ">" }).text(" (");
            for (index, value) in key.values().into_iter().enumerate() {
                sql.text(if index == 0 { "" } else { ", " }).bind(value);
            }
            sql.text(")");
        }
    }

    /// Appends ` ORDER BY columns LIMIT n` in the direction of the walk.
    pub(super) fn order_and_limit(&self, sql: &mut Sql, table: &str) {
        self.order(sql, table);
        sql.text(" LIMIT ").number(self.probe());
    }

    /// Appends ` ORDER BY columns` in the direction of the walk.
    pub(super) fn order(&self, sql: &mut Sql, table: &str) {
        let direction = if self.is_descending() { " DESC" } else { "" };
        sql.text(" ORDER BY ").text(&columns::<K>(table, direction));
    }

    /// Whether the walk goes from great to small keys.
    pub(super) fn is_descending(&self) -> bool {
        K::DESCENDING != self.backward
    }
}

fn columns<K: Key>(table: &str, suffix: &str) -> String {
    K::COLUMNS.iter().map(|column| format!("{table}.{column}{suffix}")).collect::<Vec<_>>().join(", ")
}

impl TimeKey {
    /// The key of a post in a feed.
    #[must_use]
    pub fn post(at: DateTime<Utc>, id: PostId) -> Self {
        Self { at, id: id.0 }
    }

    /// The key of a person in a list of follows.
    #[must_use]
    pub fn profile(at: DateTime<Utc>, id: ProfileId) -> Self {
        Self { at, id: id.0 }
    }
}
