//! Selections of everything that a type has, made from the schema: a field that is added is asked for without anybody
//! thinking of it.

use std::{collections::BTreeMap, fmt::Write};

use serde_json::Value;

/// How many objects deep a selection goes.
const DEPTH: usize = 4;

pub struct Types(BTreeMap<String, Value>);

impl Types {
    pub async fn of_the_schema() -> Self {
        let query = "{ __schema { types { name kind possibleTypes { name }
                         fields(includeDeprecated: true) { name args { defaultValue type { kind } }
                             type { ...T ofType { ...T ofType { ...T ofType { ...T } } } } } } } }
                     fragment T on __Type { kind name }";
        let answer = serde_json::to_value(sojorn::graphql::schema(true).execute(query).await).unwrap();
        let types = answer["data"]["__schema"]["types"].as_array().unwrap_or_else(|| panic!("{answer}"));
        Self(types.iter().map(|kind| (kind["name"].as_str().unwrap().to_owned(), kind.clone())).collect())
    }

    /// Every root field, with the name of its root.
    pub fn root_fields(&self) -> Vec<(String, String)> {
        let roots = ["Query", "Mutation", "Subscription"].into_iter().filter(|root| self.0.contains_key(*root));
        let fields = roots.flat_map(|root| self.fields(root).iter().map(move |field| (root, field)));
        fields.map(|(root, field)| (root.to_owned(), field["name"].as_str().unwrap().to_owned())).collect()
    }

    /// Everything that can be selected of a root field; nothing, where it is a value of its own.
    pub fn everything_of(&self, root: &str, field: &str) -> String {
        let field = self.fields(root).iter().find(|other| other["name"] == field).unwrap();
        let name = named(&field["type"]);
        if self.is_leaf(&name) {
            return String::new();
        }
        format!("{{ {} }}", self.everything(&name, "", DEPTH))
    }

    fn everything(&self, name: &str, prefix: &str, depth: usize) -> String {
        let mut selection = "__typename".to_owned();
        let kind = &self.0[name];
        if kind["kind"] == "INTERFACE" || kind["kind"] == "UNION" {
            for member in kind["possibleTypes"].as_array().unwrap() {
                let member = member["name"].as_str().unwrap();
                // Fields of the same name may have different types: each type's get a name of their own.
                let fields = self.everything(member, &format!("{member}_"), depth);
                let _ = write!(selection, " ... on {member} {{ {fields} }}");
            }
            return selection;
        }
        for field in self.fields(name) {
            let needs = |argument: &Value| argument["type"]["kind"] == "NON_NULL" && argument["defaultValue"].is_null();
            let (field_name, of) = (field["name"].as_str().unwrap(), named(&field["type"]));
            let is_leaf = self.is_leaf(&of);
            if field["args"].as_array().unwrap().iter().any(needs) || (!is_leaf && depth == 1) {
                continue;
            }
            let below = if is_leaf { String::new() } else { format!(" {{ {} }}", self.everything(&of, "", depth - 1)) };
            let alias = if prefix.is_empty() { String::new() } else { format!("{prefix}{field_name}: ") };
            let _ = write!(selection, " {alias}{field_name}{below}");
        }
        selection
    }

    fn is_leaf(&self, name: &str) -> bool {
        matches!(self.0[name]["kind"].as_str(), Some("SCALAR" | "ENUM"))
    }

    fn fields(&self, name: &str) -> &[Value] {
        self.0[name]["fields"].as_array().map_or(&[], Vec::as_slice)
    }
}

/// The name of a type without what it is wrapped in.
fn named(kind: &Value) -> String {
    match &kind["ofType"] {
        Value::Null => kind["name"].as_str().unwrap().to_owned(),
        inner => named(inner),
    }
}
