//! Which layer stands in the way: asks again without the organization's policies, or without the
//! boundary, where an answer points at one of them.
//!
//! `PolicyExclusionList` leaves policy types out
//! ([reference](https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html)):
//! what is allowed without a layer is refused by that layer. Where the service does not take the
//! list, the details of the first answer have to do.

use super::answer::Reading;
use crate::verdict::{Answer, Cause, Unknown, Why};

/// A layer of policies that can be left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layer {
    /// Service control policies of the organization.
    Organization,
    /// The permissions boundary.
    Boundary,
}

impl Layer {
    /// Its name in `PolicyExclusionList`.
    pub(super) const fn policy_type(self) -> &'static str {
        match self {
            Self::Organization => "scp",
            Self::Boundary => "permission-boundary",
        }
    }
}

/// The layers to leave out when asking about a reading again; none where it is settled.
pub(super) fn to_leave_out(reading: &Reading) -> &'static [Layer] {
    match &reading.answer {
        Answer::Denied(_) if reading.organization_refuses => &[Layer::Organization],
        Answer::Denied(_) if reading.boundary_refuses => &[Layer::Boundary],
        _ => &[],
    }
}

/// What a denial means after it was asked about again without `left_out`; `None` as the second
/// reading where the service did not answer that.
pub(super) enum Settled {
    /// This is it.
    As(Answer),
    /// It takes a further question, without both layers.
    AskWithoutBoth,
}

/// Weighs the first reading against the second.
pub(super) fn settle(first: &Reading, left_out: &[Layer], second: Option<&Reading>) -> Settled {
    let pointed_at = left_out.first().copied();
    let Some(layer) = pointed_at else {
        return Settled::As(first.answer.clone());
    };
    let Some(second) = second else {
        return Settled::As(by_details(first));
    };
    // A service that does not know the list passes over it, and says the same again.
    let still_refuses = match layer {
        Layer::Organization => second.organization_refuses,
        Layer::Boundary => second.boundary_refuses,
    };
    match &second.answer {
        Answer::Allowed { .. } => Settled::As(Answer::Denied(match layer {
            Layer::Organization => Cause::Organization,
            Layer::Boundary => Cause::Boundary,
        })),
        _ if still_refuses => Settled::As(by_details(first)),
        Answer::Denied(_) if second.boundary_refuses && left_out.len() == 1 => {
            Settled::AskWithoutBoth
        }
        // Without the layer it is not allowed either: that is what has to be mended first.
        Answer::Denied(cause) => Settled::As(Answer::Denied(cause.clone())),
        Answer::Undetermined(_) => Settled::As(by_details(first)),
    }
}

/// What the details of an answer say without being confirmed.
fn by_details(reading: &Reading) -> Answer {
    if reading.organization_refuses {
        if reading.firm {
            return Answer::Denied(Cause::Organization);
        }
        return Answer::Undetermined(Unknown::new(
            Why::Condition,
            "the simulator says that the organization does not allow it, and names no statement: a service control policy with conditions can look like this although the real call is allowed",
        ));
    }
    if reading.boundary_refuses {
        return Answer::Denied(Cause::Boundary);
    }
    reading.answer.clone()
}
