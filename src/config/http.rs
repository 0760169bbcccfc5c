//! The settings of the routes and of connections.

use std::time::Duration;

use http::HeaderValue;
use ipnet::IpNet;

use super::{ConfigError, Sources};
use crate::http::{ConnectionOptions, GraphQlOptions, HeadSizes, LiveOptions, Options, Proxies, Tiles};

impl Sources {
    pub(super) fn http(&self) -> Result<Options, ConfigError> {
        Ok(Options {
            cors_origins: self.origins()?,
            playground: self.switch("PLAYGROUND", "on", "off")?,
            map: self.switch("MAP", "on", "off")?,
            tiles: self.tiles()?,
            connections: ConnectionOptions {
                head_timeout: self.milliseconds("HEAD_TIMEOUT_MS")?,
                write_timeout: self.milliseconds("ANSWER_TIMEOUT_MS")?,
                most: self.number("CONNECTIONS", 1, 1_000_000)?,
                most_of_address: self.number("CONNECTIONS_PER_ADDRESS", 1, 1_000_000)?,
                proxies: self.proxies()?,
                max_headers: self.number("HEADERS_MAX", 10, 1_000)?,
            },
            head_sizes: HeadSizes {
                address: self.number("ADDRESS_BYTES_MAX", 256, 60_000)?,
                headers: self.number("HEADER_BYTES_MAX", 1_024, 60_000)?,
            },
            graphql: GraphQlOptions {
                max_body_bytes: self.number("BODY_BYTES_MAX", 1_024, 64 * 1_024 * 1_024)?,
                body_timeout: self.milliseconds("BODY_TIMEOUT_MS")?,
                timeout: self.milliseconds("REQUEST_TIMEOUT_MS")?,
                max_batch: self.number("BATCH_MAX", 0, 10)?,
            },
            live: LiveOptions {
                connections: self.number("SOCKETS", 1, 10_000_000)?,
                connections_of_address: self.number("SOCKETS_PER_ADDRESS", 1, 1_000_000)?,
                operations: self.number("SOCKET_OPERATIONS", 1, 10_000)?,
                max_message_bytes: self.number("SOCKET_MESSAGE_BYTES", 1_024, 64 * 1_024 * 1_024)?,
                init_timeout: Duration::from_secs(3),
                heartbeat: Duration::from_secs(12),
            },
        })
    }

    fn proxies(&self) -> Result<Proxies, ConfigError> {
        let texts = self.value("PROXIES")?.split(',').map(str::trim).filter(|text| !text.is_empty());
        let networks = texts.map(|text| {
            let alone = || text.parse::<std::net::IpAddr>().ok().map(IpNet::from);
            let problem = format!("\"{text}\" is no network, as 10.0.0.0/8 or 2001:db8::/32");
            text.parse().ok().or_else(alone).ok_or(ConfigError { name: "PROXIES", problem })
        });
        let header = self.value("PROXY_HEADER")?.parse().map_err(|_| ConfigError {
            name: "PROXY_HEADER",
            problem: "must be the name of a header, as x-forwarded-for".to_owned(),
        })?;
        Ok(Proxies { networks: networks.collect::<Result<_, _>>()?, header })
    }

    fn tiles(&self) -> Result<Option<Tiles>, ConfigError> {
        let template = self.value("MAP_TILES")?;
        if template.is_empty() {
            return Ok(None);
        }
        let tiles = Tiles::new(template, self.value("MAP_TILES_ATTRIBUTION")?);
        tiles.map(Some).ok_or_else(|| ConfigError {
            name: "MAP_TILES",
            problem: format!("\"{template}\" is no address of tiles, as https://tile.example/{{z}}/{{x}}/{{y}}.png"),
        })
    }

    fn origins(&self) -> Result<Vec<HeaderValue>, ConfigError> {
        let problem = |origin: &str| ConfigError {
            name: "CORS_ORIGINS",
            problem: format!("\"{origin}\" is not an origin, as https://app.example"),
        };
        let origins = self.value("CORS_ORIGINS")?.split(',').map(str::trim).filter(|origin| !origin.is_empty());
        origins
            .map(|origin| {
                let url = url::Url::parse(origin).map_err(|_| problem(origin))?;
                // An origin is compared letter by letter with what the browser sends.
                if url.origin().ascii_serialization() == origin {
                    HeaderValue::from_str(origin).map_err(|_| problem(origin))
                } else {
                    Err(problem(origin))
                }
            })
            .collect()
    }
}
