//! Pages of a list, right and wrong.

use sha2::{Digest as _, Sha256};

use super::settings::{Paging, Settings};
use super::signature::hex;
use super::wire::{Element, Parameters, ServiceError, validation};

/// Cuts one page out of a list: its items, and the elements that say how it goes on.
///
/// A marker belongs to the request that it was given for and to no other.
pub(super) fn page<T>(
    settings: &Settings,
    parameters: &Parameters,
    mut items: Vec<T>,
) -> Result<(Vec<T>, Vec<Element>), ServiceError> {
    let wanted = match parameters.get("MaxItems") {
        None => 100,
        Some(text) => text
            .parse()
            .ok()
            .filter(|number| (1..=1_000).contains(number))
            .ok_or_else(|| {
                validation(&format!(
                    "Value '{text}' at 'maxItems' failed to satisfy constraint: Member must have \
                     value between 1 and 1000"
                ))
            })?,
    };
    let size = wanted.min(settings.page_size);
    let request = hex(&Sha256::digest(parameters.without_paging()));
    let (turn, from) = match parameters.get("Marker") {
        None => (0, 0),
        Some(marker) => read(marker, &request)
            .filter(|(_, from)| *from <= items.len())
            .ok_or_else(|| ServiceError::new(400, "ValidationError", "Invalid Marker."))?,
    };
    let total = items.len();
    let to = total.min(from + size);
    let (mut end, mut next) = (to, (to < total).then_some((turn + 1, to)));
    let mut lost = false;
    match settings.paging {
        Paging::Right => {}
        Paging::EmptyFirst if turn == 0 => (end, next) = (from, Some((1, from))),
        Paging::EmptyFirst => {}
        Paging::Repeated => next = Some((1, size.min(total))),
        Paging::Endless => next = Some((turn + 1, to)),
        Paging::Lost => (next, lost) = (None, true),
    }
    let items = items.drain(from..end).collect();
    let mut elements = vec![Element::text("IsTruncated", next.is_some() || lost)];
    if let Some((turn, from)) = next {
        elements.push(Element::text("Marker", format!("{turn}/{from}/{request}")));
    }
    Ok((items, elements))
}

fn read(marker: &str, request: &str) -> Option<(usize, usize)> {
    let (turn, rest) = marker.split_once('/')?;
    let (from, of) = rest.split_once('/')?;
    (of == request).then_some(())?;
    Some((turn.parse().ok()?, from.parse().ok()?))
}
