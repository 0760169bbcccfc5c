//! Which room may name what. Words are looked for in code, not in comments; SQL is looked for in texts.

use super::source::{self, Source};

/// A rule: what these files must not say, and why.
struct Ban {
    /// Files and folders that the rule is for.
    places: &'static [&'static str],
    /// Those among them that it is not for.
    but: &'static [&'static str],
    words: &'static [&'static str],
    because: &'static str,
}

const EVERYWHERE: &[&str] = &["src", "entity/src", "migration/src"];

const BANS: &[Ban] = &[
    Ban {
        places: &["src/http"],
        but: &[],
        words: &["sea_orm", "sqlx", "entity", "store"],
        because: "transport knows no tables: it turns requests into operations and answers into bytes",
    },
    Ban {
        places: &["src/graphql"],
        but: &[],
        words: &["sea_orm", "sqlx", "axum", "store", "http", "config"],
        because: "the words of the schema are made of what the domain answers, whoever carries them",
    },
    Ban {
        places: &["src/graphql"],
        but: &[],
        words: &["guard", "visibility::", "permission"],
        because: "resolvers decide nothing: rows are hidden in SQL, and a guard's error would null the parent",
    },
    Ban {
        places: &["src/domain"],
        but: &[],
        words: &["async_graphql", "graphql", "axum", "http", "sea_orm", "sqlx", "config"],
        because: "what the product does is the same behind any API and over any statement",
    },
    Ban {
        places: &["src/policy"],
        but: &[],
        words: &["store", "domain", "graphql", "http", "async_graphql", "axum", "sqlx", "tokio", "std::fs", "std::net"],
        because: "the rules are asked by the others and ask nobody",
    },
    Ban {
        places: &["src/policy"],
        but: &[],
        words: &["async", "await"],
        because: "a rule that waits for something reads something: rules are conditions and pure functions",
    },
    Ban {
        places: &["src/store"],
        but: &[],
        words: &["domain", "graphql", "http", "async_graphql", "axum", "config"],
        because: "statements are asked for from above and know nothing of it",
    },
    Ban {
        places: &["src/live"],
        but: &[],
        words: &["domain", "graphql", "http", "async_graphql", "axum", "sea_orm", "sqlx", "config"],
        because: "events are read and handed on whatever they mean and whoever carries them",
    },
    Ban {
        places: &["src/metrics"],
        but: &[],
        words: &["store", "domain", "graphql", "http", "live", "async_graphql", "axum", "sea_orm", "sqlx", "config"],
        because: "numbers are told by the others, who know what they mean",
    },
    Ban {
        places: &["migration/src"],
        but: &[],
        words: &["entity", "sojorn"],
        because: "an old migration must not change when an entity does",
    },
    Ban {
        places: &["entity/src"],
        but: &[],
        words: &["async_graphql", "axum", "sojorn", "serde"],
        because: "tables are data: no type of the API is derived from one, so no column leaves by accident",
    },
    Ban {
        places: EVERYWHERE,
        but: &["src/policy", "src/store/scope.rs"],
        words: &["visibility::", "policy::visibility"],
        because: "one file asks the visibility rule, and everything else starts from that file's selects",
    },
    Ban {
        places: EVERYWHERE,
        but: &["src/store/scope.rs"],
        words: &["Entity::find", "find_by_id", "find_by_statement", "find_related", "find_with_related"],
        because: "an unfiltered find shows rows that do not exist for the viewer",
    },
    Ban {
        places: EVERYWHERE,
        but: &["src/config"],
        words: &["env", "option_env", "dotenvy"],
        because: "settings have one reader, which knows their defaults, meanings and origins",
    },
    Ban {
        places: EVERYWHERE,
        but: &["src/domain/sources.rs", "src/http/trace.rs"],
        words: &["Utc::now", "Local::now", "SystemTime", "new_v4", "now_v7", "rand", "getrandom", "OsRng"],
        because: "time, ids and randomness enter through the app, so that tests are exact",
    },
    Ban {
        places: EVERYWHERE,
        but: &["src/cli"],
        words: &["println!", "print!", "eprintln!", "eprint!", "dbg!"],
        because: "the server speaks by its answers and its log; only commands print",
    },
    Ban {
        places: EVERYWHERE,
        but: &["src/domain", "src/store/db.rs", "src/store/bulk"],
        words: &["begin()", "begin_with_config"],
        because: "one transaction per mutation, opened in the domain; queries open none",
    },
    Ban {
        places: EVERYWHERE,
        but: &["src/store", "migration/src"],
        words: &["execute_unprepared", "query_all", "query_one", "execute_raw", "query_all_raw", "query_one_raw"],
        because: "every statement is sent by the store",
    },
];

fn breaches(ban: &Ban, sources: &[Source]) -> Vec<String> {
    let is_bound = |source: &&Source| {
        ban.places.iter().any(|place| source.is_under(place)) && !ban.but.iter().any(|place| source.is_under(place))
    };
    let bound = sources.iter().filter(is_bound);
    let said =
        bound.flat_map(|source| ban.words.iter().filter(|word| source.says(word)).map(move |word| (source, word)));
    said.map(|(source, word)| format!("{} names {word}: {}", source.path, ban.because)).collect()
}

#[test]
fn every_room_names_only_what_it_may() {
    let sources = source::all();
    let breaches: Vec<_> = BANS.iter().flat_map(|ban| breaches(ban, &sources)).collect();
    assert!(breaches.is_empty(), "{}", breaches.join("\n"));
}

/// A rule for a place that is no longer there guards nothing.
#[test]
fn every_rule_is_for_a_place_that_there_is() {
    let sources = source::all();
    for place in BANS.iter().flat_map(|ban| ban.places.iter().chain(ban.but)) {
        assert!(sources.iter().any(|source| source.is_under(place)), "there is no {place}");
    }
}

#[test]
fn every_rule_can_be_broken() {
    for ban in BANS {
        for word in ban.words {
            let place = format!("{}/new.rs", ban.places[0]);
            let broken = Source::of(&place, &format!("fn f() {{ let x = {word} ; }}"));
            assert!(!breaches(ban, &[broken]).is_empty(), "{word} in {place}");
            let kept = Source::of(&place, &format!("/// {word}\nfn f() {{ g(\"{word}\") }}"));
            assert_eq!(breaches(ban, &[kept]), Vec::<String>::new(), "{word} in a comment and a text");
        }
    }
}

#[test]
fn no_module_is_a_drawer_for_everything() {
    let drawers = ["util", "utils", "helper", "helpers", "common", "misc", "shared"];
    for source in source::all() {
        let is_drawer = |part: &str| drawers.contains(&part.trim_end_matches(".rs"));
        assert!(!source.path.split('/').any(is_drawer), "{}: name it after what is in it", source.path);
    }
}

/// What stands behind them is not read by the rules.
#[test]
fn the_tests_of_a_module_stand_at_its_end() {
    for source in source::all() {
        let content = std::fs::read_to_string(source::root().join(&source.path)).unwrap();
        let Some((_, tests)) = content.split_once("#[cfg(test)]") else { continue };
        let outside = tests.trim_start().lines().filter(|line| !line.is_empty() && !line.starts_with(' '));
        let outside: Vec<_> = outside.map(|line| line.starts_with("mod tests {") || line == "}").collect();
        assert_eq!(outside, [true, true], "{}: #[cfg(test)] is for one module at the end", source.path);
    }
}

#[test]
fn files_are_small() {
    let sources = source::all();
    let mut lines: Vec<_> = sources.iter().map(|source| source.lines).collect();
    lines.sort_unstable();
    let long: Vec<_> = sources.iter().filter(|source| source.lines > 400).map(|source| &source.path).collect();
    assert!(long.len() * 10 <= sources.len(), "more than a tenth has over 400 lines: {long:?}");
    assert!(lines[lines.len() / 2] <= 130, "half of the files have more than {} lines", lines[lines.len() / 2]);
}

/// A crate that forgets to say so is not linted.
#[test]
fn every_crate_takes_the_lints_of_the_workspace() {
    for folder in [".", "entity", "migration"] {
        let manifest = std::fs::read_to_string(source::root().join(folder).join("Cargo.toml")).unwrap();
        assert!(manifest.contains("\n[lints]\nworkspace = true\n"), "{folder}/Cargo.toml");
    }
    let manifest = std::fs::read_to_string(source::root().join("migration/Cargo.toml")).unwrap();
    assert!(!manifest.contains("entity"), "migrations never import entities");
}
