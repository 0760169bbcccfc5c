//! What the people of the demo like, react to and put aside.

/// The place of a post in the list of posts, and who likes it, in this order.
pub(super) const LIKES: &[(usize, &[&str])] = &[
    (0, &["noor", "wren", "silas", "imani", "omar"]),
    (1, &["ada", "imani", "wren", "lupe", "hana", "omar", "juno"]),
    (2, &["kit"]),
    (3, &["noor", "ada", "kit", "imani", "mara"]),
    (5, &["noor", "ada"]),
    (6, &["wren", "noor"]),
    (7, &["bjorn", "ada", "theo"]),
    (8, &["ada", "hana", "omar"]),
    (10, &["lupe", "wren", "mara"]),
    (12, &["imani", "mara", "ada", "omar", "kit", "bjorn"]),
    (13, &["ada", "imani", "noor"]),
    (14, &["silas"]),
    (15, &["ada"]),
    (17, &["juno", "silas", "noor"]),
    (18, &["juno", "hana"]),
    (20, &["ada", "bjorn", "omar"]),
    (21, &["noor", "imani", "kit", "ada"]),
    (22, &["ada", "wren", "juno", "hana"]),
    (24, &["ada", "wren", "hana", "omar", "lupe", "silas"]),
    (25, &["ada", "mara", "noor"]),
    (26, &["lupe", "juno"]),
    (28, &["wren", "imani", "lupe", "ada"]),
    (30, &["imani", "wren", "city", "lupe", "ada", "silas", "mara"]),
    (31, &["bjorn"]),
    (32, &["wren", "ada"]),
    (33, &["silas", "ada", "omar"]),
    (34, &["silas", "ada", "theo"]),
    (35, &["noor", "imani", "kit"]),
    (36, &["wren", "ada"]),
    (37, &["silas", "noor", "wren", "imani", "hana"]),
    (40, &["noor"]),
    (43, &["wren", "ada", "imani"]),
    (44, &["ada", "bjorn"]),
    (48, &["silas"]),
];

/// The place of a post, an emoji as the API keeps it, and who has left it.
pub(super) const REACTIONS: &[(usize, &str, &[&str])] = &[
    (1, "😍", &["ada", "hana", "lupe"]),
    (1, "🌅", &["wren"]),
    (3, "🐦", &["imani", "kit"]),
    (3, "😍", &["noor"]),
    (12, "🔥", &["imani", "kit", "omar"]),
    (12, "😋", &["mara", "ada"]),
    (14, "❄️", &["silas"]),
    (22, "😂", &["ada", "juno"]),
    (24, "☔", &["lupe", "ada"]),
    (26, "❤️", &["juno"]),
    (30, "🎉", &["imani", "wren", "ada"]),
    (30, "❤️", &["lupe"]),
    (31, "🙄", &["kit"]),
    (34, "😂", &["silas", "omar"]),
    (37, "👏", &["silas", "wren"]),
    (37, "🚲", &["noor"]),
];

/// Who has put which post aside.
pub(super) const SAVES: &[(&str, usize)] = &[("ada", 1), ("ada", 10), ("ada", 33), ("mara", 12), ("mara", 7)];
