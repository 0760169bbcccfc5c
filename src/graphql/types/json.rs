use async_graphql::{InputValueResult, Scalar, ScalarType, Value};

/// Any JSON: objects, lists, texts, numbers, booleans and null.
pub struct Json(Value);

impl Json {
    /// The value that a text of JSON stands for, its fields in their order. None if it is no JSON.
    pub(in crate::graphql) fn of(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok().map(Self)
    }
}

/// Any JSON: objects, lists, texts, numbers, booleans and null.
#[Scalar(name = "JSON", specified_by_url = "https://www.rfc-editor.org/rfc/rfc8259")]
impl ScalarType for Json {
    fn parse(value: Value) -> InputValueResult<Self> {
        Ok(Self(value))
    }

    fn to_value(&self) -> Value {
        self.0.clone()
    }
}
