//! A matcher of ARN patterns, slow and obvious, that shares no code with the program.

/// Whether the word is one of those that the pattern stands for: `*` any text, `?` one character.
pub(super) fn matches(pattern: &str, word: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let word: Vec<char> = word.chars().collect();
    matches_from(&pattern, &word)
}

fn matches_from(pattern: &[char], word: &[char]) -> bool {
    match pattern.split_first() {
        None => word.is_empty(),
        Some(('*', rest)) => (0..=word.len()).any(|taken| matches_from(rest, &word[taken..])),
        Some((wanted, rest)) => match word.split_first() {
            None => false,
            Some((found, others)) => {
                (*wanted == '?' || wanted == found) && matches_from(rest, others)
            }
        },
    }
}

/// Whether the ARN is one of those that the pattern stands for: part by part.
pub(super) fn matches_arn(pattern: &str, arn: &str) -> bool {
    if pattern == "*" {
        return true;
    }
    let pattern: Vec<&str> = pattern.splitn(6, ':').collect();
    let arn: Vec<&str> = arn.splitn(6, ':').collect();
    pattern.len() == 6
        && arn.len() == 6
        && pattern
            .iter()
            .zip(&arn)
            .all(|(pattern, part)| matches(pattern, part))
}

#[test]
fn the_matcher_matches() {
    for (pattern, word, expected) in [
        ("", "", true),
        ("*", "", true),
        ("a*", "a", true),
        ("a*", "b", false),
        ("a?c", "abc", true),
        ("a?c", "ac", false),
        ("*b*", "abc", true),
        ("a", "ab", false),
    ] {
        assert_eq!(matches(pattern, word), expected, "{pattern} {word}");
    }
    let pattern = "arn:aws:lambda:*:*:function:a-*";
    assert!(matches_arn(pattern, "arn:aws:lambda:r:1:function:a-b:c"));
    assert!(!matches_arn(pattern, "arn:aws:lambda:r:1:layer:a-b"));
    assert!(!matches_arn("arn:aws:s3:*", "arn:aws:s3:::a"));
}
