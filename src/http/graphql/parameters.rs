//! The parameters of a request, as the GraphQL over HTTP specification names them.

use async_graphql::{Request, Variables};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::graphql::Named;

/// The parameters.
#[derive(Deserialize)]
pub struct Parameters {
    query: Option<String>,
    /// The name of a document that is known (GraphQL over HTTP, appendix on persisted documents).
    #[serde(rename = "documentId")]
    document_id: Option<String>,
    /// The same, as Relay's clients say it.
    doc_id: Option<String>,
    #[serde(rename = "operationName")]
    operation_name: Option<String>,
    variables: Option<Map<String, Value>>,
    extensions: Option<Map<String, Value>>,
}

/// What a body asks for.
pub enum Body {
    /// One operation.
    Single(Parameters),
    /// Several of them, one after the other.
    Batch(Vec<Parameters>),
}

impl Body {
    /// Reads a JSON body: an object, or a list of objects.
    pub fn read(json: &[u8]) -> Option<Self> {
        match json.trim_ascii_start().first()? {
            b'{' => serde_json::from_slice(json).ok().filter(Parameters::name_a_document).map(Self::Single),
            b'[' => {
                let items: Vec<Map<String, Value>> = serde_json::from_slice(json).ok()?;
                let parameters = items.into_iter().map(|item| serde_json::from_value(Value::Object(item)).ok());
                let parameters = parameters.map(|it| it.filter(Parameters::name_a_document));
                parameters.collect::<Option<_>>().map(Self::Batch)
            }
            // Serde would also take the parameters from an array, in their order.
            _ => None,
        }
    }
}

impl Parameters {
    /// Reads the query of an address. Each parameter stands there at most once, `variables` and `extensions` as JSON.
    pub fn of_address(query: &str) -> Option<Self> {
        let mut texts = Map::new();
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            let value = match name.as_ref() {
                "query" | "operationName" | "documentId" | "doc_id" => Value::String(value.into_owned()),
                "variables" | "extensions" => serde_json::from_str(&value).ok()?,
                _ => continue,
            };
            if texts.insert(name.into_owned(), value).is_some() {
                return None;
            }
        }
        serde_json::from_value(Value::Object(texts)).ok().filter(Self::name_a_document)
    }

    /// Whether they say what document they are about.
    pub fn name_a_document(&self) -> bool {
        let ids = [&self.query, &self.document_id, &self.doc_id];
        ids.iter().any(|id| id.is_some()) || self.hash().is_some()
    }

    /// The hash of the document, as Apollo's clients send it.
    fn hash(&self) -> Option<&str> {
        let persisted = self.extensions.as_ref()?.get("persistedQuery")?;
        (persisted.get("version")? == 1).then_some(persisted.get("sha256Hash")?.as_str()?)
    }

    /// What they say about the document.
    pub fn named(&self) -> Named {
        Named {
            text: self.query.clone(),
            id: self.document_id.as_ref().or(self.doc_id.as_ref()).cloned(),
            hash: self.hash().map(str::to_owned),
        }
    }

    /// All that is asked, as bytes: to tell requests from one another.
    pub fn whole(&self) -> Vec<u8> {
        json!([self.query, self.document_id, self.doc_id, self.hash(), self.operation_name, self.variables])
            .to_string()
            .into_bytes()
    }

    /// The id of the last event that the client has got, in `extensions.lastEventId`.
    pub fn last_event_id(&self) -> Option<String> {
        let id = self.extensions.as_ref()?.get("lastEventId")?;
        // What is no text is no event id either, and is refused as one.
        Some(id.as_str().unwrap_or_default().to_owned())
    }

    /// The request as the schema takes it, without the document.
    pub fn into_request(self) -> Request {
        let mut request = Request::new("");
        request.operation_name = self.operation_name;
        request.variables = Variables::from_json(Value::Object(self.variables.unwrap_or_default()));
        request.extensions.0 = self
            .extensions
            .unwrap_or_default()
            .into_iter()
            .filter_map(|(name, value)| Some((name, async_graphql::Value::from_json(value).ok()?)))
            .collect();
        request
    }
}
