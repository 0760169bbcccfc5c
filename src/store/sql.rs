//! Statements composed of SQL text, bound values and rendered selects, with one run of parameter numbers.

use std::fmt::Write;

use sea_orm::{
    DbBackend, Statement, Value,
    sea_query::{Condition, Expr, PostgresQueryBuilder, QueryBuilder, SelectStatement, SqlWriter, SqlWriterValues},
};

use crate::policy::{Name, Viewer};

/// A statement in the making. Text comes from our sources only; whatever a client sent is bound.
pub struct Sql(SqlWriterValues);

impl Sql {
    /// Starts with this text.
    pub fn new(text: &str) -> Self {
        let mut sql = Self(SqlWriterValues::new("$", true));
        sql.text(text);
        sql
    }

    /// Appends SQL text.
    pub fn text(&mut self, text: &str) -> &mut Self {
        // Writing to a string cannot fail.
        let _ = self.0.write_str(text);
        self
    }

    /// Appends a whole number as text. Page limits are written so, because a plan that is kept for all parameters has
    /// to know that the page is small.
    pub fn number(&mut self, number: impl Into<i64>) -> &mut Self {
        let _ = write!(self.0, "{}", number.into());
        self
    }

    /// Appends a parameter.
    pub fn bind(&mut self, value: impl Into<Value>) -> &mut Self {
        self.0.push_param(value.into(), &PostgresQueryBuilder);
        self
    }

    /// Appends the viewer: NULL when nobody in particular asks.
    pub fn viewer(&mut self, viewer: Viewer) -> &mut Self {
        match viewer.name() {
            None => self.text("NULL::uuid"),
            Some(Name::Id(id)) => self.bind(id),
            Some(Name::Column) => self.text("subscriber.viewer_id"),
        }
    }

    /// Appends a select, without parentheses.
    pub fn select(&mut self, select: &SelectStatement) -> &mut Self {
        select.build_collect_into(PostgresQueryBuilder, &mut self.0);
        self
    }

    /// Appends a condition in parentheses.
    pub fn condition(&mut self, condition: Condition) -> &mut Self {
        self.text("(");
        PostgresQueryBuilder.prepare_expr(&Expr::from(condition), &mut self.0);
        self.text(")")
    }

    /// The finished statement.
    pub fn into_statement(self) -> Statement {
        let (sql, values) = self.0.into_parts();
        Statement::from_sql_and_values(DbBackend::Postgres, sql, values)
    }
}
