use async_graphql::{Context, ID, Object, Result};

use crate::{
    domain::beacon::Filter,
    graphql::{
        arguments::{id_argument, paging, viewer_context},
        error::api_error,
        items::Items,
        types::{
            Beacon, BeaconArea, BeaconCluster, BeaconConnection, BeaconFilter, BeaconOrder, GeoBoundsInput,
            beacons_page,
        },
    },
};

#[derive(Default)]
pub struct BeaconQuery;

#[Object]
impl BeaconQuery {
    /// A beacon; null when there is none, for the viewer, or when it has expired.
    async fn beacon(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The id of the beacon.")] id: ID,
    ) -> Option<Result<Beacon>> {
        let found = async {
            let vc = viewer_context(ctx)?;
            let id = id_argument("id", &id).map_err(|error| api_error(&error))?;
            let mut rows = vc.domain().beacons(vc.viewer(), &[id]).await.map_err(|error| api_error(&error))?;
            Ok(rows.pop().map(|row| Beacon::new(vc, row)))
        };
        found.await.transpose()
    }

    /// The active beacons of an area.
    #[allow(clippy::too_many_arguments)]
    async fn beacons(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Where to look.")] area: BeaconArea,
        #[graphql(desc = "Which of them.")] filter: Option<BeaconFilter>,
        #[graphql(desc = "In which order.", default_with = "Some(BeaconOrder::Distance)")] order_by: Option<
            BeaconOrder,
        >,
        #[graphql(desc = "How many from the beginning; 20 unless said, 100 at most.")] first: Option<i32>,
        #[graphql(desc = "Only those behind this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 100 at most.")] last: Option<i32>,
        #[graphql(desc = "Only those before this cursor.")] before: Option<String>,
    ) -> Result<BeaconConnection> {
        let vc = viewer_context(ctx)?;
        let area = area.checked().map_err(|error| api_error(&error))?;
        let filter = Filter::from(filter.unwrap_or_default());
        let order = order_by.unwrap_or(BeaconOrder::Distance).into();
        let arguments = paging(first, after, last, before);
        let page = vc.domain().beacons_in(vc.viewer(), &area, &filter, order, &arguments).await;
        Ok(beacons_page(&vc, page.map_err(|error| api_error(&error))?, area, filter))
    }

    /// The active beacons of a map, gathered where they are close to each other: in the cells of a grid that depends on
    /// the zoom alone, so that nothing jumps while the map moves. A cell that the box touches is counted as a whole.
    async fn beacon_clusters(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the map shows.")] bounds: GeoBoundsInput,
        #[graphql(desc = "The zoom of the map, from 0 (the Earth in 256 points) to 22. A cell is 64 points wide.")]
        zoom: i32,
        #[graphql(desc = "Which of them.")] filter: Option<BeaconFilter>,
    ) -> Result<Items<BeaconCluster>> {
        let vc = viewer_context(ctx)?;
        let filter = Filter::from(filter.unwrap_or_default());
        let clusters = vc.domain().beacon_clusters(vc.viewer(), bounds.edges(), zoom, &filter).await;
        let clusters = clusters.map_err(|error| api_error(&error))?;
        Ok(clusters.into_iter().map(|row| BeaconCluster { vc: vc.clone(), row }).collect())
    }
}
