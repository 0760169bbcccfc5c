//! How much comes as the values of variables. Each field that a variable stands in gets a copy of its own.

use async_graphql::Variables;
use async_graphql_value::ConstValue;

use super::{Exceeded, Limits, within};

/// Bytes of a text at most. More than anything that is written takes, so that what is too long is told by the field that it is
/// too long for.
const TEXT: usize = 32 * 1_024;

/// Checks that no more comes beside a document than may be written in one: values count as tokens do.
pub(in crate::graphql) fn check(variables: &Variables, limits: &Limits) -> Result<(), Exceeded> {
    let (mut left, mut count): (Vec<_>, usize) = (variables.values().collect(), 0);
    while let Some(value) = left.pop() {
        count += 1;
        match value {
            ConstValue::String(text) => within(text.len(), TEXT, |_| Exceeded::Text(TEXT))?,
            ConstValue::List(items) => left.extend(items),
            ConstValue::Object(fields) => left.extend(fields.values()),
            _ => {}
        }
        within(count + left.len(), limits.tokens, |_| Exceeded::Values(limits.tokens))?;
    }
    Ok(())
}
