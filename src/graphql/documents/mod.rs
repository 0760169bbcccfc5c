//! Documents that are named instead of sent: those that clients were built with ([`Manifest`]), and those that somebody has
//! sent before ([`automatic`]).

mod automatic;
mod manifest;

use async_graphql::ServerError;
use sha2::{Digest, Sha256};

use self::automatic::Automatic;
pub use self::manifest::{Manifest, ManifestError};
use super::error::{code, coded};

/// What the documents of clients are to the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
    /// Any document is executed.
    Off,
    /// Any document is executed, and those that are not in the manifest are logged by their hash.
    Log,
    /// Only those in the manifest are executed.
    Only,
}

/// How documents are known.
#[derive(Clone, Debug)]
pub struct DocumentOptions {
    /// What clients were built with.
    pub manifest: Manifest,
    /// What that means.
    pub trust: Trust,
    /// Bytes of documents that are remembered when they were sent once; 0: none are.
    pub remembered_bytes: u64,
}

/// What a request says about its document.
#[derive(Clone, Debug, Default)]
pub struct Named {
    /// The document itself.
    pub text: Option<String>,
    /// Its name in a manifest: `documentId`, or Relay's `doc_id`.
    pub id: Option<String>,
    /// Its SHA-256 in hexadecimal, as Apollo's clients send it.
    pub hash: Option<String>,
}

/// A document that was found.
#[derive(Debug)]
pub struct Found {
    /// The document.
    pub text: String,
    /// The name by which it is to be remembered, once it proves to be good.
    pub remember: Option<String>,
    /// Whether it is one of those that clients were built with.
    pub is_built_in: bool,
}

/// The documents that are known.
pub(super) struct Documents {
    manifest: Manifest,
    trust: Trust,
    automatic: Option<Automatic>,
}

impl Documents {
    pub fn new(options: &DocumentOptions) -> Self {
        // Who trusts only what is in the manifest remembers nothing else.
        let bytes = if options.trust == Trust::Only { 0 } else { options.remembered_bytes };
        let automatic = (bytes > 0).then(|| Automatic::new(bytes));
        Self { manifest: options.manifest.clone(), trust: options.trust, automatic }
    }

    /// The document that a request means.
    pub fn find(&self, named: Named) -> Result<Found, ServerError> {
        match named {
            Named { text: Some(text), hash, .. } => self.sent(text, hash),
            Named { text: None, id, hash } => {
                let name = id.or(hash).unwrap_or_default();
                // What kind of name it is may be said before it, as the specification of GraphQL over HTTP has it.
                let plain = name.strip_prefix("sha256:").unwrap_or(&name);
                let known = self.manifest.get(&name).or_else(|| self.manifest.get(plain)).map(str::to_owned);
                let is_built_in = known.is_some();
                let text = known.or_else(|| self.automatic.as_ref()?.get(plain)).ok_or_else(|| self.unknown())?;
                Ok(Found { text, remember: None, is_built_in })
            }
        }
    }

    /// Remembers a document that is good.
    pub fn remember(&self, name: String, text: &str) {
        if let Some(automatic) = &self.automatic {
            automatic.insert(name, text);
        }
    }

    /// A document that came along, perhaps with its hash.
    fn sent(&self, text: String, hash: Option<String>) -> Result<Found, ServerError> {
        let is_built_in = self.manifest.holds(&text);
        if self.trust != Trust::Off && !is_built_in {
            if self.trust == Trust::Only {
                return Err(error("only documents that clients were built with are executed here", NOT_FOUND));
            }
            tracing::info!(hash = sha256(&text), "a document is not among those that clients were built with");
        }
        if hash.as_ref().is_some_and(|hash| !hash.eq_ignore_ascii_case(&sha256(&text))) {
            return Err(error("the hash is not that of the document", code::BAD_USER_INPUT));
        }
        let remember = hash.filter(|_| self.automatic.is_some()).map(|hash| hash.to_ascii_lowercase());
        Ok(Found { text, remember, is_built_in })
    }

    fn unknown(&self) -> ServerError {
        // The words that Apollo's clients know.
        if self.automatic.is_some() || self.trust == Trust::Only {
            error("PersistedQueryNotFound", NOT_FOUND)
        } else {
            error("PersistedQueryNotSupported", code::PERSISTED_QUERY_NOT_SUPPORTED)
        }
    }
}

const NOT_FOUND: &str = code::PERSISTED_QUERY_NOT_FOUND;

fn error(message: &str, code: &str) -> ServerError {
    coded(ServerError::new(message, None), code)
}

/// The SHA-256 of a document, in hexadecimal.
pub(super) fn sha256(text: &str) -> String {
    use std::fmt::Write;
    Sha256::digest(text.as_bytes()).iter().fold(String::new(), |mut hex, byte| {
        // Writing to a string cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
