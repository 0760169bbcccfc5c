//! Checks of what people write.

use super::{Refusal, RefusalCode};

/// Checks a text of at most `max` characters and takes the white space off its ends. Empty becomes `None`.
///
/// # Errors
///
/// When it is too long, or holds characters that no text needs: NUL (which PostgreSQL cannot store), other control
/// characters but line breaks and tabs, and marks that turn the direction of the text around them.
pub fn checked(field: &'static str, text: &str, max: usize) -> Result<Option<String>, Refusal> {
    let text = text.trim();
    if text.chars().count() > max {
        return Err(Refusal::new(RefusalCode::Invalid, field, format!("{field} may have {max} characters at most")));
    }
    if text.chars().any(is_forbidden) {
        return Err(Refusal::new(RefusalCode::Invalid, field, format!("{field} holds a control character")));
    }
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

/// As [`checked`], for a text on one line.
///
/// # Errors
///
/// As [`checked`], and when there is a line break or a tab.
pub fn checked_line(field: &'static str, text: &str, max: usize) -> Result<Option<String>, Refusal> {
    if text.trim().chars().any(char::is_control) {
        return Err(Refusal::new(RefusalCode::Invalid, field, format!("{field} must be one line of text")));
    }
    checked(field, text, max)
}

fn is_forbidden(c: char) -> bool {
    let embedding_or_isolate = matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    (c.is_control() && !matches!(c, '\n' | '\r' | '\t')) || embedding_or_isolate
}
