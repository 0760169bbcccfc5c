use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};

/// The longest address, in bytes.
const MAX_BYTES: usize = 2_048;

/// An absolute address that begins with `http://` or `https://`, of 2,048 bytes at most.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Url(String);

impl Url {
    /// The address, if it is one. What an older database holds instead of an address is not shown.
    pub(in crate::graphql) fn of(address: &str) -> Option<Self> {
        if address.len() > MAX_BYTES || address.chars().any(char::is_control) {
            return None;
        }
        let url = url::Url::parse(address).ok()?;
        (matches!(url.scheme(), "http" | "https") && url.has_host()).then(|| Self(address.to_owned()))
    }

    /// The stored text as an address.
    pub(in crate::graphql) fn shown(stored: Option<&str>) -> Option<Self> {
        stored.and_then(Self::of)
    }

    /// The text to store.
    pub(in crate::graphql) fn into_text(self) -> String {
        self.0
    }
}

/// An absolute address that begins with `http://` or `https://`, of 2,048 bytes at most.
#[Scalar(name = "URL", specified_by_url = "https://url.spec.whatwg.org/")]
impl ScalarType for Url {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::String(address) => Self::of(address)
                .ok_or_else(|| InputValueError::custom("not an address that begins with http:// or https://")),
            _ => Err(InputValueError::custom("an address is text")),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}
