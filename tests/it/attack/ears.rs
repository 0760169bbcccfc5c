//! Those who watch while things happen.

use std::collections::BTreeMap;

use serde_json::Value;
use tokio_tungstenite::tungstenite::Message;
use uuid::Uuid;

use super::{
    marks::Marks,
    model::Viewer,
    questions::{self, Names, Pick},
    scan::Scan,
    secrets::{Say, Secret},
    walker::Reach,
    world::World,
};
use crate::support::Socket;

/// Sockets of everybody, with every subscription that there is.
pub struct Ears {
    sockets: Vec<(Viewer, Socket)>,
    /// Whose beacon says that all is told.
    herald: Uuid,
}

/// What a viewer could have known at some time since the world began, by its text.
pub type Memory = BTreeMap<Viewer, BTreeMap<String, Secret>>;

impl World<'_> {
    /// Opens a socket for each viewer.
    pub async fn listen(&mut self) -> Ears {
        let herald = self.dice.id();
        let insert = format!(
            "INSERT INTO profiles (id, handle) VALUES ('{herald}', 'herald.{}')",
            &herald.simple().to_string()[..9]
        );
        self.arena.app.database.run(&insert).await;
        let names = Names::of(&self.model, &[]);
        let mut documents = Vec::new();
        for field in self.arena.schema.roots("Subscription") {
            let asks = self.arena.schema.ask("Subscription", field, Reach::Wide, &mut |place| {
                questions::value(place, &names, Pick::All(&mut self.dice), &field.of)
            });
            documents.extend(asks.into_iter().map(|ask| format!("subscription{{{}}}", ask.text)));
        }
        let mut sockets = Vec::new();
        for viewer in self.model.viewers() {
            let token = self.token(viewer);
            let mut socket = Socket::connect(&self.arena.server, token.as_deref()).await;
            for (id, document) in documents.iter().enumerate() {
                socket.subscribe_after(&format!("s{id}"), document, None).await;
            }
            // Comes to what was asked for: those who are signed out are refused something.
            socket.subscribe_after("later", "{__typename}", None).await;
            sockets.push((viewer, socket));
        }
        for (_, socket) in &mut sockets {
            let is_later = &mut |message: &Value| message["id"] == "later" && message["type"] == "complete";
            if hear_until(socket, is_later).await {
                socket.begun().await;
            }
        }
        Ears { sockets, herald }
    }
}

impl Ears {
    /// Hears all that there was, and ends. Nothing in it may be what the viewer could at no time know.
    pub async fn hear(self, world: &World<'_>) -> Result<(), String> {
        let app = &world.arena.app;
        let document = "mutation { createBeacon(input: { body: \"all is told\", type: EVENT, anonymous: false,
            location: { latitude: 10, longitude: 20 } }) { beacon { id } } }";
        let token = app.token(self.herald);
        let told = app.ask_by_token(Some(&token), document, Value::Null).await;
        let id = told.json.pointer("/data/createBeacon/beacon/id").and_then(Value::as_str).map(str::to_owned);
        let id = id.ok_or_else(|| format!("the herald cannot speak: {}", told.body))?;
        for (viewer, mut socket) in self.sockets {
            let secrets: Vec<_> = world.memory[&viewer].values().cloned().collect();
            let (mut scan, mut fault) = (Scan::new(&secrets), Ok(()));
            let is_last = &mut |message: &Value| {
                let text = message.to_string();
                let read = scan.read(text.as_bytes());
                if message["type"] == "next" {
                    let told = message["payload"]["data"].as_object().into_iter().flat_map(|data| data.keys().cloned());
                    world.arena.told.borrow_mut().extend(told);
                }
                if fault.is_ok() {
                    fault = read.map_err(|fault| format!("{fault} to {viewer:?} by an event: {text:.900}"));
                }
                text.contains(&id)
            };
            let heard_all = hear_until(&mut socket, is_last).await;
            fault?;
            if !heard_all && world.model.is_let_in(viewer) && !world.was_suspended(viewer) {
                return Err(format!("the socket of {viewer:?} was closed"));
            }
        }
        app.database
            .run(&format!("DELETE FROM posts WHERE id = '{id}'; DELETE FROM profiles WHERE id = '{}'", self.herald))
            .await;
        Ok(())
    }
}

/// Hears until this is heard, or the server closes.
async fn hear_until(socket: &mut Socket, is_last: &mut impl FnMut(&Value) -> bool) -> bool {
    loop {
        match socket.message().await {
            Message::Text(text) => {
                if is_last(&serde_json::from_str(&text).unwrap()) {
                    return true;
                }
            }
            _ => return false,
        }
    }
}

/// What was known before or is known now.
pub fn remember(memory: &mut BTreeMap<String, Secret>, secrets: Vec<Secret>) {
    for secret in secrets {
        let known = memory.get(&secret.text).is_some_and(|before| before.say != Say::Never);
        let say = if known || secret.say != Say::Never { Say::May } else { Say::Never };
        memory.insert(secret.text.clone(), Secret { say, ..secret });
    }
}
