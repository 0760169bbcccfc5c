//! Twin worlds: a world, and the same world with something more that a viewer may not see. All answers to that viewer are
//! equal, byte by byte. The twin is the world itself a moment later, while the clock stands still: so ids and times are
//! the same in both, and nothing has to be masked. What is added has an id that was asked for before, when it never was.

use super::{
    changes::{Change, NAMES},
    hearing::{Question, Reply, ask},
    rows::QUIET,
    schema::{Argument, Schema},
    walker::{Reach, documents},
    world::{Told, World},
};

impl World<'_> {
    /// Makes a twin, and has one who must not notice look at it.
    pub async fn twins(&mut self, told: &Told) -> Result<(), String> {
        let Some(Change { name, sql, unaware }) = self.change() else { return Ok(()) };
        let viewer = *self.dice.pick(&unaware);
        let acts = match self.dice.below(4) {
            at @ (0 | 1) => acts(&self.arena.schema, self.reserved[at]),
            _ => Vec::new(),
        };
        let acted = self.ask_as(viewer, acts).await;
        self.history.push(format!("twin: {name}"));
        self.arena.app.database.run(&format!("{QUIET} {sql}")).await;
        let asked = told.iter().filter(|(other, _)| *other == viewer).flat_map(|(_, replies)| replies);
        for (question, reply) in asked.chain(&acted) {
            let again = ask(&self.arena.app, self.token(viewer).as_deref(), question).await;
            if again != *reply {
                return Err(format!("{viewer:?} notices {name}: {question:.300?}\n{}", difference(reply, &again)));
            }
        }
        assert!(NAMES.contains(&name), "name it in tests/it/attack/changes.rs");
        self.arena.unnoticed.borrow_mut().insert(name);
        self.arena.log.check(&self.model)
    }
}

/// Every mutation that names something, naming this: whatever it is, for the viewer it is not.
fn acts(schema: &Schema, id: uuid::Uuid) -> Vec<Question> {
    let is_id = |argument: &Argument| argument.kind.replace(['[', ']', '!'], "") == "ID";
    let mut asks = Vec::new();
    for field in schema.roots("Mutation") {
        let inputs = &schema.at(&field.arguments[0].kind.replace('!', "")).inputs;
        if inputs.iter().any(is_id) {
            let value = |input: &Argument| {
                let value = match (&*input.name, &*input.kind) {
                    (_, "ID" | "ID!") => format!("\"{id}\""),
                    (_, "[ID!]") => format!("[\"{id}\"]"),
                    ("emoji", _) => "\"👍\"".to_owned(),
                    ("vote", _) => "VOUCH".to_owned(),
                    ("body" | "manageKey", _) => "\"a world\"".to_owned(),
                    (name, kind) if input.is_required => {
                        panic!("{}: what is {name}: {kind}? Give it a value in tests/it/attack/twins.rs", field.name)
                    }
                    _ => return None,
                };
                Some(format!("{}:{value}", input.name))
            };
            let input = inputs.iter().filter_map(value).collect::<Vec<_>>().join(",");
            asks.extend(schema.ask("Mutation", field, Reach::Wide, &mut |place| {
                (place.argument.name == "input").then(|| format!("{{{input}}}"))
            }));
        }
    }
    documents("mutation", &asks).into_iter().map(|(text, asks)| Question::Document(text, asks)).collect()
}

/// Where two replies begin to differ.
fn difference(one: &Reply, other: &Reply) -> String {
    if one.body == other.body {
        return format!("{} {:?}\n{} {:?}", one.status, one.headers, other.status, other.headers);
    }
    let at = one.body.iter().zip(&other.body).take_while(|(one, other)| one == other).count();
    let around =
        |body: &[u8]| String::from_utf8_lossy(&body[at.saturating_sub(300)..body.len().min(at + 200)]).into_owned();
    format!("at byte {at}:\n{}\n{}", around(&one.body), around(&other.body))
}
