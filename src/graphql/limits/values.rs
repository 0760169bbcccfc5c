//! How much comes as the values of variables. Each field that a variable stands in gets a copy of its own.

use async_graphql::Variables;
use async_graphql_value::ConstValue;

use super::{Exceeded, Limits, within};

/// Checks that no more comes beside a document than may be written in one: values count as tokens do, and a text is no
/// longer than a document.
pub(in crate::graphql) fn check(variables: &Variables, limits: &Limits) -> Result<(), Exceeded> {
    let (mut left, mut count): (Vec<_>, usize) = (variables.values().collect(), 0);
    while let Some(value) = left.pop() {
        count += 1;
        match value {
            ConstValue::String(text) => within(text.len(), limits.bytes, |_| Exceeded::Text(limits.bytes))?,
            ConstValue::List(items) => left.extend(items),
            ConstValue::Object(fields) => left.extend(fields.values()),
            _ => {}
        }
        within(count + left.len(), limits.tokens, |_| Exceeded::Values(limits.tokens))?;
    }
    Ok(())
}
