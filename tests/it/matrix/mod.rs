//! The policy matrix: every relation of a viewer x every state of an author x every kind of content, asked through
//! every door that there is. All doors have to agree, cell by cell, with the rule as `rule` states it; the table is
//! kept as a golden file, for people to read.

mod anonymous;
mod cards;
mod changes;
mod doors;
mod rule;
mod world;

use std::collections::HashMap;

use futures_util::future::join_all;
use uuid::Uuid;

use self::{
    doors::{Count, CountOf, Room, Walk},
    rule::{Author, Content, Relation, exists, may_view, visible},
    world::{Cell, World},
};

#[tokio::test]
async fn all_doors_agree_on_every_cell() {
    let world = World::new().await;
    let let_in = world.viewers.iter().filter(|viewer| viewer.is_let_in());
    let mut walks: Vec<_> = let_in.map(|viewer| Walk::new(&world, viewer)).collect();
    join_all(walks.iter_mut().map(Walk::look)).await;
    doors::live::watch(&world, &mut walks).await;
    let mut faults = Vec::new();
    for walk in &walks {
        counts_agree(walk, &mut faults);
    }
    join_all(walks.iter_mut().map(Walk::change)).await;
    // Authors last, since they do delete.
    join_all(walks.iter_mut().filter(|walk| !walk.viewer.is_author()).map(Walk::delete)).await;
    join_all(walks.iter_mut().filter(|walk| walk.viewer.is_author()).map(Walk::delete)).await;
    join_all(walks.iter_mut().map(Walk::relate)).await;
    join_all(walks.iter_mut().map(Walk::block)).await;

    let mut table = Table::default();
    for relation in [Relation::SignedOut].into_iter().chain(Relation::OTHERS).chain([Relation::Myself]) {
        for author in Author::ALL {
            match walks.iter().find(|walk| walk.viewer.fills(relation, author)) {
                Some(walk) => table.row(walk, relation, author, &mut faults),
                None => table.refused(relation, author),
            }
        }
    }
    for walk in &walks {
        agree(walk, &mut faults);
        nothing_leaks(walk, &mut faults);
    }
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults[..faults.len().min(60)].join("\n"));
    insta::assert_snapshot!("matrix", table.text());
}

/// Who is suspended, banned, deactivated or about to be deleted is not let in at all, whatever the question.
#[tokio::test]
async fn whoever_is_not_active_is_refused() {
    let world = World::new().await;
    let refused: Vec<_> = world.viewers.iter().filter(|viewer| !viewer.is_let_in()).collect();
    assert_eq!(refused.len(), 4);
    for viewer in refused {
        let answer = world.app.ask(viewer.person.as_ref(), "{ globalFeed { nodes { id } } }").await;
        assert_eq!((answer.status.as_u16(), answer.code()), (401, "UNAUTHENTICATED".to_owned()), "{viewer:?}");
        assert!(answer.json.get("data").is_none(), "{}", answer.body);
    }
}

fn room(cell: &Cell, room: Room, world: &World) -> Option<Uuid> {
    match room {
        Room::Root => cell.root,
        Room::Reply => cell.reply,
        Room::Beacon => Some(cell.beacon),
        Room::Profile => Some(world.authors[&cell.author].id),
    }
}

/// Every door lets exactly those things through that the rule names, for every author, and nothing else but what
/// everybody may see.
fn agree(walk: &Walk<'_>, faults: &mut Vec<String>) {
    for door in &walk.doors {
        for cell in &walk.world.cells {
            let relation = walk.viewer.relation_to(cell.author);
            let Some(id) = room(cell, door.room, walk.world) else { continue };
            if door.is_own && relation != Relation::Myself {
                continue;
            }
            let expected = match door.room {
                Room::Profile if door.is_requests => {
                    exists(relation, cell.author) && walk.viewer.is_followed_by(cell.author) == Some("pending")
                }
                Room::Profile if relation == Relation::Blocking => door.of_blocked.is_some_and(|is| is(cell.author)),
                Room::Profile => exists(relation, cell.author),
                _ if door.is_home && relation != Relation::Myself && !relation.follows() => false,
                _ => visible(relation, cell.author, cell.content),
            };
            if door.ids.contains(&id) != expected {
                let Cell { author, content, .. } = cell;
                faults.push(format!(
                    "{relation:?} x {author:?} x {content:?}, {:?} at {}: expected {}",
                    door.room,
                    door.name,
                    if expected { "there" } else { "not there" }
                ));
            }
        }
    }
}

/// No answer to the viewer holds the id, the text or the address of a thing that does not exist for the viewer.
fn nothing_leaks(walk: &Walk<'_>, faults: &mut Vec<String>) {
    for cell in &walk.world.cells {
        let relation = walk.viewer.relation_to(cell.author);
        for room_of in [Room::Root, Room::Reply, Room::Beacon, Room::Profile] {
            let Some(id) = room(cell, room_of, walk.world) else { continue };
            let may = match room_of {
                Room::Profile => exists(relation, cell.author),
                _ => visible(relation, cell.author, cell.content),
            };
            if walk.mentioned.contains(&id) && !may {
                faults.push(format!("{relation:?}: an answer speaks of {room_of:?} {cell:?}"));
            }
        }
    }
}

/// Every count is the number of things that the viewer may see.
fn counts_agree(walk: &Walk<'_>, faults: &mut Vec<String>) {
    let cells = &walk.world.cells;
    let sees = |cell: &Cell| visible(walk.viewer.relation_to(cell.author), cell.author, cell.content);
    let number = |count: usize| i64::try_from(count).ok();
    for count in &walk.counts {
        let expected = match count.of {
            CountOf::Roots(author) if !may_view(walk.viewer.relation_to(author), author) => None,
            CountOf::Roots(author) => {
                number(cells.iter().filter(|cell| cell.author == author && cell.root.is_some() && sees(cell)).count())
            }
            CountOf::Beacons => number(cells.iter().filter(|cell| sees(cell)).count()),
            CountOf::Authors => {
                number(Author::ALL.iter().filter(|a| exists(walk.viewer.relation_to(**a), **a)).count())
            }
        };
        if count.says != expected {
            let Count { name, of, says } = count;
            faults.push(format!("{:?}: {name} of {of:?} is {says:?}, expected {expected:?}", walk.viewer));
        }
    }
}

/// The golden table.
#[derive(Default)]
struct Table(String);

impl Table {
    fn row(&mut self, walk: &Walk<'_>, relation: Relation, author: Author, faults: &mut Vec<String>) {
        let profile = Self::letter(walk, relation, walk.world.cell(author, Content::Public), true, faults);
        let letters = Content::ALL.map(|content| {
            let cell = walk.world.cell(author, content);
            Self::letter(walk, relation, cell, false, faults)
        });
        self.line(relation, author, profile, &letters);
    }

    fn refused(&mut self, relation: Relation, author: Author) {
        self.line(relation, author, 'x', &['x'; Content::ALL.len()]);
    }

    /// What all doors say of a cell, as a letter.
    fn letter(walk: &Walk<'_>, relation: Relation, cell: &Cell, of_profile: bool, faults: &mut Vec<String>) -> char {
        let doors = walk.doors.iter().filter(|door| (door.room == Room::Profile) == of_profile);
        let doors = doors.filter(|door| !door.is_requests && door.of_blocked.is_none());
        let doors = doors.filter(|door| !door.is_home || relation == Relation::Myself || relation.follows());
        let says: HashMap<_, _> = doors
            .filter_map(|door| Some((door.ids.contains(&room(cell, door.room, walk.world)?), &door.name)))
            .collect();
        match (says.get(&true), says.get(&false)) {
            (Some(_), None) => 'y',
            (None, Some(_)) => '.',
            _ => {
                faults.push(format!("{relation:?} x {:?} x {:?}: doors disagree: {says:?}", cell.author, cell.content));
                '?'
            }
        }
    }

    fn line(&mut self, relation: Relation, author: Author, profile: char, letters: &[char]) {
        let (relation, author) = (format!("{relation:?}"), format!("{author:?}"));
        let letters = Content::ALL.iter().zip(letters);
        let letters: Vec<_> =
            letters.map(|(content, letter)| format!("{letter:^0$}", format!("{content:?}").len())).collect();
        let line = format!("{relation:<11} {author:<16} {profile:^7}  {}", letters.join(" "));
        self.0.push_str(line.trim_end());
        self.0.push('\n');
    }

    fn text(&self) -> String {
        let heads: Vec<_> = Content::ALL.iter().map(|content| format!("{content:?}")).collect();
        format!(
            "y: exists at every door   .: exists at no door   x: the viewer is not let in\n\n{:<11} {:<16} {}  {}\n{}",
            "viewer",
            "author",
            "profile",
            heads.join(" "),
            self.0
        )
    }
}
