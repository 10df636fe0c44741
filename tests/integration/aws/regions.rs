//! Which region is checked: Remotion's order of precedence.

use super::{account, check, deployer};

#[test]
fn the_first_region_that_is_there_is_taken() {
    let aws = account().start();
    let regions = |flags: &[&str], variables: &[(&str, &str)], file: &str| {
        let mut program = check(&aws, &deployer()).arguments(flags);
        for (name, value) in variables {
            program = program.env(name, value);
        }
        // The region of a profile is not Remotion's way.
        let program = program
            .home_file(".aws/config", "[default]\nregion = ap-south-1\n")
            .file(".env", file);
        let report = program.run().expect(0).report();
        let tested = &report["audits"][0]["tested"];
        (
            tested["regions"].to_string(),
            tested["region_source"].as_str().unwrap().to_owned(),
        )
    };
    let remotion = ("REMOTION_AWS_REGION", "eu-west-1");
    let standard = ("AWS_REGION", "eu-west-2");
    let file = "REMOTION_AWS_REGION=eu-west-3\nAWS_REGION=eu-north-1\n";
    for (flags, variables, file, region, source) in [
        (
            &["--region", "eu-central-1"][..],
            &[remotion, standard][..],
            file,
            "eu-central-1",
            "--region",
        ),
        (
            &[],
            &[remotion, standard],
            "",
            "eu-west-1",
            "REMOTION_AWS_REGION",
        ),
        (&[], &[standard], "", "eu-west-2", "AWS_REGION"),
        (
            &[],
            &[("REMOTION_AWS_REGION", ""), standard],
            "",
            "eu-west-2",
            "AWS_REGION",
        ),
        (&[], &[], file, "eu-west-3", "REMOTION_AWS_REGION in .env"),
        (
            &[],
            &[standard],
            file,
            "eu-west-3",
            "REMOTION_AWS_REGION in .env",
        ),
        (&[], &[remotion], file, "eu-west-1", "REMOTION_AWS_REGION"),
        (
            &[],
            &[("REMOTION_AWS_REGION", "")],
            file,
            "eu-north-1",
            "AWS_REGION in .env",
        ),
        (&[], &[], "", "us-east-1", "default of Remotion"),
        (
            &[],
            &[("AWS_DEFAULT_REGION", "eu-west-2")],
            "",
            "us-east-1",
            "default of Remotion",
        ),
    ] {
        let expected = (format!("[\"{region}\"]"), source.to_owned());
        assert_eq!(
            regions(flags, variables, file),
            expected,
            "{flags:?} {variables:?}"
        );
    }
}
