//! `Resource` and `NotResource`: patterns of ARNs, and the two ways to read one.
//!
//! AWS compares ARNs part by part, and says of a `*` at the end of a part that it "can expand to
//! match beyond the colon boundaries"
//! (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html>);
//! an earlier state of that page said that a wildcard cannot span parts. What a statement grants
//! is therefore read narrowly: a wildcard in the first five parts stays in its part. What a
//! statement denies is read widely: it does not. For `NotResource` the readings change places.

use super::context::Context;
use super::document::Effect;
use super::pattern::{Pattern, Reading};
use super::template::Template;
use super::truth::Truth;

/// One entry of `Resource` or `NotResource`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ResourcePattern {
    text: String,
    shape: Shape,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Shape {
    /// `*`: everything, the word `*` included.
    Any,
    /// An ARN without variables, compiled once.
    Fixed(Compiled),
    /// An ARN with variables, compiled for each context.
    Open(Template),
}

/// An ARN pattern in all readings.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Compiled {
    /// `None` matches nothing: an ARN that has not six parts grants nothing.
    narrow: Option<Pattern>,
    /// The readings between the two, `None` where they are as the wide one.
    part_ends: Option<Pattern>,
    stars: Option<Pattern>,
    wide: Pattern,
}

impl Compiled {
    fn new(parts: &[super::template::Part<'_>]) -> Self {
        let narrow = Pattern::arn(parts, Reading::Narrow);
        let wide = Pattern::arn(parts, Reading::Wide);
        let other = |reading| Some(Pattern::arn(parts, reading)).filter(|other| *other != wide);
        Self {
            narrow: (narrow.colons() >= 5).then_some(narrow),
            part_ends: other(Reading::PartEnds),
            stars: other(Reading::Stars),
            wide,
        }
    }

    fn read(self, reading: Reading) -> Option<Pattern> {
        match reading {
            Reading::Narrow => self.narrow,
            Reading::PartEnds => self.part_ends.or(Some(self.wide)),
            Reading::Stars => self.stars.or(Some(self.wide)),
            Reading::Wide => Some(self.wide),
        }
    }

    fn borrow(&self, reading: Reading) -> Option<&Pattern> {
        match reading {
            Reading::Narrow => self.narrow.as_ref(),
            Reading::PartEnds => self.part_ends.as_ref().or(Some(&self.wide)),
            Reading::Stars => self.stars.as_ref().or(Some(&self.wide)),
            Reading::Wide => Some(&self.wide),
        }
    }
}

/// A set of words that an entry stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Words<'a> {
    /// Every word.
    All,
    /// Those that the pattern matches.
    Matching(std::borrow::Cow<'a, Pattern>),
}

impl Words<'_> {
    pub(super) fn contain(&self, word: &[char]) -> bool {
        match self {
            Self::All => true,
            Self::Matching(pattern) => pattern.matches(word),
        }
    }
}

/// What an entry stands for in a context.
#[derive(Debug)]
pub(super) struct Meaning<'a> {
    /// The words, or none; where a variable is open, all that it might stand for.
    pub(super) words: Option<Words<'a>>,
    /// A variable has no known value, or can have none.
    pub(super) open: bool,
}

/// What can be wrong, or odd, with an entry.
pub(super) struct Oddities {
    /// Fewer than six parts.
    pub(super) short: bool,
}

impl ResourcePattern {
    /// Reads an entry; the error says what is wrong. `variables` says whether the document's
    /// version has variables, `strict_service` whether the service must be spelt out, as IAM
    /// wants it.
    pub(super) fn parse(
        text: &str,
        variables: bool,
        strict_service: bool,
    ) -> Result<(Self, Oddities), String> {
        let mut oddities = Oddities { short: false };
        if !text.is_empty() && text.chars().all(|character| character == '*') {
            let entry = Self {
                text: text.to_owned(),
                shape: Shape::Any,
            };
            return Ok((entry, oddities));
        }
        let template = if variables {
            Template::parse(text)?
        } else {
            Template::literal(text)
        };
        if !template.is_plain() && template.colons_before_first_variable() < 5 {
            return Err(format!(
                "`{text}` has a variable before the fifth colon: variables stand only in the resource part of an ARN"
            ));
        }
        oddities.short = check_arn(text, strict_service)?;
        let shape = if template.has_variables() {
            Shape::Open(template)
        } else {
            Shape::Fixed(Compiled::new(&template.resolve(&Context::new()).parts))
        };
        let entry = Self {
            text: text.to_owned(),
            shape,
        };
        Ok((entry, oddities))
    }

    /// The entry as it stands in the policy.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Whether there is a variable whose value comes from the request.
    pub(super) fn has_variables(&self) -> bool {
        matches!(self.shape, Shape::Open(_))
    }

    /// What the entry stands for.
    pub(super) fn meaning<'a>(&'a self, context: &Context, reading: Reading) -> Meaning<'a> {
        let (words, open) = match &self.shape {
            Shape::Any => (Some(Words::All), false),
            Shape::Fixed(compiled) => {
                let pattern = compiled.borrow(reading).map(std::borrow::Cow::Borrowed);
                (pattern.map(Words::Matching), false)
            }
            Shape::Open(template) => {
                let resolved = template.resolve(context);
                let pattern = Compiled::new(&resolved.parts).read(reading);
                let words =
                    pattern.map(|pattern| Words::Matching(std::borrow::Cow::Owned(pattern)));
                (words, resolved.open)
            }
        };
        Meaning { words, open }
    }

    /// Whether the readings between the narrow and the wide one are the wide one: each wildcard in
    /// the first five parts is a `*` at the end of its part.
    pub(super) fn has_two_readings(&self) -> bool {
        let compiled = |compiled: &Compiled| compiled.part_ends.is_none();
        match &self.shape {
            Shape::Any => true,
            Shape::Fixed(own) => compiled(own),
            Shape::Open(template) => {
                compiled(&Compiled::new(&template.resolve(&Context::new()).parts))
            }
        }
    }

    /// Whether all variables in the entry have a value.
    pub(super) fn resolvable(&self, context: &Context) -> Truth {
        match &self.shape {
            Shape::Any | Shape::Fixed(_) => Truth::True,
            Shape::Open(template) => template.resolve(context).resolvable,
        }
    }

    /// The keys of variables that keep the entry open, as written.
    pub(super) fn open_keys<'a>(&'a self, context: &Context) -> Vec<&'a str> {
        match &self.shape {
            Shape::Any | Shape::Fixed(_) => Vec::new(),
            Shape::Open(template) => template.open_keys(context).collect(),
        }
    }
}

/// How an element's patterns are read, given the effect and whether the element is `Resource` or
/// `NotResource`.
pub(super) fn reading(effect: Effect, negated: bool) -> Reading {
    match (effect, negated) {
        (Effect::Allow, false) | (Effect::Deny, true) => Reading::Narrow,
        (Effect::Allow, true) | (Effect::Deny, false) => Reading::Wide,
    }
}

/// Checks the parts of an ARN pattern; gives whether there are fewer than six.
fn check_arn(text: &str, strict_service: bool) -> Result<bool, String> {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let bad = |what: &str| Err(format!("`{text}` is no ARN: {what}"));
    if parts.first() != Some(&"arn") {
        return bad("write `*`, or an ARN beginning with `arn:`");
    }
    let named = |part: Option<&&str>, is_allowed: fn(char) -> bool| {
        part.is_none_or(|part| part.chars().all(is_allowed))
    };
    let pattern = |character: char| {
        character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '*' | '?')
    };
    if parts.get(1).is_none_or(|partition| partition.is_empty()) || !named(parts.get(1), pattern) {
        return bad("its second part must name the partition, such as `aws`");
    }
    let spelt_out = |character: char| character.is_ascii_alphanumeric() || character == '-';
    let service = if strict_service && parts.len() >= 6 {
        spelt_out
    } else {
        pattern
    };
    if parts.len() > 2 && (parts.get(2) == Some(&"") || !named(parts.get(2), service)) {
        return bad("its third part must spell out the service, without wildcards");
    }
    if parts.len() == 6 {
        // Variables and literal `${…}` are let through: the former are refused by place.
        let loose = |character: char| !character.is_whitespace();
        if !named(parts.get(3), loose) || !named(parts.get(4), loose) {
            return bad("its region or account has white space");
        }
        if parts.get(5) == Some(&"") {
            return bad("its sixth part must name the resource");
        }
        return Ok(false);
    }
    if text.ends_with('*') {
        return Ok(true);
    }
    bad("it needs six parts, `arn:partition:service:region:account:resource`")
}
