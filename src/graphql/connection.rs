//! Connections: one shape for all lists.

use async_graphql::SimpleObject;

use super::{ViewerContext, error::api_error};
use crate::domain::{
    beacon::{Area, Filter},
    own_list::OwnList,
    profile::Count,
};

/// Where a page is in its list.
#[derive(Clone, SimpleObject)]
pub struct PageInfo {
    /// Whether there are items behind this page.
    has_next_page: bool,
    /// Whether there are items before this page. Paging forward from a cursor says yes: the cursor's item is there.
    has_previous_page: bool,
    /// The cursor of the first item, for `before`.
    start_cursor: Option<String>,
    /// The cursor of the last item, for `after`.
    end_cursor: Option<String>,
}

/// The place of a page of the domain.
pub(super) fn page_info<T>(page: &crate::domain::page::Connection<T>) -> PageInfo {
    PageInfo {
        has_next_page: page.has_next_page,
        has_previous_page: page.has_previous_page,
        start_cursor: page.edges.first().map(|edge| edge.cursor.clone()),
        end_cursor: page.edges.last().map(|edge| edge.cursor.clone()),
    }
}

/// A count that is taken when it is selected, and not before.
pub(super) enum Total {
    /// None, as of a list that the viewer may not see.
    Zero,
    /// A count around a profile.
    OfProfile(ViewerContext, entity::ProfileId, Count),
    /// The viewer's pending requests.
    OfRequests(ViewerContext, entity::ProfileId),
    /// Those in one of the viewer's own lists.
    OfOwnList(ViewerContext, OwnList),
    /// The beacons of an area.
    OfBeacons(ViewerContext, Area, Filter),
}

impl Total {
    pub(super) async fn count(&self) -> async_graphql::Result<i32> {
        let count = match self {
            Self::Zero => Ok(0),
            Self::OfProfile(vc, owner, count) => vc.count(*owner, *count).await.map(Option::unwrap_or_default),
            Self::OfRequests(vc, me) => vc.domain().follow_request_count(vc.viewer(), *me).await,
            Self::OfOwnList(vc, list) => vc.domain().own_list_count(vc.viewer(), *list).await,
            Self::OfBeacons(vc, area, filter) => vc.domain().count_beacons_in(vc.viewer(), area, filter).await,
        };
        Ok(saturated(count.map_err(|error| api_error(&error))?))
    }
}

/// A count as GraphQL's 32-bit Int.
pub(super) fn saturated(count: i64) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

/// Declares a connection and its edge.
macro_rules! connection {
    (
        $connection:ident, $edge:ident of $node:ty, $what:literal
        $(, edge: { $(#[$edge_doc:meta])* $edge_field:ident: $edge_type:ty })?
        $(, total: $total_doc:literal)?
    ) => {
        #[doc = concat!("A page of ", $what, ".")]
        pub struct $connection {
            pub(in crate::graphql) edges: $crate::graphql::items::Items<$edge>,
            pub(in crate::graphql) page_info: $crate::graphql::connection::PageInfo,
            $(
                #[doc = $total_doc]
                pub(in crate::graphql) total: $crate::graphql::connection::Total,
            )?
        }

        #[doc = concat!("A page of ", $what, ".")]
        #[async_graphql::Object]
        impl $connection {
            /// The items of the page, each with its cursor.
            async fn edges(&self) -> &$crate::graphql::items::Items<$edge> {
                &self.edges
            }

            /// The items of the page.
            async fn nodes(&self) -> $crate::graphql::items::Items<&$node> {
                self.edges.iter().map(|edge| &edge.node).collect()
            }

            /// Where the page is in the list.
            async fn page_info(&self) -> &$crate::graphql::connection::PageInfo {
                &self.page_info
            }

            $(
                #[doc = $total_doc]
                async fn total_count(&self) -> async_graphql::Result<i32> {
                    self.total.count().await
                }
            )?
        }

        #[doc = concat!("An item of a page of ", $what, ".")]
        #[derive(async_graphql::SimpleObject)]
        pub struct $edge {
            /// The place of the item in the list, for `after` and `before`.
            pub(in crate::graphql) cursor: String,
            /// The item.
            pub(in crate::graphql) node: $node,
            $(
                $(#[$edge_doc])*
                pub(in crate::graphql) $edge_field: $edge_type,
            )?
        }
    };
}

pub(super) use connection;
