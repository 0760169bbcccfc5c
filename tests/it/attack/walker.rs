//! Operations that ask for everything, made from the schema: below each root field each type is opened once, with all
//! its fields, and shows its scalars wherever else it comes up. So every field of every type is asked for below every
//! root field that leads there, and whatever one thing leads to is looked at; a field that is added is asked for without
//! anybody thinking of it.

use std::collections::{BTreeSet, VecDeque};

use super::schema::{Argument, Field, Schema};

/// Where an argument stands.
pub struct Place<'a> {
    /// The type and the field, like `Profile.posts`.
    pub of: String,
    pub argument: &'a Argument,
    /// All arguments of the field.
    pub arguments: &'a [Argument],
    /// How many items a list is asked for here.
    pub page: usize,
    /// What is wanted of the field, where it can be several things.
    pub member: Option<&'a str>,
}

/// Gives an argument its value, as a document writes it; none, to leave it out.
pub type Fill<'a> = dyn FnMut(&Place<'_>) -> Option<String> + 'a;

/// A root field with all that is asked below it.
#[derive(Clone, Debug)]
pub struct Ask {
    /// The root field, and how it is asked.
    pub name: String,
    pub text: String,
    pub selections: usize,
    /// What it may cost at most: selections times the sizes of the lists that they are in.
    pub cost: usize,
    /// Which fields of which types are in it.
    pub asked: BTreeSet<(String, String)>,
}

/// How far an ask goes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Reach {
    /// To everything, few of each.
    Deep,
    /// To what the root field itself shows, and to all there is of it.
    Wide,
}

impl Reach {
    /// Items of the lists of the root field, and of those below.
    fn pages(self) -> (usize, usize) {
        if self == Self::Deep { (5, 2) } else { (WIDE, 8) }
    }
}

/// Items of the lists that are asked for wide. Most lists of a world are shorter.
pub const WIDE: usize = 20;

/// What is selected of one thing.
struct Node {
    kind: String,
    depth: usize,
    /// The size of the lists it is in, multiplied.
    times: usize,
    parts: Vec<(String, Option<usize>)>,
}

impl Schema {
    /// What there is to ask of a root field: once for each thing that it can lead to where it can be several.
    pub fn ask(&self, root: &str, field: &Field, reach: Reach, fill: &mut Fill<'_>) -> Vec<Ask> {
        let members = self.members_below(&field.of);
        let variants = if members.is_empty() { vec![None] } else { members.iter().map(Some).collect() };
        let mut ask = |member: Option<&String>| self.ask_for(root, field, member.map(String::as_str), reach, fill);
        variants.into_iter().map(&mut ask).collect()
    }

    /// The members of the first interface or union that is reached from a type.
    fn members_below(&self, kind: &str) -> Vec<String> {
        let (mut queue, mut seen) = (VecDeque::from([kind]), BTreeSet::new());
        while let Some(kind) = queue.pop_front().filter(|kind| !self.is_leaf(kind)) {
            if self.is_abstract(kind) {
                return self.at(kind).members.clone();
            }
            if seen.insert(kind) && !self.is_entity(kind) {
                queue.extend(
                    self.at(kind).fields.iter().filter(|field| !self.is_leaf(&field.of)).map(|field| &*field.of),
                );
            }
        }
        Vec::new()
    }

    fn ask_for(&self, root: &str, field: &Field, member: Option<&str>, reach: Reach, fill: &mut Fill<'_>) -> Ask {
        let mut ask = Ask {
            name: format!("{} {reach:?}{}", field.name, member.map(|member| format!(" {member}")).unwrap_or_default()),
            text: String::new(),
            selections: 1,
            cost: 1,
            asked: BTreeSet::from([(root.to_owned(), field.name.clone())]),
        };
        let (page, below) = reach.pages();
        let arguments = arguments(root, field, page, member, fill);
        if self.is_leaf(&field.of) {
            ask.text = format!("{}{arguments}", field.name);
            return ask;
        }
        let is_list = field.arguments.iter().any(|argument| matches!(argument.name.as_str(), "first" | "ids"));
        let are_many = field.arguments.iter().any(|argument| argument.name == "ids");
        let times = if is_list { page } else { 1 };
        let mut nodes = vec![Node { kind: field.of.clone(), depth: 0, times, parts: Vec::new() }];
        let (mut queue, mut opened) = (VecDeque::from([0]), BTreeSet::new());
        while let Some(at) = queue.pop_front() {
            let Node { kind, depth, times, .. } = &nodes[at];
            let (kind, depth, times) = (kind.clone(), *depth, *times);
            let mut parts = Vec::new();
            let mut child = |label: String, kind: &str, times: usize, parts: &mut Vec<_>| {
                let is_same = label.starts_with("...");
                nodes.push(Node {
                    kind: kind.to_owned(),
                    depth: depth + usize::from(!is_same),
                    times,
                    parts: Vec::new(),
                });
                queue.push_back(nodes.len() - 1);
                parts.push((label, Some(nodes.len() - 1)));
            };
            if self.is_abstract(&kind) {
                let member =
                    member.unwrap_or_else(|| panic!("the walker knows one choice on a path, {kind} is another"));
                assert!(self.at(&kind).members.iter().any(|other| other == member), "{kind} is never {member}");
                child(format!("... on {member}"), member, times, &mut parts);
                parts.push(("__typename".to_owned(), None));
            } else {
                let may_open = reach == Reach::Deep || (depth == 0 && !are_many);
                let is_open = may_open && opened.insert(kind.clone());
                let has_nodes = self.at(&kind).fields.iter().any(|field| field.name == "nodes");
                for field in &self.at(&kind).fields {
                    let is_edges = has_nodes && field.name == "edges";
                    let is_shown = self.is_leaf(&field.of) || self.is_value(&field.of);
                    let leads_on = !is_edges && !self.is_entity(&kind) && field.arguments.is_empty();
                    if !is_open && !is_shown && !leads_on {
                        continue;
                    }
                    ask.asked.insert((kind.clone(), field.name.clone()));
                    let pages = field.arguments.iter().any(|argument| argument.name == "first");
                    let label = format!("{}{}", field.name, arguments_of(&kind, field, below, fill));
                    if self.is_leaf(&field.of) {
                        parts.push((label, None));
                    } else {
                        child(label, &field.of, if pages { times * below } else { times }, &mut parts);
                    }
                }
            }
            ask.selections += parts.len();
            ask.cost += parts.len() * times;
            nodes[at].parts = parts;
        }
        ask.text = format!("{}{arguments}{}", field.name, text(&nodes, 0));
        ask
    }
}

fn text(nodes: &[Node], at: usize) -> String {
    let parts = nodes[at].parts.iter();
    let part = |(label, below): &(String, Option<usize>)| match below {
        Some(below) => format!("{label}{}", text(nodes, *below)),
        None => label.clone(),
    };
    format!("{{{}}}", parts.map(part).collect::<Vec<_>>().join(" "))
}

fn arguments_of(kind: &str, field: &Field, page: usize, fill: &mut Fill<'_>) -> String {
    arguments(kind, field, page, None, fill)
}

fn arguments(kind: &str, field: &Field, page: usize, member: Option<&str>, fill: &mut Fill<'_>) -> String {
    let of = format!("{kind}.{}", field.name);
    let value = |argument: &Argument| {
        let value = fill(&Place { of: of.clone(), argument, arguments: &field.arguments, page, member });
        assert!(value.is_some() || !argument.is_required, "{of}: {} needs a value", argument.name);
        Some(format!("{}:{}", argument.name, value?))
    };
    let values: Vec<_> = field.arguments.iter().filter_map(value).collect();
    if values.is_empty() { String::new() } else { format!("({})", values.join(",")) }
}

/// What one operation may be: less than the limits of the transport.
const SELECTIONS: usize = 900;
const COST: usize = 4_500;
const ROOTS: usize = 18;
const BYTES: usize = 18_000;

/// As few documents as the limits allow. The `n`-th root field of a document is called `a<n>`.
pub fn documents(kind: &str, asks: &[Ask]) -> Vec<(String, Vec<Ask>)> {
    let mut groups: Vec<Vec<&Ask>> = Vec::new();
    for ask in asks {
        let sum = |group: &[&Ask], of: fn(&Ask) -> usize| group.iter().map(|ask| of(ask)).sum::<usize>() + of(ask);
        let fits = |group: &&mut Vec<&Ask>| {
            group.len() < ROOTS
                && sum(group, |ask| ask.selections) <= SELECTIONS
                && sum(group, |ask| ask.cost) <= COST
                && sum(group, |ask| ask.text.len() + 6) <= BYTES
        };
        match groups.iter_mut().find(fits) {
            Some(group) => group.push(ask),
            None => groups.push(vec![ask]),
        }
    }
    let document = |group: Vec<&Ask>| {
        let fields = group.iter().enumerate().map(|(at, ask)| format!("a{at}:{}", ask.text));
        let document = format!("{kind}{{{}}}", fields.collect::<Vec<_>>().join(" "));
        (document, group.into_iter().cloned().collect())
    };
    groups.into_iter().map(document).collect()
}
