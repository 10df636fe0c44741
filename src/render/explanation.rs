//! One permission explained: `remperm explain`.

use std::io::{self, Write};

use anstyle::AnsiColor;

use super::Style;
use super::layout::{labelled, paint};
use crate::explain::Explanation;
use crate::permission::Cloud;

/// So many roles are named to people; the JSON form has all.
const ROLES: usize = 8;

/// Writes it for people.
///
/// # Errors
///
/// What the writer says.
pub fn write_text(one: &Explanation, style: Style, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "{}", paint(&one.permission, AnsiColor::Cyan, style))?;
    let mut line = |label: &str, text: &str| write!(out, "{}", labelled(label, text, style));
    if let Some(summary) = &one.summary {
        line("Allows", summary)?;
    }
    if let Some(note) = &one.note {
        line("Note", note)?;
    }
    for need in &one.needs {
        line("Remotion", &need.reason)?;
        let until = need
            .until
            .as_ref()
            .map(|version| format!(", until {version}"))
            .unwrap_or_default();
        line(
            "",
            &format!(
                "needed by the {} of {} since {}{until}, on {}",
                need.subject,
                need.package,
                need.since,
                need.scopes.join(", ")
            ),
        )?;
    }
    if one.needs.is_empty() {
        line("Remotion", "no version asks for it")?;
    }
    if one.cloud == Cloud::Gcp {
        let levels: Vec<&str> = one.grantable_at.iter().map(|level| level.name()).collect();
        // Of what Remotion does not need, the levels below the project were not gathered.
        let more = if one.needs.is_empty() {
            "project (others below it were not looked up)".to_owned()
        } else {
            levels.join(", ")
        };
        line("Grant on", &more)?;
        let shown: Vec<&str> = one.predefined_roles.iter().take(ROLES).copied().collect();
        let rest = one.predefined_roles.len().saturating_sub(shown.len());
        let text = match (shown.is_empty(), rest) {
            (true, _) => "no predefined role contains it".to_owned(),
            (false, 0) => shown.join(", "),
            (false, rest) => format!("{} and {rest} more", shown.join(", ")),
        };
        line("Roles", &text)?;
    }
    Ok(())
}

/// Writes a JSON object.
///
/// # Errors
///
/// What the writer says.
pub fn write_json(one: &Explanation, out: &mut impl Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, one)?;
    writeln!(out)
}
