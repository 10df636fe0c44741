//! `remperm explain`.

use remperm::error::Error;
use remperm::exit::Exit;
use remperm::explain;
use remperm::render::explanation;
use remperm::text::one_line;

use crate::cli::{ExplainArgs, PlainFormat};
use crate::terminal::Terminal;

pub(super) fn explain(arguments: &ExplainArgs, terminal: &Terminal) -> Result<Exit, Error> {
    let permission = arguments.permission.trim();
    let Some(one) = explain::explain(permission) else {
        return Err(unknown(permission));
    };
    terminal.print(Exit::Held, |out| match arguments.format {
        PlainFormat::Json => explanation::write_json(&one, out),
        PlainFormat::Table => explanation::write_text(&one, terminal.style, out),
    })
}

/// Names what comes near.
fn unknown(permission: &str) -> Error {
    let mut near: Vec<(usize, String)> = explain::known()
        .into_iter()
        .map(|name| (distance(permission, &name), name))
        .filter(|(distance, name)| *distance <= name.len() / 3)
        .collect();
    near.sort_unstable();
    let near: Vec<String> = near.into_iter().take(3).map(|(_, name)| name).collect();
    let hint = if near.is_empty() {
        "`remperm policies show` lists the permissions of Remotion".to_owned()
    } else {
        format!("did you mean {}?", near.join(", "))
    };
    Error::call(format!(
        "the permission {:?} is not known here",
        one_line(permission)
    ))
    .hint(hint)
}

/// How many letters have to be changed to make one text of the other
/// ([Levenshtein](https://en.wikipedia.org/wiki/Levenshtein_distance)), without regard to case.
fn distance(one: &str, other: &str) -> usize {
    const LONGEST: usize = 200;
    let other: Vec<char> = other.to_lowercase().chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (index, letter) in one.to_lowercase().chars().take(LONGEST).enumerate() {
        let mut diagonal = index;
        let mut left = index + 1;
        if let Some(first) = row.first_mut() {
            *first = left;
        }
        for (cell, candidate) in row.iter_mut().skip(1).zip(&other) {
            let changed = diagonal + usize::from(letter != *candidate);
            diagonal = *cell;
            left = changed.min(left + 1).min(diagonal + 1);
            *cell = left;
        }
    }
    row.last().copied().unwrap_or_default()
}
