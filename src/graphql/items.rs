//! The items of a list whose fields may fail.

use std::borrow::Cow;

use async_graphql::{
    ContextSelectionSet, OutputType, Positioned, ServerResult, Value, parser::types::Field, registry::Registry,
};
use futures_util::future::try_join_all;

/// A list like [`Vec`], in which errors keep their paths.
///
/// The library's list calls an item the place of every error that comes out of it, which is where the null stands, not where
/// the error was: "a path to the field which experienced the error" (section 7.1.2 of the specification).
pub(super) struct Items<T>(Vec<T>);

impl<T> FromIterator<T> for Items<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        Self(items.into_iter().collect())
    }
}

impl<T> Items<T> {
    pub(super) fn iter(&self) -> std::slice::Iter<'_, T> {
        self.0.iter()
    }
}

impl<T: OutputType> OutputType for Items<T> {
    fn type_name() -> Cow<'static, str> {
        <Vec<T> as OutputType>::type_name()
    }

    fn qualified_type_name() -> String {
        <Vec<T> as OutputType>::qualified_type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        <Vec<T> as OutputType>::create_type_info(registry)
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> ServerResult<Value> {
        let items = self.iter().enumerate().map(|(index, item)| async move {
            let ctx = ctx.with_index(index);
            item.resolve(&ctx, field).await
        });
        try_join_all(items).await.map(Value::List)
    }
}
