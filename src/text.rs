//! Foreign text made fit for a message, and patterns over text.

/// The longest piece of foreign text that a message quotes, in characters.
const LONGEST: usize = 300;

/// Whether a character steers what shows the text in place of being shown: control characters,
/// line separators, marks that turn the direction of reading
/// ([Unicode's list](https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters)), and
/// what is no character at all.
#[must_use]
pub fn steers(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{61c}'
                | '\u{200e}'
                | '\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2066}'..='\u{2069}'
                | '\u{feff}'
                | '\u{fffe}'
                | '\u{ffff}'
        )
}

/// Puts text on one line, with a space for each character that [steers].
#[must_use]
pub fn flat(text: &str) -> String {
    let line: String = text
        .chars()
        .map(|character| if steers(character) { ' ' } else { character })
        .collect();
    line.trim().to_owned()
}

/// Puts text on one line as [`flat`] does, at a length that a message can hold.
#[must_use]
pub fn one_line(text: &str) -> String {
    let mut line: String = text
        .chars()
        .map(|character| if steers(character) { ' ' } else { character })
        .take(LONGEST)
        .collect();
    if text.chars().count() > LONGEST {
        line.push('…');
    }
    line.trim().to_owned()
}

/// Text in which percent signs and two hexadecimal digits stand for bytes
/// ([RFC 3986](https://www.rfc-editor.org/rfc/rfc3986#section-2.1)); `None` where they stand for
/// no text.
#[must_use]
pub fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let high = char::from(rest.next()?).to_digit(16)?;
            let low = char::from(rest.next()?).to_digit(16)?;
            bytes.push(u8::try_from(high * 16 + low).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

/// Whether a pattern with `*` and `?` matches a whole text.
#[must_use]
pub fn matches_pattern(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), text.chars().collect());
    let mut reached = vec![false; text.len() + 1];
    if let Some(start) = reached.first_mut() {
        *start = true;
    }
    for symbol in pattern {
        let mut next = vec![false; text.len() + 1];
        let mut any_before = false;
        for (index, place) in next.iter_mut().enumerate() {
            any_before |= reached.get(index) == Some(&true);
            let before = index
                .checked_sub(1)
                .filter(|before| reached.get(*before) == Some(&true));
            *place = match symbol {
                '*' => any_before,
                '?' => before.is_some(),
                letter => before.is_some_and(|before| text.get(before) == Some(&letter)),
            };
        }
        reached = next;
    }
    reached.last() == Some(&true)
}
