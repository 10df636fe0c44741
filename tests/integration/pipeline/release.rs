//! A release of the built program, served as GitHub serves releases.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Arc, Mutex, OnceLock};

use tempfile::TempDir;

use super::root;
use crate::support::http::{Response, Server};

/// The release that this is.
pub(super) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What the program of this machine is released as here. The tests' machine plays this one.
pub(super) const TARGET: &str = "x86_64-unknown-linux-musl";

/// Every machine that there are releases for.
pub(super) const TARGETS: [&str; 5] = [
    "aarch64-apple-darwin",
    "aarch64-unknown-linux-musl",
    "x86_64-apple-darwin",
    "x86_64-pc-windows-msvc",
    "x86_64-unknown-linux-musl",
];

/// The name of the archive.
pub(super) fn archive() -> String {
    format!("remperm-{VERSION}-{TARGET}.tar.gz")
}

/// The folder of a release, made once by the scripts that make releases. Only the archive of
/// [`TARGET`] holds the program.
pub(super) fn folder() -> PathBuf {
    static RELEASE: OnceLock<TempDir> = OnceLock::new();
    let release = RELEASE.get_or_init(|| {
        let directory = tempfile::tempdir().unwrap();
        let program = directory.path().join("remperm");
        // The debug information is four fifths of it.
        let stripped = Command::new("strip")
            .arg("-o")
            .args([&program, &PathBuf::from(env!("CARGO_BIN_EXE_remperm"))])
            .status()
            .unwrap();
        assert!(stripped.success());
        let dist = directory.path().join("dist");
        let archived = Command::new(root().join(".github/release/archive.sh"))
            .args([VERSION, TARGET])
            .args([&program, &dist])
            .status()
            .unwrap();
        assert!(archived.success());
        for target in TARGETS.into_iter().filter(|target| *target != TARGET) {
            let name = format!("remperm-{VERSION}-{target}.tar.gz");
            std::fs::write(dist.join(name), format!("the archive for {target}")).unwrap();
        }
        let summed = Command::new(root().join(".github/release/checksums.sh"))
            .arg(&dist)
            .status()
            .unwrap();
        assert!(summed.success());
        directory
    });
    release.path().join("dist")
}

/// A server of releases.
pub(super) struct Releases {
    server: Server,
    files: Arc<Mutex<BTreeMap<String, Vec<u8>>>>,
}

impl Releases {
    /// The release, as it should be.
    pub(super) fn start() -> Self {
        let mut files = BTreeMap::new();
        for name in [archive(), "SHA256SUMS".to_owned()] {
            let bytes = std::fs::read(folder().join(&name)).unwrap();
            files.insert(format!("/v{VERSION}/{name}"), bytes);
        }
        let files = Arc::new(Mutex::new(files));
        let served = Arc::clone(&files);
        let server = Server::start(move |request| {
            let files = served.lock().unwrap();
            files.get(&request.path).map_or_else(
                || Response::text(404, "Not Found"),
                |bytes| Response::new(200, "application/octet-stream", bytes.clone()),
            )
        });
        Self { server, files }
    }

    /// Where the releases are.
    pub(super) fn url(&self) -> String {
        self.server.url()
    }

    /// How many requests came.
    pub(super) fn requests(&self) -> usize {
        self.server.log().all().len()
    }

    /// Changes a file of the release.
    pub(super) fn change(&self, name: &str, change: impl FnOnce(&mut Vec<u8>)) {
        let mut files = self.files.lock().unwrap();
        change(files.get_mut(&format!("/v{VERSION}/{name}")).unwrap());
    }
}
