use std::collections::BTreeSet;

use sea_orm::{
    DbBackend, Statement, Value as Bound,
    sea_query::ArrayType,
    sqlx::{self, AssertSqlSafe, Connection, Executor, PgConnection},
};
use serde_json::Value;

use super::Database;

/// How PostgreSQL ran a statement, by the one plan that it keeps for all parameters, as the server has it.
pub struct Plan {
    root: Value,
    millis: f64,
    sql: String,
}

impl Plan {
    /// Runs a recorded statement with its values and keeps the plan that it was run by.
    pub async fn of(database: &Database, statement: &Statement) -> Self {
        let values = statement.values.as_ref().map(|values| values.0.as_slice()).unwrap_or_default();
        let types: Vec<_> = values.iter().map(type_of).collect();
        let literal = |value: &Bound| {
            // SeaORM writes a value into a text that is nothing but its place.
            let text = Statement::from_sql_and_values(DbBackend::Postgres, "$1", [value.clone()]).to_string();
            format!("({text})::{}", type_of(value))
        };
        let values: Vec<_> = values.iter().map(literal).collect();
        let list = |items: &[String]| if items.is_empty() { String::new() } else { format!("({})", items.join(", ")) };
        let types = list(&types.into_iter().map(str::to_owned).collect::<Vec<_>>());
        let mut connection = PgConnection::connect(&database.url).await.unwrap();
        let run = format!(
            "SET plan_cache_mode = force_generic_plan; SET jit = off; SET timezone = 'UTC'; PREPARE recorded{types} AS {}",
            statement.sql
        );
        connection.execute(AssertSqlSafe(run)).await.unwrap_or_else(|error| panic!("{error}\n{}", statement.sql));
        let explain = format!("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON, TIMING OFF) EXECUTE recorded{}", list(&values));
        let plan: Value = sqlx::query_scalar(AssertSqlSafe(explain))
            .fetch_one(&mut connection)
            .await
            .unwrap_or_else(|error| panic!("{error}\n{}", statement.sql));
        connection.close().await.unwrap();
        let millis = plan[0]["Execution Time"].as_f64().unwrap();
        Self { root: plan[0]["Plan"].clone(), millis, sql: statement.sql.clone() }
    }

    /// What it took, for people to read; no test depends on it.
    pub fn millis(&self) -> f64 {
        self.millis
    }

    /// How many pages of tables and indexes were looked at. Tells also of what an index looked at and left out by itself.
    pub fn pages(&self) -> u64 {
        rows(&self.root["Shared Hit Blocks"]) + rows(&self.root["Shared Read Blocks"])
    }

    /// The indexes that it looks into.
    pub fn indexes(&self) -> BTreeSet<String> {
        let name = |node: &Value| node["Index Name"].as_str().map(str::to_owned);
        self.nodes().into_iter().filter(|node| was_run(node)).filter_map(name).collect()
    }

    /// The tables that are read from end to end.
    pub fn sequential_scans(&self) -> Vec<String> {
        let nodes = self.nodes().into_iter();
        nodes
            .filter(|node| node["Node Type"] == "Seq Scan")
            .map(|node| node["Relation Name"].as_str().unwrap().to_owned())
            .collect()
    }

    /// The most rows that a sort was given at once.
    pub fn largest_sort(&self) -> u64 {
        let sorts = self.nodes().into_iter().filter(|node| node["Node Type"].as_str().unwrap().ends_with("Sort"));
        // Numbers of rows are means over the loops; a sort in a loop begins anew each time.
        sorts.flat_map(|sort| children(sort).map(|child| rows(&child["Actual Rows"]))).max().unwrap_or_default()
    }

    /// How many rows of a table (or entries of its indexes) were looked at, also those that were passed over.
    pub fn rows_read(&self, table: &str) -> u64 {
        let nodes = self.nodes().into_iter().filter(|node| node["Relation Name"] == table);
        nodes
            .map(|node| {
                let each = ["Actual Rows", "Rows Removed by Filter", "Rows Removed by Index Recheck"];
                each.iter().map(|name| rows(&node[*name])).sum::<u64>() * rows(&node["Actual Loops"])
            })
            .sum()
    }

    /// Every node of the plan.
    fn nodes(&self) -> Vec<&Value> {
        let mut nodes = vec![&self.root];
        let mut at = 0;
        while at < nodes.len() {
            nodes.extend(children(nodes[at]));
            at += 1;
        }
        nodes
    }

    /// The plan for people, with its statement.
    pub fn describe(&self) -> String {
        fn write(node: &Value, depth: usize, lines: &mut Vec<String>) {
            let word = |name: &str| node[name].as_str().unwrap_or_default();
            let line = format!(
                "{}{} {} {} rows={} loops={} removed={} {}",
                "  ".repeat(depth),
                word("Node Type"),
                word("Relation Name"),
                word("Index Name"),
                node["Actual Rows"],
                node["Actual Loops"],
                node["Rows Removed by Filter"],
                word("Index Cond"),
            );
            lines.push(line);
            children(node).for_each(|child| write(child, depth + 1, lines));
        }
        let mut lines = vec![self.sql.clone()];
        write(&self.root, 0, &mut lines);
        lines.join("\n")
    }
}

fn children(node: &Value) -> impl Iterator<Item = &Value> {
    node["Plans"].as_array().into_iter().flatten()
}

fn was_run(node: &Value) -> bool {
    rows(&node["Actual Loops"]) > 0
}

fn rows(number: &Value) -> u64 {
    // Later versions of PostgreSQL write numbers of rows with decimals.
    number.as_f64().map_or(0, |number| format!("{:.0}", number.ceil()).parse().unwrap())
}

fn type_of(value: &Bound) -> &'static str {
    match value {
        Bound::Bool(_) => "boolean",
        Bound::Int(_) => "int",
        Bound::BigInt(_) => "bigint",
        Bound::Double(_) => "double precision",
        Bound::String(_) => "text",
        Bound::Uuid(_) => "uuid",
        Bound::ChronoDateTimeUtc(_) => "timestamptz",
        Bound::Bytes(_) => "bytea",
        Bound::Json(_) => "jsonb",
        Bound::Array(ArrayType::Uuid, _) => "uuid[]",
        Bound::Array(ArrayType::String, _) => "text[]",
        other => panic!("no type for {other:?}"),
    }
}
