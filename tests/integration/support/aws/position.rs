//! Where the statements of a document stand in its text.

/// A place in a document, both counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Position {
    pub(super) line: usize,
    pub(super) column: usize,
}

/// The first and the last character of each statement of a valid JSON document.
pub(super) fn statements(text: &str) -> Vec<(Position, Position)> {
    let mut found = Vec::new();
    let mut place = Position { line: 1, column: 0 };
    let (mut depth, mut start) = (0_usize, None);
    let (mut in_string, mut escaped) = (false, false);
    let (mut word, mut key) = (String::new(), String::new());
    let mut in_statements = false;
    let mut inside = 0;
    for character in text.chars() {
        place.column += 1;
        if in_string {
            match character {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '"' => in_string = false,
                other => word.push(other),
            }
        } else {
            match character {
                '\n' => {
                    place.line += 1;
                    place.column = 0;
                }
                '"' => {
                    in_string = true;
                    word.clear();
                }
                ':' if depth == 1 => {
                    key.clone_from(&word);
                    in_statements = key == "Statement";
                    // A single statement opens at depth 2, one of a list at depth 3.
                    inside = 2;
                }
                '[' if depth == 1 => {
                    depth += 1;
                    inside = 3;
                }
                '{' | '[' => {
                    depth += 1;
                    if in_statements && depth == inside && character == '{' {
                        start = Some(place);
                    }
                }
                '}' | ']' => {
                    if depth == inside
                        && let Some(start) = start.take()
                    {
                        found.push((start, place));
                    }
                    depth = depth.saturating_sub(1);
                    if depth == 1 {
                        in_statements = false;
                    }
                }
                _ => {}
            }
        }
    }
    found
}
