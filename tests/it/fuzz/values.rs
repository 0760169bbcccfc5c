//! Values that their types allow, and that nobody thought of.

use uuid::Uuid;

use super::{harvest::Harvest, operation::Literal};
use crate::support::{Dice, Input, Ref, Schema};

/// Texts with something in them for every layer: PostgreSQL, JSON, GraphQL, HTML, SQL, Unicode.
const TEXTS: &[&str] = &[
    "",
    " ",
    "a",
    "tea",
    "te",
    "#tea",
    "@crowd_1",
    "hello @crowd_2, some #tea and #Größe",
    "\0",
    "a\0b",
    "\u{7f}\u{1b}[31m\u{8}",
    "\u{202e}ydob\u{202c}",
    "\u{200b}\u{feff}",
    "e\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}",
    "👩‍👩‍👧‍👦🏳️‍🌈",
    "مرحبا بالعالم",
    "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 \u{10ffff}",
    "'; DROP TABLE posts; --",
    "\\'\"\"\"`${{1}}",
    "<script>alert(1)</script>",
    "%_%",
    "to_tsquery & | ! <-> :*",
    "\"an open quote -and or OR",
    "null",
    "NaN",
    "-1",
    "1e999",
    "../../etc/passwd",
    "\r\n\r\nHTTP/1.1 200 OK",
    "crowd_3",
    "CROWD_3",
    "0",
];

const NUMBERS: &[i32] = &[0, 1, -1, 2, 20, 100, 101, 255, 16_383, 65_536, i32::MAX, i32::MIN];

const FLOATS: &[f64] = &[
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    45.0,
    90.0,
    -90.0,
    90.000_000_1,
    180.0,
    -180.0,
    360.0,
    5e-324,
    1e-9,
    49_999.999,
    50_000.0,
    50_000.1,
    1e308,
    -1e308,
    9_007_199_254_740_993.0,
];

pub struct Values<'a> {
    pub schema: &'a Schema,
    pub harvest: &'a Harvest,
}

impl Values<'_> {
    /// A value for this place; none where it may be left out, and is.
    pub fn of_input(&self, dice: &mut Dice, input: &Input) -> Option<Literal> {
        if input.is_optional() && dice.one_in(2) {
            return None;
        }
        Some(self.of(dice, &input.of, &input.name))
    }

    /// A value of a type, for a place of this name.
    pub fn of(&self, dice: &mut Dice, of: &Ref, name: &str) -> Literal {
        match of {
            Ref::NonNull(inner) => self.not_null(dice, inner, name),
            _ if dice.one_in(6) => Literal::Null,
            _ => self.not_null(dice, of, name),
        }
    }

    fn not_null(&self, dice: &mut Dice, of: &Ref, name: &str) -> Literal {
        match of {
            Ref::NonNull(inner) => self.not_null(dice, inner, name),
            // An item by itself is a list of one.
            Ref::List(item) if dice.one_in(8) => self.not_null(dice, item, name),
            Ref::List(item) => {
                let length = if dice.one_in(20) { 101 } else { dice.below(5) };
                Literal::List((0..length).map(|_| self.of(dice, item, name)).collect())
            }
            Ref::Named(named) => self.named(dice, named, name),
        }
    }

    fn named(&self, dice: &mut Dice, of: &str, name: &str) -> Literal {
        match of {
            "Int" => Literal::Number(int(dice, name).to_string()),
            "Float" => Literal::Number(float(dice, name)),
            "Boolean" => Literal::Bool(dice.one_in(2)),
            "ID" => Literal::Text(self.id(dice, name)),
            "String" => Literal::Text(self.text(dice, name)),
            "URL" => Literal::Text(url(dice)),
            _ => {
                let of = self.schema.of(of);
                if of.kind == "ENUM" {
                    return Literal::Word(dice.pick(&of.values).clone());
                }
                assert_eq!(of.kind, "INPUT_OBJECT", "no values of {} are known", of.name);
                if of.is_one_of {
                    let one = dice.pick(&of.inputs);
                    return Literal::Object(vec![(one.name.clone(), self.not_null(dice, &one.of, &one.name))]);
                }
                let field = |input: &Input| Some((input.name.clone(), self.of_input(dice, input)?));
                Literal::Object(of.inputs.iter().filter_map(field).collect())
            }
        }
    }

    fn id(&self, dice: &mut Dice, name: &str) -> String {
        let kind = match name {
            "profileId" => "Profile",
            "postId" | "parentId" => "Post",
            "beaconId" => "Beacon",
            _ => "",
        };
        let known = if kind.is_empty() { self.harvest.pick_id(dice) } else { self.harvest.pick(dice, kind) };
        match (known, dice.below(10)) {
            (Some(id), 0..7) => id,
            (_, 7) => text(dice),
            (_, 8) => self.harvest.pick_id(dice).unwrap_or_default().to_uppercase(),
            _ => Uuid::from_u64_pair(dice.next(), dice.next()).to_string(),
        }
    }

    fn text(&self, dice: &mut Dice, name: &str) -> String {
        let known = match name {
            "after" | "before" => self.harvest.pick(dice, "cursor"),
            "handle" | "login" => self.harvest.pick(dice, "handle"),
            "manageKey" | "refreshToken" => self.harvest.pick(dice, name),
            "emoji" => Some((*dice.pick(&["🔥", "👍", "👩‍👩‍👧‍👦", "❤️", "🇩🇪"])).to_owned()),
            "email" => Some(format!("person{}@sojorn.example", dice.below(1_000_000))),
            "password" | "currentPassword" | "newPassword" => Some(crate::support::PASSWORD.to_owned()),
            _ => None,
        };
        known.filter(|_| !dice.one_in(4)).unwrap_or_else(|| text(dice))
    }
}

fn text(dice: &mut Dice) -> String {
    let text = (*dice.pick(TEXTS)).to_owned();
    match dice.below(30) {
        0 => text.repeat(1 + dice.below(2_000)),
        1..4 => format!("{text}{}", dice.pick(TEXTS)),
        _ => text,
    }
}

fn int(dice: &mut Dice, name: &str) -> i32 {
    let small = |dice: &mut Dice, below: usize| i32::try_from(dice.below(below)).unwrap();
    match name {
        "first" | "last" if !dice.one_in(12) => 1 + small(dice, 5),
        "zoom" if !dice.one_in(8) => small(dice, 23),
        _ if dice.one_in(2) => *dice.pick(NUMBERS),
        _ => small(dice, 1_000),
    }
}

fn float(dice: &mut Dice, name: &str) -> String {
    let near = |dice: &mut Dice, middle: f64| middle + dice.unit() * 0.2 - 0.1;
    let number = match name {
        _ if dice.one_in(12) => *dice.pick(FLOATS),
        "latitude" => near(dice, 45.0),
        "south" => near(dice, 44.7),
        "north" => near(dice, 45.3),
        "longitude" => near(dice, 0.0),
        "west" => near(dice, -0.3),
        "east" => near(dice, 0.3),
        "minConfidence" => dice.unit(),
        "radiusMeters" => dice.unit() * 50_000.0,
        _ => dice.unit() * 1_000.0,
    };
    // What has no fraction may also be written without a point.
    if dice.one_in(10) && number.fract() == 0.0 && number.abs() < 1e6 {
        format!("{number:.0}")
    } else {
        format!("{number:?}")
    }
}

fn url(dice: &mut Dice) -> String {
    let path = text(dice).chars().filter(|c| !c.is_control() && !c.is_whitespace()).collect::<String>();
    match dice.below(8) {
        0 => text(dice),
        1 => format!("javascript:{path}"),
        _ => format!("https://x.example/{path}"),
    }
}
