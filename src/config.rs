//! Settings: the only reader of the environment and of `.env`.

use std::{collections::HashMap, fmt, net::SocketAddr, str::FromStr, time::Duration};

use http::HeaderValue;

use crate::{
    domain::{self, live::Limits},
    http::{LiveOptions, Options, Tiles},
    store,
};

/// A setting that can be made.
struct Setting {
    name: &'static str,
    default: Option<&'static str>,
    meaning: &'static str,
    is_secret: bool,
}

const fn setting(name: &'static str, default: &'static str, meaning: &'static str) -> Setting {
    Setting { name, default: Some(default), meaning, is_secret: false }
}

const fn secret(name: &'static str, meaning: &'static str) -> Setting {
    Setting { name, default: None, meaning, is_secret: true }
}

/// Every setting, in the order in which `sojorn config` shows them.
const SETTINGS: &[Setting] = &[
    secret("DATABASE_URL", "the database: postgres://user:password@host:port/sojorn"),
    secret(
        "JWT_SECRET",
        "signs access tokens and seals cursors: 32 random characters or more, the same for all instances",
    ),
    setting("LISTEN", "127.0.0.1:8000", "address and port to listen on"),
    setting("LOG", "info", "what is logged, as tracing filters: info, sojorn=debug, ..."),
    setting("LOG_FORMAT", "text", "how it is logged: text or json"),
    setting("CORS_ORIGINS", "", "web origins that may call the API from a browser, with commas between"),
    setting("PLAYGROUND", "on", "the playground at /: on or off"),
    setting("MAP", "on", "the map at /map: on or off"),
    setting(
        "MAP_TILES",
        "",
        "where the map's ground comes from, as https://tile.example/{z}/{x}/{y}.png; that server learns where people look. \
         Without it the map draws coasts and a grid itself",
    ),
    setting("MAP_TILES_ATTRIBUTION", "", "whom the tiles are owed to, as text"),
    setting("INTROSPECTION", "on", "whether clients may ask for the schema: on or off"),
    setting("BODY_BYTES_MAX", "1048576", "bytes of a request's body at most"),
    setting("PAGE_SIZE", "20", "rows of a page when the client does not say"),
    setting("PAGE_SIZE_MAX", "100", "rows of a page at most"),
    setting("BEACONS_PER_HOUR", "3", "beacons that a person may make in an hour"),
    setting("DATABASE_CONNECTIONS", "16", "connections to the database at most"),
    setting("DATABASE_WAIT_MS", "2000", "milliseconds to wait for a free connection"),
    setting("STATEMENT_TIMEOUT_MS", "5000", "milliseconds that a statement may run"),
    setting("LOCK_TIMEOUT_MS", "2000", "milliseconds that a statement may wait for a lock"),
    setting("SOCKETS", "20000", "live connections at most"),
    setting("SOCKETS_PER_PERSON", "10", "live connections of a person at most"),
    setting("SOCKETS_PER_ADDRESS", "20", "live connections from an address at most"),
    setting("SOCKET_OPERATIONS", "50", "operations at the same time on a live connection at most"),
    setting("SOCKET_MESSAGE_BYTES", "65536", "bytes of a message that a live connection takes at most"),
    setting("SOCKET_QUEUE", "256", "events that wait for a slow live connection before it is cut off"),
    setting(
        "NATS_URL",
        "",
        "NATS, if it is to carry announcements between servers: nats://host:4222; empty: PostgreSQL does",
    ),
    setting("PASSWORD_WORKERS", "2", "passwords hashed at the same time; each takes 19 MiB and a core"),
];

/// The settings, read and checked.
#[derive(Clone, Debug)]
pub struct Config {
    /// How to reach the database.
    pub database: store::db::Options,
    /// Where to listen.
    pub listen: SocketAddr,
    /// What is logged.
    pub log: String,
    /// Whether logs are JSON.
    pub log_json: bool,
    /// The routes.
    pub http: Options,
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

/// The raw settings and where each came from.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    environment: HashMap<String, String>,
    dotenv: HashMap<String, String>,
}

impl Sources {
    /// The process's environment, and `.env` in the folder that it runs in.
    ///
    /// # Errors
    ///
    /// When there is a `.env` that cannot be read.
    pub fn read() -> Result<Self, ConfigError> {
        let unreadable = |error: &dyn fmt::Display| ConfigError {
            name: ".env",
            problem: format!("cannot be read: {}", error.to_string().lines().next().unwrap_or_default()),
        };
        let dotenv = match dotenvy::from_filename_iter(".env") {
            Ok(lines) => lines.collect::<Result<_, _>>().map_err(|error| match error {
                // The error of a line would quote it, and with it a secret.
                dotenvy::Error::LineParse(..) => unreadable(&"a line is not NAME=value"),
                error => unreadable(&error),
            })?,
            Err(error) if error.not_found() => HashMap::new(),
            Err(error) => return Err(unreadable(&error)),
        };
        #[allow(clippy::disallowed_methods, reason = "this is the one reader of the environment")]
        let environment = std::env::vars_os().filter_map(as_text).collect();
        Ok(Self { environment, dotenv })
    }

    /// Settings by hand, as in tests.
    #[must_use]
    pub fn of<const N: usize>(settings: [(&str, &str); N]) -> Self {
        let environment = settings.map(|(name, value)| (name.to_owned(), value.to_owned())).into_iter().collect();
        Self { environment, dotenv: HashMap::new() }
    }

    /// The value of a setting, and where it came from.
    fn find(&self, setting: &Setting) -> Option<(&str, &'static str)> {
        let given =
            |from: &'static str, values: &'_ HashMap<String, String>| values.contains_key(setting.name).then_some(from);
        match given("environment", &self.environment).or_else(|| given(".env", &self.dotenv)) {
            Some("environment") => Some((&self.environment[setting.name], "environment")),
            Some(from) => Some((&self.dotenv[setting.name], from)),
            None => setting.default.map(|value| (value, "default")),
        }
    }

    fn value(&self, name: &'static str) -> Result<&str, ConfigError> {
        let setting = SETTINGS.iter().find(|setting| setting.name == name);
        let found = setting.and_then(|setting| self.find(setting)).map(|(value, _)| value);
        found
            .filter(|value| !value.is_empty() || setting.is_some_and(|setting| setting.default == Some("")))
            .ok_or_else(|| ConfigError {
                name,
                problem: format!("is not set. It is {}", setting.map_or("unknown", |setting| setting.meaning)),
            })
    }

    fn number<T: FromStr + PartialOrd + fmt::Display + Copy>(
        &self,
        name: &'static str,
        least: T,
        most: T,
    ) -> Result<T, ConfigError> {
        let value = self.value(name)?;
        value.trim().parse().ok().filter(|number| (&least..=&most).contains(&number)).ok_or_else(|| ConfigError {
            name,
            problem: format!("must be a whole number from {least} to {most}, not \"{value}\""),
        })
    }

    fn switch(&self, name: &'static str, on: &str, off: &str) -> Result<bool, ConfigError> {
        match self.value(name)? {
            value if value == on => Ok(true),
            value if value == off => Ok(false),
            value => Err(ConfigError { name, problem: format!("must be {on} or {off}, not \"{value}\"") }),
        }
    }

    fn milliseconds(&self, name: &'static str) -> Result<Duration, ConfigError> {
        Ok(Duration::from_millis(self.number(name, 1, 3_600_000)?))
    }

    /// The database alone, for the commands that need nothing else.
    ///
    /// # Errors
    ///
    /// When a setting is missing or wrong.
    pub fn database(&self) -> Result<store::db::Options, ConfigError> {
        let url = self.value("DATABASE_URL")?.to_owned();
        if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
            return Err(ConfigError { name: "DATABASE_URL", problem: "must begin with postgres://".to_owned() });
        }
        Ok(store::db::Options {
            url,
            max_connections: self.number("DATABASE_CONNECTIONS", 1, 10_000)?,
            acquire_timeout: self.milliseconds("DATABASE_WAIT_MS")?,
            statement_timeout: self.milliseconds("STATEMENT_TIMEOUT_MS")?,
            lock_timeout: self.milliseconds("LOCK_TIMEOUT_MS")?,
            observer: None,
        })
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
        let max_page_size = self.number("PAGE_SIZE_MAX", 1, 1_000)?;
        Ok(Config {
            database: self.database()?,
            listen: self.value("LISTEN")?.parse().map_err(|_| ConfigError {
                name: "LISTEN",
                problem: "must be an address and a port, as 127.0.0.1:8000".to_owned(),
            })?,
            log: self.log()?,
            log_json: self.log_json()?,
            http: Options {
                cors_origins: self.origins()?,
                playground: self.switch("PLAYGROUND", "on", "off")?,
                map: self.switch("MAP", "on", "off")?,
                tiles: self.tiles()?,
                max_body_bytes: self.number("BODY_BYTES_MAX", 1_024, 64 * 1_024 * 1_024)?,
                live: LiveOptions {
                    connections: self.number("SOCKETS", 1, 10_000_000)?,
                    connections_of_address: self.number("SOCKETS_PER_ADDRESS", 1, 1_000_000)?,
                    operations: self.number("SOCKET_OPERATIONS", 1, 10_000)?,
                    max_message_bytes: self.number("SOCKET_MESSAGE_BYTES", 1_024, 64 * 1_024 * 1_024)?,
                    init_timeout: Duration::from_secs(3),
                    heartbeat: Duration::from_secs(12),
                },
            },
            introspection: self.switch("INTROSPECTION", "on", "off")?,
            domain: domain::Settings {
                secret,
                default_page_size: self.number("PAGE_SIZE", 1, max_page_size)?,
                max_page_size,
                beacons_per_hour: self.number("BEACONS_PER_HOUR", 1, 1_000)?,
                password_workers: self.number("PASSWORD_WORKERS", 1, 1_000)?,
                live: Limits {
                    connections_of_person: self.number("SOCKETS_PER_PERSON", 1, 1_000_000)?,
                    queued: self.number("SOCKET_QUEUE", 1, 1_000_000)?,
                    look: Duration::from_secs(1),
                },
            },
            nats_url: Some(self.value("NATS_URL")?.to_owned()).filter(|url| !url.is_empty()),
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

/// Every setting with its value, where that came from, its default and its meaning. Secrets are hidden.
impl fmt::Display for Sources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for setting in SETTINGS {
            let (value, from) = self.find(setting).unwrap_or(("", "not set"));
            let value = if setting.is_secret && !value.is_empty() { "(hidden)" } else { value };
            let default = setting.default.map_or("no default".to_owned(), |default| format!("default \"{default}\""));
            writeln!(f, "{}={value}", setting.name)?;
            writeln!(f, "    {} ({default}; from: {from})", setting.meaning)?;
        }
        Ok(())
    }
}

fn as_text((name, value): (std::ffi::OsString, std::ffi::OsString)) -> Option<(String, String)> {
    Some((name.into_string().ok()?, value.into_string().ok()?))
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
        assert_eq!(config.database.acquire_timeout, Duration::from_secs(2));
    }

    #[test]
    fn a_wrong_value_is_answered_with_a_sentence_that_names_it() {
        let wrong = [
            ("JWT_SECRET", "short", "is too short"),
            ("DATABASE_URL", "mysql://x", "must begin with postgres://"),
            ("LISTEN", "8000", "must be an address and a port"),
            ("PAGE_SIZE", "0", "must be a whole number from 1 to 100"),
            ("PAGE_SIZE_MAX", "many", "must be a whole number"),
            ("PLAYGROUND", "yes", "must be on or off"),
            ("MAP", "yes", "must be on or off"),
            ("MAP_TILES", "https://tile.example/{z}/{x}.png", "is no address of tiles"),
            ("MAP_TILES", "https://{s}.tile.example/{z}/{x}/{y}.png", "is no address of tiles"),
            ("MAP_TILES", "https://tile;sandbox/{z}/{x}/{y}.png", "is no address of tiles"),
            ("MAP_TILES", "/{z}/{x}/{y}.png", "is no address of tiles"),
            ("LOG_FORMAT", "xml", "must be json or text"),
            ("LOG", "=!=", "is not a filter"),
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
