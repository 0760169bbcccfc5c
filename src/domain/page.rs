//! Pages as the API knows them.

use super::{Error, cursor::CursorKey};
use crate::store::{
    StoreError,
    page::{Slice, Window},
};

/// The paging arguments of a connection, as they came.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Arguments {
    /// How many rows from the beginning.
    pub first: Option<i32>,
    /// Only behind this cursor.
    pub after: Option<String>,
    /// How many rows from the end.
    pub last: Option<i32>,
    /// Only before this cursor.
    pub before: Option<String>,
}

/// A page of a list.
#[derive(Clone, Debug)]
pub struct Connection<T> {
    /// Its rows.
    pub edges: Vec<Edge<T>>,
    /// Whether there are rows behind the page.
    pub has_next_page: bool,
    /// Whether there are rows before the page.
    pub has_previous_page: bool,
}

impl<T> Connection<T> {
    /// The same page with something else in the place of each row.
    pub fn map<U>(self, change: impl Fn(T) -> U) -> Connection<U> {
        let edge = |edge: Edge<T>| Edge { cursor: edge.cursor, node: change(edge.node) };
        Connection {
            edges: self.edges.into_iter().map(edge).collect(),
            has_next_page: self.has_next_page,
            has_previous_page: self.has_previous_page,
        }
    }
}

/// A row of a list and its place in it.
#[derive(Clone, Debug)]
pub struct Edge<T> {
    /// The sealed place.
    pub cursor: String,
    /// The row.
    pub node: T,
}

impl super::Domain {
    /// The same page of a list that each owner has, by one call of `load` for all of them. A cursor belongs to the list
    /// of one owner: it opens that one's page and is an error for the others.
    pub(super) async fn pages_of_each<O: Copy, K: CursorKey, T, F>(
        &self,
        owners: &[O],
        arguments: &Arguments,
        name: impl Fn(O) -> String,
        load: impl FnOnce(Vec<O>, Window<K>) -> F,
        key: impl Fn(&T) -> K,
    ) -> Vec<(O, Result<Connection<T>, Error>)>
    where
        F: Future<Output = Result<Vec<(O, Slice<T>)>, StoreError>>,
    {
        let mut pages = Vec::with_capacity(owners.len());
        let mut wanted = None;
        let mut asked = Vec::new();
        for owner in owners {
            match self.cursors.window::<K>(&name(*owner), arguments) {
                Ok(window) => {
                    wanted = Some(window);
                    asked.push(*owner);
                }
                Err(error) => pages.push((*owner, Err(error))),
            }
        }
        let Some(window) = wanted else { return pages };
        match load(asked.clone(), window.clone()).await {
            Ok(slices) => pages.extend(
                slices
                    .into_iter()
                    .map(|(owner, slice)| (owner, Ok(self.cursors.connection(&name(owner), &window, slice, &key)))),
            ),
            Err(error) => pages.extend(asked.into_iter().map(|owner| (owner, Err(error.clone().into())))),
        }
        pages
    }
}
