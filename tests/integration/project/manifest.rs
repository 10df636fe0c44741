//! What a project's `package.json` asks for, when nothing is installed or locked.

use super::Project;

fn dependency(specifier: &str) -> String {
    let text = format!("{{\n\"dependencies\": {{\n\"@remotion/lambda\": \"{specifier}\" }}}}");
    let answer = Project::new().with("package.json", text).answer();
    answer.replace(" package.json:3 ExactInPackageJson", "")
}

#[test]
fn exact_versions() {
    for specifier in [
        "4.0.300",
        "=4.0.300",
        "v4.0.300",
        " = 4.0.300 ",
        "npm:@remotion/lambda@4.0.300",
        "4.0.300+build",
    ] {
        assert_eq!(dependency(specifier), "4.0.300", "{specifier}");
    }
}

#[test]
fn everything_else() {
    for (specifier, reason) in [
        ("^4.0.0", "Range"),
        ("~4.0", "Range"),
        ("4", "Range"),
        ("4.x", "Range"),
        ("x", "Range"),
        ("*", "Range"),
        ("", "Range"),
        (">=4.0.0 <5", "Range"),
        ("4.0.0 || 4.0.1", "Range"),
        ("4.0.0 - 4.0.9", "Range"),
        ("npm:@remotion/lambda@^4.0.0", "Range"),
        ("4.1.0-alpha1", "Prerelease"),
        ("npm:@remotion/lambda@4.1.0-alpha1", "Prerelease"),
        ("latest", "Tag"),
        ("next", "Tag"),
        ("npm:@remotion/lambda", "Tag"),
        ("workspace:*", "Workspace"),
        ("workspace:4.0.300", "Workspace"),
        ("catalog:", "Catalog"),
        ("catalog:video", "Catalog"),
        ("file:../lambda", "Local"),
        ("link:../lambda", "Local"),
        ("portal:../lambda", "Local"),
        ("../lambda", "Local"),
        ("/opt/lambda.tgz", "Local"),
        ("git+ssh://git@github.com/a/b.git#main", "Git"),
        ("https://github.com/a/b.git", "Git"),
        ("github:a/b", "Git"),
        ("a/b#main", "Git"),
        ("https://files.example/lambda-4.0.1.tgz", "Url"),
        ("npm:@fork/lambda@4.0.300", "OtherPackage"),
        ("4.0.300 oder so!", "Unreadable"),
        ("Ω", "Unreadable"),
    ] {
        assert_eq!(
            dependency(specifier),
            format!("{reason} `{specifier}`"),
            "{specifier}"
        );
    }
}

#[test]
fn control_characters_and_long_texts_are_made_printable() {
    assert_eq!(
        dependency("\\u001b[31m\\n!"),
        "Unreadable `\\u{1b}[31m\\n!`"
    );
    let long = "ä".repeat(5000);
    assert_eq!(
        dependency(&long),
        format!("Unreadable `{}…`", "ä".repeat(120))
    );
}

#[test]
fn every_list_of_dependencies_counts_and_exact_comes_first() {
    for list in [
        "dependencies",
        "devDependencies",
        "optionalDependencies",
        "peerDependencies",
    ] {
        let text = format!("{{\"{list}\": {{\"@remotion/lambda\": \"4.0.3\"}}}}");
        assert_eq!(
            Project::new().with("package.json", text).answer(),
            "4.0.3 package.json:1 ExactInPackageJson"
        );
    }
    let both = "{\"dependencies\": {\"@remotion/lambda\": \"^4\"},\n\"devDependencies\": {\"@remotion/lambda\": \"4.0.3\"}}";
    assert_eq!(
        Project::new().with("package.json", both).answer(),
        "4.0.3 package.json:2 ExactInPackageJson"
    );
}

#[test]
fn an_alias_for_the_package_counts() {
    let text = r#"{"dependencies": {"mine": "npm:@remotion/lambda@4.0.3", "@remotion/lambda-client": "4.0.9"}}"#;
    assert_eq!(
        Project::new().with("package.json", text).answer(),
        "4.0.3 package.json:1 ExactInPackageJson"
    );
}

#[test]
fn odd_lists_are_skipped() {
    let text = r#"{"dependencies": null, "devDependencies": [], "optionalDependencies": {"@remotion/lambda": 4}, "name": 3}"#;
    assert_eq!(
        Project::new().with("package.json", text).answer(),
        "not found"
    );
}

#[test]
fn the_nearest_that_names_the_package_decides() {
    let project = Project::new()
        .with(
            "package.json",
            r#"{"dependencies": {"@remotion/lambda": "4.0.3"}}"#,
        )
        .with(
            "apps/a/package.json",
            r#"{"dependencies": {"@remotion/lambda": "^4.0.0"}}"#,
        )
        .with("apps/b/package.json", "{}");
    assert_eq!(
        project.answer_in("apps/a"),
        "Range `^4.0.0` apps/a/package.json:1 ExactInPackageJson"
    );
    assert_eq!(
        project.answer_in("apps/b"),
        "4.0.3 package.json:1 ExactInPackageJson"
    );
}
