//! What lock files can also say, written out by hand.

use super::Project;

/// The answer for a lock file alone, without the part that names the file's kind.
fn locked(file: &str, text: &str) -> String {
    Project::new().with(file, text).answer()
}

fn package_lock(entry: &str) -> String {
    let text = format!(
        r#"{{"lockfileVersion": 3, "packages": {{"node_modules/@remotion/lambda": {{{entry}}}}}}}"#
    );
    locked("package-lock.json", &text)
}

#[test]
fn npm_references() {
    assert_eq!(
        package_lock(r#""version": "4.1.0-alpha1""#),
        "Prerelease `4.1.0-alpha1` package-lock.json:1 PackageLock"
    );
    assert_eq!(
        package_lock(r#""version": "4.0.1", "resolved": "git+ssh://git@github.com/a/b.git#12ab""#),
        "Git `git+ssh://git@github.com/a/b.git#12ab` package-lock.json:1 PackageLock"
    );
    assert_eq!(
        package_lock(r#""version": "4.0.1", "resolved": "file:lambda.tgz""#),
        "Local `file:lambda.tgz` package-lock.json:1 PackageLock"
    );
    assert_eq!(
        package_lock(r#""resolved": "packages/lambda", "link": true"#),
        "Workspace `packages/lambda` package-lock.json:1 PackageLock"
    );
    assert_eq!(
        package_lock(r#""name": "@fork/lambda", "version": "9.0.1""#),
        "OtherPackage `@fork/lambda@9.0.1` package-lock.json:1 PackageLock"
    );
    assert_eq!(
        package_lock(r#""version": "4.0.1+build.7""#),
        "4.0.1 package-lock.json:1 PackageLock"
    );
    assert_eq!(
        package_lock(r#""version": "four""#),
        "Tag `four` package-lock.json:1 PackageLock"
    );
    assert_eq!(package_lock(""), "Range `` package-lock.json:1 PackageLock");
}

#[test]
fn npm_alias_and_nested() {
    let text = r#"{"lockfileVersion": 3, "packages": {
"node_modules/other/node_modules/@remotion/lambda": {"version": "4.0.9"},
"node_modules/mine": {"name": "@remotion/lambda", "version": "4.0.7"}}}"#;
    assert_eq!(
        locked("package-lock.json", text),
        "4.0.7 package-lock.json:3 PackageLock ≠ 4.0.9 package-lock.json:2 PackageLock"
    );
    let version_1 = r#"{"lockfileVersion": 1, "dependencies": {
"other": {"version": "1.0.0", "dependencies": {
"@remotion/lambda": {"version": "4.0.9"}}},
"mine": {"version": "npm:@remotion/lambda@4.0.7"}}}"#;
    assert_eq!(
        locked("package-lock.json", version_1),
        "4.0.7 package-lock.json:4 PackageLock ≠ 4.0.9 package-lock.json:3 PackageLock"
    );
    let nested_only = version_1.replace("npm:@remotion/lambda@4.0.7", "4.0.8");
    assert_eq!(
        locked("package-lock.json", &nested_only),
        "4.0.9 package-lock.json:3 PackageLock"
    );
}

#[test]
fn several_versions_without_an_own_one_give_the_highest() {
    let text = r#"{"lockfileVersion": 3, "packages": {
"node_modules/a/node_modules/@remotion/lambda": {"version": "4.0.9"},
"node_modules/b/node_modules/@remotion/lambda": {"version": "4.0.10"},
"node_modules/c/node_modules/@remotion/lambda": {"version": "4.0.10"}}}"#;
    assert_eq!(
        locked("package-lock.json", text),
        "4.0.10 package-lock.json:3 PackageLock ≠ 4.0.9 package-lock.json:2 PackageLock"
    );
}

#[test]
fn shrinkwrap_hides_package_lock() {
    let shrinkwrap = r#"{"dependencies": {"@remotion/lambda": {"version": "4.0.1"}}}"#;
    let lock =
        r#"{"lockfileVersion": 1, "dependencies": {"@remotion/lambda": {"version": "4.0.2"}}}"#;
    let project = Project::new()
        .with("npm-shrinkwrap.json", shrinkwrap)
        .with("package-lock.json", lock);
    assert_eq!(project.answer(), "4.0.1 npm-shrinkwrap.json:1 PackageLock");
}

#[test]
fn pnpm_references() {
    let importer = |version: &str| {
        let text = format!(
            "lockfileVersion: '9.0'\nimporters:\n  .:\n    devDependencies:\n      '@remotion/lambda':\n        specifier: x\n        version: {version}\n"
        );
        locked("pnpm-lock.yaml", &text)
    };
    assert_eq!(
        importer("4.0.1(react@18.0.0(x@1.0.0))"),
        "4.0.1 pnpm-lock.yaml:7 PnpmLock"
    );
    assert_eq!(
        importer("4.1.0-alpha1(react@18.0.0)"),
        "Prerelease `4.1.0-alpha1` pnpm-lock.yaml:7 PnpmLock"
    );
    assert_eq!(
        importer("link:../lambda"),
        "Local `link:../lambda` pnpm-lock.yaml:7 PnpmLock"
    );
    assert_eq!(
        importer("'@fork/lambda@9.0.0(react@18)'"),
        "OtherPackage `@fork/lambda@9.0.0(react@18)` pnpm-lock.yaml:7 PnpmLock"
    );
    assert_eq!(
        importer("https://codeload.github.com/a/b/tar.gz/12ab"),
        "Git `https://codeload.github.com/a/b/tar.gz/12ab` pnpm-lock.yaml:7 PnpmLock"
    );
    assert_eq!(
        importer("https://files.example/a_b(c).tgz"),
        "Url `https://files.example/a_b(c).tgz` pnpm-lock.yaml:7 PnpmLock"
    );
}

#[test]
fn pnpm_package_keys() {
    let packages = |version: &str, key: &str, inside: &str| {
        let text = format!("lockfileVersion: {version}\n\npackages:\n\n  {key}:\n    {inside}\n");
        locked("pnpm-lock.yaml", &text)
    };
    let dev = "dev: false";
    for (version, key) in [
        ("5.4", "/@remotion/lambda/4.0.1_abcdef"),
        ("5.3", "/@remotion/lambda/4.0.1_react@17.0.2+zod@3.0.0"),
        ("5.1", "registry.example/@remotion/lambda/4.0.1"),
        ("'6.0'", "/@remotion/lambda@4.0.1(react@18.0.0)"),
        ("'9.0'", "'@remotion/lambda@4.0.1'"),
    ] {
        assert_eq!(
            packages(version, key, dev),
            "4.0.1 pnpm-lock.yaml:5 PnpmLock",
            "{key}"
        );
    }
    assert_eq!(
        packages("'9.0'", "'@remotion/lambda-client@4.0.1'", dev),
        "not found"
    );
    assert_eq!(
        packages("'9.0'", "'@fork/@remotion/lambda@4.0.1'", dev),
        "not found"
    );
    assert_eq!(
        packages("'9.0'", "'@remotion/lambda@file:../lambda'", dev),
        "Local `@remotion/lambda@file:../lambda` pnpm-lock.yaml:5 PnpmLock"
            .replace("@remotion/lambda@", "")
    );
    assert_eq!(
        packages("5.4", "github.com/a/b/12ab", "name: '@remotion/lambda'"),
        "Git `github.com/a/b/12ab` pnpm-lock.yaml:5 PnpmLock"
    );
}

#[test]
fn pnpm_with_a_document_of_its_own_before() {
    let text = "---\nlockfileVersion: '9.0'\nimporters:\n  .:\n    configDependencies: {}\n    packageManagerDependencies:\n      pnpm:\n        specifier: 11.0.0\n        version: 11.0.0\npackages:\n  pnpm@11.0.0: {}\n---\nlockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      '@remotion/lambda':\n        specifier: ^4.0.0\n        version: 4.0.5\n";
    assert_eq!(
        locked("pnpm-lock.yaml", text),
        "4.0.5 pnpm-lock.yaml:19 PnpmLock"
    );
}

#[test]
fn pnpm_key_longer_than_yaml_allows_inline() {
    let peers = "(react@18.0.0)".repeat(100);
    let text = format!(
        "lockfileVersion: '9.0'\nsnapshots:\n  ? '@remotion/lambda@4.0.5{peers}'\n  : dependencies:\n      zod: 3.22.3\npackages:\n  ? '@remotion/lambda@4.0.5{peers}'\n  : engines: {{node: '>=1'}}\n"
    );
    assert_eq!(
        locked("pnpm-lock.yaml", &text),
        "4.0.5 pnpm-lock.yaml:7 PnpmLock"
    );
}

#[test]
fn yarn_classic_references() {
    let entry = |pattern: &str| {
        locked(
            "yarn.lock",
            &format!("# yarn lockfile v1\n\n\n{pattern}:\n  version \"4.0.1\"\n  resolved \"x\"\n"),
        )
    };
    assert_eq!(
        entry("\"@remotion/lambda@^4.0.0\", \"@remotion/lambda@>=4.0.0, <5\""),
        "4.0.1 yarn.lock:5 YarnLock"
    );
    assert_eq!(
        entry("\"@remotion/lambda@latest\""),
        "4.0.1 yarn.lock:5 YarnLock"
    );
    assert_eq!(
        entry("\"@remotion/lambda@git+https://git.example/x.git\""),
        "Git `git+https://git.example/x.git` yarn.lock:5 YarnLock"
    );
    assert_eq!(
        entry("\"@remotion/lambda@file:../x\""),
        "Local `file:../x` yarn.lock:5 YarnLock"
    );
    assert_eq!(
        entry("\"@remotion/lambda@npm:@fork/lambda@4\""),
        "OtherPackage `npm:@fork/lambda@4` yarn.lock:5 YarnLock"
    );
    assert_eq!(entry("\"@remotion/lambda-client@4.0.1\""), "not found");
    assert_eq!(locked("yarn.lock", ""), "not found");
}

#[test]
fn yarn_berry_references() {
    let entry = |key: &str, version: &str, resolution: &str| {
        locked(
            "yarn.lock",
            &format!(
                "__metadata:\n  version: 8\n\n\"{key}\":\n  version: {version}\n  resolution: \"{resolution}\"\n"
            ),
        )
    };
    let npm = "@remotion/lambda@npm:^4.0.0";
    assert_eq!(
        entry(npm, "4.0.1", "@remotion/lambda@npm:4.0.1"),
        "4.0.1 yarn.lock:5 YarnLock"
    );
    assert_eq!(
        entry(
            npm,
            "4.0.1",
            "@remotion/lambda@npm:4.0.1::__archiveUrl=https%3A%2F%2Fx"
        ),
        "4.0.1 yarn.lock:5 YarnLock"
    );
    assert_eq!(
        entry(
            "@remotion/lambda@patch:@remotion/lambda@npm%3A4.0.1#~/x.patch",
            "4.0.1",
            "@remotion/lambda@patch:@remotion/lambda@npm%3A4.0.1#~/x.patch::version=4.0.1&hash=12"
        ),
        "4.0.1 yarn.lock:5 YarnLock"
    );
    assert_eq!(
        entry(
            "@remotion/lambda@workspace:packages/lambda",
            "0.0.0-use.local",
            "@remotion/lambda@workspace:packages/lambda"
        ),
        "Workspace `workspace:packages/lambda` yarn.lock:5 YarnLock"
    );
    assert_eq!(
        entry(
            "@remotion/lambda@npm:@fork/lambda@9",
            "9.0.0",
            "@fork/lambda@npm:9.0.0"
        ),
        "OtherPackage `@fork/lambda@npm:9.0.0` yarn.lock:5 YarnLock"
    );
    assert_eq!(
        entry(npm, "4.1.0-alpha1", "@remotion/lambda@npm:4.1.0-alpha1"),
        "Prerelease `4.1.0-alpha1` yarn.lock:5 YarnLock"
    );
    assert_eq!(
        entry(
            "@remotion/lambda@https://github.com/a/b.git",
            "4.0.1",
            "@remotion/lambda@https://github.com/a/b.git#commit=12"
        ),
        "Git `https://github.com/a/b.git#commit=12` yarn.lock:5 YarnLock"
    );
}

#[test]
fn yarn_berry_before_version_4_leaves_the_protocol_out() {
    let text = "__metadata:\n  version: 6\n\n\"@remotion/lambda@npm:4.0.1\":\n  version: 4.0.1\n  resolution: \"@remotion/lambda@npm:4.0.1\"\n\n\"@remotion/lambda@npm:4.0.2\":\n  version: 4.0.2\n  resolution: \"@remotion/lambda@npm:4.0.2\"\n\n\"film@workspace:.\":\n  version: 0.0.0-use.local\n  resolution: \"film@workspace:.\"\n  dependencies:\n    \"@remotion/lambda\": 4.0.1\n";
    assert_eq!(
        locked("yarn.lock", text),
        "4.0.1 yarn.lock:5 YarnLock ≠ 4.0.2 yarn.lock:9 YarnLock"
    );
}

#[test]
fn bun_references() {
    let entry = |resolved: &str| {
        locked(
            "bun.lock",
            &format!(
                "// a comment, with \"quotes\",\n{{ \"lockfileVersion\": 1, /* , ] */\n\"packages\": {{\n\"@remotion/lambda\": [\"{resolved}\", \"a,]\\\"\", {{}},],\n}},\n}}"
            ),
        )
    };
    assert_eq!(entry("@remotion/lambda@4.0.1"), "4.0.1 bun.lock:4 BunLock");
    assert_eq!(
        entry("@remotion/lambda@workspace:packages/lambda"),
        "Workspace `workspace:packages/lambda` bun.lock:4 BunLock"
    );
    assert_eq!(
        entry("@remotion/lambda@github:a/b#12ab"),
        "Git `github:a/b#12ab` bun.lock:4 BunLock"
    );
    assert_eq!(
        entry("@fork/lambda@9.0.0"),
        "OtherPackage `@fork/lambda@9.0.0` bun.lock:4 BunLock"
    );
    assert_eq!(
        entry("nonsense"),
        "error: bun.lock:4 could not be understood: the package does not begin with its name and version"
    );
}

#[test]
fn the_binary_lock_file_of_bun_is_a_note() {
    let note = " (bun.lockb is binary and was not read; `bun install --save-text-lockfile` writes a readable bun.lock)";
    let project = Project::new().with("bun.lockb", [0, 159, 146, 150]);
    assert_eq!(project.answer(), format!("not found{note}"));
    let project = project.with(
        "bun.lock",
        r#"{"lockfileVersion": 1, "packages": {"@remotion/lambda": ["@remotion/lambda@4.0.1"]}}"#,
    );
    assert_eq!(project.answer(), "4.0.1 bun.lock:1 BunLock");
}
