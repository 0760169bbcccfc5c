//! What is asked about a world: every root field, deep and wide, with arguments that name everything in it, what is
//! hidden included, and what never was.

use uuid::Uuid;

use super::{
    marks::Dice,
    model::Model,
    rows::PLACE,
    schema::{Field, Schema},
    walker::{Ask, Place, Reach},
};

/// Who asks what: what can be named in a world.
pub struct Names {
    people: Vec<String>,
    handles: Vec<String>,
    posts: Vec<String>,
    beacons: Vec<String>,
    markers: Vec<String>,
}

impl Names {
    /// Everything in this world, and these ids of what is not there, or not yet.
    pub fn of(model: &Model, others: &[Uuid]) -> Self {
        let others = || others.iter().map(Uuid::to_string);
        let (beacons, posts): (Vec<_>, Vec<_>) = model.posts.iter().partition(|post| post.beacon.is_some());
        let ids = |posts: Vec<&super::model::Post>| posts.iter().map(|post| post.id.to_string()).collect::<Vec<_>>();
        Self {
            people: model.people.iter().map(|person| person.id.to_string()).chain(others()).collect(),
            handles: model.people.iter().filter_map(|person| person.handle.clone()).collect(),
            posts: ids(posts).into_iter().chain(others()).collect(),
            beacons: ids(beacons).into_iter().chain(others()).collect(),
            markers: model.posts.iter().map(|post| post.marker.clone()).collect(),
        }
    }

    fn ids_of(&self, kind: &str) -> &[String] {
        match kind {
            "Post" | "Notification" | "Hashtag" => &self.posts,
            "Beacon" => &self.beacons,
            "Profile" | "Viewer" => &self.people,
            _ => panic!("which ids can a {kind} have? Say so in tests/it/attack/questions.rs"),
        }
    }
}

/// All the deep asks of a world; the same for everybody.
pub fn deep(schema: &Schema, names: &Names, dice: &mut Dice) -> Vec<Ask> {
    let mut ask = |field: &Field| {
        schema.ask("Query", field, Reach::Deep, &mut |place| value(place, names, Pick::One(dice), &field.of))
    };
    schema.roots("Query").iter().flat_map(&mut ask).collect()
}

/// All the wide asks of a world; the same for everybody.
pub fn wide(schema: &Schema, names: &Names, dice: &mut Dice) -> Vec<Ask> {
    let mut asks = Vec::new();
    for field in schema.roots("Query") {
        if field.arguments.iter().any(|argument| matches!(argument.name.as_str(), "id" | "by")) {
            asks.extend(one_by_one(schema, names, field, dice));
        } else {
            asks.extend(
                schema.ask("Query", field, Reach::Wide, &mut |place| value(place, names, Pick::All(dice), &field.of)),
            );
        }
    }
    asks
}

/// Things that are asked for by themselves; lists of ids name all of them.
const THINGS: usize = 4;

/// Some things by themselves.
fn one_by_one(schema: &Schema, names: &Names, field: &Field, dice: &mut Dice) -> Vec<Ask> {
    if schema.is_abstract(&field.of) {
        return Vec::new();
    }
    let mut things: Vec<_> =
        names.ids_of(&field.of).iter().map(|id| (format!("\"{id}\""), format!("{{id:\"{id}\"}}"))).collect();
    if field.of == "Profile" {
        things.extend(names.handles.iter().map(|handle| (String::new(), format!("{{handle:\"{handle}\"}}"))));
    }
    dice.shuffle(&mut things);
    let ask = |(id, by): (String, String)| {
        schema.ask("Query", field, Reach::Wide, &mut |place| match (&*place.argument.name, &*place.argument.kind) {
            ("id", "ID!") => Some(id.clone()),
            ("by", "ProfileBy!") => Some(by.clone()),
            _ => value(place, names, Pick::All(dice), &field.of),
        })
    };
    things.into_iter().take(THINGS).flat_map(ask).collect()
}

/// How arguments are chosen.
pub enum Pick<'a> {
    One(&'a mut Dice),
    All(&'a mut Dice),
}

/// The value of an argument. Whatever is new has to be taught here: nothing is left out in silence.
pub fn value(place: &Place<'_>, names: &Names, pick: Pick<'_>, named: &str) -> Option<String> {
    let (is_wide, dice) = match pick {
        Pick::One(dice) => (false, dice),
        Pick::All(dice) => (true, dice),
    };
    let ids = || names.ids_of(place.member.unwrap_or(named));
    let has_last = place.arguments.iter().any(|argument| argument.name == "last");
    Some(match (place.argument.name.as_str(), place.argument.kind.as_str()) {
        ("first", "Int") if is_wide || !has_last || names.is_forward(place) => place.page.to_string(),
        ("last", "Int") if !is_wide && !names.is_forward(place) => place.page.to_string(),
        // Cursors come from answers: see `cursors`.
        ("first" | "last", "Int") | ("after" | "before", "String") => return None,
        ("id", "ID!") => format!("\"{}\"", dice.pick(ids())),
        ("ids", "[ID!]!") if is_wide => {
            let ids: Vec<_> = ids().iter().map(|id| format!("\"{id}\"")).collect();
            format!("[{}]", ids.join(","))
        }
        ("ids", "[ID!]!") => {
            let ids: Vec<_> = (0..place.page).map(|_| format!("\"{}\"", dice.pick(ids()))).collect();
            format!("[{}]", ids.join(","))
        }
        ("by", "ProfileBy!") => format!("{{handle:\"{}\"}}", dice.pick(&names.handles)),
        ("name", "String!") if is_wide => "\"all\"".to_owned(),
        ("name", "String!") => format!("\"{}\"", dice.pick(&names.markers)),
        ("query", "String!") => match (is_wide, place.member) {
            (true, Some("Profile")) => "\"name\"".to_owned(),
            (true, Some("Post")) => "\"world\"".to_owned(),
            (true, _) => "\"#q\"".to_owned(),
            (false, Some("Profile")) => format!("\"@{}\"", &dice.pick(&names.handles)[..4]),
            (false, _) => format!("\"{}\"", dice.pick(&names.markers)),
        },
        ("kinds", "[SearchKind!]") => return place.member.map(|member| format!("[{}]", member.to_uppercase())),
        ("area", "BeaconArea!") => {
            let (lat, long) = PLACE;
            let [south, north] = [lat - 0.3, lat + 0.3];
            let [west, east] = [long - 0.3, long + 0.3];
            let circle = format!("{{circle:{{center:{{latitude:{lat},longitude:{long}}},radiusMeters:30000}}}}");
            let bounds = format!("{{bounds:{{south:{south},west:{west},north:{north},east:{east}}}}}");
            let corner = |lat: f64, long: f64| format!("{{latitude:{lat},longitude:{long}}}");
            let ring = [corner(south, west), corner(south, east), corner(north, east), corner(north, west)].join(",");
            dice.pick(&[circle, bounds, format!("{{polygon:[{ring}]}}")]).clone()
        }
        ("filter", "BeaconFilter") => dice.pick(&["{}", "{minSeverity:LOW}", "{minConfidence:0}"]).to_string(),
        ("orderBy", "BeaconOrder") => dice.pick(&["DISTANCE", "NEWEST", "PRIORITY"]).to_string(),
        ("bounds", "GeoBoundsInput!") => "{south:9.5,west:19.5,north:10.5,east:20.5}".to_owned(),
        ("zoom", "Int!") => dice.pick(&["0", "5", "8", "10"]).to_string(),
        // In a dry run nothing else is answered.
        ("dryRun", "Boolean") => "false".to_owned(),
        ("kind", "PostKind") => dice.pick(&["ROOTS", "REPLIES", "ALL"]).to_string(),
        (name, kind) => {
            panic!("{}: what is {name}: {kind}? Give it a value in tests/it/attack/questions.rs", place.of)
        }
    })
}

impl Names {
    /// From which end a list below a root field is read; from both, in different worlds.
    fn is_forward(&self, place: &Place<'_>) -> bool {
        let letters = place.of.bytes().chain(self.people[0].bytes()).map(usize::from);
        letters.fold(7, |sum, letter| sum * 31 % 65_521 + letter) % 2 == 0
    }
}
