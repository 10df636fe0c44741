//! Files that can't be read or understood: an error that names the file and the line, never a panic
//! and never an answer from something weaker.

use std::fs;
use std::process::Command;

use super::Project;

const EXACT: &str = r#"{"dependencies": {"@remotion/lambda": "4.0.3"}}"#;

/// The answer when the file lies beside a package.json that would know a version.
fn damaged(file: &str, content: impl AsRef<[u8]>) -> String {
    Project::new()
        .with("package.json", EXACT)
        .with(file, content)
        .answer()
}

fn expect_error(file: &str, content: impl AsRef<[u8]>, place: &str) {
    let answer = damaged(file, content);
    assert!(
        answer.starts_with(&format!("error: {place}")),
        "{file}: {answer}"
    );
    assert!(answer.len() < 400, "{file}: {answer}");
}

const INSTALLED: &str = "node_modules/@remotion/lambda/package.json";
const ALL: [&str; 6] = [
    INSTALLED,
    "package-lock.json",
    "npm-shrinkwrap.json",
    "pnpm-lock.yaml",
    "yarn.lock",
    "bun.lock",
];

#[test]
fn merge_conflicts() {
    for file in ALL {
        let content = "{\n<<<<<<< HEAD\n\"version\": \"4.0.1\"\n=======\n\"version\": \"4.0.2\"\n>>>>>>> other\n}\n";
        assert_eq!(
            damaged(file, content),
            format!("error: {file}:2 holds an unresolved merge conflict")
        );
    }
}

#[test]
fn not_utf_8() {
    for file in ALL {
        assert_eq!(
            damaged(file, b"{\n\n\"a\": \"\xff\"}"),
            format!("error: {file}:3 is not valid UTF-8")
        );
    }
    expect_error(
        "yarn.lock",
        "a@1:\n"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .chain([0xff])
            .collect::<Vec<u8>>(),
        "yarn.lock:",
    );
}

#[test]
fn cut_off() {
    for (fixture, file) in [
        ("npm-v1", "package-lock.json"),
        ("npm-v3", "package-lock.json"),
        ("bun", "bun.lock"),
    ] {
        let whole = Project::from_fixture(fixture);
        let text = fs::read_to_string(whole.path(file)).unwrap();
        for end in 0..text.trim_end().len() {
            expect_error(file, &text.as_bytes()[..end], &format!("{file}:"));
        }
    }
    expect_error(
        "yarn.lock",
        "\"@remotion/lambda@^4\":\n",
        "yarn.lock:1 could not be understood: the entry has no version; the file may be cut off",
    );
    expect_error(
        "yarn.lock",
        "a@1:\n  version \"1.0.0\"\n\n\"@remotion/lambda@^4\"",
        "yarn.lock:4 could not be understood: expected an entry",
    );
    expect_error(
        "pnpm-lock.yaml",
        "",
        "pnpm-lock.yaml could not be understood: it",
    );
    expect_error(
        "pnpm-lock.yaml",
        "packages: {}\n",
        "pnpm-lock.yaml could not be understood: it has no `lockfileVersion`",
    );
    expect_error(
        "yarn.lock",
        "__metadata:\n  version: 8\n\n\"@remotion/lambda@npm:4\":\n  version: 4.0.1\n",
        "yarn.lock:4 could not be understood: the entry has no `resolution`",
    );
}

#[test]
fn every_cut_of_a_yaml_or_yarn_file_is_answered_without_a_panic() {
    for (fixture, file) in [
        ("pnpm-9-workspace", "pnpm-lock.yaml"),
        ("yarn-berry", "yarn.lock"),
        ("yarn-1", "yarn.lock"),
    ] {
        let whole = Project::from_fixture(fixture);
        let text = fs::read_to_string(whole.path(file)).unwrap();
        for end in 0..text.len() {
            let project = Project::new().with(file, &text.as_bytes()[..end]);
            let answer = project.answer();
            // Never a version that stands nowhere in the file.
            let known = [
                "error: ",
                "not found",
                "4.0.323 ",
                "4.0.320 ",
                "4.0.32 ",
                "4.0.3 ",
                "Range ",
                "Unreadable ",
                "Tag ",
            ];
            assert!(
                known.iter().any(|known| answer.starts_with(known)),
                "{file} {end}: {answer}"
            );
        }
    }
}

#[test]
fn other_things_than_lock_files() {
    let page = "<!DOCTYPE html>\n<html><body>404: not found</body></html>\n";
    for file in ALL {
        expect_error(file, page, file);
    }
    for file in ["package-lock.json", "bun.lock", INSTALLED] {
        for content in [
            "",
            "null",
            "3",
            "\"text\"",
            "[1]",
            "{\"packages\": 3, \"lockfileVersion\": 1, \"version\": []}",
        ] {
            expect_error(file, content, file);
        }
    }
    for content in [
        "3",
        "[1]",
        "lockfileVersion: [1]",
        "lockfileVersion: '9.0'\npackages: 3",
        "lockfileVersion: '9.0'\n\tpackages: 3",
        "a: &a [*a]",
        "lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      '@remotion/lambda': [1]\n",
    ] {
        expect_error("pnpm-lock.yaml", content, "pnpm-lock.yaml");
    }
    expect_error("yarn.lock", "  version \"1.0.0\"\n", "yarn.lock:1");
}

#[test]
fn a_place_is_named_once() {
    assert_eq!(
        damaged("pnpm-lock.yaml", "lockfileVersion: '9.0'\npackages: 3\n"),
        "error: pnpm-lock.yaml:2 could not be understood: expected mapping start"
    );
    assert_eq!(
        damaged("package-lock.json", "{\n\"dependencies\": []}"),
        "error: package-lock.json:2 could not be understood: invalid type: sequence, expected a map"
    );
}

#[test]
fn unknown_formats() {
    expect_error(
        "package-lock.json",
        "{\n\"lockfileVersion\": 4, \"packages\": {}}",
        "package-lock.json:2 has the lock file version `4`, which is not known here",
    );
    expect_error(
        "pnpm-lock.yaml",
        "\nlockfileVersion: '10.0'\n",
        "pnpm-lock.yaml:2 has the lock file version `10.0`",
    );
    expect_error(
        "bun.lock",
        "{\n\"lockfileVersion\": 3, \"packages\": {}}",
        "bun.lock:2 has the lock file version `3`",
    );
}

#[test]
fn byte_order_mark_and_carriage_returns() {
    for (fixture, file, expected) in [
        (
            "npm-v3",
            "package-lock.json",
            "4.0.323 package-lock.json:15 PackageLock",
        ),
        (
            "pnpm-9",
            "pnpm-lock.yaml",
            "4.0.323 pnpm-lock.yaml:13 PnpmLock",
        ),
        ("yarn-1", "yarn.lock", "4.0.323 yarn.lock:10 YarnLock"),
        ("yarn-berry", "yarn.lock", "4.0.323 yarn.lock:9 YarnLock"),
        ("bun", "bun.lock", "4.0.323 bun.lock:14 BunLock"),
    ] {
        let project = Project::from_fixture(fixture);
        let text = fs::read_to_string(project.path(file)).unwrap();
        let project = project.with(file, format!("\u{feff}{}", text.replace('\n', "\r\n")));
        assert_eq!(project.answer(), expected);
    }
    assert_eq!(
        Project::new()
            .with("package.json", format!("\u{feff}{EXACT}"))
            .answer(),
        "4.0.3 package.json:1 ExactInPackageJson"
    );
}

#[test]
fn too_large() {
    for file in ALL {
        let project = Project::new().with(file, "");
        let sparse = fs::File::options()
            .write(true)
            .open(project.path(file))
            .unwrap();
        sparse.set_len(64 * 1024 * 1024 + 1).unwrap();
        assert_eq!(
            project.answer(),
            format!("error: {file} is larger than 64 MiB and was not read")
        );
    }
}

#[test]
fn deeply_nested() {
    let deep = 200_000;
    for file in ["package-lock.json", "bun.lock", INSTALLED] {
        for (open, close) in [("[", "]"), ("{\"dependencies\":", "}")] {
            let content = format!(
                "{{\"lockfileVersion\": 1, \"version\": \"4.0.1\", \"dependencies\": {}1{}}}",
                open.repeat(deep),
                close.repeat(deep)
            );
            let answer = damaged(file, content);
            assert!(
                answer.starts_with("error: ") || answer.starts_with("4.0.1 "),
                "{file}: {answer}"
            );
        }
    }
    for content in [
        format!("lockfileVersion: {}", "[".repeat(deep)),
        format!("a: {}", "{a: ".repeat(deep)),
        "- ".repeat(deep),
        (0..2000)
            .map(|depth| format!("{}a:\n", " ".repeat(depth)))
            .collect(),
    ] {
        expect_error("pnpm-lock.yaml", &content, "pnpm-lock.yaml");
        expect_error(
            "yarn.lock",
            format!("__metadata:\n  version: 8\n{content}"),
            "yarn.lock",
        );
    }
}

#[test]
fn aliases_that_multiply() {
    let mut bomb = "lockfileVersion: '9.0'\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..40 {
        let above = format!("*a{}, ", level - 1).repeat(10);
        bomb.push_str(&format!("a{level}: &a{level} [{above}]\n"));
    }
    expect_error("pnpm-lock.yaml", bomb, "pnpm-lock.yaml");
}

#[test]
fn more_versions_than_a_project_can_have() {
    let entry = |number: usize| {
        format!("\"p{number}/node_modules/@remotion/lambda\": {{\"version\": \"4.0.{number}\"}}")
    };
    let lock = |count: usize| {
        let entries: Vec<String> = (0..count).map(entry).collect();
        format!(
            "{{\"lockfileVersion\": 3, \"packages\": {{\n{}}}}}",
            entries.join(",\n")
        )
    };
    assert!(damaged("package-lock.json", lock(200)).starts_with("4.0.199 package-lock.json:201 "));
    assert_eq!(
        damaged("package-lock.json", lock(201)),
        "error: package-lock.json could not be understood: it names too many versions of `@remotion/lambda`"
    );
    let aliases: Vec<String> = (0..201)
        .map(|number| format!("\"a{number}\": \"npm:@remotion/lambda@4\""))
        .collect();
    let manifest = format!("{{\"dependencies\": {{{}}}}}", aliases.join(", "));
    assert_eq!(
        Project::new().with("package.json", manifest).answer(),
        "error: package.json:1 could not be understood: it names `@remotion/lambda` more than 200 times"
    );
}

#[test]
fn more_values_than_a_lock_file_can_have() {
    let content = format!("lockfileVersion: '9.0'\nx: [{}]\n", "1,".repeat(1_000_001));
    expect_error(
        "pnpm-lock.yaml",
        content,
        "pnpm-lock.yaml:2 could not be understood: it holds more values than a real lock file",
    );
}

#[test]
fn large_files_are_read() {
    let mut yaml = "lockfileVersion: '9.0'\npackages:\n".to_owned();
    for number in 0..20_000 {
        yaml.push_str(&format!("  package-{number}@1.0.0:\n    resolution: {{integrity: sha512-0123456789}}\n    engines: {{node: '>=18'}}\n"));
    }
    yaml.push_str("  '@remotion/lambda@4.0.5':\n    engines: {node: '>=18'}\n");
    assert_eq!(
        damaged("pnpm-lock.yaml", yaml),
        "4.0.5 pnpm-lock.yaml:60003 PnpmLock ≠ 4.0.3 package.json:1 ExactInPackageJson"
    );
}

#[test]
fn something_other_than_a_file() {
    for file in ALL {
        let project = Project::new().with(&format!("{file}/x"), "");
        assert_eq!(
            project.answer(),
            format!("error: {file} is not a regular file")
        );
    }
}

#[cfg(unix)]
#[test]
fn a_pipe_is_not_waited_for() {
    let project = Project::new();
    let made = Command::new("mkfifo")
        .arg(project.path("yarn.lock"))
        .status()
        .unwrap();
    assert!(made.success());
    assert_eq!(project.answer(), "error: yarn.lock is not a regular file");
}

#[test]
fn what_would_not_have_decided_is_a_note() {
    let lock = Project::new()
        .with_installed("", "4.0.7")
        .with("package-lock.json", "{\"@remotion/lambda\": ")
        .with("package.json", "{");
    assert_eq!(
        lock.answer(),
        "4.0.7 node_modules/@remotion/lambda/package.json:3 InstalledPackage (package-lock.json:1 could not be understood: EOF while parsing a value) (package.json:1 could not be understood: EOF while parsing an object)"
    );
    // Without an answer the same file decides.
    assert!(
        Project::new()
            .with("package.json", "{")
            .answer()
            .starts_with("error: package.json:1")
    );
}
