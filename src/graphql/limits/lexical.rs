//! How large a document is, and how deeply its brackets are nested, told from its text without recursion.
//!
//! The parser calls itself for each bracket and sets itself no limit inside of values: some thousand `[` overflow the
//! stack, and with it ends the process, not the request.

use super::{Exceeded, Limits, within};

/// Brackets within each other at most. No sensible document comes near it; the parser's stack has room for many more.
const MAX_NESTING: usize = 200;

/// Checks the size of a text, the nesting of its brackets and the number of its tokens.
pub(in crate::graphql) fn check(document: &str, limits: &Limits) -> Result<(), Exceeded> {
    within(document.len(), limits.bytes, Exceeded::Bytes)?;
    let (mut depth, mut tokens) = (0_usize, 0_usize);
    let mut rest = document.as_bytes();
    while let Some((&byte, behind)) = rest.split_first() {
        let mut token = 1;
        rest = match byte {
            b'#' => {
                token = 0;
                after_line(behind)
            }
            b'"' => match behind.strip_prefix(b"\"\"") {
                Some(block) => after_block(block),
                None => after_string(behind),
            },
            b'{' | b'[' | b'(' => {
                depth += 1;
                behind
            }
            b'}' | b']' | b')' => {
                depth = depth.saturating_sub(1);
                behind
            }
            b'.' => behind.strip_prefix(b"..").unwrap_or(behind),
            b'_' | b'a'..=b'z' | b'A'..=b'Z' => after(behind, |byte| byte == b'_' || byte.is_ascii_alphanumeric()),
            b'-' | b'0'..=b'9' => after_number(behind),
            b' ' | b'\t' | b'\n' | b'\r' | b',' | 0x80.. => {
                token = 0;
                behind
            }
            _ => behind,
        };
        tokens += token;
        within(depth, MAX_NESTING, |_| Exceeded::Nesting)?;
        within(tokens, limits.tokens, Exceeded::Tokens)?;
    }
    Ok(())
}

fn after(bytes: &[u8], is_inside: impl Fn(u8) -> bool) -> &[u8] {
    let end = bytes.iter().position(|byte| !is_inside(*byte)).unwrap_or(bytes.len());
    &bytes[end..]
}

/// A number has a point at most once in a row; three of them are the mark of a fragment.
fn after_number(mut number: &[u8]) -> &[u8] {
    loop {
        number = after(number, |byte| matches!(byte, b'+' | b'-') || byte.is_ascii_alphanumeric());
        match number.strip_prefix(b".") {
            Some(behind) if !behind.starts_with(b".") => number = behind,
            _ => return number,
        }
    }
}

fn after_line(comment: &[u8]) -> &[u8] {
    let end = comment.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
    end.map_or(&[], |end| &comment[end..])
}

/// A string ends at its quote, or where its line does: then it is a syntax error, and the parser does not come farther.
fn after_string(mut string: &[u8]) -> &[u8] {
    while let Some((&byte, behind)) = string.split_first() {
        match byte {
            b'"' => return behind,
            b'\n' | b'\r' => return string,
            b'\\' => string = behind.get(1..).unwrap_or_default(),
            _ => string = behind,
        }
    }
    string
}

fn after_block(mut block: &[u8]) -> &[u8] {
    while let Some((_, behind)) = block.split_first() {
        if let Some(behind) = block.strip_prefix(b"\"\"\"") {
            return behind;
        }
        block = block.strip_prefix(b"\\\"\"\"").unwrap_or(behind);
    }
    block
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_too_deep(document: &str) -> bool {
        let limits = Limits { bytes: usize::MAX, tokens: usize::MAX, ..Limits::USUAL };
        check(document, &limits) == Err(Exceeded::Nesting)
    }

    #[test]
    fn brackets_are_counted_where_they_nest() {
        let nested = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
        assert!(!is_too_deep(&nested(MAX_NESTING)));
        assert!(is_too_deep(&nested(MAX_NESTING + 1)));
        assert!(is_too_deep(&"([{".repeat(MAX_NESTING)));
        assert!(!is_too_deep(&"[]{}()".repeat(10_000)));
    }

    #[test]
    fn texts_and_comments_are_not_brackets() {
        let many = "[".repeat(10_000);
        assert!(!is_too_deep(&format!(r#"{{ a(b: "{many}") }}"#)));
        assert!(!is_too_deep(&format!(r#"{{ a(b: "\"{many}\\") }}"#)));
        assert!(!is_too_deep(&format!(r#"{{ a(b: """ " \""" {many} """) }}"#)));
        assert!(!is_too_deep(&format!("{{ a # {many}\n }}")));
        // But what follows them is counted.
        for before in [r#""""#, r#""a""#, r#""\\""#, r#""""""""#, r#"""" \""" """"#, "# \"\n", "\"\n", "\"\\"] {
            assert_eq!(is_too_deep(&format!("{before} {many}")), before != "\"\\", "{before}");
        }
    }

    #[test]
    fn tokens_are_counted_as_the_specification_has_them() {
        let tokens = |document: &str| {
            let is_within = |tokens| check(document, &Limits { tokens, ..Limits::USUAL }).is_ok();
            (0..100).find(|tokens| is_within(*tokens)).unwrap()
        };
        assert_eq!(tokens("{ a }"), 3);
        assert_eq!(tokens("query Q($a: Int! = -1.5e3, $b: [ID!]) { a: b(c: $a) @d { ...F } }"), 35);
        assert_eq!(tokens("{ id...F }"), 5);
        assert_eq!(tokens("# nothing\n\u{feff} , \t"), 0);
        assert_eq!(tokens(r#"{ a(b: "c d e", f: """g "h" i""", j: 1.25, k: 1...L) }"#), 19);
    }

    #[test]
    fn bytes_are_those_of_the_text() {
        assert_eq!(check(&" ".repeat(20_000), &Limits::USUAL), Ok(()));
        assert_eq!(check(&" ".repeat(20_001), &Limits::USUAL), Err(Exceeded::Bytes(20_000)));
    }
}
