//! The shape of a document: how deep and how wide its operations are once their fragments stand where they are spread.

use std::collections::HashMap;

use async_graphql::{
    Name, Positioned,
    parser::types::{ExecutableDocument, OperationDefinition, Selection, SelectionSet},
};

use super::{Exceeded, Limits, within};

/// Selections within each other, fragments included. async-graphql has such a limit as well, and no code for it.
pub(in crate::graphql) const MAX_LEVELS: u32 = 32;

/// Lists of introspection within each other. Types lead to fields and these to types: each time around multiplies the
/// answer by the size of the schema, and nobody who reads a schema goes around. graphql-js has the same rule.
const MAX_INTROSPECTION_LISTS: u32 = 2;

/// The fields of introspection that such a ring goes through.
const INTROSPECTION_LISTS: [&str; 4] = ["fields", "inputFields", "interfaces", "possibleTypes"];

/// Checks the shape of all operations of a document, since all of them are validated.
pub(in crate::graphql) fn check(document: &ExecutableDocument, limits: &Limits) -> Result<(), Exceeded> {
    within(document.operations.iter().len(), limits.operations, Exceeded::Operations)?;
    let mut walk = Walk { document, limits, fragments: HashMap::new(), aliases: 0, directives: 0 };
    for (_, operation) in document.operations.iter() {
        walk.operation(&operation.node)?;
    }
    // Those that nothing spreads, too.
    for name in document.fragments.keys() {
        walk.fragment(name)?;
    }
    Ok(())
}

/// What is known of a selection.
#[derive(Clone, Copy, Default)]
struct Measure {
    /// Fields within each other.
    depth: u32,
    /// Selections within each other.
    levels: u32,
    /// Lists of introspection within each other.
    lists: u32,
    /// Fields and fragments.
    selections: u32,
    /// Fields at the top.
    top: u32,
}

struct Walk<'a> {
    document: &'a ExecutableDocument,
    limits: &'a Limits,
    /// Each fragment's measure; none while it is being taken.
    fragments: HashMap<&'a Name, Option<Measure>>,
    aliases: u32,
    directives: u32,
}

impl<'a> Walk<'a> {
    fn operation(&mut self, operation: &'a OperationDefinition) -> Result<(), Exceeded> {
        within(operation.variable_definitions.len(), self.limits.variables, Exceeded::Variables)?;
        let of_variables = operation.variable_definitions.iter().map(|definition| definition.node.directives.len());
        self.written(0, operation.directives.len() + of_variables.sum::<usize>())?;
        let measure = self.set(&operation.selection_set.node)?;
        within(measure.depth, self.limits.depth, Exceeded::Depth)?;
        within(measure.levels, MAX_LEVELS, |_| Exceeded::Levels)?;
        within(measure.lists, MAX_INTROSPECTION_LISTS, |_| Exceeded::IntrospectionLists)?;
        within(measure.selections, self.limits.selections, Exceeded::Selections)?;
        within(measure.top, self.limits.root_fields, Exceeded::RootFields)
    }

    fn set(&mut self, set: &'a SelectionSet) -> Result<Measure, Exceeded> {
        let mut all = Measure::default();
        for Positioned { node: selection, .. } in &set.items {
            let directives = selection.directives().len();
            let one = match selection {
                Selection::Field(field) => {
                    self.written(u32::from(field.node.alias.is_some()), directives)?;
                    let below = self.set(&field.node.selection_set.node)?;
                    let is_list = INTROSPECTION_LISTS.contains(&field.node.name.node.as_str());
                    Measure {
                        depth: below.depth.saturating_add(1),
                        lists: below.lists.saturating_add(u32::from(is_list)),
                        top: 1,
                        ..below
                    }
                }
                Selection::InlineFragment(inline) => {
                    self.written(0, directives)?;
                    self.set(&inline.node.selection_set.node)?
                }
                Selection::FragmentSpread(spread) => {
                    self.written(0, directives)?;
                    self.fragment(&spread.node.fragment_name.node)?
                }
            };
            all.depth = all.depth.max(one.depth);
            all.levels = all.levels.max(one.levels.saturating_add(1));
            all.lists = all.lists.max(one.lists);
            all.selections = all.selections.saturating_add(one.selections).saturating_add(1);
            all.top = all.top.saturating_add(one.top);
        }
        Ok(all)
    }

    /// What a fragment adds where it is spread. One that does not exist adds nothing; validation refuses it.
    fn fragment(&mut self, name: &'a Name) -> Result<Measure, Exceeded> {
        if let Some(known) = self.fragments.get(name) {
            return known.ok_or(Exceeded::Ring);
        }
        let Some((name, fragment)) = self.document.fragments.get_key_value(name) else {
            return Ok(Measure::default());
        };
        self.fragments.insert(name, None);
        self.written(0, fragment.node.directives.len())?;
        let measure = self.set(&fragment.node.selection_set.node)?;
        self.fragments.insert(name, Some(measure));
        Ok(measure)
    }

    /// Counts what is written. Each selection is come by once.
    fn written(&mut self, aliases: u32, directives: usize) -> Result<(), Exceeded> {
        self.aliases = self.aliases.saturating_add(aliases);
        self.directives = self.directives.saturating_add(u32::try_from(directives).unwrap_or(u32::MAX));
        within(self.aliases, self.limits.aliases, Exceeded::Aliases)?;
        within(self.directives, self.limits.directives, Exceeded::Directives)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::format_collect, reason = "a test may build a text slowly")]

    use async_graphql::parser::parse_query;

    use super::*;

    fn shape(document: &str) -> Result<(), Exceeded> {
        check(&parse_query(document).unwrap(), &Limits::USUAL)
    }

    /// A limit is kept by so many, and exceeded by one more.
    #[track_caller]
    fn assert_edge(most: usize, document: impl Fn(usize) -> String, exceeded: Exceeded) {
        assert_eq!(shape(&document(most)), Ok(()), "{}", document(most));
        assert_eq!(shape(&document(most + 1)), Err(exceeded), "{}", document(most + 1));
    }

    fn nested(depth: usize, open: &str, leaf: &str) -> String {
        format!("{}{{ {leaf} {}", format!("{{ {open} ").repeat(depth), "}".repeat(depth + 1))
    }

    #[test]
    fn each_limit_has_two_sides() {
        assert_edge(15, |n| nested(n - 1, "a", "b"), Exceeded::Depth(15));
        let through_fragments =
            |n: usize| format!("{}b{}", "{ ... { a ".repeat(n - 1) + "{ ", "} }".repeat(n - 1) + "}");
        assert_edge(15, through_fragments, Exceeded::Depth(15));
        assert_edge(20, |n| format!("{{ {} }}", "a ".repeat(n)), Exceeded::RootFields(20));
        assert_edge(
            20,
            |n| format!("{{ ...F }} fragment F on Query {{ {} }}", "a ".repeat(n)),
            Exceeded::RootFields(20),
        );
        assert_edge(30, |n| format!("{{ a {{ {} }} }}", "b: c ".repeat(n)), Exceeded::Aliases(30));
        assert_edge(30, |n| format!("{{ a {} }}", "@b ".repeat(n)), Exceeded::Directives(30));
        assert_edge(30, |n| format!("query($v: Int {}) {{ a }}", "@b ".repeat(n)), Exceeded::Directives(30));
        assert_edge(999, |n| format!("{{ a {{ {} }} }}", "b ".repeat(n)), Exceeded::Selections(1_000));
        assert_edge(10, |n| (0..n).map(|i| format!("query Q{i} {{ a }}")).collect(), Exceeded::Operations(10));
        let variables = |n| (0..n).map(|i| format!("$v{i}: Int ")).collect::<String>();
        assert_edge(100, |n| format!("query({}) {{ a }}", variables(n)), Exceeded::Variables(100));
        assert_edge(31, |n| nested(n, "...", "a"), Exceeded::Levels);
    }

    #[test]
    fn what_is_spread_counts_wherever_it_is_spread() {
        let spread = |n| format!("{{ {} }} fragment F on A {{ {} }}", "a { ...F } ".repeat(n), "b ".repeat(98));
        assert_edge(10, spread, Exceeded::Selections(1_000));
        let deep = |n: usize| format!("{} fragment F on A {{ a {{ b }} }}", nested(n - 2, "a", "...F"));
        assert_edge(15, deep, Exceeded::Depth(15));
    }

    #[test]
    fn all_operations_are_measured() {
        let deep = nested(15, "a", "b");
        assert_eq!(shape(&format!("query A {{ a }} query B {deep}")), Err(Exceeded::Depth(15)));
    }

    #[test]
    fn fragments_that_double_or_go_in_a_ring_are_measured_once() {
        let doubling = |n: usize| {
            let fragments: String =
                (0..n).map(|i| format!("fragment F{i} on Q {{ ...F{0} ...F{0} }} ", i + 1)).collect();
            format!("{{ ...F0 }} {fragments} fragment F{n} on Q {{ __typename }}")
        };
        // Twice, four times … 2^n; 2^63 of anything is too many, and nobody waits for them to be counted.
        assert_eq!(shape(&doubling(3)), Ok(()));
        assert_eq!(shape(&doubling(20)), Err(Exceeded::Selections(1_000)));
        let ring = "{ ...A } fragment A on Q { a { ...B } } fragment B on Q { ...C } fragment C on Q { ...A }";
        assert_eq!(shape(ring), Err(Exceeded::Ring));
        assert_eq!(shape("{ a } fragment A on Q { ...A }"), Err(Exceeded::Ring));
    }

    #[test]
    fn introspection_does_not_go_around() {
        assert_eq!(shape("{ __schema { types { fields { type { fields { name } } } } } }"), Ok(()));
        let deep = "{ __schema { types { fields { type { possibleTypes { interfaces { name } } } } } } }";
        assert_eq!(shape(deep), Err(Exceeded::IntrospectionLists));
    }
}
