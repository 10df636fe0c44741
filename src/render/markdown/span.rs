//! Foreign text as Markdown that shows it and does nothing else.

/// So many characters of a text, and a mark where there were more.
pub(super) fn cut(text: &str, longest: usize) -> String {
    let text = crate::text::flat(text);
    match text.char_indices().nth(longest) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

/// A sentence: plain words as they are, all others in code spans. What stands between two backticks
/// is one span, as the sentences of this program mean it.
pub(in crate::render) fn prose(text: &str) -> String {
    let text = crate::text::flat(text);
    let parts: Vec<&str> = text.split('`').collect();
    // An even number of parts has a backtick without its partner.
    let paired = parts.len() % 2 == 1;
    let mut out = String::new();
    if !paired {
        words(&text, &mut out);
        return out;
    }
    for (index, part) in parts.iter().enumerate() {
        if index % 2 == 1 {
            push(&code(part), &mut out);
        } else {
            words(part, &mut out);
        }
    }
    out.trim().to_owned()
}

/// Adds words, with the spaces around and between them.
fn words(text: &str, out: &mut String) {
    for (index, word) in text.split(' ').enumerate() {
        if index > 0 && !out.ends_with(' ') {
            out.push(' ');
        }
        if is_plain(word) {
            out.push_str(word);
        } else {
            push(&code(word), out);
        }
    }
}

/// Adds a code span; two that touch would be read as one, or as none.
fn push(span: &str, out: &mut String) {
    if out.ends_with('`') && span.starts_with('`') {
        out.push(' ');
    }
    out.push_str(span);
}

/// Whether a word is one that no Markdown reads anything into: letters and punctuation around
/// them, or a short number; no name of anybody, no link, no reference to an issue or a commit.
fn is_plain(word: &str) -> bool {
    let core = word
        .trim_start_matches(['(', '"', '\''])
        .trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '"', '\'', '…']);
    let mut letters = core.chars();
    let lettered = core
        .chars()
        .all(|letter| letter.is_alphabetic() || matches!(letter, '\'' | '’' | '-'))
        && letters.next().is_none_or(char::is_alphabetic)
        && letters.next_back().is_none_or(char::is_alphabetic);
    let numbered = core.chars().all(|letter| letter.is_ascii_digit());
    let like_a_commit = core.len() >= 7 && core.chars().all(|letter| letter.is_ascii_hexdigit());
    matches!(core, "–" | "—" | "→") || ((lettered || numbered) && !like_a_commit)
}

/// A code span. A pipe would end a table's cell even there, so it stands outside, by its number.
pub(super) fn code(text: &str) -> String {
    let text = crate::text::flat(text);
    let mut out = String::new();
    for (index, part) in text.split('|').enumerate() {
        if index > 0 {
            out.push_str("&#124;");
        }
        if part.trim().is_empty() {
            continue;
        }
        let fence = "`".repeat(longest_run(part) + 1);
        // A space at both ends is taken away again, and keeps backticks apart.
        let pad = if part.starts_with(['`', ' ']) || part.ends_with(['`', ' ']) {
            " "
        } else {
            ""
        };
        push(&format!("{fence}{pad}{part}{pad}{fence}"), &mut out);
    }
    out
}

fn longest_run(text: &str) -> usize {
    text.split(|letter| letter != '`')
        .map(str::len)
        .max()
        .unwrap_or(0)
}
