//! AWS policies that are at hand as text, as a source of evidence: nothing of AWS is asked.
//!
//! Puts the policies of files (`files`) or of a [`Holder`] into their layers, and lets the policy
//! engine ([`crate::iam`]) answer the plan's questions.

mod account_details;
mod conceal;
mod files;
mod identities;
mod library;
mod terraform;

use crate::error::Error;
use crate::holder::{Attached, Content, Holder};
use crate::iam::{
    self, Context, Document, Gap, Layer, Layers, Outcome, PolicyKind, RequiredResource,
    UnknownReason,
};
use crate::manifest::{Product, explained};
use crate::permission::ResourceKind;
use crate::plan::Question;
use crate::verdict::{Answer, Cause, Unknown, Why};

pub(crate) use account_details::{AccountDetails, CUT};
pub use files::Options;
pub use identities::Holders;
pub(crate) use identities::{Identity, Seen, details, find};
pub(crate) use library::Library;
pub(crate) use terraform::read as read_terraform;

/// The policies of an identity, in their layers.
#[derive(Debug, Clone, Default)]
pub(crate) struct Policies {
    layers: Layers,
    /// The files, as they were given.
    pub(crate) files: Vec<String>,
    /// What the reader says of documents that it let through.
    pub(crate) warnings: Vec<String>,
    /// Policies that are attached and whose text is not at hand.
    unseen: Vec<Unseen>,
    /// What is known for sure of the requests of their holder.
    context: Context,
    /// Nothing of their text may be told.
    is_sensitive: bool,
}

/// A policy that counts and could not be read.
#[derive(Debug, Clone)]
struct Unseen {
    layer: Layer,
    /// Which policy, and why.
    what: String,
}

/// Reads one document; the warnings are sentences for people.
fn parse(name: &str, kind: PolicyKind, bytes: &[u8]) -> Result<(Document, Vec<String>), Error> {
    let known: Vec<&str> = explained(Product::Lambda)
        .into_iter()
        .map(|(_, action)| action)
        .collect();
    let (document, warnings) = Document::parse(name, kind, bytes, &known)
        .map_err(|error| Error::call(error.to_string()).hint("mend the policy"))?;
    Ok((document, warnings.iter().map(ToString::to_string).collect()))
}

impl Policies {
    /// These policies, and those of a user or role.
    ///
    /// # Errors
    ///
    /// A text that is no policy document, or a second permissions boundary.
    pub(crate) fn with(mut self, holder: &Holder) -> Result<Self, Error> {
        let library = &mut Library::default();
        for attached in &holder.policies {
            self.add(attached, PolicyKind::Identity, Layer::Identity, library)?;
        }
        if let Some(boundary) = &holder.boundary {
            self.add(boundary, PolicyKind::Boundary, Layer::Boundary, library)?;
        }
        self.know(holder);
        Ok(self)
    }

    /// These policies, and those of a user or role; a text that is no policy document was not seen.
    pub(crate) fn with_readable(self, holder: &Holder) -> Self {
        self.with_readable_of(holder, &mut Library::default())
    }

    /// The same, where the same policies come with several.
    pub(crate) fn with_readable_of(mut self, holder: &Holder, library: &mut Library) -> Self {
        let own = holder
            .policies
            .iter()
            .map(|policy| (policy, PolicyKind::Identity, Layer::Identity));
        let boundary = holder
            .boundary
            .iter()
            .map(|policy| (policy, PolicyKind::Boundary, Layer::Boundary));
        for (attached, kind, layer) in own.chain(boundary) {
            if let Err(error) = self.add(attached, kind, layer, library) {
                self.unseen.push(Unseen {
                    layer,
                    what: error.message,
                });
            }
        }
        self.know(holder);
        self
    }

    fn know(&mut self, holder: &Holder) {
        for entry in &holder.context {
            self.context.set(&entry.key, entry.values.iter().cloned());
        }
    }

    fn add(
        &mut self,
        attached: &Attached,
        kind: PolicyKind,
        layer: Layer,
        library: &mut Library,
    ) -> Result<(), Error> {
        match &attached.content {
            Content::Seen(text) => {
                let (document, warnings) = library.read(&attached.name, kind, text)?;
                self.warnings.extend(warnings);
                self.layers
                    .add(document)
                    .map_err(|error| Error::call(error.to_string()))
            }
            Content::Unseen(why) => {
                self.unseen.push(Unseen {
                    layer,
                    what: format!("{}: {why}", attached.name),
                });
                Ok(())
            }
        }
    }

    /// The layers that exist in AWS and that were not given.
    pub(crate) fn not_given(&self) -> Vec<Layer> {
        let boundary_is_known = self.layers.boundary().is_some()
            || self.unseen.iter().any(|one| one.layer == Layer::Boundary);
        let given = [
            (boundary_is_known, Layer::Boundary),
            (!self.layers.session().is_empty(), Layer::Session),
            (
                !self.layers.service_control().is_empty(),
                Layer::ServiceControl { level: 0 },
            ),
        ];
        given
            .into_iter()
            .filter(|(is_given, _)| !is_given)
            .map(|(_, layer)| layer)
            .collect()
    }

    /// Answers one question by the policies; `acts_on` is the kind of resource of its permission.
    pub(crate) fn answer(&self, question: &Question, acts_on: Option<ResourceKind>) -> Answer {
        let asked = requests_of(&question.resource, acts_on).and_then(|resources| {
            let action = iam::Question::parse(&question.permission, "*")?.action;
            Ok(resources.into_iter().map(move |resource| iam::Question {
                action: action.clone(),
                resource,
            }))
        });
        let asked = match asked {
            Ok(asked) => asked,
            Err(error) => {
                return Answer::Undetermined(Unknown::new(Why::Unanswered, error.to_string()));
            }
        };
        let mut context = self.context.clone();
        for entry in &question.context {
            context.set(&entry.key, entry.values.iter().cloned());
        }
        let answers = asked.map(|asked| self.tell(&iam::evaluate(&self.layers, &asked, &context)));
        // A denial of one form is a denial; an open one leaves the whole open.
        let rank = |answer: &Answer| match answer {
            Answer::Denied(_) => 0,
            Answer::Undetermined(_) => 1,
            Answer::Allowed { .. } => 2,
        };
        answers.min_by_key(rank).unwrap_or_else(|| {
            Answer::Undetermined(Unknown::new(Why::Unanswered, "nothing was asked"))
        })
    }

    fn tell(&self, outcome: &Outcome) -> Answer {
        let answer = self.weigh(outcome);
        if self.is_sensitive {
            conceal::answer(answer)
        } else {
            answer
        }
    }

    /// What an outcome means while some policies were not seen. They may allow and they may deny,
    /// so that only what they can't change stands: an explicit denial, and a layer that does not
    /// allow and was seen as a whole.
    fn weigh(&self, outcome: &Outcome) -> Answer {
        let unseen_of = |layer: Option<Layer>| -> Vec<&str> {
            self.unseen
                .iter()
                .filter(|one| layer.is_none_or(|layer| one.layer == layer))
                .map(|one| one.what.as_str())
                .collect()
        };
        let open = match outcome {
            Outcome::Held | Outcome::Unknown(_) => unseen_of(None),
            Outcome::NotHeld(not_held) => match &not_held.gap.cause {
                iam::Cause::ExplicitDeny { .. } => Vec::new(),
                iam::Cause::NothingAllows { layer }
                | iam::Cause::Conditional { layer, .. }
                | iam::Cause::Narrower { layer, .. } => unseen_of(Some(*layer)),
            },
        };
        if open.is_empty() {
            answer(outcome)
        } else {
            Answer::Undetermined(Unknown::new(Why::UnseenPolicy, open.join("; ")))
        }
    }
}

/// The resources that requests of such a permission carry, as the
/// [service authorization reference](https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html)
/// forms their ARNs.
///
/// Names hold no colon, but for keys of objects. Requests about log groups carry the group, with
/// `:log-stream:` and what may stand behind it or without; those about layers carry a
/// version.
fn requests_of(
    resource: &str,
    acts_on: Option<ResourceKind>,
) -> Result<Vec<RequiredResource>, iam::QuestionError> {
    if resource == "*" {
        // A request of an action without resources carries `*`, which a Deny on an ARN does not
        // reach.
        return Ok(vec![match acts_on {
            Some(ResourceKind::Account) => RequiredResource::unscoped(),
            _ => RequiredResource::parse(resource)?,
        }]);
    }
    let names = RequiredResource::of_names;
    let is_pattern = resource
        .splitn(6, ':')
        .nth(5)
        .is_some_and(|name| name.contains(['*', '?']));
    let stream = || {
        let group = resource.strip_suffix(":*").unwrap_or(resource);
        if group.contains(":log-stream:") {
            group.to_owned()
        } else {
            format!("{group}:log-stream:*")
        }
    };
    Ok(match acts_on {
        Some(ResourceKind::Bucket | ResourceKind::Function | ResourceKind::Role) => {
            vec![names(resource)?]
        }
        // What Remotion names exactly, it names as it is.
        Some(ResourceKind::LogGroup | ResourceKind::LogStream) if !is_pattern => {
            vec![names(resource)?]
        }
        Some(ResourceKind::LogGroup | ResourceKind::LogStream) => {
            vec![names(resource)?, names(&stream())?]
        }
        Some(ResourceKind::LayerVersion) => {
            vec![names(resource)?, names(&format!("{resource}:*"))?]
        }
        _ => vec![RequiredResource::parse(resource)?],
    })
}

fn answer(outcome: &Outcome) -> Answer {
    match outcome {
        Outcome::Held => Answer::Allowed {
            missing_context: Vec::new(),
        },
        Outcome::NotHeld(not_held) => Answer::Denied(cause(&not_held.gap)),
        Outcome::Unknown(unknown) => {
            let reasons: Vec<String> = unknown.reasons.iter().map(ToString::to_string).collect();
            let undecided = unknown
                .reasons
                .iter()
                .any(|reason| matches!(reason, UnknownReason::Undecided { .. }));
            let detail = reasons.join("; ");
            Answer::Undetermined(if undecided {
                Unknown::new(
                    Why::Condition,
                    format!("{detail}; give them with --context"),
                )
            } else {
                Unknown::new(Why::TooComplex, detail)
            })
        }
    }
}

fn cause(gap: &Gap) -> Cause {
    let witness = gap.witness.clone();
    let of_layer = |layer: Layer, identity: Cause| match layer {
        Layer::Identity => identity,
        Layer::ServiceControl { .. } => Cause::Organization,
        Layer::Boundary => Cause::Boundary,
        Layer::Session => Cause::SessionPolicy,
    };
    let cause = match &gap.cause {
        iam::Cause::ExplicitDeny { statement, .. } => {
            return Cause::ExplicitDeny {
                by: Some(format!("{statement}, for {witness}")),
            };
        }
        iam::Cause::NothingAllows { layer } => of_layer(*layer, Cause::NothingAllows),
        iam::Cause::Conditional { layer, keys, .. } => {
            of_layer(*layer, Cause::Conditions { keys: keys.clone() })
        }
        iam::Cause::Narrower {
            layer,
            held_only_for,
        } => of_layer(
            *layer,
            Cause::Narrower {
                held_for: held_only_for.clone(),
            },
        ),
    };
    match cause {
        // There is nothing to point at where nothing is allowed.
        Cause::NothingAllows => Cause::NothingAllows,
        cause => Cause::NotCovered {
            cause: Box::new(cause),
            witness,
        },
    }
}
