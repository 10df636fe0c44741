//! What the action does not install.

use super::release::{VERSION, archive};
use super::runner::{Acted, Job};

const ARGS: (&str, &str) = ("args", "policies user");

/// Nothing was installed, nothing was run, nothing is left.
#[track_caller]
fn assert_nothing(job: &Job, acted: &Acted, said: &str) {
    assert_eq!(acted.code, 2, "{acted:?}");
    assert!(acted.stderr.contains(said), "{said}: {acted:?}");
    assert!(acted.stderr.contains("::error title="), "{acted:?}");
    assert!(acted.outputs.values().all(String::is_empty), "{acted:?}");
    assert_eq!(job.paths(), "");
    let left: Vec<_> = std::fs::read_dir(job.machine.temp())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
pub(super) fn a_wrong_checksum() {
    let mut job = Job::new();
    job.releases().change(&archive(), |bytes| {
        let last = bytes.last_mut().unwrap();
        *last = last.wrapping_add(1);
    });
    let acted = job.act(&[ARGS]);
    assert_nothing(&job, &acted, "is not the file that SHA256SUMS names");
}

#[test]
fn a_file_that_came_in_part() {
    let mut job = Job::new();
    job.releases()
        .change(&archive(), |bytes| bytes.truncate(bytes.len() / 2));
    let acted = job.act(&[ARGS]);
    assert_nothing(&job, &acted, "is not the file that SHA256SUMS names");
}

#[test]
fn sums_that_do_not_name_the_archive_once() {
    let name = archive();
    let sum = "0".repeat(64);
    for sums in [
        String::new(),
        "garbage".to_owned(),
        format!("{sum}  not-{name}\n"),
        format!("{sum}  {name}.asc\n"),
        format!("{sum}  {name}\n{sum}  {name}\n"),
        format!("{}  {name}\n", "0".repeat(63)),
        format!("  {name}\n"),
    ] {
        let mut job = Job::new();
        job.releases()
            .change("SHA256SUMS", |bytes| *bytes = sums.clone().into_bytes());
        let acted = job.act(&[ARGS]);
        assert_nothing(&job, &acted, "does not name");
    }
}

/// The sum fits, and what is inside does not.
#[test]
fn an_archive_of_something_else() {
    let program = |name: &str, says: &str| {
        format!(
            "cd \"$(mktemp -d)\" && printf '#!/bin/sh\\necho {says}\\n' >{name} && chmod +x {name} && tar -czf - {name}"
        )
    };
    for (script, said) in [
        (program("another", "remperm"), "does not hold remperm"),
        (program("remperm", "remperm 0.0.1"), "holds another version"),
        ("head -c 1000 /dev/zero".to_owned(), "does not hold remperm"),
    ] {
        let mut job = Job::new();
        let made = job.machine.work().join("made.tar.gz");
        job.machine
            .bash(&format!("({script}) >made.tar.gz"))
            .expect(0);
        let bytes = std::fs::read(&made).unwrap();
        let sum = job.machine.bash("sha256sum <made.tar.gz").expect(0).stdout;
        let sum = sum.split(' ').next().unwrap();
        job.machine.bash("rm -rf \"$TMPDIR\"/*").expect(0);
        job.releases().change(&archive(), |old| *old = bytes);
        job.releases().change("SHA256SUMS", |old| {
            *old = format!("{sum}  {}\n", archive()).into_bytes();
        });
        let acted = job.act(&[ARGS]);
        assert_nothing(&job, &acted, said);
    }
}

#[test]
fn a_release_that_is_not_there() {
    let mut job = Job::new();
    let acted = job.act(&[ARGS, ("version", "99.0.0")]);
    assert_nothing(&job, &acted, "could not be fetched");
}

#[test]
fn what_is_no_version_is_never_asked_for() {
    for version in [
        "",
        "latest",
        "0.1",
        "0.1.0/../../x",
        "0.1.0\n",
        "$(id)",
        "0.1.0 ",
    ] {
        let mut job = Job::new();
        let acted = job.act(&[ARGS, ("version", version)]);
        assert_nothing(&job, &acted, "is no release");
        assert_eq!(job.releases().requests(), 0, "{version:?}");
    }
    let mut job = Job::new();
    let tag = format!("v{VERSION}");
    let acted = job.act(&[ARGS, ("version", &tag), ("sarif-file", "")]);
    assert_eq!(job.paths().lines().count(), 1, "{acted:?}");
}

#[test]
fn what_could_be_changed_on_its_way() {
    for url in ["http://example.com", "ftp://example.com", "file:///tmp", ""] {
        let mut job = Job::new();
        let acted = job.act(&[ARGS, ("base-url", url)]);
        assert_nothing(&job, &acted, "has to begin with https://");
    }
}

#[test]
fn a_machine_that_there_is_no_release_for() {
    for (system, processor) in [("Linux", "ARM"), ("Windows", "ARM64"), ("Plan9", "X64")] {
        let mut job = Job::new();
        job.machine.set("RUNNER_OS", system);
        job.machine.set("RUNNER_ARCH", processor);
        let acted = job.act(&[ARGS]);
        assert_nothing(&job, &acted, "there is no release of remperm for");
        assert_eq!(job.releases().requests(), 0);
    }
}
