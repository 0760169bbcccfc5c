/// Tags of a post at most; the others are only text.
const MAX_TAGS: usize = 30;
/// The longest tag, in characters.
const MAX_TAG: usize = 100;

/// The hashtags of a text, without the sign, in lower case, each once, in order: a `#` that does not follow a letter,
/// then letters, digits and underscores, not digits alone.
pub fn hashtags(body: &str) -> Vec<String> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut tags: Vec<String> = Vec::new();
    for (at, _) in body.match_indices('#') {
        if body[..at].chars().next_back().is_some_and(is_word) {
            continue;
        }
        let tag: String = body[at + 1..].chars().take_while(|c| is_word(*c)).collect::<String>().to_lowercase();
        let is_tag = !tag.is_empty() && tag.chars().count() <= MAX_TAG && !tag.chars().all(char::is_numeric);
        if is_tag && !tags.contains(&tag) && tags.len() < MAX_TAGS {
            tags.push(tag);
        }
    }
    tags
}

#[cfg(test)]
mod tests {
    use super::hashtags;

    #[test]
    fn hashtags_are_found_where_people_mean_them() {
        assert_eq!(hashtags("#Rain and #rain, #Straße_9!"), ["rain", "straße_9"]);
        assert_eq!(hashtags("a#b c #1 # ##twice https://x.example/#top"), ["twice", "top"]);
        assert_eq!(hashtags(&format!("#{}", "x".repeat(101))), Vec::<String>::new());
        assert_eq!(hashtags(&(0..40).map(|n| format!("#t{n} ")).collect::<Vec<_>>().concat()).len(), 30);
    }
}
