//! The policy language of AWS IAM, offline: policy documents and a question in, an answer out.
//!
//! The module knows no cloud client. It answers three kinds of questions: may this action be done
//! on *every* resource that a pattern stands for ([`evaluate`]), may it be done on this one
//! resource ([`decide`]), and does one document allow all that another one does ([`covers`]).
//!
//! ```
//! use remperm::iam::{Context, Document, Layers, Outcome, PolicyKind, Question, evaluate};
//!
//! let text = br#"{
//!   "Version": "2012-10-17",
//!   "Statement": {
//!     "Effect": "Allow",
//!     "Action": "s3:PutObject",
//!     "Resource": "arn:aws:s3:::media-useast1-*/*"
//!   }
//! }"#;
//! let (document, warnings) = Document::parse("user.json", PolicyKind::Identity, text, &[])?;
//! assert!(warnings.is_empty());
//! let mut layers = Layers::new();
//! layers.add(document)?;
//!
//! let question = Question::parse("s3:PutObject", "arn:aws:s3:::media-*/*")?;
//! let Outcome::NotHeld(not_held) = evaluate(&layers, &question, &Context::new()) else {
//!     panic!("the policy is narrower than the question");
//! };
//! assert_eq!(not_held.gap.witness, "arn:aws:s3:::media-a/a");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What an answer means
//!
//! Three things can keep a proof on files from being sure of itself: it has not seen the request,
//! so that conditions and variables may be open; AWS's documents leave some readings open; and
//! patterns can be too entangled to be compared in bounded time. None of them ends in
//! [`Outcome::Held`].
//!
//! Let *R* be the resources in question. For each statement that covers the action, the engine
//! takes two sets of resources: the *certain* ones, which it reaches whatever is not known of the
//! request, and the *possible* ones, which it may reach.
//!
//! | condition | certain | possible |
//! |---|---|---|
//! | true | its resources, without entries whose variables are open | its resources, an open variable standing for any text |
//! | undecided | none | as above |
//! | false | none | none |
//!
//! (With `NotResource` the entries change places: an open one is kept for *certain*, left out for
//! *possible*.) Then:
//!
//! - **Not held** if some resource of *R* is in the certain set of a Deny of any layer, or if in
//!   some layer it is in no possible set of an Allow. Both are facts whatever else is open, so an
//!   explicit Deny wins over everything unknown. The resource is the *witness*.
//! - **Held** if in every layer each resource of *R* is in the certain set of an Allow, and none
//!   is in the possible set of any Deny.
//! - **Unknown** otherwise, naming the keys on which the statements that made the difference
//!   depend. Allows are taken one by one: of two that exclude each other and would together
//!   always suffice, the engine says that it depends.
//!
//! A concrete request is the case of one resource.
//!
//! # Readings
//!
//! What grants is read narrowly, what denies widely, wherever AWS's pages leave a choice:
//!
//! - Wildcards in the first five parts of an ARN stay in their part for Allows and cross colons
//!   for Denies; an ARN pattern of fewer than six parts that ends in `*` grants nothing and denies
//!   all that begins like it. For `NotResource` it is the other way round.
//!   ([The element `Resource`](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html).)
//! - `*` in question is covered by `"Resource": "*"` only; see [`RequiredResource`], also for the
//!   empty rest of a name, which is not required.
//! - Actions are compared without case, condition keys too, resources with it.
//! - A variable that can have no value makes an Allow grant nothing and a Deny undecided; one
//!   whose key is unknown makes its statement undecided, unless it has a default
//!   ([variables](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html)).
//!   Variables exist in version 2012-10-17 only; a document without a version has none.
//! - Conditions: absent keys, `IfExists`, `ForAllValues`, `ForAnyValue`, negation and what is left
//!   undecided
//!   ([operators](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html),
//!   [several values](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html)):
//!   a key of several values under an operator without a set operator, a value in the request that
//!   is not of the operator's type, an empty text under a set operator where AWS's two readings of
//!   it differ, letters beyond ASCII that differ in case only, and what is compared as an ARN and
//!   is none.
//!
//! # Layers
//!
//! Identity policies count together, session policies too, and the service control policies of
//! one level; identity policies, boundary, session policies and every level must allow
//! ([evaluation logic](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html)).
//! A layer that is not given does not restrict: an answer is about the layers that were given.
//!
//! # What is not covered
//!
//! Policies of resources, which can grant by themselves, resource control policies, endpoint
//! policies, access control lists and the permissions that a service adds or asks for on its own
//! are not evaluated; nor is the root user, whom identity policies do not restrict. Trust policies
//! and policies of resources can be read ([`Statement::principals`]), not evaluated. The names of
//! actions, resources and keys are not checked against AWS's lists, and whether an action knows
//! the resource that a statement names is not known here.

// The engine reads what strangers wrote: nothing here may panic.
#![deny(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic
)]

mod action;
mod automata;
mod compare;
mod condition;
mod context;
mod decide;
mod document;
mod error;
mod evaluate;
pub(crate) mod json;
mod layers;
mod outcome;
mod pattern;
mod question;
mod reader;
mod resource;
mod scope;
mod slips;
mod template;
mod truth;

pub use action::Action;
pub use automata::Limits;
pub use compare::{Coverage, Doubt, DoubtReason, Lack, covers, covers_within};
pub use context::Context;
pub use decide::decide;
pub use document::{
    Document, Effect, PolicyKind, Principal, PrincipalElement, PrincipalKind, Principals,
    Statement, Version,
};
pub use error::{DocumentError, Location, Position, StatementName, Warning, WarningKind};
pub use evaluate::{evaluate, evaluate_within};
pub use layers::{Layer, LayerError, Layers};
pub use outcome::{Cause, Decision, Denial, Gap, NotHeld, Outcome, Unknown, UnknownReason};
pub use question::{Question, QuestionError, Request, RequiredResource};
