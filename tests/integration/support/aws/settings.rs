//! How the services behave: choices that the real ones have made at one time or another, and
//! misbehaviour that a client has to survive.

/// How the services behave.
pub(crate) struct Settings {
    /// The shape of the simulator's answers.
    pub(crate) shape: Shape,
    /// The most items on a page, below what the client asks for.
    pub(crate) page_size: usize,
    /// What is wrong with the pages.
    pub(crate) paging: Paging,
    /// What is wrong with the simulator's results; all of them at once.
    pub(crate) results: Vec<ResultFault>,
    /// A conditional service control policy denies in the simulator without its conditions being
    /// looked at, as it was before 2026-07.
    pub(crate) conditional_scp_denies: bool,
    /// What the simulator does with a `PolicyExclusionList`.
    pub(crate) exclusions: Exclusions,
    /// Missing context keys are those of all policies of the principal, and not only those of the
    /// statements that are about the action and the resource.
    pub(crate) missing_keys_of_all: bool,
    /// What stands in `SourcePolicyType`.
    pub(crate) source_types: SourceTypes,
    /// How many seconds the service's clock is ahead of this machine's.
    pub(crate) clock_ahead: i64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            shape: Shape::Rebuilt,
            page_size: 1_000,
            paging: Paging::Right,
            results: Vec::new(),
            conditional_scp_denies: false,
            exclusions: Exclusions::Taken,
            missing_keys_of_all: false,
            source_types: SourceTypes::Enumeration,
            clock_ahead: 0,
        }
    }
}

/// The shape of the simulator's answers to several resources.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// One result per action and resource, each by itself, as emulators do.
    Old,
    /// One result per action and resource, each with the decision over all resources of the
    /// action, as the documentation describes the time before the rebuilding.
    OldAggregate,
    /// One result per action with the most restrictive decision, the resources' own decisions in
    /// `ResourceSpecificResults`, an ARN template as the name of the resource.
    Rebuilt,
}

/// What is wrong with the pages of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Paging {
    /// Nothing.
    Right,
    /// The first page is empty and has a marker: the documentation allows that.
    EmptyFirst,
    /// The marker of the second page is that of the first, again and again.
    Repeated,
    /// After the last page come empty pages, each with a new marker.
    Endless,
    /// The answer says that it is truncated and has no marker.
    Lost,
}

/// What is wrong with the simulator's results.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ResultFault {
    /// There is no result for this action.
    LeaveOut(String),
    /// There is a second result for this action that says the opposite.
    Contradict(String),
    /// The decision for this action is a word that nobody knows.
    UnknownDecision(String),
    /// The decision for this action is not there.
    MissingDecision(String),
    /// The results of this action name another resource than the one that was asked.
    OtherResource(String),
    /// There is a result, `allowed`, for this action, which was not asked.
    Unasked(String),
}

/// What the simulator does with a `PolicyExclusionList`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exclusions {
    /// Leaves those policies out.
    Taken,
    /// Overlooks it, as a service does that does not know the parameter.
    Ignored,
    /// Refuses it as InvalidInput.
    Refused,
}

/// What stands in `SourcePolicyType`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SourceTypes {
    /// The values of the documented enumeration.
    Enumeration,
    /// The text `IAM Policy`, for any policy of a principal.
    IamPolicy,
}
