//! Every setting: its name, its default and its meaning.

/// A setting that can be made.
pub(super) struct Setting {
    /// Its name in the environment.
    pub name: &'static str,
    /// Its value when nobody says otherwise.
    pub default: Option<&'static str>,
    /// What it does, for people.
    pub meaning: &'static str,
    /// Whether it is never shown.
    pub is_secret: bool,
}

const fn setting(name: &'static str, default: &'static str, meaning: &'static str) -> Setting {
    Setting { name, default: Some(default), meaning, is_secret: false }
}

const fn secret(name: &'static str, meaning: &'static str) -> Setting {
    Setting { name, default: None, meaning, is_secret: true }
}

const fn optional_secret(name: &'static str, meaning: &'static str) -> Setting {
    Setting { name, default: Some(""), meaning, is_secret: true }
}

/// Every setting, in the order in which `sojorn config` shows them.
pub(super) const SETTINGS: &[Setting] = &[
    secret("DATABASE_URL", "the database: postgres://user:password@host:port/sojorn"),
    secret(
        "JWT_SECRET",
        "signs access tokens and seals cursors: 32 random characters or more, the same for all instances",
    ),
    setting("LISTEN", "127.0.0.1:8000", "address and port to listen on"),
    setting("LOG", "info", "what is logged, as tracing filters: info, sojorn=debug, ...; of libraries, info at most"),
    setting("LOG_FORMAT", "text", "how it is logged: text or json"),
    setting("SLOW_OPERATION_MS", "1000", "milliseconds that an operation takes that is logged as slow, by its hash"),
    setting(
        "METRICS_LISTEN",
        "",
        "address and port of /metrics for Prometheus, as 127.0.0.1:9090, where the public has no way to; empty: none",
    ),
    setting("OTLP_ENDPOINT", "", "a collector of traces by OTLP over HTTP, as http://127.0.0.1:4318; empty: none"),
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
    setting(
        "PROXIES",
        "",
        "networks of the proxies in front of the server, as 10.0.0.0/8, with commas between: they are believed when they say \
         for whom they ask",
    ),
    setting(
        "PROXY_HEADER",
        "x-forwarded-for",
        "the header in which they say so, a list to which each appends an address",
    ),
    setting("HEAD_TIMEOUT_MS", "5000", "milliseconds that the head of a request may take, and a connection rest"),
    setting("ANSWER_TIMEOUT_MS", "30000", "milliseconds that a client may take nothing of its answer"),
    setting(
        "CONNECTIONS",
        "30000",
        "connections at most, live ones included; fewer where the system allows fewer descriptors",
    ),
    setting("CONNECTIONS_PER_ADDRESS", "1000", "connections from an address at most; from PROXIES any number"),
    setting("HEADERS_MAX", "100", "headers of a request at most"),
    setting("HEADER_BYTES_MAX", "16384", "bytes of a request's headers at most"),
    setting("ADDRESS_BYTES_MAX", "8192", "bytes of a request's address at most"),
    setting("BODY_BYTES_MAX", "1048576", "bytes of a request's body at most"),
    setting("BODY_TIMEOUT_MS", "5000", "milliseconds that a request's body may take to come"),
    setting("REQUEST_TIMEOUT_MS", "10000", "milliseconds that a request may take to be answered"),
    setting(
        "REMEMBERED_DOCUMENT_BYTES",
        "10485760",
        "bytes of documents that clients may name once they were sent; 0: none",
    ),
    setting(
        "TRUSTED_DOCUMENTS",
        "off",
        "off; log: documents that are not in the manifests are logged; only: they are refused",
    ),
    setting("TRUSTED_DOCUMENTS_MANIFESTS", "", "files that Apollo's or Relay's compiler has made, with commas between"),
    setting("BATCH_MAX", "0", "operations in one request at most, as a list; 0: lists are not taken"),
    setting("DOCUMENT_BYTES_MAX", "20000", "bytes of a document at most"),
    setting("DOCUMENT_TOKENS_MAX", "2000", "tokens of a document, and values in its variables, at most"),
    setting("DOCUMENT_OPERATIONS_MAX", "10", "operations of a document at most"),
    setting("DEPTH_MAX", "15", "fields within each other at most"),
    setting("SELECTIONS_MAX", "1000", "fields and fragments of an operation at most, counted wherever they are spread"),
    setting("ROOT_FIELDS_MAX", "20", "fields at the root of an operation at most"),
    setting("ALIASES_MAX", "30", "aliases in a document at most"),
    setting("DIRECTIVES_MAX", "30", "directives in a document at most"),
    setting("VARIABLES_MAX", "100", "variables of an operation at most"),
    setting("COST_MAX", "5000", "the estimated cost of an operation at most"),
    setting("ERRORS_MAX", "10", "errors in an answer at most; more are cut off"),
    setting("PAGE_SIZE", "20", "rows of a page when the client does not say"),
    setting("PAGE_SIZE_MAX", "100", "rows of a page at most"),
    setting("BEACONS_PER_HOUR", "3", "beacons that a person may make in an hour"),
    setting("COST_PER_MINUTE", "20000", "the cost of a person's, or an address's, operations in a minute at most"),
    setting("POSTS_PER_HOUR", "30", "posts that a person may write in an hour"),
    setting("FOLLOWS_PER_HOUR", "100", "profiles that a person may follow in an hour"),
    setting("LIKES_PER_HOUR", "600", "likes, saves, hides and reactions of a person in an hour"),
    setting("VOTES_PER_HOUR", "60", "votes of a person on beacons in an hour"),
    setting("BLOCKS_PER_HOUR", "200", "profiles that a person may block in an hour"),
    setting("KEY_CLAIMS_PER_HOUR", "100", "bundles of keys that a person may claim in an hour"),
    setting("SIGN_INS_PER_MINUTE", "5", "sign-ins with a login in a minute"),
    setting("SIGN_INS_PER_HOUR", "25", "sign-ins with a login in an hour"),
    setting("SIGN_INS_PER_ADDRESS", "25", "sign-ins from an address in five minutes"),
    setting("SIGN_UPS_PER_ADDRESS", "5", "accounts made from an address in half an hour"),
    optional_secret(
        "DATABASE_DIRECT_URL",
        "PostgreSQL itself, where DATABASE_URL is that of a PgBouncer in transaction mode: for migrations, imports, and to \
         hear of events",
    ),
    optional_secret("DATABASE_REPLICA_URL", "a database that follows it, to read feeds and maps from"),
    setting(
        "DATABASE_REPLICA_LAG_MS",
        "100",
        "milliseconds that a read waits for the replica to have all that the database has; then the database serves",
    ),
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
    setting("PASSWORD_QUEUE", "30", "passwords that may wait for that; who comes then is sent away"),
];
