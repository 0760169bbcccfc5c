use serde_json::{Value, json};

use super::{Answer, Person, TestApp};

/// A connection of the API, read as a client reads it: page by page.
pub struct List {
    query: String,
    pointer: String,
    id: &'static str,
}

/// A page of it.
#[derive(Clone, Debug)]
pub struct Page {
    pub ids: Vec<String>,
    pub cursors: Vec<String>,
    pub has_next: bool,
    pub has_previous: bool,
    /// The edges as they came.
    pub edges: Vec<Value>,
}

impl List {
    /// The list at `pointer` of the answer. In `template`, `@page` stands for the paging arguments and `@edges` for
    /// what is selected of the connection.
    pub fn of(pointer: &str, template: &str) -> Self {
        Self::with_node(pointer, template, "id", "/node/id")
    }

    /// A list whose items have their id elsewhere.
    pub fn with_node(pointer: &str, template: &str, node: &str, id: &'static str) -> Self {
        let page = "first: $first, after: $after, last: $last, before: $before";
        let edges = format!(
            "edges {{ cursor node {{ {node} }} }} nodes {{ {node} }}
             pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }}"
        );
        let fields = template.replace("@page", page).replace("@edges", &edges);
        let query = format!("query($first: Int, $after: String, $last: Int, $before: String) {{ {fields} }}");
        Self { query, pointer: pointer.to_owned(), id }
    }

    pub fn global() -> Self {
        Self::of("/globalFeed", "globalFeed(@page) { @edges }")
    }

    pub fn home() -> Self {
        Self::of("/homeFeed", "homeFeed(@page) { @edges }")
    }

    pub fn quips() -> Self {
        Self::of("/quipFeed", "quipFeed(@page) { @edges }")
    }

    /// A list `field` (with arguments, if any, before `@page`) of a profile.
    pub fn of_profile(person: &Person, name: &str, field: &str) -> Self {
        let template = format!("profile(by: {{ id: \"{}\" }}) {{ {field} {{ @edges }} }}", person.id);
        Self::of(&format!("/profile/{name}"), &template)
    }

    pub fn requests() -> Self {
        let template = "viewer { followRequests(@page) { @edges } }";
        Self::with_node("/viewer/followRequests", template, "from { id }", "/node/from/id")
    }

    /// Beacons of an area, as written in a document, in an order.
    pub fn beacons(area: &str, order: &str) -> Self {
        Self::filtered_beacons(area, "{}", order)
    }

    /// Those that pass a filter.
    pub fn filtered_beacons(area: &str, filter: &str, order: &str) -> Self {
        let template = format!(
            "beacons(area: {area}, filter: {filter}, orderBy: {order}, @page) {{ edges {{ distanceMeters }} @edges }}"
        );
        Self::of("/beacons", &template)
    }

    /// The answer to a request for one page.
    pub async fn ask<'a>(&self, app: &TestApp, viewer: impl Into<Option<&'a Person>>, arguments: Value) -> Answer {
        app.ask_with(viewer, &self.query, arguments).await
    }

    /// One page. Whatever it is, its own parts must agree.
    pub async fn page<'a>(&self, app: &TestApp, viewer: impl Into<Option<&'a Person>>, arguments: Value) -> Page {
        let answer = self.ask(app, viewer, arguments.clone()).await;
        let connection = answer.data(&self.pointer);
        let edges = connection["edges"].as_array().unwrap().clone();
        let nodes: Vec<_> = edges.iter().map(|edge| edge["node"].clone()).collect();
        assert_eq!(connection["nodes"], json!(nodes), "{arguments}");
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let cursors: Vec<_> = edges.iter().map(|edge| text(&edge["cursor"])).collect();
        let info = &connection["pageInfo"];
        assert_eq!(info["startCursor"].as_str(), cursors.first().map(String::as_str), "{arguments}");
        assert_eq!(info["endCursor"].as_str(), cursors.last().map(String::as_str), "{arguments}");
        Page {
            ids: edges.iter().map(|edge| text(edge.pointer(self.id).unwrap())).collect(),
            cursors,
            has_next: info["hasNextPage"].as_bool().unwrap(),
            has_previous: info["hasPreviousPage"].as_bool().unwrap(),
            edges,
        }
    }

    /// The whole list, read forward in pages of this size.
    pub async fn forward(&self, app: &TestApp, viewer: Option<&Person>, size: usize) -> Vec<String> {
        let (mut ids, mut after) = (Vec::new(), None);
        loop {
            let page = self.page(app, viewer, json!({ "first": size, "after": after })).await;
            assert_eq!(page.has_previous, after.is_some(), "before the page at {}", ids.len());
            ids.extend(page.ids.iter().cloned());
            if !page.has_next {
                assert!(!page.ids.is_empty() || ids.is_empty(), "an empty page was announced at {}", ids.len());
                return ids;
            }
            assert_eq!(page.ids.len(), size, "a page that is not the last is full, at {}", ids.len());
            after = page.cursors.last().cloned();
        }
    }

    /// The whole list, read backward from its end in pages of this size; in list order.
    pub async fn backward(&self, app: &TestApp, viewer: Option<&Person>, size: usize) -> Vec<String> {
        let (mut ids, mut before) = (Vec::new(), None);
        loop {
            let page = self.page(app, viewer, json!({ "last": size, "before": before })).await;
            assert_eq!(page.has_next, before.is_some(), "behind the page at {}", ids.len());
            ids.splice(0..0, page.ids.iter().cloned());
            if !page.has_previous {
                assert!(!page.ids.is_empty() || ids.is_empty(), "an empty page was announced at {}", ids.len());
                return ids;
            }
            assert_eq!(page.ids.len(), size, "a page that is not the first is full, at {}", ids.len());
            before = page.cursors.first().cloned();
        }
    }

    /// That the list is `expected`, and that every way of reading it in pages of `sizes` gives it exactly once.
    pub async fn check_in(&self, app: &TestApp, viewer: Option<&Person>, expected: &[String], sizes: &[usize]) {
        for &size in sizes {
            let forward = self.forward(app, viewer, size).await;
            assert_eq!(forward, expected, "forward by {size}: {}", self.query);
            let backward = self.backward(app, viewer, size).await;
            assert_eq!(backward, expected, "backward by {size}: {}", self.query);
        }
    }

    /// [`Self::check_in`] with pages of 1, 2, 7 and 100, and pages cut out of the middle. For lists of 8 to 100.
    pub async fn check(&self, app: &TestApp, viewer: Option<&Person>, expected: &[String]) {
        assert!((8..=100).contains(&expected.len()), "{} is no length to test with", expected.len());
        self.check_in(app, viewer, expected, &[1, 2, 7, 100]).await;
        let all = self.page(app, viewer, json!({ "first": 100 })).await;
        let end = expected.len();
        for at in [0, 1, 3, 4, end / 2, end - 4, end - 1] {
            let cursor = &all.cursors[at];
            let page = self.page(app, viewer, json!({ "first": 3, "before": cursor })).await;
            assert_eq!(page.ids, expected[..at.min(3)], "the first 3 before {at}");
            assert_eq!((page.has_previous, page.has_next), (false, at > 3), "the first 3 before {at}");
            let page = self.page(app, viewer, json!({ "last": 3, "after": cursor })).await;
            assert_eq!(page.ids, expected[(at + 1).max(end - 3)..], "the last 3 after {at}");
            assert_eq!((page.has_previous, page.has_next), (end - at - 1 > 3, false), "the last 3 after {at}");
            for to in [at, end - 1] {
                let range = &expected[(at + 1).min(to)..to];
                let (after, before) = (cursor, &all.cursors[to]);
                let first = self.page(app, viewer, json!({ "first": 2, "after": after, "before": before })).await;
                assert_eq!(first.ids, range[..range.len().min(2)], "the first 2 between {at} and {to}");
                assert_eq!(first.has_next, range.len() > 2, "the first 2 between {at} and {to}");
                let last = self.page(app, viewer, json!({ "last": 2, "after": after, "before": before })).await;
                assert_eq!(last.ids, range[range.len().saturating_sub(2)..], "the last 2 between {at} and {to}");
                assert_eq!(last.has_previous, range.len() > 2, "the last 2 between {at} and {to}");
            }
        }
    }
}
