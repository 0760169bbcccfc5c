//! The sources, as far as the rules have to understand them: code without comments and texts, and the texts by
//! themselves.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// A source file.
pub struct Source {
    /// Its path from the root of the project, with `/`.
    pub path: String,
    /// Its code, without what comes behind `#[cfg(test)]`; comments are left out and texts are empty.
    pub code: String,
    /// The texts in that code.
    pub texts: Vec<String>,
    /// All its lines.
    pub lines: usize,
}

impl Source {
    pub fn of(path: &str, content: &str) -> Self {
        // Tests of a module stand at its end: what they do is not what the server does.
        let served = content.split("#[cfg(test)]").next().unwrap();
        let (code, texts) = take_apart(served);
        Self { path: path.to_owned(), code, texts, lines: content.lines().count() }
    }

    /// Whether the file is this one, or in this folder.
    pub fn is_under(&self, place: &str) -> bool {
        self.path == place || self.path.strip_prefix(place).is_some_and(|rest| rest.starts_with('/'))
    }

    /// Whether the code has this word, or these words one behind the other as in `a::b`.
    pub fn says(&self, word: &str) -> bool {
        let is_part = |c: char| c.is_alphanumeric() || c == '_';
        self.code.match_indices(word).any(|(at, _)| {
            let before = self.code[..at].chars().next_back();
            let behind = self.code[at + word.len()..].chars().next();
            !(before.is_some_and(is_part) || word.ends_with(is_part) && behind.is_some_and(is_part))
        })
    }
}

/// The root of the project.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

/// Every Rust file of the server.
pub fn all() -> Vec<Source> {
    let mut paths = Vec::new();
    for folder in ["src", "entity/src", "migration/src"] {
        walk(&root().join(folder), &mut paths);
    }
    paths.sort();
    let read = |path: PathBuf| {
        let name = path.strip_prefix(root()).unwrap().components().map(|part| part.as_os_str().to_string_lossy());
        Source::of(&name.collect::<Vec<_>>().join("/"), &fs::read_to_string(&path).unwrap())
    };
    paths.into_iter().map(read).collect()
}

fn walk(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, paths);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            paths.push(path);
        }
    }
}

fn take_apart(source: &str) -> (String, Vec<String>) {
    let (mut code, mut texts) = (String::new(), Vec::new());
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        // A raw text begins with r, hashes and a quote, and no letter stands before the r.
        let hashes = rest[1.min(rest.len())..].chars().take_while(|c| *c == '#').count();
        let is_raw = first == 'r'
            && rest[1 + hashes..].starts_with('"')
            && !code.ends_with(|c: char| c.is_alphanumeric() || c == '_');
        if rest.starts_with("//") {
            rest = rest.find('\n').map_or("", |end| &rest[end..]);
        } else if rest.starts_with("/*") {
            rest = rest.find("*/").map_or("", |end| &rest[end + 2..]);
        } else if is_raw {
            let end = format!("\"{}", "#".repeat(hashes));
            let (text, behind) = rest[hashes + 2..].split_once(&end).unwrap_or((&rest[hashes + 2..], ""));
            texts.push(text.to_owned());
            code.push_str("\"\"");
            rest = behind;
        } else if first == '"' {
            let mut escaped = false;
            let end = rest[1..].find(|c| {
                let ends = c == '"' && !escaped;
                escaped = c == '\\' && !escaped;
                ends
            });
            let end = end.map_or(rest.len(), |end| end + 1);
            texts.push(rest[1..end].to_owned());
            code.push_str("\"\"");
            rest = &rest[(end + 1).min(rest.len())..];
        } else if rest.starts_with("'\"'") || rest.starts_with("'\\\"'") {
            code.push_str("' '");
            rest = &rest[rest[1..].find('\'').unwrap() + 2..];
        } else {
            code.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    (code, texts)
}

#[test]
fn comments_and_texts_are_told_from_code() {
    let source = r##"
        //! sea_orm in a comment
        use a::{b, c}; /* axum */ let text = "SELECT \" x // y"; let raw = r#"FROM "t" // z"#;
        let quote = '"'; let next = store::d; let restored = f("it's");
        #[cfg(test)]
        mod tests { use rand; }
    "##;
    let source = Source::of("src/x/y.rs", source);
    assert_eq!(source.texts, ["SELECT \\\" x // y", "FROM \"t\" // z", "it's"]);
    for word in ["sea_orm", "axum", "SELECT", "rand", "restore", "tore", "y"] {
        assert!(!source.says(word), "{word} in {}", source.code);
    }
    for word in ["a", "b", "store", "store::", "store::d", "next", "restored"] {
        assert!(source.says(word), "{word} in {}", source.code);
    }
    assert!(source.is_under("src") && source.is_under("src/x/y.rs") && !source.is_under("src/x/y"));
    assert_eq!(source.lines, 7);
}
