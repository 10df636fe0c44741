//! The look that all tables share: columns fitted to the width, colours, clean text.

use anstyle::{AnsiColor, Style as AnsiStyle};
use comfy_table::{
    Attribute, Cell, CellAlignment, Color, ColumnConstraint, ContentArrangement, Table, Width,
    presets,
};

use super::Style;
use crate::text::steers;

/// Widths below this one are not fitted any more: words would break at every letter.
const NARROWEST: u16 = 60;

/// From this width on a scope has a column of its own.
const WIDE: u16 = 120;

/// Whether scopes have a column of their own.
pub(super) const fn is_wide(style: Style) -> bool {
    style.width >= WIDE
}

/// An empty table with these columns, the last one taking what is left.
pub(super) fn table(style: Style, header: &[&str], shares: &[u16]) -> Table {
    let width = style.width.max(NARROWEST);
    let mut table = Table::new();
    table
        .load_style(presets::UTF8_BORDERS_ONLY)
        .set_content_arrangement(ContentArrangement::DynamicFullWidth)
        .set_width(width)
        .force_no_tty();
    if style.color {
        table.enforce_styling();
    }
    table.set_header(header.iter().map(|title| bold(title, style)));
    for (column, share) in table.column_iter_mut().zip(shares) {
        column.set_constraint(ColumnConstraint::Absolute(Width::Percentage(*share)));
        column.set_cell_alignment(CellAlignment::Left);
    }
    table
}

/// A cell of foreign or own text, without control characters but for line breaks.
pub(super) fn cell(text: &str) -> Cell {
    Cell::new(clean(text))
}

/// A heading inside a table.
pub(super) fn bold(text: &str, style: Style) -> Cell {
    let cell = cell(text);
    if style.color {
        cell.add_attribute(Attribute::Bold)
    } else {
        cell
    }
}

/// The cell of a status: a word, and a colour where there are colours.
pub(super) fn status(word: &str, style: Style) -> Cell {
    let shown = cell(word);
    if !style.color {
        return shown;
    }
    let color = match word {
        "pass" => Color::Green,
        "FAIL" => Color::Red,
        _ => Color::Yellow,
    };
    shown.fg(color).add_attribute(Attribute::Bold)
}

/// Text in a colour of the terminal.
pub(super) fn paint(text: &str, color: AnsiColor, style: Style) -> String {
    if !style.color {
        return text.to_owned();
    }
    let ansi = AnsiStyle::new().fg_color(Some(color.into())).bold();
    format!("{ansi}{text}{ansi:#}")
}

/// Text without what steers a terminal, but for line breaks: foreign text must neither move the
/// cursor nor turn the direction of reading.
pub(super) fn clean(text: &str) -> String {
    text.chars()
        .filter(|character| *character == '\n' || !steers(*character))
        .collect()
}

/// A paragraph behind a label, broken between words and indented to the label's width.
pub(super) fn labelled(label: &str, text: &str, style: Style) -> String {
    const LABEL: usize = 9;
    let width = usize::from(style.width.max(NARROWEST)).saturating_sub(LABEL + 1);
    let mut lines: Vec<String> = Vec::new();
    for paragraph in clean(text).lines() {
        let mut line = String::new();
        for word in paragraph.split_whitespace() {
            let length = line.chars().count() + 1 + word.chars().count();
            if !line.is_empty() && length > width {
                lines.push(std::mem::take(&mut line));
            }
            if !line.is_empty() {
                line.push(' ');
            }
            // A name that is longer than a line is broken where the line ends.
            let mut used = line.chars().count();
            for character in word.chars() {
                if used == width {
                    lines.push(std::mem::take(&mut line));
                    used = 0;
                }
                line.push(character);
                used += 1;
            }
        }
        lines.push(line);
    }
    let mut out = String::new();
    for (index, line) in lines.iter().enumerate() {
        let label = if index == 0 { label } else { "" };
        out.push_str(format!("{label:LABEL$} {line}").trim_end());
        out.push('\n');
    }
    out
}
