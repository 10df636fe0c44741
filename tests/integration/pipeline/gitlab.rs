//! The example for GitLab: the scripts of its jobs, run as GitLab's runner runs them.

use std::collections::BTreeMap;

use serde_json::Value;

use super::clouds::{GITLAB_TOKEN, USER, aws, google, google_without, take_away};
use super::machine::Machine;
use super::release::{Releases, VERSION};
use super::yaml;
use crate::support::aws::RunningAws;
use crate::support::program::Run;

const EXAMPLE: &str = ".github/examples/gitlab-ci.yml";

/// A job with what it extends, as GitLab merges them: key by key, lists as a whole.
fn job(name: &str) -> Value {
    let pipeline = yaml(EXAMPLE);
    let mut job = pipeline[name].clone();
    let template = job["extends"].as_str().unwrap().to_owned();
    for (key, value) in pipeline[&template].as_object().unwrap() {
        let own = &mut job[key];
        if own.is_null() {
            *own = value.clone();
        } else if let (Some(own), Some(inherited)) = (own.as_object_mut(), value.as_object()) {
            for (key, value) in inherited {
                own.entry(key).or_insert_with(|| value.clone());
            }
        }
    }
    job
}

fn lines(job: &Value, key: &str) -> Vec<String> {
    let lines = job[key].as_array().unwrap();
    lines
        .iter()
        .map(|line| line.as_str().unwrap().to_owned())
        .collect()
}

/// Runs a job whose identity token is this one.
fn run(machine: &mut Machine, name: &str, token: &str, releases: &Releases) -> Run {
    let job = job(name);
    assert!(job["id_tokens"]["REMPERM_ID_TOKEN"]["aud"].is_string());
    machine.set("REMPERM_ID_TOKEN", token);
    machine.set("CI_PROJECT_ID", "7");
    machine.set("CI_PIPELINE_ID", "42");
    let variables: BTreeMap<&str, &str> = job["variables"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str().unwrap()))
        .collect();
    assert_eq!(variables["REMPERM_VERSION"], VERSION);
    for (name, value) in variables {
        let value = value
            .replace("$CI_PROJECT_ID", "7")
            .replace("$CI_PIPELINE_ID", "42");
        machine.set(name, value);
    }
    machine.set("REMPERM_RELEASES", releases.url());
    let mut script = lines(&job, "before_script");
    script.extend(lines(&job, "script"));
    machine.bash(&script.join("\n"))
}

/// The reports that the job names as artifacts are there, and hold as many failures.
fn assert_reports(machine: &Machine, name: &str, has_failures: bool) {
    let job = job(name);
    let artifacts = &job["artifacts"];
    assert_eq!(artifacts["when"], "always");
    let read = |value: &Value| {
        let path = machine.work().join(value.as_str().unwrap());
        std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    let quality: Value = serde_json::from_str(&read(&artifacts["reports"]["codequality"])).unwrap();
    assert_eq!(!quality.as_array().unwrap().is_empty(), has_failures);
    let junit = read(&artifacts["reports"]["junit"]);
    assert!(junit.contains("<testsuites"));
    assert_eq!(junit.contains("<failure"), has_failures);
    assert!(read(&artifacts["paths"][0]).starts_with("<!"));
}

fn on_aws(aws: &RunningAws, token: &str, releases: &Releases) -> (Machine, Run) {
    let mut machine = Machine::new().variable("AWS_ENDPOINT_URL", aws.url());
    let run = run(&mut machine, "remotion-permissions-aws", token, releases);
    (machine, run)
}

#[test]
pub(super) fn both_clouds_by_the_token_of_the_job() {
    let releases = Releases::start();
    let aws = aws();
    let (machine, run) = on_aws(&aws, GITLAB_TOKEN, &releases);
    run.expect(0);
    assert_reports(&machine, "remotion-permissions-aws", false);
    assert_eq!(aws.count("AssumeRoleWithWebIdentity"), 1);
    let google = google();
    let (machine, run) = on_google(&google, &releases);
    run.expect(0);
    assert_reports(&machine, "remotion-permissions-gcp", false);
}

fn on_google(google: &super::clouds::Google, releases: &Releases) -> (Machine, Run) {
    let identity = google.job("gitlab");
    let job = job("remotion-permissions-gcp");
    let audience = job["id_tokens"]["REMPERM_ID_TOKEN"]["aud"]
        .as_str()
        .unwrap();
    assert_eq!(audience, format!("https:{}", identity.audience));
    let mut machine = Machine::new().variables(google.gcp.endpoint_variables());
    let run = run(
        &mut machine,
        "remotion-permissions-gcp",
        &identity.subject_token,
        releases,
    );
    (machine, run)
}

#[test]
fn what_is_missing_fails_the_job_and_is_reported() {
    let releases = Releases::start();
    let aws = aws();
    take_away(&aws, USER, "iam:PassRole");
    let (machine, run) = on_aws(&aws, GITLAB_TOKEN, &releases);
    run.expect(1);
    assert_reports(&machine, "remotion-permissions-aws", true);
    let google = google_without("logging.logEntries.list");
    let (machine, run) = on_google(&google, &releases);
    run.expect(1);
    assert_reports(&machine, "remotion-permissions-gcp", true);
}

/// A token that AWS does not take leaves everything unknown; the token is nowhere in the output.
#[test]
fn a_token_that_is_refused_is_unknown() {
    let (machine, run) = on_aws(&aws(), "secret-token-of-somebody-else", &Releases::start());
    let run = run.expect(3);
    for text in [&run.stdout, &run.stderr] {
        assert!(!text.contains("secret-token"), "{text}");
    }
    for name in [
        "remperm-junit.xml",
        "remperm.html",
        "remperm-codequality.json",
    ] {
        let report = std::fs::read_to_string(machine.work().join(name)).unwrap();
        assert!(!report.contains("secret-token"), "{report}");
    }
}

/// A release whose sum is wrong is not run.
#[test]
fn a_wrong_checksum_ends_the_job() {
    let aws = aws();
    for (name, bytes) in [
        (super::release::archive(), b"something else".as_slice()),
        ("SHA256SUMS".to_owned(), b"".as_slice()),
    ] {
        let releases = Releases::start();
        releases.change(&name, |old| *old = bytes.to_vec());
        let (machine, run) = on_aws(&aws, GITLAB_TOKEN, &releases);
        run.expect(1);
        assert!(!machine.work().join(".remperm").exists());
    }
    assert_eq!(aws.actions(), Vec::<String>::new());
}
