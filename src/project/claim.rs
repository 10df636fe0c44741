//! What a file states about the package, before it is known which file decides.

use std::path::{Path, PathBuf};

use semver::Version;

use super::{Found, How, NotStable, NotStableReason};

/// A version, or what stands in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Stated {
    /// A stable version.
    Version(Version),
    /// Anything else, with the text.
    Other(NotStableReason, String),
}

/// One statement of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Claim {
    stated: Stated,
    file: PathBuf,
    line: Option<usize>,
    how: How,
}

impl Claim {
    pub(super) fn new(stated: Stated, file: PathBuf, line: Option<usize>, how: How) -> Self {
        Self {
            stated,
            file,
            line,
            how,
        }
    }

    pub(super) fn is_version(&self) -> bool {
        matches!(self.stated, Stated::Version(_))
    }

    /// The stable version, or what was found in its place.
    pub(super) fn into_found(self) -> Result<Found, NotStable> {
        match self.stated {
            Stated::Version(version) => Ok(Found {
                version,
                file: self.file,
                line: self.line,
                how: self.how,
            }),
            Stated::Other(reason, raw) => Err(NotStable {
                reason,
                raw,
                file: self.file,
                line: self.line,
                how: self.how,
            }),
        }
    }
}

/// What is asked of a lock file.
#[derive(Debug, Clone, Copy)]
pub(super) struct LockQuestion<'a> {
    /// The name of the package.
    pub(super) package: &'a str,
    /// The start directory and its parents, relative to the lock file's directory, nearest first;
    /// the last is the lock file's own directory, an empty text.
    pub(super) members: &'a [String],
    /// How the nearest `package.json` asks for the package: names (the package's, or an alias for
    /// it) and what is asked for.
    pub(super) requested: &'a [(String, String)],
}

impl LockQuestion<'_> {
    /// How near to the start directory something lies that belongs to the directory `path`; `None`
    /// when it belongs to neither the start directory nor its parents. An alias comes second.
    pub(super) fn rank(&self, path: &str, alias: bool) -> Option<Rank> {
        let distance = self.members.iter().position(|member| member == path)?;
        Some((distance, alias))
    }
}

/// How near to the start directory a statement lies, and whether it is an alias: the lowest is the
/// start directory's own.
pub(super) type Rank = (usize, bool);

/// How many different things one file may say about one package. Real ones say a handful; the bound
/// keeps the time that a file made for the purpose can take within reason.
pub(super) const MOST_STATEMENTS: usize = 200;

/// What a lock file states about the package: each statement once, with its line.
#[derive(Debug, Default)]
pub(super) struct LockClaims {
    own: Option<(Rank, Option<usize>, Stated)>,
    all: Vec<(Option<usize>, Stated)>,
    too_many: bool,
}

impl LockClaims {
    /// Adds a statement. A rank says that the start directory itself gets it, unless there is a
    /// better one. The line is only asked for when it is needed, because finding it takes time.
    pub(super) fn add(
        &mut self,
        stated: Stated,
        rank: Option<Rank>,
        line: impl Fn() -> Option<usize>,
    ) {
        if let Some(rank) = rank
            && self.own.as_ref().is_none_or(|(best, ..)| rank < *best)
        {
            self.own = Some((rank, line(), stated.clone()));
        }
        if self.all.iter().any(|(_, known)| *known == stated) {
            return;
        }
        if self.all.len() < MOST_STATEMENTS {
            self.all.push((line(), stated));
        } else {
            self.too_many = true;
        }
    }

    /// The statements with the deciding one first: the start directory's own, else the highest
    /// stable version. `None` when there are too many to tell.
    pub(super) fn into_claims(self) -> Option<Vec<(Option<usize>, Stated)>> {
        if self.too_many {
            return None;
        }
        let highest = || {
            let versions = self.all.iter().filter_map(|(line, stated)| match stated {
                Stated::Version(version) => Some((version, line, stated)),
                Stated::Other(..) => None,
            });
            versions
                .max_by(|one, other| one.0.cmp(other.0))
                .map(|(_, line, stated)| (*line, stated.clone()))
        };
        let own = self.own.clone().map(|(_, line, stated)| (line, stated));
        let mut claims: Vec<_> = own.or_else(highest).into_iter().collect();
        for claim in self.all {
            if !claims.iter().any(|(_, stated)| *stated == claim.1) {
                claims.push(claim);
            }
        }
        Some(claims)
    }
}

/// A place in a file, as compilers write it.
pub(super) fn place(file: &Path, line: Option<usize>) -> String {
    match line {
        Some(line) => format!("{}:{line}", file.display()),
        None => file.display().to_string(),
    }
}
