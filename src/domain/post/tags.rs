use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};

/// Tags of a post at most; the others are only text.
const MAX_TAGS: usize = 30;
/// The longest tag, in characters.
const MAX_TAG: usize = 100;

/// The hashtags of a text, without the sign, in lower case, each once, in order: a `#` that does not follow a letter,
/// then letters, digits and underscores, not digits alone. Marks, as most vowels of Indian scripts are, belong to what
/// they follow; so do those that a letter leaves when it is made small (`İ`).
pub fn hashtags(body: &str) -> Vec<String> {
    let mut tags: Vec<String> = Vec::new();
    for (at, _) in body.match_indices('#') {
        if body[..at].chars().rev().find(|c| !is_mark(*c)).is_some_and(is_letter) {
            continue;
        }
        let word = body[at + 1..].chars().take_while(|c| is_letter(*c) || is_mark(*c)).collect::<String>();
        let tag = word.to_lowercase();
        let is_tag = tag.starts_with(is_letter)
            && tag.chars().count() <= MAX_TAG
            && !tag.chars().all(|c| c.is_numeric() || is_mark(c));
        if is_tag && !tags.contains(&tag) && tags.len() < MAX_TAGS {
            tags.push(tag);
        }
    }
    tags
}

fn is_letter(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn is_mark(c: char) -> bool {
    // Some marks count as letters already; what is left here is no letter by itself.
    !is_letter(c) && c.general_category_group() == GeneralCategoryGroup::Mark
}

#[cfg(test)]
mod tests {
    use super::hashtags;

    #[test]
    fn hashtags_are_found_where_people_mean_them() {
        assert_eq!(hashtags("#Rain and #rain, #Straße_9!"), ["rain", "straße_9"]);
        assert_eq!(hashtags("a#b c #1 # ##twice https://x.example/#top"), ["twice", "top"]);
        assert_eq!(hashtags("#हिन्दी! और #தமிழ்"), ["हिन्दी", "தமிழ்"]);
        assert_eq!(hashtags("#cafe\u{301} #\u{301}x e\u{301}#no हिन्दी#no"), ["cafe\u{301}"]);
        // A picture of a key, of a number, and one before a tag.
        assert_eq!(hashtags("#\u{fe0f}\u{20e3} #1\u{fe0f}\u{20e3} ❤\u{fe0f}#yes"), ["yes"]);
        assert_eq!(hashtags(&format!("#{}", "x".repeat(101))), Vec::<String>::new());
        assert_eq!(hashtags(&(0..40).map(|n| format!("#t{n} ")).collect::<Vec<_>>().concat()).len(), 30);
    }

    #[test]
    fn what_was_found_is_found_again_under_its_name() {
        for word in ["#İstanbul", "#ΟΔΥΣΣΕΥΣ", "#Straße", "#ǅ", "#हिन्दी"] {
            let tags = hashtags(word);
            assert_eq!(tags.len(), 1, "{word}");
            assert_eq!(hashtags(&format!("#{}", tags[0])), tags, "{word}");
        }
    }
}
