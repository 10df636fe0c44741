//! What is wrong with the call, the environment or a file ends with 2, before anything is asked.

use std::os::unix::ffi::OsStrExt as _;

use super::{account, check, deployer};
use crate::support::aws::RunningAws;
use crate::support::program::Program;

/// Holds a call to code 2, to a message of a few lines, and to having asked nothing.
#[track_caller]
fn assert_wrong(aws: &RunningAws, program: Program, says: &str) {
    let run = program.run().expect(2);
    assert_eq!(run.stdout, "", "{says}");
    assert!(
        run.stderr.starts_with("error: ") && run.stderr.contains(says),
        "{says}: {}",
        run.stderr
    );
    assert!(run.stderr.contains("\nhint: "), "{says}: {}", run.stderr);
    assert!(run.stderr.lines().count() <= 4, "{}", run.stderr);
    assert_eq!(aws.count("SimulatePrincipalPolicy"), 0, "{says}");
}

#[test]
fn a_profile_that_does_not_exist() {
    let aws = account().start();
    let plain = || check(&aws, &deployer());
    let known = || {
        plain()
            .home_file(".aws/credentials", "[b]\naws_access_key_id = x\n")
            .home_file(".aws/config", "[profile a]\nregion = us-east-1\n")
    };
    let says = |source: &str| format!("the AWS profile \"none\" from {source} does not exist");
    for (program, source) in [
        (known().arguments(["--profile", "none"]), "--profile"),
        (
            known().env("REMOTION_AWS_PROFILE", "none"),
            "REMOTION_AWS_PROFILE",
        ),
        (known().env("AWS_PROFILE", "none"), "AWS_PROFILE"),
        (
            known().file(".env", "AWS_PROFILE=none"),
            "AWS_PROFILE in .env",
        ),
    ] {
        assert_wrong(&aws, program, &says(source));
    }
    assert_wrong(
        &aws,
        known().arguments(["--profile", "none"]),
        "hint: the profiles are: a, b",
    );
    assert_wrong(
        &aws,
        plain().arguments(["--profile", "none"]),
        "has no profiles",
    );
    assert_wrong(&aws, known().arguments(["--profile", ""]), "--profile");
    assert_eq!(aws.actions(), Vec::<String>::new());
}

#[test]
fn a_file_of_variables_that_is_not_readable() {
    let aws = account().start();
    let plain = || check(&aws, &deployer());
    assert_wrong(
        &aws,
        plain().file(".env", b"A=1\nAWS_REGION=\xff\n"),
        "line 2 is not UTF-8",
    );
    assert_wrong(
        &aws,
        plain().file(".env", vec![b'#'; 1024 * 1024 + 1]),
        "larger than 1 MiB",
    );
    let circle = plain();
    std::os::unix::fs::symlink(".env", circle.work().join(".env")).unwrap();
    assert_wrong(&aws, circle, "can't read");
    assert_eq!(aws.actions(), Vec::<String>::new());
    // A folder of that name is a virtual environment, and a link into nothing is no file.
    let folder = plain();
    std::fs::create_dir(folder.work().join(".env")).unwrap();
    folder.run().expect(0);
    let nowhere = plain();
    std::os::unix::fs::symlink("nowhere", nowhere.work().join(".env")).unwrap();
    nowhere.run().expect(0);
}

#[test]
fn retry_settings_that_are_none() {
    let aws = account().start();
    let plain = || check(&aws, &deployer());
    for (name, property, values) in [
        (
            "AWS_RETRY_MODE",
            "retry_mode",
            &["nonsense", "standard adaptive", "0"][..],
        ),
        (
            "AWS_MAX_ATTEMPTS",
            "max_attempts",
            &["0", "-1", "x", "1.5", "99999999999999999999"],
        ),
    ] {
        for value in values {
            assert_wrong(
                &aws,
                plain().env(name, value),
                &format!("{name} is {value:?}"),
            );
            assert_wrong(
                &aws,
                plain().file(".env", format!("{name}='{value}'")),
                &format!("{name} in .env is {value:?}"),
            );
            // In the profile that applies: the default one, and one that is chosen.
            let setting = format!("{property} = {value}\n");
            assert_wrong(
                &aws,
                plain().home_file(".aws/config", format!("[default]\n{setting}")),
                &format!("{property} of the AWS profile default is {value:?}"),
            );
            let mut text = format!("[profile work]\n{setting}");
            text.push_str("aws_access_key_id = AKIA0\naws_secret_access_key = x\n");
            assert_wrong(
                &aws,
                plain()
                    .home_file(".aws/config", text)
                    .arguments(["--profile", "work"]),
                &format!("{property} of the AWS profile work is {value:?}"),
            );
        }
    }
    assert_eq!(aws.actions(), Vec::<String>::new());
    for (name, value) in [
        ("AWS_RETRY_MODE", "adaptive"),
        ("AWS_RETRY_MODE", "standard"),
        ("AWS_RETRY_MODE", "legacy"),
        ("AWS_RETRY_MODE", ""),
        ("AWS_MAX_ATTEMPTS", "1"),
        ("AWS_MAX_ATTEMPTS", "10"),
        ("AWS_MAX_ATTEMPTS", ""),
    ] {
        plain().env(name, value).run().expect(0);
    }
}

#[test]
fn an_address_of_a_service_that_is_none() {
    let aws = account().start();
    let plain = || check(&aws, &deployer());
    for (name, service) in [
        ("AWS_ENDPOINT_URL", "STS"),
        ("AWS_ENDPOINT_URL_STS", "STS"),
        ("AWS_ENDPOINT_URL_IAM", "IAM"),
    ] {
        let source = format!(
            "AWS_ENDPOINT_URL_{service}, AWS_ENDPOINT_URL or endpoint_url of the AWS profile"
        );
        let run = plain().env(name, "");
        assert_wrong(&aws, run, &format!("{source} is set, but empty"));
        for value in [
            "nowhere",
            "http://",
            "::",
            "/",
            "ftp://x",
            "\n",
            "user:hidden@x",
        ] {
            let run = plain().env(name, value).run().expect(2);
            assert!(!run.stderr.contains("hidden"), "{}", run.stderr);
            assert_wrong(&aws, plain().env(name, value), "is no address of a service");
        }
    }
    let elsewhere = || Program::new(["aws", "check"]);
    assert_wrong(
        &aws,
        elsewhere().file(".env", "AWS_ENDPOINT_URL=nowhere"),
        "AWS_ENDPOINT_URL is no address of a service",
    );
    let profile = "[profile work]\naws_access_key_id = AKIA0\naws_secret_access_key = x\n";
    for setting in [
        "endpoint_url =\n",
        "services = here\n[services here]\niam =\n  endpoint_url = nowhere\n",
    ] {
        assert_wrong(
            &aws,
            elsewhere()
                .home_file(".aws/config", format!("{profile}{setting}"))
                .arguments(["--profile", "work"]),
            "endpoint_url of the AWS profile is",
        );
    }
    // Before a role of a profile is taken on, too.
    let role = format!(
        "{profile}[profile role]\nrole_arn = arn:aws:iam::123456789012:role/x\nsource_profile = work\n"
    );
    assert_wrong(
        &aws,
        plain()
            .home_file(".aws/config", role)
            .env("AWS_ENDPOINT_URL_STS", "")
            .arguments(["--profile", "role"]),
        "is set, but empty",
    );
    assert_eq!(aws.actions(), Vec::<String>::new());
}

#[test]
fn keys_that_no_request_can_carry() {
    let aws = account().start();
    for (variable, part) in [
        ("AWS_ACCESS_KEY_ID", "access key id"),
        ("AWS_SECRET_ACCESS_KEY", "secret access key"),
        ("AWS_SESSION_TOKEN", "session token"),
    ] {
        for value in [
            "hidden\n",
            "hidden\r",
            "hid den",
            " hidden",
            "hidden\u{7f}",
            "hiddé",
        ] {
            let run = check(&aws, &deployer())
                .env(variable, value)
                .run()
                .expect(2);
            assert!(!run.stderr.contains("hid"), "{}", run.stderr);
            assert_wrong(
                &aws,
                check(&aws, &deployer()).env(variable, value),
                &format!(
                    "the {part} holds a line break, a space or another character that no key has (credentials: AWS_ACCESS_KEY_ID)"
                ),
            );
        }
    }
    let process = "[profile odd]\ncredential_process = printf '{\"Version\":1,\"AccessKeyId\":\"A\\\\nB\",\"SecretAccessKey\":\"x\"}'\n";
    assert_wrong(
        &aws,
        check(&aws, &deployer())
            .home_file(".aws/config", process)
            .arguments(["--profile", "odd"]),
        "(credentials: profile odd (--profile))",
    );
    assert_eq!(aws.actions(), Vec::<String>::new());
}

#[test]
fn a_region_that_is_none_or_of_another_partition() {
    let aws = account().start();
    let plain = || check(&aws, &deployer());
    for region in [
        "moon",
        "us-east",
        "US-EAST-1",
        "us-east-1a",
        "us--1",
        "",
        "us-east-1\n",
    ] {
        assert_wrong(
            &aws,
            plain().arguments(["--region", region]),
            "is not an AWS region",
        );
    }
    assert_wrong(
        &aws,
        plain().env("AWS_REGION", "moon"),
        "\"moon\" from AWS_REGION is not an AWS region",
    );
    for region in [
        "us-gov-west-1",
        "us-iso-east-1",
        "us-isob-east-1",
        "eu-isoe-west-1",
    ] {
        assert_wrong(
            &aws,
            plain().arguments(["--region", region]),
            "Remotion has no permission list for the region",
        );
    }
    assert_wrong(
        &aws,
        plain().arguments(["--region", "us-east-1", "--region", "cn-north-1"]),
        "belong to different partitions",
    );
    assert_eq!(aws.actions(), Vec::<String>::new());
    // That the account is of another partition shows only when it is asked who calls.
    assert_wrong(
        &aws,
        plain().arguments(["--region", "cn-north-1"]),
        "the account belongs to the partition aws, the region cn-north-1 (--region) to aws-cn",
    );
    assert_eq!(aws.count("GetCallerIdentity"), 1);
}

#[test]
fn an_aws_configuration_that_is_none() {
    let aws = account().start();
    for text in [
        "[default\nregion = x\n",
        "region = x\n",
        "[default]\nregion\n",
    ] {
        assert_wrong(
            &aws,
            check(&aws, &deployer()).home_file(".aws/config", text),
            "AWS configuration",
        );
    }
}

#[test]
fn a_variable_that_is_not_unicode() {
    let aws = account().start();
    assert_wrong(
        &aws,
        check(&aws, &deployer()).env("AWS_PROFILE", std::ffi::OsStr::from_bytes(b"\xff")),
        "the environment variable AWS_PROFILE is not valid Unicode",
    );
    check(&aws, &deployer())
        .env("SOMETHING", std::ffi::OsStr::from_bytes(b"\xff"))
        .run()
        .expect(0);
}

#[test]
fn flags_that_are_none() {
    let aws = account().start();
    for flags in [
        &["--timeout", "0"][..],
        &["--timeout", "soon"],
        &["--timeout", "5 parsecs"],
        &["--subject", "nobody"],
        &["--nonsense"],
        &["stray"],
        &["--only", "some"],
        &["--project-dir", "nowhere"],
    ] {
        let run = check(&aws, &deployer()).arguments(flags).run().expect(2);
        assert_eq!(run.stdout, "", "{flags:?}");
        assert!(run.stderr.starts_with("error: "), "{}", run.stderr);
    }
    assert_eq!(aws.actions(), Vec::<String>::new());
}
