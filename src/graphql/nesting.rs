//! How deeply the brackets of a document are nested, told without recursion.
//!
//! The parser calls itself for each bracket and sets itself no limit inside of values: some thousand `[` overflow the
//! stack, and with it ends the process, not the request.

/// Brackets within each other at most. No sensible document comes near it; the parser's stack has room for many more.
const MAX_NESTING: usize = 200;

/// Whether the document nests brackets more deeply than the parser may be asked to follow.
pub(super) fn is_too_deep(document: &str) -> bool {
    let mut depth = 0_usize;
    let mut rest = document.as_bytes();
    while let Some((&byte, behind)) = rest.split_first() {
        rest = match byte {
            b'#' => after_line(behind),
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
            _ => behind,
        };
        if depth > MAX_NESTING {
            return true;
        }
    }
    false
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
}
