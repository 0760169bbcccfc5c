//! Who is there, and how they stand to each other.

/// A person of the demo.
#[derive(Clone, Copy)]
pub(super) struct Person {
    pub(super) handle: &'static str,
    pub(super) name: &'static str,
    pub(super) bio: &'static str,
    pub(super) website: Option<&'static str>,
    pub(super) is_private: bool,
    pub(super) is_official: bool,
    /// What there is to see for whoever signs in as this person; nobody can as the others.
    pub(super) sign_in: Option<&'static str>,
}

const fn person(handle: &'static str, name: &'static str, bio: &'static str) -> Person {
    Person { handle, name, bio, website: None, is_private: false, is_official: false, sign_in: None }
}

const fn private(handle: &'static str, name: &'static str, bio: &'static str) -> Person {
    Person { is_private: true, ..person(handle, name, bio) }
}

/// New people go to the end: the place in this list is the id.
pub(super) const PEOPLE: &[Person] = &[
    Person {
        website: Some("https://ada.example/"),
        sign_in: Some("public: a home feed, an accepted and a pending request, a circle, a block"),
        ..person("ada", "Ada Lindqvist", "Maps, bikes, rye bread. Usually somewhere along the river. #minneapolis")
    },
    Person {
        sign_in: Some("private: three requests to answer"),
        ..private("mara", "Mara Okafor", "Nurse, night shifts, Powderhorn. I accept people I have met.")
    },
    Person {
        website: Some("https://noor.example/photos"),
        ..person("noor", "Noor Haddad", "I photograph streets before anybody is up. Prints on request.")
    },
    private("juno", "Juno Park", "Cellist. Small rooms, loud neighbours. Ask me about rosin."),
    private("theo", "Theo Brandt", "Northeast. Woodworking, mostly boxes for other tools."),
    Person {
        website: Some("https://city.example/alerts"),
        is_official: true,
        ..person("city", "City Alerts", "Closures, weather and works in Minneapolis. This is a demo, not the city.")
    },
    person("wren", "Wren Kowalski", "Birds of the Mississippi flyway. 214 species and counting."),
    person("silas", "Silas Obi", "Runs the bike co-op on Lake Street. Bring your own tubes."),
    person("imani", "Imani Fields", "Community gardens, seed swaps, too many tomatoes."),
    person("lupe", "Lupe Serrano", "Tamales on Saturdays at the Midtown market. Second generation."),
    person("bjorn", "Björn Aasen", "Skis in winter, complains about it in summer."),
    private("hana", "Hana Mori", "Letters, paper, ink. For friends."),
    person("omar", "Omar Yusuf", "Cedar-Riverside. Teaches maths, learns oud."),
    person("kit", "Kit Delgado", "Lost dog volunteer. If it has four legs, I have looked under your porch for it."),
    person("vex", "Vex", "You have been warned."),
];

/// Who follows whom, and whether it was accepted.
pub(super) const FOLLOWS: &[(&str, &str, &str)] = &[
    ("ada", "noor", "accepted"),
    ("ada", "juno", "accepted"),
    ("ada", "theo", "pending"),
    ("ada", "city", "accepted"),
    ("ada", "wren", "accepted"),
    ("ada", "silas", "accepted"),
    ("ada", "lupe", "accepted"),
    ("ada", "hana", "accepted"),
    ("noor", "ada", "accepted"),
    ("juno", "ada", "accepted"),
    ("theo", "ada", "accepted"),
    ("wren", "ada", "accepted"),
    ("silas", "ada", "accepted"),
    ("imani", "ada", "accepted"),
    ("hana", "ada", "accepted"),
    ("omar", "ada", "accepted"),
    ("omar", "mara", "pending"),
    ("imani", "mara", "pending"),
    ("kit", "mara", "pending"),
    ("juno", "mara", "accepted"),
    ("lupe", "mara", "accepted"),
    ("mara", "lupe", "accepted"),
    ("mara", "city", "accepted"),
    ("mara", "juno", "accepted"),
    ("mara", "imani", "accepted"),
    ("mara", "theo", "pending"),
    ("noor", "juno", "accepted"),
    ("noor", "wren", "accepted"),
    ("noor", "hana", "pending"),
    ("wren", "noor", "accepted"),
    ("wren", "imani", "accepted"),
    ("silas", "bjorn", "accepted"),
    ("silas", "city", "accepted"),
    ("bjorn", "silas", "accepted"),
    ("bjorn", "juno", "pending"),
    ("imani", "lupe", "accepted"),
    ("lupe", "imani", "accepted"),
    ("omar", "juno", "accepted"),
    ("omar", "city", "accepted"),
    ("kit", "city", "accepted"),
    ("kit", "wren", "accepted"),
    ("hana", "juno", "accepted"),
    ("theo", "silas", "accepted"),
    ("vex", "noor", "accepted"),
    ("vex", "city", "accepted"),
];

/// Who has blocked whom.
pub(super) const BLOCKS: &[(&str, &str)] = &[("ada", "vex"), ("kit", "bjorn")];

/// Whose circle somebody is in.
pub(super) const CIRCLES: &[(&str, &str)] = &[("hana", "ada"), ("ada", "juno"), ("ada", "hana"), ("mara", "juno")];
