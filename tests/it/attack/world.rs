//! A world from its beginning to its end.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use chrono::TimeDelta;
use serde_json::Value;
use uuid::Uuid;

use super::{
    again,
    ears::{Memory, remember},
    hearing::{Heard, Question, Reply, ask},
    log::Log,
    marks::{Dice, Marks},
    model::{Model, Viewer},
    questions::{self, Names},
    rows::LOOSEN,
    scan::Scan,
    schema::Schema,
    secrets::Say,
    walker::{Ask, Reach, documents},
};
use crate::support::{Database, Server, TestApp};

/// Steps of a world.
const STEPS: usize = 12;
/// A tile that holds all beacons.
const TILE: &str = "/tiles/beacons/8/142/120.mvt";

/// Where worlds take place, one after the other.
pub struct Arena {
    pub app: TestApp,
    pub server: Server,
    pub schema: Schema,
    pub log: Log,
    /// Subscriptions by which somebody was told something.
    pub told: RefCell<BTreeSet<String>>,
    /// Changes of twins that somebody looked at and did not notice.
    pub unnoticed: RefCell<BTreeSet<&'static str>>,
}

impl Arena {
    pub async fn new(log: Log) -> Self {
        // Few connections, which then know all statements; nobody writes them down; and a slow machine is no fault.
        let app = TestApp::with(Database::new().await, |config| {
            config.database.max_connections = 3;
            config.database.observer = None;
            config.database.acquire_timeout = Duration::from_secs(30);
            config.database.statement_timeout = Duration::from_secs(30);
            config.database.lock_timeout = Duration::from_secs(30);
        });
        let app = app.await;
        app.database.run(LOOSEN).await;
        let server = app.serve_with(|config| {
            config.http.live.connections_of_address = 1_000;
            config.http.live.init_timeout = Duration::from_secs(30);
        });
        let server = server.await;
        Self { app, server, schema: Schema::read().await, log, told: RefCell::default(), unnoticed: RefCell::default() }
    }
}

pub struct World<'a> {
    pub arena: &'a Arena,
    pub model: Model,
    pub dice: Dice,
    pub memory: Memory,
    /// Who was suspended at some time.
    suspended: Vec<usize>,
    /// Beacons that somebody has made this hour.
    pub allowances: BTreeMap<usize, usize>,
    /// What has happened.
    pub history: Vec<String>,
    /// Ids of what there is not, or not yet.
    pub reserved: [Uuid; 2],
}

fn asked(asks: &[Ask]) -> Vec<Question> {
    documents("query", asks).into_iter().map(|(text, asks)| Question::Document(text, asks)).collect()
}

/// What everybody asked and heard.
pub type Told = Vec<(Viewer, Vec<(Question, Reply)>)>;

impl<'a> World<'a> {
    /// Lets a world begin.
    pub async fn begin(arena: &'a Arena, seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let model = Model::begin(arena.app.now(), &mut dice);
        arena.app.database.run(&model.rows(&mut dice)).await;
        let reserved = [dice.id(), dice.id()];
        let (memory, allowances, suspended) = (Memory::new(), BTreeMap::new(), Vec::new());
        let mut world = Self { arena, model, dice, memory, suspended, allowances, history: Vec::new(), reserved };
        world.remember();
        world
    }

    /// All that a world is for: steps, while everybody watches; then everybody asks for everything.
    pub async fn run(&mut self) -> Result<Told, String> {
        let ears = self.listen().await;
        for _ in 0..STEPS {
            self.step().await?;
        }
        ears.hear(self).await?;
        let told = self.ask_everything().await;
        for (viewer, replies) in &told {
            let mut answers = Vec::new();
            for (question, reply) in replies {
                if let Question::Document(_, asks) = question {
                    let json = &reply.json;
                    let answer = |at: usize| json["data"][format!("a{at}")].clone();
                    answers.extend(asks.iter().enumerate().map(|(at, ask)| (ask.name.clone(), answer(at))));
                }
            }
            let heard = Heard { model: &self.model, viewer: *viewer, answers };
            let judged = heard.judge(replies, &self.model.secrets(*viewer));
            judged.map_err(|fault| format!("to {viewer:?}: {fault}"))?;
        }
        self.refused_hear_nothing().await?;
        self.arena.log.check(&self.model)?;
        Ok(told)
    }

    pub fn token(&self, viewer: Viewer) -> Option<String> {
        viewer.map(|me| self.arena.app.token(self.model.people[me].id))
    }

    /// Time goes on.
    pub fn pass(&mut self, time: TimeDelta) {
        self.arena.app.advance(time);
        self.model.now = self.arena.app.now();
        self.remember();
    }

    /// Writes down who could know what by now.
    pub fn remember(&mut self) {
        self.suspended.extend((0..self.model.people.len()).filter(|at| !self.model.people[*at].is_active()));
        for viewer in self.model.viewers() {
            let memory = self.memory.entry(viewer).or_default();
            remember(memory, self.model.secrets(viewer));
            let beacons = (0..self.model.posts.len()).filter(|at| self.model.posts[*at].beacon.is_some());
            for at in beacons.filter(|at| self.model.is_meant_for(viewer, *at)) {
                // That it has ended.
                let id = self.model.posts[at].id.to_string();
                memory.entry(id).and_modify(|secret| secret.say = Say::May);
            }
        }
    }

    pub fn was_suspended(&self, viewer: Viewer) -> bool {
        viewer.is_some_and(|me| self.suspended.contains(&me))
    }

    /// Somebody does something. It has to come out as expected, and to tell nothing.
    pub async fn act(
        &mut self,
        me: usize,
        verb: &'static str,
        input: String,
        expected: Result<(), &'static str>,
        then: impl FnOnce(&mut Model, &Value),
    ) -> Result<(), String> {
        let schema = &self.arena.schema;
        let field = schema.roots("Mutation").iter().find(|field| field.name == verb).unwrap();
        let filled = Some(format!("{{{input}}}"));
        let asks = schema.ask("Mutation", field, Reach::Wide, &mut |place| {
            filled.clone().filter(|_| place.argument.name == "input")
        });
        self.history.push(format!("{me} {verb} {input:.80}"));
        let question =
            documents("mutation", &asks).into_iter().map(|(text, asks)| Question::Document(text, asks)).next();
        let reply = ask(&self.arena.app, self.token(Some(me)).as_deref(), &question.unwrap()).await;
        let json = &reply.json;
        let payload = &json["data"]["a0"];
        let code = payload["userErrors"].as_array().map(|errors| errors.first().map(|error| error["code"].clone()));
        let found = match &code {
            Some(None) => Ok(()),
            Some(Some(code)) => Err(code.as_str().unwrap_or_default()),
            None => return Err(format!("{me} {verb}({input}): {json}")),
        };
        if found != expected {
            return Err(format!("{me} {verb}({input}) has to be {expected:?}, and is {found:?}: {json}"));
        }
        if expected.is_ok() {
            then(&mut self.model, payload);
        }
        self.remember();
        let known: Vec<_> = self.memory[&Some(me)].values().cloned().collect();
        reply.keeps(&mut Scan::new(&known)).map_err(|fault| format!("{me} {verb}({input}): {fault}: {json}"))
    }

    /// Everybody asks for everything, wide and deep, then, in some worlds, for what the cursors and ids in others' answers
    /// lead to.
    async fn ask_everything(&mut self) -> Told {
        let names = Names::of(&self.model, &self.reserved);
        let schema = &self.arena.schema;
        let mut questions = asked(&questions::wide(schema, &names, &mut self.dice));
        questions.push(Question::Tile(TILE));
        questions.extend(asked(&questions::deep(schema, &names, &mut self.dice)));
        let mut told = Told::new();
        for viewer in self.model.viewers() {
            told.push((viewer, self.ask_as(viewer, questions.clone()).await));
        }
        if self.dice.percent(50) {
            return told;
        }
        let again = asked(&again::asks(schema, &told, &mut self.dice));
        for (viewer, replies) in &mut told {
            replies.extend(self.ask_as(*viewer, again.clone()).await);
        }
        told
    }

    pub async fn ask_as(&self, viewer: Viewer, questions: Vec<Question>) -> Vec<(Question, Reply)> {
        let token = self.token(viewer);
        let mut replies = Vec::new();
        for question in questions {
            let reply = ask(&self.arena.app, token.as_deref(), &question).await;
            replies.push((question, reply));
        }
        replies
    }

    /// Whoever is not let in is told nothing at all.
    async fn refused_hear_nothing(&self) -> Result<(), String> {
        let question = Question::Document("{globalFeed{nodes{body}}}".to_owned(), Vec::new());
        for me in (0..self.model.people.len()).filter(|me| !self.model.is_let_in(Some(*me))) {
            for question in [question.clone(), Question::Tile(TILE)] {
                let reply = ask(&self.arena.app, self.token(Some(me)).as_deref(), &question).await;
                if reply.status != 401 || reply.json.get("data").is_some() {
                    return Err(format!("{me} is {} and gets {}", self.model.people[me].state, reply.json));
                }
            }
        }
        Ok(())
    }
}

impl World<'_> {
    /// The world, for people to read.
    pub fn describe(&self) -> String {
        let Model { people, posts, follows, blocks, circles, .. } = &self.model;
        let person = |(at, person): (usize, &super::model::Person)| {
            format!(
                "{at}: {:?} {} private {:?} official {} {}",
                person.handle, person.state, person.is_private, person.is_official, person.id
            )
        };
        let people: Vec<_> = people.iter().enumerate().map(person).collect();
        let posts: Vec<_> = posts.iter().enumerate().map(|(at, post)| format!("post {at}: {post:?}")).collect();
        format!(
            "{}\nfollows {follows:?}\nblocks {blocks:?}\ncircles {circles:?}\n{}",
            people.join("\n"),
            posts.join("\n")
        )
    }
}
