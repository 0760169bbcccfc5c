//! Transport: routes, credentials, request ids and health. Nothing here knows what an operation means.

mod addresses;
mod assets;
mod budget;
mod client;
mod credentials;
mod draining;
mod entity_tag;
mod fault;
mod graphql;
mod health;
mod idempotency;
mod live;
mod map;
mod metrics;
mod negotiation;
mod playground;
mod serve;
mod size;
mod stream;
mod tiles;
mod trace;

use std::{net::IpAddr, sync::Arc};

use async_graphql::{Request, ServerError};
use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware,
    routing::{get, post},
};
use http::{HeaderValue, Method, header};
use tower_http::{
    cors::{AllowOrigin, CorsLayer},
    request_id::{PropagateRequestIdLayer, SetRequestIdLayer},
};

use self::live::socket;
pub use self::{
    client::Proxies,
    graphql::Options as GraphQlOptions,
    health::Health,
    live::{Live, Options as LiveOptions},
    map::Tiles,
    metrics::router as metrics_router,
    serve::{ConnectionOptions, serve},
    size::HeadSizes,
};
pub(crate) use self::{credentials::bearer, tiles::address as tile_address};
use crate::{
    domain::{Domain, budget::Overspent},
    graphql::{Api, Named, Operation, code_of as graphql_code},
    policy::Viewer,
};

/// What the routes need.
#[derive(Clone)]
pub struct State {
    /// The product.
    pub domain: Arc<Domain>,
    /// What operations are prepared and executed by.
    pub api: Arc<Api>,
    /// How operations are taken.
    pub options: graphql::Options,
    /// What live connections share.
    pub live: Live,
    /// Whether the database answers.
    pub health: Health,
}

impl State {
    /// Prepares an operation. What is refused is counted, and charged: to see what is wrong is work, too. Nothing is looked at
    /// for whoever has nothing left.
    fn prepare(
        &self,
        named: Named,
        request: Request,
        viewer: Viewer,
        address: Option<IpAddr>,
    ) -> Result<Operation, Vec<ServerError>> {
        let standing = self.domain.standing(viewer, address);
        if standing.remaining == 0 {
            self.domain.metrics().overspent("cost");
            return Err(vec![budget::rate_limited(self, Overspent(standing))]);
        }
        self.api.prepare(named, request).inspect_err(|errors| {
            let code = errors.first().and_then(graphql_code).unwrap_or("UNKNOWN");
            self.domain.metrics().refused(code);
            // There is something left, so this is not too much.
            let _ = self.domain.charge(viewer, address, 1);
        })
    }
}

/// How the routes are set up.
#[derive(Clone, Debug)]
pub struct Options {
    /// The web origins that may call the API from a browser.
    pub cors_origins: Vec<HeaderValue>,
    /// Whether there is a playground at `/`.
    pub playground: bool,
    /// Whether there is a map at `/map`.
    pub map: bool,
    /// Where the map's ground comes from.
    pub tiles: Option<Tiles>,
    /// How connections are served.
    pub connections: ConnectionOptions,
    /// How large the heads of requests may be.
    pub head_sizes: HeadSizes,
    /// How operations are taken.
    pub graphql: graphql::Options,
    /// How live connections are set up.
    pub live: LiveOptions,
}

/// All routes.
pub fn router(state: State, options: &Options) -> Router {
    let methods = post(graphql::post)
        .get(socket::upgrade)
        .head(graphql::method_not_allowed)
        .fallback(graphql::method_not_allowed);
    let api = Router::new()
        .route("/graphql", methods)
        .layer(DefaultBodyLimit::max(options.graphql.max_body_bytes))
        .route(tiles::ROUTE, get(tiles::beacons));
    let api = if state.api.introspection { api.route("/schema.graphql", get(graphql::sdl)) } else { api };
    let api = api
        .route("/health/ready", get(health::ready))
        .layer(middleware::from_fn_with_state(state.clone(), draining::turn_away))
        .route("/health/live", get(health::live));
    let routes = if options.playground { api.merge(playground::routes()) } else { api };
    let routes = if options.map { routes.merge(map::routes(options.tiles.as_ref())) } else { routes };
    let cors = CorsLayer::new()
        .allow_origin(AllowOrigin::list(options.cors_origins.iter().cloned()))
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            header::ACCEPT,
            trace::REQUEST_ID,
            graphql::PREFLIGHT,
            graphql::OPERATION_NAME,
            idempotency::KEY,
        ])
        .expose_headers([
            trace::REQUEST_ID,
            header::ETAG,
            header::RETRY_AFTER,
            header::WWW_AUTHENTICATE,
            budget::STANDING,
            budget::POLICY,
        ]);
    let (sizes, proxies) = (options.head_sizes, options.connections.proxies.clone());
    routes
        .with_state(state)
        .layer(middleware::from_fn(fault::contain))
        .layer(cors)
        .layer(middleware::from_fn(move |request, next| size::check(sizes, request, next)))
        .layer(middleware::from_fn(move |request, next| client::find(proxies.clone(), request, next)))
        .layer(middleware::from_fn(trace::request))
        .layer(PropagateRequestIdLayer::new(trace::REQUEST_ID))
        .layer(SetRequestIdLayer::new(trace::REQUEST_ID, trace::MakeId))
}
