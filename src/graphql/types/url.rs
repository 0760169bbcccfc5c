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
        // The standard also reads "https:host" and " https://host" as addresses; not every client does.
        let begins_with = |start: &str| address.get(..start.len()).is_some_and(|it| it.eq_ignore_ascii_case(start));
        if !begins_with("http://") && !begins_with("https://") {
            return None;
        }
        url::Url::parse(address).ok()?.has_host().then(|| Self(address.to_owned()))
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

    /// Asked for each value before anything is executed.
    fn is_valid(value: &Value) -> bool {
        matches!(value, Value::String(address) if Self::of(address).is_some())
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}
