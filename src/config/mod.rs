//! Settings, read from the environment and from `.env`, and checked.

mod http;
mod settings;
mod sources;

use std::{net::SocketAddr, time::Duration};

pub use self::sources::Sources;
use crate::{
    domain::{self, budget::Budgets, live},
    graphql::{DocumentOptions, Limits, Manifest, Trust},
    http::Options,
    store::{self, replica::ReplicaOptions},
};

/// The settings, read and checked.
#[derive(Clone, Debug)]
pub struct Config {
    /// How to reach the database.
    pub database: store::db::Options,
    /// A database that follows it, to read from.
    pub replica: Option<ReplicaOptions>,
    /// Where to listen.
    pub listen: SocketAddr,
    /// Where to listen for those who ask for numbers.
    pub metrics_listen: Option<SocketAddr>,
    /// Where traces are sent to.
    pub otlp_endpoint: Option<String>,
    /// How long an operation takes that is logged as slow.
    pub slow: Duration,
    /// What is logged.
    pub log: String,
    /// Whether logs are JSON.
    pub log_json: bool,
    /// The routes.
    pub http: Options,
    /// How large an operation may be.
    pub limits: Limits,
    /// Documents that are named instead of sent.
    pub documents: DocumentOptions,
    /// Whether the schema may be asked for.
    pub introspection: bool,
    /// The domain.
    pub domain: domain::Settings,
    /// Where NATS is, if it carries the announcements between servers.
    pub nats_url: Option<String>,
}

/// Why the settings cannot be used. A sentence for whoever starts the server; never shows a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name}: {problem}")]
pub struct ConfigError {
    name: &'static str,
    problem: String,
}

impl Sources {
    /// The database alone, for the commands that need nothing else.
    ///
    /// # Errors
    ///
    /// When a setting is missing or wrong.
    pub fn database(&self) -> Result<store::db::Options, ConfigError> {
        Ok(store::db::Options {
            url: database_url("DATABASE_URL", self.value("DATABASE_URL")?)?,
            direct_url: self.optional_database("DATABASE_DIRECT_URL")?,
            max_connections: self.number("DATABASE_CONNECTIONS", 1, 10_000)?,
            acquire_timeout: self.milliseconds("DATABASE_WAIT_MS")?,
            statement_timeout: self.milliseconds("STATEMENT_TIMEOUT_MS")?,
            lock_timeout: self.milliseconds("LOCK_TIMEOUT_MS")?,
            observer: None,
        })
    }

    /// The value of a setting that may be empty.
    fn given(&self, name: &'static str) -> Result<Option<&str>, ConfigError> {
        Ok(Some(self.value(name)?).filter(|value| !value.is_empty()))
    }

    fn optional_database(&self, name: &'static str) -> Result<Option<String>, ConfigError> {
        self.given(name)?.map(|url| database_url(name, url)).transpose()
    }

    fn replica(&self) -> Result<Option<ReplicaOptions>, ConfigError> {
        let lag = self.milliseconds("DATABASE_REPLICA_LAG_MS")?;
        let Some(url) = self.optional_database("DATABASE_REPLICA_URL")? else { return Ok(None) };
        Ok(Some(ReplicaOptions { database: store::db::Options { url, direct_url: None, ..self.database()? }, lag }))
    }

    fn otlp_endpoint(&self) -> Result<Option<String>, ConfigError> {
        const NAME: &str = "OTLP_ENDPOINT";
        let is_possible = |text: &str| url::Url::parse(text).is_ok_and(|url| url.scheme() == "http" && url.has_host());
        match self.given(NAME)? {
            Some(text) if !is_possible(text) => {
                Err(ConfigError { name: NAME, problem: "must be an address, as http://127.0.0.1:4318".to_owned() })
            }
            text => Ok(text.map(str::to_owned)),
        }
    }

    /// Everything that the server needs.
    ///
    /// # Errors
    ///
    /// When a setting is missing or wrong.
    pub fn config(&self) -> Result<Config, ConfigError> {
        let secret = self.value("JWT_SECRET")?.to_owned();
        if secret.len() < 32 {
            let problem = "is too short: use 32 random characters or more (openssl rand -base64 32)".to_owned();
            return Err(ConfigError { name: "JWT_SECRET", problem });
        }
        let limits = self.limits()?;
        Ok(Config {
            database: self.database()?,
            replica: self.replica()?,
            listen: address("LISTEN", self.value("LISTEN")?)?,
            metrics_listen: self.given("METRICS_LISTEN")?.map(|text| address("METRICS_LISTEN", text)).transpose()?,
            otlp_endpoint: self.otlp_endpoint()?,
            slow: self.milliseconds("SLOW_OPERATION_MS")?,
            log: self.log()?,
            log_json: self.log_json()?,
            http: self.http()?,
            limits,
            documents: self.documents()?,
            introspection: self.switch("INTROSPECTION", "on", "off")?,
            domain: domain::Settings {
                secret,
                default_page_size: limits.default_page,
                max_page_size: limits.max_page,
                beacons_per_hour: self.number("BEACONS_PER_HOUR", 1, 1_000)?,
                password_workers: self.number("PASSWORD_WORKERS", 1, 1_000)?,
                password_queue: self.number("PASSWORD_QUEUE", 0, 10_000)?,
                budgets: self.budgets()?,
                live: live::Limits {
                    connections_of_person: self.number("SOCKETS_PER_PERSON", 1, 1_000_000)?,
                    queued: self.number("SOCKET_QUEUE", 1, 1_000_000)?,
                    look: Duration::from_secs(1),
                },
            },
            nats_url: self.given("NATS_URL")?.map(str::to_owned),
        })
    }

    fn documents(&self) -> Result<DocumentOptions, ConfigError> {
        const FILES: &str = "TRUSTED_DOCUMENTS_MANIFESTS";
        let problem = |problem: String| ConfigError { name: FILES, problem };
        let names = self.value(FILES)?.split(',').map(str::trim).filter(|name| !name.is_empty());
        let read = |name| std::fs::read_to_string(name).map_err(|error| problem(format!("{name}: {error}")));
        let files = names.map(read).collect::<Result<Vec<_>, _>>()?;
        let manifest = Manifest::read(files.iter().map(String::as_str)).map_err(|error| problem(error.to_string()))?;
        let trust = match self.value("TRUSTED_DOCUMENTS")? {
            "off" => Trust::Off,
            "log" => Trust::Log,
            "only" => Trust::Only,
            other => {
                let problem = format!("must be off, log or only, not \"{other}\"");
                return Err(ConfigError { name: "TRUSTED_DOCUMENTS", problem });
            }
        };
        if trust != Trust::Off && files.is_empty() {
            return Err(problem("is not set, so no document is trusted".to_owned()));
        }
        let remembered_bytes = self.number("REMEMBERED_DOCUMENT_BYTES", 0, 100_000_000_000)?;
        Ok(DocumentOptions { manifest, trust, remembered_bytes })
    }

    fn budgets(&self) -> Result<Budgets, ConfigError> {
        let budget = |name| self.number(name, 1, 1_000_000_000_000);
        Ok(Budgets {
            cost: budget("COST_PER_MINUTE")?,
            posts: budget("POSTS_PER_HOUR")?,
            follows: budget("FOLLOWS_PER_HOUR")?,
            likes: budget("LIKES_PER_HOUR")?,
            votes: budget("VOTES_PER_HOUR")?,
            blocks: budget("BLOCKS_PER_HOUR")?,
            key_claims: budget("KEY_CLAIMS_PER_HOUR")?,
            sign_ins: budget("SIGN_INS_PER_MINUTE")?,
            sign_ins_an_hour: budget("SIGN_INS_PER_HOUR")?,
            sign_ins_from: budget("SIGN_INS_PER_ADDRESS")?,
            sign_ups_from: budget("SIGN_UPS_PER_ADDRESS")?,
        })
    }

    fn limits(&self) -> Result<Limits, ConfigError> {
        let max_page = self.number("PAGE_SIZE_MAX", 1, 1_000)?;
        Ok(Limits {
            bytes: self.number("DOCUMENT_BYTES_MAX", 1_000, 10_000_000)?,
            tokens: self.number("DOCUMENT_TOKENS_MAX", 100, 1_000_000)?,
            depth: self.number("DEPTH_MAX", 1, 15)?,
            selections: self.number("SELECTIONS_MAX", 1, 10_000)?,
            root_fields: self.number("ROOT_FIELDS_MAX", 1, 1_000)?,
            aliases: self.number("ALIASES_MAX", 0, 10_000)?,
            directives: self.number("DIRECTIVES_MAX", 0, 10_000)?,
            operations: self.number("DOCUMENT_OPERATIONS_MAX", 1, 1_000)?,
            variables: self.number("VARIABLES_MAX", 0, 10_000)?,
            cost: self.number("COST_MAX", 1, 1_000_000_000)?,
            default_page: self.number("PAGE_SIZE", 1, max_page)?,
            max_page,
            errors: self.number("ERRORS_MAX", 1, 1_000)?,
        })
    }

    /// What is logged.
    ///
    /// # Errors
    ///
    /// When the filter cannot be understood.
    pub fn log(&self) -> Result<String, ConfigError> {
        let log = self.value("LOG")?;
        match tracing_subscriber::EnvFilter::try_new(log) {
            Ok(_) => Ok(log.to_owned()),
            Err(error) => Err(ConfigError { name: "LOG", problem: format!("is not a filter: {error}") }),
        }
    }

    /// Whether logs are JSON.
    ///
    /// # Errors
    ///
    /// When it is neither `text` nor `json`.
    pub fn log_json(&self) -> Result<bool, ConfigError> {
        self.switch("LOG_FORMAT", "json", "text")
    }
}

fn address(name: &'static str, text: &str) -> Result<SocketAddr, ConfigError> {
    let problem = "must be an address and a port, as 127.0.0.1:8000".to_owned();
    text.parse().map_err(|_| ConfigError { name, problem })
}

/// An address of a database. It is not repeated where it is wrong: it may hold a password.
fn database_url(name: &'static str, url: &str) -> Result<String, ConfigError> {
    if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        Ok(url.to_owned())
    } else {
        Err(ConfigError { name, problem: "must begin with postgres://".to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: (&str, &str) = ("DATABASE_URL", "postgres://me:hush@localhost/sojorn");
    const SECRET: (&str, &str) = ("JWT_SECRET", "0123456789abcdef0123456789abcdef");

    #[test]
    fn defaults_are_enough_once_database_and_secret_are_given() {
        let config = Sources::of([URL, SECRET]).config().unwrap();
        assert_eq!(config.listen.to_string(), "127.0.0.1:8000");
        assert_eq!((config.domain.default_page_size, config.domain.max_page_size), (20, 100));
        // As docs/requests.md has them.
        let (database, http) = (&config.database, &config.http);
        let seconds = [
            (database.acquire_timeout, 2),
            (database.statement_timeout, 5),
            (database.lock_timeout, 2),
            (http.connections.head_timeout, 5),
            (http.connections.write_timeout, 30),
            (http.graphql.body_timeout, 5),
            (http.graphql.timeout, 10),
        ];
        for (time, expected) in seconds {
            assert_eq!(time, Duration::from_secs(expected));
        }
        assert_eq!((http.connections.most, http.connections.most_of_address), (30_000, 1_000));
        let live = &http.live;
        assert_eq!((live.connections_of_address, live.operations, live.max_message_bytes), (20, 50, 65_536));
        assert_eq!(
            (live.connections, live.init_timeout, live.heartbeat.as_secs()),
            (20_000, Duration::from_secs(3), 12)
        );
        assert_eq!((config.domain.live.connections_of_person, config.domain.live.queued), (10, 256));
        assert_eq!((config.domain.password_workers, config.domain.password_queue), (2, 30));
    }

    #[test]
    fn a_wrong_value_is_answered_with_a_sentence_that_names_it() {
        let wrong = [
            ("JWT_SECRET", "short", "is too short"),
            ("DATABASE_URL", "mysql://x", "must begin with postgres://"),
            ("DATABASE_DIRECT_URL", "mysql://x", "must begin with postgres://"),
            ("LISTEN", "8000", "must be an address and a port"),
            ("METRICS_LISTEN", "on", "must be an address and a port"),
            ("OTLP_ENDPOINT", "https://collector.example", "must be an address, as http://"),
            ("DATABASE_REPLICA_URL", "replica", "must begin with postgres://"),
            ("PAGE_SIZE", "0", "must be a whole number from 1 to 100"),
            ("BATCH_MAX", "11", "must be a whole number from 0 to 10"),
            ("DEPTH_MAX", "16", "must be a whole number from 1 to 15"),
            ("PAGE_SIZE_MAX", "many", "must be a whole number"),
            ("PLAYGROUND", "yes", "must be on or off"),
            ("MAP", "yes", "must be on or off"),
            ("MAP_TILES", "https://tile.example/{z}/{x}.png", "is no address of tiles"),
            ("MAP_TILES", "https://{s}.tile.example/{z}/{x}/{y}.png", "is no address of tiles"),
            ("MAP_TILES", "https://tile;sandbox/{z}/{x}/{y}.png", "is no address of tiles"),
            ("MAP_TILES", "/{z}/{x}/{y}.png", "is no address of tiles"),
            ("LOG_FORMAT", "xml", "must be json or text"),
            ("LOG", "=!=", "is not a filter"),
            ("TRUSTED_DOCUMENTS", "some", "must be off, log or only"),
            ("TRUSTED_DOCUMENTS_MANIFESTS", "/nowhere.json", "/nowhere.json: "),
            ("PROXIES", "10.0.0.0/40", "is no network"),
            ("PROXY_HEADER", "x y", "must be the name of a header"),
            ("CORS_ORIGINS", "https://a.example/path", "is not an origin"),
        ];
        for (name, value, sentence) in wrong {
            let mut sources = Sources::of([URL, SECRET]);
            sources.environment.insert(name.to_owned(), value.to_owned());
            let error = sources.config().unwrap_err();
            assert_eq!(error.name, name);
            assert!(error.problem.contains(sentence), "{error}");
        }
        assert_eq!(Sources::of([SECRET]).config().unwrap_err().name, "DATABASE_URL");
        assert_eq!(Sources::of([URL]).config().unwrap_err().name, "JWT_SECRET");
    }

    #[test]
    fn the_listing_hides_secrets_and_says_where_values_came_from() {
        let listing = Sources::of([URL, SECRET, ("PAGE_SIZE", "30")]).to_string();
        assert!(!listing.contains("hush") && !listing.contains("0123456789"), "{listing}");
        assert!(listing.contains("PAGE_SIZE=30\n") && listing.contains("from: environment"), "{listing}");
        assert!(listing.contains("LISTEN=127.0.0.1:8000\n") && listing.contains("from: default"), "{listing}");
    }
}
