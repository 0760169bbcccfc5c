use axum::{body::to_bytes, response::Response};
use http::{HeaderMap, StatusCode};
use serde_json::Value;

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
    pub json: Value,
}

impl Answer {
    pub async fn of(response: Response) -> Self {
        let (parts, body) = response.into_parts();
        let body = String::from_utf8(to_bytes(body, usize::MAX).await.unwrap().to_vec()).unwrap();
        let json = serde_json::from_str(&body).unwrap_or(Value::Null);
        Self { status: parts.status, headers: parts.headers, body, json }
    }

    /// The data at this JSON pointer below `data`; the answer must hold no error.
    #[track_caller]
    pub fn data(&self, pointer: &str) -> Value {
        assert!(self.json.get("errors").is_none(), "{}", self.body);
        self.partial(pointer)
    }

    /// The data at this JSON pointer below `data`, whether or not there are errors.
    #[track_caller]
    pub fn partial(&self, pointer: &str) -> Value {
        let pointer = format!("/data{pointer}");
        self.json.pointer(&pointer).unwrap_or_else(|| panic!("no {pointer} in {}", self.body)).clone()
    }

    /// The strings at this JSON pointer below `data`, of which each item of the list at `list` has one.
    #[track_caller]
    pub fn each(&self, list: &str, item: &str) -> Vec<String> {
        let list = self.data(list);
        let text = |value: &Value| value.pointer(item).unwrap_or_else(|| panic!("no {item} in {value}")).clone();
        let items = list.as_array().unwrap().iter().map(text);
        items.map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned)).collect()
    }

    /// The codes of the errors.
    pub fn codes(&self) -> Vec<String> {
        let errors = self.json.get("errors").and_then(Value::as_array).cloned().unwrap_or_default();
        errors.iter().map(|error| error["extensions"]["code"].as_str().unwrap_or("(none)").to_owned()).collect()
    }

    /// The code of the one error that there is.
    #[track_caller]
    pub fn code(&self) -> String {
        let codes = self.codes();
        assert_eq!(codes.len(), 1, "{}", self.body);
        codes[0].clone()
    }

    /// `(code, path)` of each user error of the mutation `field`, as in `"INVALID input.handle"`.
    #[track_caller]
    pub fn refusals(&self, field: &str) -> Vec<String> {
        let refusals = self.data(&format!("/{field}/userErrors"));
        let line = |error: &Value| {
            let path: Vec<_> = error["path"].as_array().unwrap().iter().map(|step| step.as_str().unwrap()).collect();
            format!("{} {}", error["code"].as_str().unwrap(), path.join("."))
        };
        refusals.as_array().unwrap().iter().map(line).collect()
    }
}
