//! What is asked: an action on a set of resources, or on one.

use super::action::Action;
use super::pattern::{Pattern, Token};

/// A question that makes no sense.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum QuestionError {
    /// Not the name of an action.
    #[error("`{text}` is not the name of one action: write `service:Name`, without wildcards")]
    Action {
        /// What was given.
        text: String,
    },
    /// Not a pattern of ARNs.
    #[error(
        "`{text}` is not a pattern of ARNs: write `*`, or all six parts of an ARN beginning with `arn:`"
    )]
    Resource {
        /// What was given.
        text: String,
    },
}

/// The resources that a permission is required on: a set, written as a pattern.
///
/// - `*` is *every* resource. Only an Allow on `"Resource": "*"` covers it, and every Deny that
///   reaches any resource at all cuts a piece out of it. For an action that knows no resources
///   (its requests carry `*`), ask for [`RequiredResource::unscoped`] instead.
/// - An ARN with `*` and `?`. In the first five parts these stand for text without colons, in the
///   resource part for any text.
///
/// **An empty rest of a name is not required.** A `*` in the resource part that follows a literal
/// character other than `/` and `:`, and ends a name (at the end of the pattern, or before `/` or
/// `:`), stands for at least one character when it is asked whether Allows cover the pattern:
/// `function:remotion-render-*` is held by who holds `function:remotion-render-?*`. A `*` that is
/// a component of its own, as in `bucket/*`, may be empty: there are ARNs in AWS that end in an
/// empty component, such as those of log groups. A Deny is tested against the wider set in either
/// case: a Deny on exactly the empty rest is taken for meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequiredResource {
    text: String,
    pub(super) shape: Shape,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Shape {
    /// Every resource.
    Everything,
    /// The one word `*`: what a request carries whose action knows no resources.
    Unscoped,
    /// A set of ARNs.
    Arns(RequiredArns),
}

/// Three sets of ARNs that come from one pattern, each within the one before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RequiredArns {
    /// All of them: what no Deny may touch.
    pub(super) all: Pattern,
    /// Without the empty rests of names: what Allows must cover.
    pub(super) required: Pattern,
    /// Each `*` with at least one character: the ones that are worth showing.
    pub(super) showable: Pattern,
}

impl RequiredResource {
    /// Reads a pattern.
    ///
    /// # Errors
    ///
    /// [`QuestionError::Resource`] if it is neither `*` nor an ARN of six parts.
    pub fn parse(text: &str) -> Result<Self, QuestionError> {
        if text == "*" {
            return Ok(Self {
                text: text.to_owned(),
                shape: Shape::Everything,
            });
        }
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        let is_arn = matches!(
            parts.as_slice(),
            ["arn", partition, service, _, _, resource]
                if !partition.is_empty() && !service.is_empty() && !resource.is_empty()
        );
        if !is_arn {
            return Err(QuestionError::Resource {
                text: text.to_owned(),
            });
        }
        let arns = required_arns(text, resource_start(text));
        Ok(Self {
            text: text.to_owned(),
            shape: Shape::Arns(arns),
        })
    }

    /// Reads a pattern of names that hold no colon, such as those of buckets, functions and log
    /// groups: in the resource part too, `*` and `?` stand for text without colons.
    ///
    /// With the wide reading of denies it makes a difference: a Deny on
    /// `arn:aws:lambda:*:*:function:prod-*` would otherwise reach the function that is called
    /// `media-:function:prod-`, which cannot exist.
    ///
    /// # Errors
    ///
    /// As for [`Self::parse`].
    pub fn of_names(text: &str) -> Result<Self, QuestionError> {
        let free = Self::parse(text)?;
        let shape = match free.shape {
            Shape::Arns(_) => Shape::Arns(required_arns(text, text.len())),
            shape => shape,
        };
        Ok(Self { shape, ..free })
    }

    /// The resource of an action that knows no resources, such as `s3:ListAllMyBuckets`: its
    /// requests carry `*`, which a Deny on some ARN does not reach.
    #[must_use]
    pub fn unscoped() -> Self {
        Self {
            text: "*".to_owned(),
            shape: Shape::Unscoped,
        }
    }

    /// The pattern as it was given.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// Compiles a required pattern whose wildcards are held in their segments before the byte `free`.
fn required_arns(text: &str, free: usize) -> RequiredArns {
    let start = resource_start(text);
    let mut all = Vec::new();
    let mut required = Vec::new();
    let mut showable = Vec::new();
    let mut before: Option<char> = None;
    let mut characters = text.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        let held = at < free;
        let (one, many) = if held {
            (Token::OneInSegment, Token::ManyInSegment)
        } else {
            (Token::One, Token::Many)
        };
        match character {
            '*' => {
                all.push(many);
                let name_begun =
                    before.is_some_and(|before| !matches!(before, '/' | ':' | '*' | '?'));
                let name_ends = matches!(characters.peek(), None | Some((_, '/' | ':')));
                if at >= start && name_begun && name_ends {
                    required.push(one);
                }
                required.push(many);
                showable.push(one);
                showable.push(many);
            }
            _ => {
                let token = if character == '?' {
                    one
                } else {
                    Token::Character(character)
                };
                for tokens in [&mut all, &mut required, &mut showable] {
                    tokens.push(token);
                }
            }
        }
        before = Some(character);
    }
    RequiredArns {
        all: Pattern::new(all),
        required: Pattern::new(required),
        showable: Pattern::new(showable),
    }
}

/// Where the resource part begins, in bytes.
fn resource_start(text: &str) -> usize {
    let colon = text.match_indices(':').nth(4);
    colon.map_or(text.len(), |(at, _)| at.saturating_add(1))
}

/// A permission in question: an action on a set of resources.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The action.
    pub action: Action,
    /// The resources.
    pub resource: RequiredResource,
}

impl Question {
    /// Reads an action's name and a pattern of resources.
    ///
    /// # Errors
    ///
    /// [`QuestionError`] if either is malformed.
    pub fn parse(action: &str, resource: &str) -> Result<Self, QuestionError> {
        Ok(Self {
            action: Action::parse(action)?,
            resource: RequiredResource::parse(resource)?,
        })
    }
}

/// One concrete request: an action on one resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    pub(super) action: Action,
    pub(super) resource: Vec<char>,
}

impl Request {
    /// A request for an action on the resource with this ARN, or on `*` for an action that knows
    /// no resources. Every character of the ARN stands for itself.
    ///
    /// # Errors
    ///
    /// [`QuestionError`] if the action is malformed, or the resource neither `*` nor an ARN of
    /// six parts.
    pub fn parse(action: &str, resource: &str) -> Result<Self, QuestionError> {
        let action = Action::parse(action)?;
        if resource != "*" {
            RequiredResource::parse(resource)?;
        }
        Ok(Self {
            action,
            resource: resource.chars().collect(),
        })
    }
}
