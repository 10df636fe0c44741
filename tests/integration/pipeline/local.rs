//! The examples for everywhere else: the shell, pre-commit, and the configuration.

use serde_json::Value;

use super::clouds::{Google, NUMBER, USER, aws, google, printed, take_away, without};
use super::machine::Machine;
use super::{text, yaml};
use crate::support::aws::{Caller, RunningAws};
use crate::support::program::Run;
use crate::targets::schema;

const CONFIG: &str = ".github/examples/remperm.toml";

/// A machine with all that the configuration names.
fn machine(aws: &RunningAws, google: &Google) -> Machine {
    let keys = aws.credentials(&Caller::user(USER));
    let staging = aws.credentials(&Caller::user("staging"));
    let profiles: String = [("production", keys), ("staging", staging)]
        .iter()
        .map(|(name, keys)| {
            format!(
                "[profile {name}]\naws_access_key_id = {}\naws_secret_access_key = {}\nendpoint_url = {}\n",
                keys.access_key_id,
                keys.secret_access_key,
                aws.url()
            )
        })
        .collect();
    let key = google.gcp.service_account_file(&google.email);
    Machine::with_program()
        .variables(google.gcp.endpoint_variables())
        .file("../home/.aws/config", profiles)
        .file("remperm.toml", text(CONFIG))
        .file("remotion-sa.json", key.to_string())
        .file(
            "policies/remotion-user.json",
            printed(&["policies", "user"]).to_string(),
        )
}

/// The account of the examples, in which the user of staging lacks what is waived.
fn account() -> RunningAws {
    let aws = aws();
    aws.change(|state| {
        state.add_user("/", "staging", |user| {
            user.inline("remotion", without("iam:PassRole"))
        });
    });
    aws
}

fn script(machine: &Machine) -> Run {
    machine.write("shell.sh", text(".github/examples/shell.sh"));
    machine.run("sh", &["shell.sh"], &machine.work(), &[])
}

#[test]
pub(super) fn the_script_tells_the_codes_apart() {
    let (aws, google) = (account(), google());
    let machine = machine(&aws, &google);
    let held = script(&machine).expect(0);
    assert!(
        held.stdout
            .contains("everything that Remotion needs is held")
    );
    assert!(
        held.stdout.contains("Functions of staging"),
        "{}",
        held.stdout
    );
    for report in ["remperm-junit.xml", "remperm.html"] {
        assert!(machine.work().join(report).exists(), "{report}");
    }
    take_away(&aws, USER, "s3:PutObject");
    let missing = script(&machine).expect(1);
    assert!(missing.stderr.contains("permissions are missing"));
    aws.change(|state| {
        state.edit_user(USER, |user| {
            user.inline("remotion", printed(&["policies", "user"]))
        });
    });
    std::fs::remove_file(machine.work().join("remotion-sa.json")).unwrap();
    let unknown = script(&machine).expect(3);
    assert!(unknown.stderr.contains("could not be determined"));
    machine.write("remperm.toml", "[nonsense]\n");
    let wrong = script(&machine).expect(2);
    assert!(wrong.stderr.contains("was called wrongly"));
    let bare = Machine::new();
    let absent = script(&bare).expect(127);
    assert!(absent.stderr.contains("nothing was decided"));
}

#[test]
pub(super) fn the_configuration_fits_its_schema() {
    let config = text(CONFIG);
    let schema: Value = serde_json::from_str(&text("tests/schemas/remperm.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> = validator
        .iter_errors(&schema::as_json(&config))
        .map(|error| error.to_string())
        .collect();
    assert!(errors.is_empty(), "{errors:?}");
    let (aws, google) = (account(), google());
    let machine = machine(&aws, &google);
    let run = machine.bash("remperm check --format json").expect(0);
    let report = run.report();
    let targets: Vec<&str> = report["audits"]
        .as_array()
        .unwrap()
        .iter()
        .map(|audit| audit["target"].as_str().unwrap())
        .collect();
    assert_eq!(
        targets,
        ["production", "staging", "policy file", "cloud run"]
    );
    assert_eq!(report["counts"]["waived"], 1);
    assert!(config.contains(NUMBER));
}

#[test]
pub(super) fn the_hooks_tell_policies_apart() {
    let config = yaml(".github/examples/pre-commit-config.yaml");
    let hooks = config["repos"][0]["hooks"].as_array().unwrap();
    assert_eq!(hooks.len(), 2);
    let good = |subject: &str| printed(&["policies", subject]).to_string();
    let machine = Machine::with_program()
        .file("policies/remotion-user.json", good("user"))
        .file("policies/remotion-role.json", good("role"));
    for hook in hooks {
        let entry = hook["entry"].as_str().unwrap();
        machine.bash(entry).expect(0);
        let file = entry.rsplit_once(' ').unwrap().1;
        let pattern = hook["files"].as_str().unwrap();
        assert!(pattern.contains(&file.replace('.', "\\.")), "{pattern}");
        let kept = std::fs::read(machine.work().join(file)).unwrap();
        machine.write(file, r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}"#);
        machine.bash(entry).expect(1);
        machine.write(file, "{\"Version\":\"2012-10-17\",");
        machine.bash(entry).expect(2);
        machine.write(file, kept);
    }
}
