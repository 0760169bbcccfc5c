//! SECURITY.md names a test for each promise. The tests are there.

use std::{collections::BTreeSet, fs};

use super::source;

#[test]
fn every_test_that_a_promise_names_is_there() {
    let page = fs::read_to_string(source::root().join("SECURITY.md")).unwrap();
    let quoted = page.split('`').skip(1).step_by(2).filter(|text| text.contains("::"));
    let mut named = 0;
    let mut missing = BTreeSet::new();
    for name in quoted {
        named += 1;
        let (module, test) = name.rsplit_once("::").unwrap();
        let path = source::root().join("tests/it").join(module.replace("::", "/"));
        let files = [path.with_extension("rs"), path.join("mod.rs")];
        let text: String = files.iter().filter_map(|file| fs::read_to_string(file).ok()).collect();
        // Some are made by a macro, which has their names; and a module may be what is meant.
        let is_test = text.split_once(&format!("fn {test}(")).is_some_and(|(before, _)| {
            let attributes = before.lines().rev().skip(usize::from(!before.ends_with('\n')));
            let mut attributes = attributes.take_while(|line| line.trim_start().starts_with(['#', '/']));
            attributes.any(|line| line.contains("#[test]") || line.contains("#[tokio::test"))
        });
        let is_there =
            is_test || text.contains(&format!("    {test} ")) || path.join(test).with_extension("rs").exists();
        if !is_there {
            missing.insert(name);
        }
    }
    assert!(named > 40, "{named}");
    assert!(missing.is_empty(), "{missing:#?}");
}
