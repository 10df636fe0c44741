//! Actions and patterns of actions, compared without case
//! (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html>).

use super::pattern::Pattern;
use super::question::QuestionError;
use super::template::Part;

/// The name of one action, such as `s3:GetObject`: no wildcards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    name: String,
    lower_case: String,
}

impl Action {
    /// Reads an action's name.
    ///
    /// # Errors
    ///
    /// [`QuestionError::Action`] if it is not a service prefix, a colon and a name without
    /// wildcards.
    pub fn parse(name: &str) -> Result<Self, QuestionError> {
        let well_formed = name.split_once(':').is_some_and(|(service, action)| {
            let plain = |text: &str| !text.is_empty() && text.chars().all(is_name_character);
            plain(service) && plain(action)
        });
        if !well_formed {
            return Err(QuestionError::Action {
                text: name.to_owned(),
            });
        }
        Ok(Self {
            name: name.to_owned(),
            lower_case: name.to_ascii_lowercase(),
        })
    }

    /// The name as it was given.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

fn is_name_character(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '-' | '_')
}

/// A pattern of actions as it stands in a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ActionPattern {
    text: String,
    lower_case: String,
}

impl ActionPattern {
    /// Reads a pattern; the error says what is wrong.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let pattern = Self {
            text: text.to_owned(),
            lower_case: text.to_ascii_lowercase(),
        };
        if text == "*" {
            return Ok(pattern);
        }
        let Some((service, name)) = text.split_once(':') else {
            return Err(format!(
                "`{text}` is no action: write `service:action`, or `*` for all"
            ));
        };
        if service.is_empty() || !(service == "*" || service.chars().all(is_name_character)) {
            return Err(format!(
                "`{text}` is no action: its service must be spelt out, as in `s3:*`"
            ));
        }
        let in_name = |character| is_name_character(character) || matches!(character, '*' | '?');
        if name.is_empty() || !name.chars().all(in_name) {
            return Err(format!(
                "`{text}` is no action: its name must be letters, digits, `-`, `_`, `*` and `?`"
            ));
        }
        Ok(pattern)
    }

    /// The pattern as it stands in the policy.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The same as an automaton over lower-case words.
    pub(super) fn automaton(&self) -> Pattern {
        Pattern::free(&[Part::Text(&self.lower_case)])
    }

    pub(super) fn matches(&self, action: &Action) -> bool {
        matches_bytes(self.lower_case.as_bytes(), action.lower_case.as_bytes())
    }
}

/// Matching of `*` and `?` over ASCII, the same way as for patterns over ARNs.
fn matches_bytes(pattern: &[u8], word: &[u8]) -> bool {
    let (mut at_pattern, mut at_word) = (0_usize, 0_usize);
    let mut last_star: Option<(usize, usize)> = None;
    loop {
        match (pattern.get(at_pattern), word.get(at_word)) {
            (None, None) => return true,
            (Some(b'*'), _) => {
                last_star = Some((at_pattern, at_word));
                at_pattern = at_pattern.saturating_add(1);
                continue;
            }
            (Some(own), Some(byte)) if *own == b'?' || own == byte => {
                at_pattern = at_pattern.saturating_add(1);
                at_word = at_word.saturating_add(1);
                continue;
            }
            _ => {}
        }
        match last_star {
            Some((star, taken)) if taken < word.len() => {
                let taken = taken.saturating_add(1);
                last_star = Some((star, taken));
                at_pattern = star.saturating_add(1);
                at_word = taken;
            }
            _ => return false,
        }
    }
}
