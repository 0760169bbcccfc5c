//! Which logins are one.

/// What a login has in common with all that the database takes for the same.
///
/// The database makes letters lower by its locale, and Rust by another version of Unicode. For a guess at a password both have
/// to say the same, or a letter with two spellings would double the guesses. So this puts together at least what any
/// locale does: letters that are one in upper case, and the dot that `İ` leaves above its `i`.
#[must_use]
pub fn folded(login: &str) -> String {
    // Made lower first, for `ẞ` is in upper case what `ß` is not.
    let lower = login.chars().flat_map(char::to_lowercase);
    lower.flat_map(char::to_uppercase).flat_map(char::to_lowercase).filter(|letter| *letter != '\u{307}').collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_a_login_are_one() {
        for spelling in ["irem", "IREM", "\u{130}rem", "i\u{307}rem"] {
            assert_eq!(folded(spelling), "irem");
        }
        assert_eq!(folded("ΝΙΚΟΣ"), folded("νικος"));
        assert_ne!(folded("ada"), folded("adb"));
    }
}
