//! What answers lead to: whoever is given a cursor or an id may show it to somebody else.

use std::collections::BTreeMap;

use super::{
    hearing::Question,
    marks::Dice,
    schema::Schema,
    walker::{Ask, Reach, WIDE},
    world::Told,
};

/// Pages behind and before the cursors, and what has the ids that anybody was given; the same asks for everybody.
pub fn asks(schema: &Schema, told: &Told, dice: &mut Dice) -> Vec<Ask> {
    let mut lists: BTreeMap<String, (Ask, Vec<String>)> = BTreeMap::new();
    let mut ids = Vec::new();
    // How many items root fields are asked for, as it stands in what was asked.
    let whole = format!("first:{WIDE}");
    for (question, reply) in told.iter().flat_map(|(_, replies)| replies) {
        let Question::Document(_, asks) = question else { continue };
        let json = &reply.json;
        for (at, ask) in asks.iter().enumerate() {
            let answer = &json["data"][format!("a{at}")];
            if ask.name == "viewer Wide" {
                let told = answer["notifications"]["nodes"].as_array().cloned().unwrap_or_default();
                ids.extend(told.iter().chain([answer]).filter_map(|node| node["id"].as_str().map(str::to_owned)));
            }
            let edges = answer["edges"].as_array().map_or(&[][..], Vec::as_slice);
            let found = edges.iter().filter_map(|edge| edge["cursor"].as_str().map(str::to_owned));
            if ask.text.contains(&whole) {
                lists.entry(ask.name.clone()).or_insert_with(|| (ask.clone(), Vec::new())).1.extend(found);
            }
        }
    }
    let mut asks = Vec::new();
    for (ask, cursors) in lists.values().filter(|(_, cursors)| !cursors.is_empty()) {
        let is_both_ways = !ask.name.starts_with("search");
        for (size, from) in [("first", "after"), ("last", "before")].into_iter().take(1 + usize::from(is_both_ways)) {
            let page = format!("{size}:3,{from}:\"{}\"", dice.pick(cursors));
            asks.push(Ask { text: ask.text.replacen(&whole, &page, 1), ..ask.clone() });
        }
    }
    for field in schema.roots("Query").iter().filter(|field| field.arguments.iter().any(|it| it.name == "ids")) {
        if !ids.is_empty() {
            let some: Vec<_> = (0..30).map(|_| format!("\"{}\"", dice.pick(&ids))).collect();
            let found = schema.ask("Query", field, Reach::Wide, &mut |_| Some(format!("[{}]", some.join(","))));
            asks.extend(
                found.into_iter().filter(|ask| ask.name.ends_with("Notification") || ask.name.ends_with("Viewer")),
            );
        }
    }
    asks.into_iter().map(|ask| Ask { name: format!("{} again", ask.name), ..ask }).collect()
}
