//! Foreign text, made fit for a message.

/// The longest piece of foreign text that a message quotes, in characters.
const LONGEST: usize = 300;

/// Puts text on one line, without control characters, at a length that a message can hold.
#[must_use]
pub fn one_line(text: &str) -> String {
    let mut line: String = text
        .chars()
        .map(|character| {
            if character.is_control() {
                ' '
            } else {
                character
            }
        })
        .take(LONGEST)
        .collect();
    if text.chars().count() > LONGEST {
        line.push('…');
    }
    line.trim().to_owned()
}
