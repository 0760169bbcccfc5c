//! That everything is asked for, and within the limits of the server.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    marks::Dice,
    model::Model,
    questions::{self, Names},
    schema::Schema,
    walker::documents,
};

/// Everything that can be reached from a type.
fn reachable(schema: &Schema, from: &str) -> BTreeSet<(String, String)> {
    let (mut queue, mut seen, mut found) = (vec![from.to_owned()], BTreeSet::new(), BTreeSet::new());
    while let Some(kind) = queue.pop() {
        if !seen.insert(kind.clone()) || schema.is_leaf(&kind) {
            continue;
        }
        if schema.is_abstract(&kind) {
            queue.extend(schema.at(&kind).members.iter().cloned());
            continue;
        }
        for field in &schema.at(&kind).fields {
            found.insert((kind.clone(), field.name.clone()));
            queue.push(field.of.clone());
        }
    }
    found
}

#[tokio::test]
async fn every_field_is_asked_for_below_every_root_field() {
    let schema = Schema::read().await;
    let mut dice = Dice::new(7);
    let model = Model::begin(chrono::Utc::now(), &mut dice);
    let names = Names::of(&model, &[]);
    let mut asks = questions::deep(&schema, &names, &mut dice);
    asks.extend(questions::wide(&schema, &names, &mut dice));
    let mut asked: BTreeMap<&str, BTreeSet<(String, String)>> = BTreeMap::new();
    for ask in &asks {
        asked.entry(ask.name.split(' ').next().unwrap()).or_default().extend(ask.asked.iter().cloned());
    }
    for field in schema.roots("Query") {
        let missing: Vec<_> = reachable(&schema, &field.of).difference(&asked[&*field.name]).cloned().collect();
        assert!(missing.is_empty(), "below {}: {missing:?}", field.name);
    }
    for (document, asks) in documents("query", &asks) {
        let selections = asks.iter().map(|ask| ask.selections).sum::<usize>();
        let cost = asks.iter().map(|ask| ask.cost).sum::<usize>();
        let depth = document.chars().scan(0_i32, |depth, c| {
            *depth += i32::from(c == '{') - i32::from(c == '}');
            Some(*depth)
        });
        let depth = depth.max().unwrap();
        let says = format!("{} bytes, {selections} selections, cost {cost}, depth {depth}", document.len());
        assert!(document.len() <= 20_000 && selections <= 1_000 && cost <= 5_000 && depth <= 15, "{says}: {document}");
        assert!(asks.len() <= 20, "{document}");
    }
}
