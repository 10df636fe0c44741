//! The ways in which package managers write which version of a package is meant.
//!
//! From <https://docs.npmjs.com/cli/configuring-npm/package-json#dependencies>, and for the
//! protocols of the others <https://pnpm.io/package-sources>, <https://yarnpkg.com/protocols> and
//! <https://bun.com/docs/pm/cli/add>.

use semver::Version;

use super::NotStableReason;
use super::claim::Stated;

/// How much of a file's text is repeated in messages, in characters.
const SHOWN: usize = 120;

/// The text in a form that can be printed: control characters escaped, and not too long.
pub(super) fn shown(text: &str) -> String {
    let mut printable: String = text
        .chars()
        .take(SHOWN)
        .flat_map(|letter| {
            let escape = letter.is_control();
            let escaped = escape.then(|| letter.escape_default());
            escaped
                .into_iter()
                .flatten()
                .chain((!escape).then_some(letter))
        })
        .collect();
    if text.chars().nth(SHOWN).is_some() {
        printable.push('…');
    }
    printable
}

/// A statement that is no stable version.
pub(super) fn other(reason: NotStableReason, raw: &str) -> Stated {
    Stated::Other(reason, shown(raw))
}

/// Whether the text can be a package's name: what would lead out of `node_modules` is none.
pub(super) fn is_package_name(name: &str) -> bool {
    let part = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && part
                .chars()
                .all(|letter| letter.is_ascii_alphanumeric() || "-._~".contains(letter))
    };
    match name.strip_prefix('@') {
        Some(scoped) => scoped
            .split_once('/')
            .is_some_and(|(scope, name)| part(scope) && part(name)),
        None => part(name),
    }
}

/// Splits `name@rest`, where a scoped name begins with an `@` of its own.
pub(super) fn split_descriptor(descriptor: &str) -> Option<(&str, &str)> {
    let scope = usize::from(descriptor.starts_with('@'));
    let at = descriptor.get(scope..)?.find('@')?.checked_add(scope)?;
    Some((descriptor.get(..at)?, descriptor.get(at.checked_add(1)?..)?))
}

/// What the text says when it is a version and nothing else.
pub(super) fn exact(text: &str) -> Option<Stated> {
    let mut version = Version::parse(text).ok()?;
    if !version.pre.is_empty() {
        return Some(other(NotStableReason::Prerelease, text));
    }
    version.build = semver::BuildMetadata::EMPTY;
    Some(Stated::Version(version))
}

/// What a dependency on `package`, or the name that a lock file gives it, says.
pub(super) fn read(package: &str, text: &str) -> Stated {
    let trimmed = text.trim();
    if let Some(target) = trimmed.strip_prefix("npm:") {
        return match split_descriptor(target) {
            Some((name, _)) if name != package => other(NotStableReason::OtherPackage, text),
            Some((_, rest)) => plain(rest, text),
            // Yarn writes `npm:4.0.0`; `npm:name` alone means the newest of another package.
            None if target.starts_with('@') => other(NotStableReason::Tag, text),
            None => plain(target, text),
        };
    }
    plain(trimmed, text)
}

/// Whether a dependency written under another name is an alias for `package`.
pub(super) fn is_alias_for(package: &str, text: &str) -> bool {
    text.trim().strip_prefix("npm:").is_some_and(|target| {
        target == package || split_descriptor(target).is_some_and(|(name, _)| name == package)
    })
}

/// A specifier without alias. npm reads `=4.0.0` and `v4.0.0` as the exact version.
fn plain(specifier: &str, raw: &str) -> Stated {
    let specifier = specifier.trim();
    let bare = specifier.trim_start_matches('=').trim_start();
    let bare = bare.strip_prefix('v').unwrap_or(bare);
    match exact(bare) {
        Some(Stated::Other(reason, _)) => other(reason, raw),
        Some(version) => version,
        None => other(kind(specifier), raw),
    }
}

/// What kind of specifier it is, given that it is no exact version.
fn kind(specifier: &str) -> NotStableReason {
    let begins = |prefixes: &[&str]| prefixes.iter().any(|prefix| specifier.starts_with(prefix));
    let range = |letter: char| letter.is_ascii_digit() || "^~<>=|*xX".contains(letter);
    if begins(&["workspace:"]) {
        NotStableReason::Workspace
    } else if begins(&["catalog:"]) {
        NotStableReason::Catalog
    } else if begins(&["file:", "link:", "portal:", "root:", ".", "/", "~/"]) {
        NotStableReason::Local
    } else if begins(&[
        "git:",
        "git+",
        "git@",
        "ssh:",
        "github:",
        "gitlab:",
        "bitbucket:",
        "gist:",
    ]) || specifier.ends_with(".git")
        || specifier.contains(".git#")
        || begins(&[
            "https://codeload.github.com/",
            "https://gitlab.com/",
            "https://bitbucket.org/",
        ])
        || begins(&["github.com/", "gitlab.com/", "bitbucket.org/"])
    {
        NotStableReason::Git
    } else if begins(&["http:", "https:"]) {
        NotStableReason::Url
    } else if specifier.is_empty() || is_range(specifier, range) {
        NotStableReason::Range
    } else if specifier.split('/').count() == 2 && !specifier.contains([':', ' ']) {
        // `owner/repository` is short for a repository on GitHub.
        NotStableReason::Git
    } else if specifier
        .chars()
        .all(|letter| letter.is_ascii_alphanumeric() || "-._".contains(letter))
    {
        NotStableReason::Tag
    } else {
        NotStableReason::Unreadable
    }
}

/// A range begins with a digit or an operator, and holds nothing that a version or operator lacks.
fn is_range(specifier: &str, begins: impl Fn(char) -> bool) -> bool {
    let first = specifier.strip_prefix('v').unwrap_or(specifier);
    let single_x = |word: &str| matches!(word, "x" | "X");
    first.chars().next().is_some_and(|letter| {
        begins(letter) && (!letter.is_ascii_alphabetic() || single_x(first) || first.contains(".x"))
    }) && specifier
        .chars()
        .all(|letter| letter.is_ascii_alphanumeric() || " ^~<>=|*.-+".contains(letter))
}
