//! `--format` and `--report` on the command line: the codes, the files, the job's summary.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use crate::support::program::{Program, Run};

const FORMATS: [&str; 8] = [
    "table", "json", "sarif", "junit", "github", "gitlab", "markdown", "html",
];

const NONE: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:ListAllMyBuckets","Resource":"*"}}"#;

fn all() -> String {
    let printed = Program::new(["policies", "user"]).run().expect(0);
    printed.stdout
}

/// A check without a cloud, of this policy.
fn check(policy: &str) -> Program {
    let call = [
        "aws",
        "check",
        "--subject",
        "user",
        "--account",
        "123456789012",
    ];
    Program::new(call)
        .arguments(["--region", "us-east-1", "--identity-policy", "policy.json"])
        .file("policy.json", policy)
}

fn report(format: &str, path: &Path) -> [String; 2] {
    [
        "--report".to_owned(),
        format!("{format}={}", path.display()),
    ]
}

/// The text without the times at which it was made, such as `2026-11-21T08:45:00Z`.
fn timeless(text: &str) -> String {
    text.split_inclusive(|letter: char| !letter.is_ascii_digit() && !"-:TZ".contains(letter))
        .filter(|word| !(word.len() == 21 && word.contains('T') && word.contains('Z')))
        .collect()
}

/// The names in a directory.
fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap();
    let mut names: Vec<String> = entries
        .map(|one| one.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[track_caller]
fn refused(run: Run, says: &[&str]) {
    let run = run.expect(2);
    assert_eq!(run.stdout, "");
    for words in says {
        assert!(run.stderr.contains(words), "{words} in {}", run.stderr);
    }
}

#[test]
fn the_code_is_the_same_in_every_format() {
    let all = all();
    for format in FORMATS {
        check(&all).arguments(["--format", format]).run().expect(0);
        check(NONE).arguments(["--format", format]).run().expect(1);
        // Whose permissions can't be found out without credentials.
        Program::new(["aws", "check", "--format", format])
            .env("AWS_CONFIG_FILE", "/nonexistent")
            .run()
            .expect(3);
    }
}

#[test]
fn a_run_writes_every_report_that_it_is_asked_for() {
    let directory = tempfile::tempdir().unwrap();
    let mut program = check(NONE);
    for format in FORMATS {
        program = program.arguments(report(format, &directory.path().join(format)));
    }
    let run = program.run().expect(1);
    assert!(
        run.stdout.contains("Next"),
        "the table goes to standard output"
    );
    let mut expected: Vec<String> = FORMATS.map(str::to_owned).to_vec();
    expected.sort();
    assert_eq!(
        names(directory.path()),
        expected,
        "and nothing is left beside them"
    );
    for format in FORMATS {
        let file = fs::read_to_string(directory.path().join(format)).unwrap();
        let printed = check(NONE).arguments(["--format", format]).run().expect(1);
        assert_eq!(timeless(&file), timeless(&printed.stdout), "{format}");
    }
}

#[test]
fn what_can_not_be_written_is_found_before_anything_is_asked() {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name);
    fs::create_dir(path("folder")).unwrap();
    let pipe = std::process::Command::new("mkfifo")
        .arg(path("pipe"))
        .status();
    assert!(pipe.unwrap().success());
    for (file, says) in [
        ("missing/report.json", "its directory does not exist"),
        ("folder", "it is a directory"),
        ("pipe", "it is no regular file"),
        ("folder/..", "it is a directory"),
        ("new/..", "can't be written"),
    ] {
        let run = check(NONE).arguments(report("json", &path(file))).run();
        refused(run, &[says, file, "hint: "]);
    }
    assert_eq!(names(directory.path()), ["folder", "pipe"]);
    // No request was made: nothing of AWS could have been reached, which would be code 3.
    let call = ["aws", "check", "--report", "json=/nonexistent/report.json"];
    refused(Program::new(call).run(), &["/nonexistent/report.json"]);
}

#[test]
fn calls_that_make_no_sense_are_refused() {
    for (value, says) in [
        ("report.json", "FORMAT=FILE"),
        ("pdf=report.pdf", "\"pdf\" is no format"),
        ("=report.json", "\"\" is no format"),
        ("json=", "the name of the file is missing"),
    ] {
        refused(check(NONE).arguments(["--report", value]).run(), &[says]);
    }
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("report");
    symlink(&path, directory.path().join("link")).unwrap();
    fs::write(&path, "old").unwrap();
    for other in ["report", "./report", "link"] {
        let run = check(NONE)
            .arguments(report("json", &path))
            .arguments(report("html", &directory.path().join(other)))
            .run();
        refused(run, &["two reports go to", "hint: "]);
    }
    assert_eq!(
        fs::read_to_string(&path).unwrap(),
        "old",
        "it was left alone"
    );
    refused(
        check(NONE)
            .arg("--fix")
            .arguments(report("json", &path))
            .run(),
        &["--fix", "--report"],
    );
}

#[test]
fn a_file_is_replaced_at_once_and_keeps_its_links_and_rights() {
    let directory = tempfile::tempdir().unwrap();
    let (file, link) = (directory.path().join("file"), directory.path().join("link"));
    fs::write(&file, "old".repeat(100_000)).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    symlink(&file, &link).unwrap();
    // Who had opened the old one still reads the old one.
    let mut old = fs::File::open(&file).unwrap();
    check(NONE).arguments(report("json", &link)).run().expect(1);
    let mut read = String::new();
    std::io::Read::read_to_string(&mut old, &mut read).unwrap();
    assert_eq!(read.len(), 300_000);
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    let json: serde_json::Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    assert_eq!(json["exit_code"], 1);
    assert_eq!(
        fs::metadata(&file).unwrap().permissions().mode() & 0o777,
        0o640
    );
    assert_eq!(names(directory.path()), ["file", "link"]);
}

#[test]
fn one_place_that_fails_late_spoils_no_other_and_is_no_success() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("report.json");
    let all = all();
    // The summary is a directory: that shows only when it is written.
    for (policy, code) in [(all.as_str(), 3), (NONE, 1)] {
        let run = check(policy)
            .env("GITHUB_STEP_SUMMARY", directory.path())
            .arguments(["--format", "github"])
            .arguments(report("json", &path))
            .run()
            .expect(code);
        assert!(
            run.stderr
                .contains("error: the summary could not be written"),
            "{}",
            run.stderr
        );
        assert!(run.stdout.contains("remperm: "));
        assert!(
            fs::read_to_string(&path)
                .unwrap()
                .contains("\"schema_version\"")
        );
    }
    // A full standard output keeps no file from being written.
    fs::remove_file(&path).unwrap();
    let full = fs::OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let mut program = check(&all).arguments(report("json", &path));
    let output = program.command().stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    assert!(
        fs::read_to_string(&path)
            .unwrap()
            .contains("\"exit_code\": 0")
    );
}

#[test]
fn the_summary_of_the_job_is_appended_where_github_asks_for_it() {
    let directory = tempfile::tempdir().unwrap();
    let summary = directory.path().join("summary.md");
    fs::write(&summary, "# Before\n").unwrap();
    let run = |format: &str| {
        check(NONE)
            .env("GITHUB_STEP_SUMMARY", &summary)
            .arguments(["--format", format])
            .run()
            .expect(1)
    };
    run("table");
    assert_eq!(fs::read_to_string(&summary).unwrap(), "# Before\n");
    let log = run("github").stdout;
    assert!(log.starts_with("::error file="), "{log}");
    let text = fs::read_to_string(&summary).unwrap();
    assert!(
        text.starts_with("# Before\n\n## ❌ Permissions are missing\n"),
        "{text}"
    );
    // An empty variable is none.
    check(NONE)
        .env("GITHUB_STEP_SUMMARY", "")
        .arguments(["--format", "github"])
        .run()
        .expect(1);
    // GitHub refuses what is larger than 1 MiB, with all that stood before.
    fs::write(&summary, "x".repeat(1024 * 1024)).unwrap();
    let text = run("github").stderr;
    assert!(text.contains("larger than GitHub takes"), "{text}");
    assert_eq!(fs::metadata(&summary).unwrap().len(), 1024 * 1024);
}

#[test]
fn findings_stand_at_the_lock_files_line_from_the_repositorys_root() {
    let lock = r#"{
  "lockfileVersion": 3,
  "packages": {
    "node_modules/@remotion/lambda": {
      "version": "4.0.461"
    }
  }
}"#;
    let policies = Program::new(["policies", "user"]).run().expect(0).stdout;
    let narrow = policies.replace("s3:PutObject\"", "s3:GetObjectTagging\"");
    let run = check(&narrow)
        .file("apps/video/package-lock.json", lock)
        .file("apps/video/package.json", "{}")
        .arguments(["--project-dir", "apps/video", "--format", "github"])
        .run()
        .expect(1);
    assert!(
        run.stdout
            .contains("::error file=apps/video/package-lock.json,line="),
        "{}",
        run.stdout
    );
}
