//! What the checks of both clouds share: their terms.

use remperm::audit::Terms;

use crate::cli::{OnUnknown, ReportArgs};

pub(super) fn terms(arguments: &ReportArgs) -> Terms {
    Terms {
        accept_newer: arguments.accept_newer,
        accept_unknown: arguments.on_unknown == OnUnknown::Warn,
        ..Terms::default()
    }
}
