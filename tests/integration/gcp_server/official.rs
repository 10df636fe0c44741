//! The test server, driven by Google's own clients: what they take from it is what they would
//! take from the real service.

#[cfg(feature = "gcloud")]
mod gcloud;
#[cfg(feature = "google-python")]
mod python;

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

/// A command named by a variable, with an environment and a home of its own.
fn official(variable: &str, home: &Path) -> Command {
    let program = std::env::var_os(variable).unwrap_or_else(|| panic!("{variable} is not set"));
    let mut command = Command::new(program);
    command.env_clear();
    command.env("HOME", home).env("CLOUDSDK_CONFIG", home);
    if let Some(path) = std::env::var_os("PATH") {
        command.env("PATH", path);
    }
    command
}

fn stdout_json(output: &Output) -> Value {
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).expect("the output is JSON")
}
