//! What the people of the demo write.

use crate::domain::post::Visibility::{self, Circle, Followers, OnlyMe, Public};

const HOUR: i64 = 60;
const DAY: i64 = 24 * HOUR;

/// A post or a reply of the demo.
#[derive(Clone, Copy)]
pub(super) struct Post {
    pub(super) author: &'static str,
    pub(super) minutes_ago: i64,
    pub(super) visibility: Visibility,
    pub(super) body: &'static str,
    /// The place in this list of what it replies to.
    pub(super) parent: Option<usize>,
    pub(super) has_picture: bool,
    pub(super) video_ms: Option<i32>,
    pub(super) is_pinned: bool,
}

const fn post(author: &'static str, minutes_ago: i64, visibility: Visibility, body: &'static str) -> Post {
    Post { author, minutes_ago, visibility, body, parent: None, has_picture: false, video_ms: None, is_pinned: false }
}

const fn picture(author: &'static str, minutes_ago: i64, visibility: Visibility, body: &'static str) -> Post {
    Post { has_picture: true, ..post(author, minutes_ago, visibility, body) }
}

const fn quip(author: &'static str, minutes_ago: i64, video_ms: i32, body: &'static str) -> Post {
    Post { video_ms: Some(video_ms), ..post(author, minutes_ago, Public, body) }
}

const fn pinned(post: Post) -> Post {
    Post { is_pinned: true, ..post }
}

const fn reply(parent: usize, author: &'static str, minutes_ago: i64, body: &'static str) -> Post {
    Post { parent: Some(parent), ..post(author, minutes_ago, Public, body) }
}

/// New posts go to the end: the place in this list is the id.
pub(super) const POSTS: &[Post] = &[
    pinned(post(
        "ada",
        60 * DAY,
        Public,
        "New here. I draw the bike map of this city that I wish existed. #minneapolis",
    )),
    pinned(picture("noor", 45 * DAY, Public, "Stone Arch Bridge, 5:40 in the morning, nobody. #streetphotography")),
    pinned(post("city", 80 * DAY, Public, "We post closures, weather and works. For emergencies call 911. #alerts")),
    picture("wren", 9 * DAY, Public, "First scarlet tanager of the year, Roberts sanctuary. #birds #flyway"),
    reply(3, "noor", 9 * DAY - 40, "That red. How far away were you?"),
    reply(3, "wren", 9 * DAY - 55, "Twenty metres, behind a very patient oak."),
    reply(4, "ada", 9 * DAY - 90, "The oak deserves a credit."),
    post(
        "silas",
        8 * DAY,
        Public,
        "Co-op is open until nine tonight. We have three trueing stands and one kettle. #bikes",
    ),
    post("juno", 7 * DAY, Followers, "Recital on the 14th, the small hall. I will send the programme to whoever asks."),
    reply(8, "ada", 7 * DAY - 30, "Asking!"),
    post("imani", 6 * DAY, Public, "Seed swap on Sunday. Bring anything that is not a tomato. #gardening"),
    reply(10, "lupe", 6 * DAY - 20, "I have epazote for half the city."),
    post("lupe", 5 * DAY, Public, "Saturday: rajas, pork in red, and a sweet one with pineapple. #tamales #midtown"),
    quip("lupe", 5 * DAY - 200, 14_500, "How to fold one in ten seconds #tamales"),
    post("bjorn", 5 * DAY - 300, Public, "Eleven weeks until snow. Not that I count. #skiing"),
    picture("hana", 4 * DAY, Circle, "The new ink is exactly the grey of the lake in November."),
    post("hana", 4 * DAY - 60, Followers, "Letters answered this week: nine."),
    post("ada", 3 * DAY, Followers, "The map has a legend now. Followers see it first. #cartography"),
    post("ada", 3 * DAY - 100, Circle, "Dinner on Thursday, my kitchen, bring a chair."),
    post("ada", 3 * DAY - 400, OnlyMe, "Draft: ask the library about the 1972 plans."),
    quip("silas", 2 * DAY, 31_200, "Patching a tube without swearing, part 2 #bikes"),
    quip("wren", 2 * DAY - 120, 8_000, "Sound on. That is a bittern. #birds"),
    post(
        "omar",
        2 * DAY - 300,
        Public,
        "A pupil asked why zero is even. We lost the whole hour to it, happily. #maths",
    ),
    reply(22, "mara", 2 * DAY - 340, "I would have stayed for that."),
    picture("noor", DAY, Public, "Rain on Nicollet. #streetphotography #rain"),
    reply(24, "juno", DAY - 15, "You can hear it."),
    post("mara", DAY - 100, Followers, "Fourth night in a row. Somebody brought pan dulce, so all is well."),
    post("theo", DAY - 200, Followers, "Dovetails. All of them. By hand. Never again."),
    post("kit", 20 * HOUR, Public, "Found: one beagle, very sure of himself, near Minnehaha Falls. #lostpets"),
    reply(28, "imani", 19 * HOUR, "That is Waffle! I am calling his people."),
    reply(28, "kit", 18 * HOUR, "Waffle is home. #goodnews"),
    post("vex", 12 * HOUR, Public, "Nobody here knows how to park."),
    quip("noor", 8 * HOUR, 22_000, "One minute of a red light #streetphotography"),
    post("city", 6 * HOUR, Public, "Street sweeping begins on Monday. Odd sides first. #alerts"),
    quip("bjorn", 3 * HOUR, 12_750, "Roller skis on the Greenway, filmed by somebody who was laughing #skiing"),
    post("wren", 90, Public, "If you see a chimney swift tonight, tell me where. #birds"),
    reply(35, "omar", 70, "Dozens, over the old mill."),
    picture("ada", 25, Public, "Sheet 12 of 40. The river took three tries. #cartography #minneapolis"),
    reply(24, "ada", DAY - 30, "It was my rain too, from the other side of the street."),
    reply(38, "noor", DAY - 45, "Then you are the lamp on the fourth floor!"),
    reply(39, "ada", DAY - 50, "Caught. I draw at night. #cartography"),
    reply(35, "imani", 60, "Two over the garden, very busy. #birds"),
    reply(36, "wren", 55, "The old mill! How many is dozens?"),
    reply(42, "omar", 50, "I stopped at sixty, which is five of them. #maths"),
    reply(37, "silas", 20, "You have put the co-op on the right corner. Nobody ever does. #bikes"),
    reply(44, "ada", 15, "I rode around it twice to be sure."),
    reply(45, "wren", 10, "And is the heron at the lock on it?"),
    reply(34, "silas", 3 * HOUR - 10, "Who was laughing?"),
    reply(47, "bjorn", 3 * HOUR - 15, "You were. It is in the sound. #skiing"),
    reply(33, "kit", 5 * HOUR, "Odd houses, or odd days?"),
    reply(49, "city", 4 * HOUR, "Odd house numbers. The even ones follow on Tuesday. #alerts"),
    reply(26, "juno", DAY - 130, "Sleep now. I will practise with the mute on."),
];
