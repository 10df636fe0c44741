//! Runs the action and the workflows of the examples as GitHub's runner does: the steps of YAML,
//! the values of expressions, the files for outputs and paths. What an expression or an action of
//! somebody else means is known here only for what the examples use; anything else panics.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use super::clouds::Google;
use super::machine::Machine;
use super::release::{Releases, VERSION};
use super::{root, text, yaml};
use crate::support::aws::{Caller, RunningAws};
use crate::support::program::Run;

/// Where the action is.
pub(super) const ACTION: &str = ".github/actions/check";

/// A job on a machine of GitHub's.
pub(super) struct Job {
    pub(super) machine: Machine,
    releases: Releases,
    steps: usize,
}

/// How the action ended.
#[derive(Debug)]
pub(super) struct Acted {
    /// The code of the step that failed, or 0.
    pub(super) code: i32,
    /// The outputs, where the step that sets them was run.
    pub(super) outputs: BTreeMap<String, String>,
    /// What the steps said.
    pub(super) stdout: String,
    pub(super) stderr: String,
}

/// How a workflow ended.
pub(super) struct Worked {
    pub(super) acted: Acted,
    /// The SARIF that went into code scanning.
    pub(super) uploaded: Option<Value>,
}

impl Job {
    /// A job on a new machine.
    pub(super) fn new() -> Self {
        let mut machine = Machine::new()
            .variable("GITHUB_ACTIONS", "true")
            .variable("RUNNER_OS", "Linux")
            .variable("RUNNER_ARCH", "X64");
        let action = root().join(ACTION);
        let (temp, work) = (machine.temp(), machine.work());
        machine.set("RUNNER_TEMP", temp.to_str().unwrap());
        machine.set("GITHUB_WORKSPACE", work.to_str().unwrap());
        machine.set("GITHUB_ACTION_PATH", action.to_str().unwrap());
        Self {
            machine,
            releases: Releases::start(),
            steps: 0,
        }
    }

    /// The releases that the action finds.
    pub(super) fn releases(&self) -> &Releases {
        &self.releases
    }

    /// The summary of the job.
    pub(super) fn summary(&self) -> String {
        std::fs::read_to_string(self.command_file("summary")).unwrap_or_default()
    }

    /// The directories that were put into the path.
    pub(super) fn paths(&self) -> String {
        std::fs::read_to_string(self.command_file("path")).unwrap_or_default()
    }

    fn command_file(&self, name: &str) -> std::path::PathBuf {
        // Beside the temporary directory, so that tests see what is left in that one.
        self.machine.temp().with_file_name(name)
    }

    /// Runs the action with these inputs; the releases come from the test's server.
    pub(super) fn act(&mut self, with: &[(&str, &str)]) -> Acted {
        let action = yaml(&format!("{ACTION}/action.yml"));
        let declared = action["inputs"].as_object().unwrap();
        for (name, _) in with {
            assert!(
                declared.contains_key(*name),
                "the action has no input {name}"
            );
        }
        let url = self.releases.url();
        let mut inputs: BTreeMap<&str, &str> = BTreeMap::new();
        for (name, input) in declared {
            let given = with.iter().find(|(given, _)| given == name);
            let value = match given {
                Some((_, value)) => value,
                None if name == "base-url" => url.as_str(),
                None => input["default"].as_str().unwrap_or_else(|| {
                    assert_eq!(input["required"], true, "{name} has no default");
                    panic!("{name} is required")
                }),
            };
            inputs.insert(name.as_str(), value);
        }
        let mut acted = Acted {
            code: 0,
            outputs: BTreeMap::new(),
            stdout: String::new(),
            stderr: String::new(),
        };
        let mut outputs: BTreeMap<String, String> = BTreeMap::new();
        for step in action["runs"]["steps"].as_array().unwrap() {
            let (run, said) = self.step(step, &inputs);
            acted.stdout.push_str(&run.stdout);
            acted.stderr.push_str(&run.stderr);
            if let Some(id) = step["id"].as_str() {
                for (name, value) in said {
                    outputs.insert(format!("steps.{id}.outputs.{name}"), value);
                }
            }
            acted.code = run.code.unwrap();
            if acted.code != 0 {
                break;
            }
        }
        for (name, output) in action["outputs"].as_object().unwrap() {
            let value = expression(output["value"].as_str().unwrap());
            acted.outputs.insert(
                name.clone(),
                outputs.get(value).cloned().unwrap_or_default(),
            );
        }
        acted
    }

    /// Runs one step; what it says comes with the outputs that it sets.
    fn step(
        &mut self,
        step: &Value,
        inputs: &BTreeMap<&str, &str>,
    ) -> (Run, BTreeMap<String, String>) {
        let script = step["run"].as_str().unwrap();
        assert!(
            !script.contains("${{"),
            "what is typed must not become part of a script: {script}"
        );
        assert_eq!(step["shell"], "bash", "{script}");
        let of_input = |value: &str| match expression(value).strip_prefix("inputs.") {
            Some(name) => inputs.get(name).copied().unwrap().to_owned(),
            None => value.to_owned(),
        };
        let empty = serde_json::Map::new();
        let variables = step["env"].as_object().unwrap_or(&empty);
        let variables: Vec<(&str, String)> = variables
            .iter()
            .map(|(name, value)| (name.as_str(), of_input(value.as_str().unwrap())))
            .collect();
        let directory = of_input(step["working-directory"].as_str().unwrap_or("."));
        self.steps += 1;
        let output = self.command_file(&format!("output-{}", self.steps));
        let (path, summary) = (self.command_file("path"), self.command_file("summary"));
        for file in [&output, &path, &summary] {
            let mut options = std::fs::OpenOptions::new();
            options.create(true).append(true).open(file).unwrap();
        }
        let mut all: Vec<(&str, &str)> = variables
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        all.extend([
            ("GITHUB_OUTPUT", output.to_str().unwrap()),
            ("GITHUB_PATH", path.to_str().unwrap()),
            ("GITHUB_STEP_SUMMARY", summary.to_str().unwrap()),
        ]);
        let run = self.machine.run(
            "bash",
            &["--noprofile", "--norc", "-eo", "pipefail", "-c", script],
            &self.machine.work().join(directory),
            &all,
        );
        for line in self.paths().lines() {
            self.machine.add_path(line);
        }
        let said = std::fs::read_to_string(&output).unwrap();
        let said = said
            .lines()
            .map(|line| {
                let (name, value) = line.split_once('=').expect("NAME=VALUE");
                (name.to_owned(), value.to_owned())
            })
            .collect();
        (run, said)
    }

    /// Runs the only job of a workflow, as far as its steps are known.
    pub(super) fn work(
        &mut self,
        workflow: &str,
        aws: Option<&RunningAws>,
        google: Option<&Google>,
    ) -> Worked {
        let workflow = yaml(workflow);
        assert_eq!(workflow["permissions"], serde_json::json!({}));
        let jobs = workflow["jobs"].as_object().unwrap();
        assert_eq!(jobs.len(), 1);
        let job = jobs.values().next().unwrap();
        let mut acted: Option<Acted> = None;
        let mut uploaded = None;
        for step in job["steps"].as_array().unwrap() {
            let (action, release) = step["uses"].as_str().unwrap().split_once('@').unwrap();
            let with = |name: &str| step["with"][name].as_str().unwrap();
            let runs = match step["if"].as_str() {
                None => acted.as_ref().is_none_or(|acted| acted.code == 0),
                Some(condition) => {
                    assert_eq!(
                        condition,
                        "always() && steps.check.outputs.sarif-file != ''"
                    );
                    !acted.as_ref().unwrap().outputs["sarif-file"].is_empty()
                }
            };
            if !runs {
                continue;
            }
            match action {
                "actions/checkout" => assert_eq!(step["with"]["persist-credentials"], false),
                "aws-actions/configure-aws-credentials" => {
                    assert_eq!(job["permissions"]["id-token"], "write");
                    let role = with("role-to-assume").rsplit_once('/').unwrap().1;
                    let caller = Caller::assumed_role(role, "GitHubActions");
                    for (name, value) in aws.unwrap().environment(&caller) {
                        self.machine.set(name, value);
                    }
                    self.machine.set("AWS_REGION", with("aws-region"));
                }
                "google-github-actions/auth" => {
                    assert_eq!(job["permissions"]["id-token"], "write");
                    self.log_in_to_google(
                        google.unwrap(),
                        with("workload_identity_provider"),
                        with("service_account"),
                    );
                }
                "remperm/remperm/.github/actions/check" => {
                    assert_eq!(release, format!("v{VERSION}"));
                    assert_eq!(step["id"], "check");
                    let with = step["with"].as_object().unwrap();
                    let with: Vec<(&str, &str)> = with
                        .iter()
                        .map(|(name, value)| (name.as_str(), value.as_str().unwrap()))
                        .collect();
                    acted = Some(self.act(&with));
                }
                "github/codeql-action/upload-sarif" => {
                    assert_eq!(job["permissions"]["security-events"], "write");
                    let file = expression(with("sarif_file"));
                    let file = file.strip_prefix("steps.check.outputs.").unwrap();
                    let file = Path::new(&acted.as_ref().unwrap().outputs[file]);
                    assert!(file.is_absolute());
                    let bytes = std::fs::read(file).unwrap();
                    uploaded = Some(serde_json::from_slice(&bytes).unwrap());
                }
                other => panic!("nobody knows here what {other} does"),
            }
        }
        Worked {
            acted: acted.expect("the action is used"),
            uploaded,
        }
    }

    /// What google-github-actions/auth leaves behind: a file in the workspace, and its name.
    fn log_in_to_google(&mut self, google: &Google, provider: &str, account: &str) {
        let identity = google.job("github");
        assert_eq!(
            identity.audience,
            format!("//iam.googleapis.com/{provider}")
        );
        let source = google.gcp.url_source(&identity);
        let file = google
            .gcp
            .external_account_file(&identity, &source, Some(account));
        self.machine
            .write("gha-creds-0123456789abcdef.json", file.to_string());
        let path = self.machine.work().join("gha-creds-0123456789abcdef.json");
        for name in ["GOOGLE_APPLICATION_CREDENTIALS", "GOOGLE_GHA_CREDS_PATH"] {
            self.machine.set(name, path.to_str().unwrap());
        }
        for (name, value) in google.gcp.endpoint_variables() {
            self.machine.set(&name, value);
        }
    }
}

/// What stands between `${{` and `}}`; else the text itself.
fn expression(text: &str) -> &str {
    text.strip_prefix("${{")
        .and_then(|rest| rest.strip_suffix("}}"))
        .map_or(text, str::trim)
}

/// The first block of YAML of the README that uses the action, as its step.
pub(super) fn step_of_the_readme() -> Value {
    let readme = text("README.md");
    let block = readme
        .split("```yaml\n")
        .skip(1)
        .filter_map(|rest| rest.split("```").next())
        .find(|block| block.contains(ACTION))
        .expect("the README shows the action");
    let steps: Value = serde_saphyr::from_str(block).unwrap();
    steps[0].clone()
}
