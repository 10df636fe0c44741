//! One slip of the pen: a character wrong, missing, too many, or two changed places.

/// The known action that is meant by one that is not known but one slip away; case does not
/// count, and a pattern is no action.
pub(super) fn meant<'k>(written: &str, known: &[&'k str]) -> Option<&'k str> {
    if written.contains(['*', '?'])
        || known
            .iter()
            .any(|known| known.eq_ignore_ascii_case(written))
    {
        return None;
    }
    let written = written.to_ascii_lowercase();
    let is_meant = |known: &&&str| {
        known.len().abs_diff(written.len()) <= 1
            && within_one(&known.to_ascii_lowercase(), &written)
    };
    known.iter().find(is_meant).copied()
}

/// Whether at most one slip lies between the two.
pub(super) fn within_one(left: &str, right: &str) -> bool {
    let left: Vec<char> = left.chars().collect();
    let right: Vec<char> = right.chars().collect();
    if left.len().abs_diff(right.len()) > 1 {
        return false;
    }
    let same = left
        .iter()
        .zip(&right)
        .take_while(|(left, right)| left == right)
        .count();
    let (left, right) = (
        left.get(same..).unwrap_or_default(),
        right.get(same..).unwrap_or_default(),
    );
    match (left, right) {
        ([], []) => true,
        ([first, second, left @ ..], [other_first, other_second, right @ ..])
            if first == other_second && second == other_first && left == right =>
        {
            true
        }
        ([_, left @ ..], [_, right @ ..]) if left == right => true,
        ([_, left @ ..], right) if left == right => true,
        (left, [_, right @ ..]) if left == right => true,
        _ => false,
    }
}
