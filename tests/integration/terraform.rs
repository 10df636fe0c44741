//! The check of Terraform's plans and states: what is known only after apply passes nothing.

mod attachments;
mod choice;
mod envelope;
mod google;
mod malformed;
mod roles;
mod sensitive;

use serde_json::{Map, Value, json};

use crate::support::program::{Finding, Program};

/// A plan in Terraform's format, with what matters for each resource.
#[derive(Clone)]
struct Plan {
    resources: Vec<Planned>,
    prior: Vec<(String, Value)>,
    top: Map<String, Value>,
}

#[derive(Clone)]
struct Planned {
    address: String,
    values: Value,
    unknown: Value,
    expressions: Value,
    for_each: Value,
    actions: Value,
    before: Value,
    provider: String,
    sensitive: Value,
}

/// The modules, type, name and key of an address whose keys hold no dot.
fn parts(address: &str) -> (String, String, String, Value) {
    let steps: Vec<&str> = address.split('.').collect();
    let (kind, name) = (steps[steps.len() - 2], steps[steps.len() - 1]);
    let module = steps[..steps.len() - 2].join(".");
    let module = module.strip_suffix("data").unwrap_or(&module);
    let (name, key) = match name.split_once('[') {
        Some((name, key)) => (
            name,
            serde_json::from_str(key.strip_suffix(']').unwrap()).unwrap(),
        ),
        None => (name, Value::Null),
    };
    (
        module.trim_end_matches('.').to_owned(),
        kind.to_owned(),
        name.to_owned(),
        key,
    )
}

fn described(address: &str) -> Value {
    let (module, kind, name, key) = parts(address);
    let is_data = address
        .strip_prefix(&module)
        .unwrap()
        .trim_start_matches('.')
        .starts_with("data.");
    let mut resource = json!({
        "address": address,
        "mode": if is_data { "data" } else { "managed" },
        "type": kind,
        "name": name,
        "provider_name": "registry.terraform.io/hashicorp/aws",
    });
    if !key.is_null() {
        resource["index"] = key;
    }
    if !module.is_empty() {
        resource["module_address"] = json!(module);
    }
    resource
}

/// The tree of modules with these resources.
fn tree(resources: &[(String, Value)]) -> Value {
    fn of(resources: &[(String, Value)], module: &str) -> Value {
        let own: Vec<&Value> = resources
            .iter()
            .filter(|(address, _)| parts(address).0 == module)
            .map(|(_, resource)| resource)
            .collect();
        let depth = if module.is_empty() {
            0
        } else {
            module.split('.').count()
        };
        let mut children: Vec<String> = resources
            .iter()
            .map(|(address, _)| parts(address).0)
            .filter(|one| {
                one.starts_with(module) && one.split('.').count() >= depth + 2 && !one.is_empty()
            })
            .map(|one| one.split('.').take(depth + 2).collect::<Vec<_>>().join("."))
            .collect();
        children.sort();
        children.dedup();
        let mut tree = json!({ "resources": own });
        if !module.is_empty() {
            tree["address"] = json!(module);
        }
        if !children.is_empty() {
            tree["child_modules"] = children.iter().map(|child| of(resources, child)).collect();
        }
        tree
    }
    of(resources, "")
}

impl Plan {
    fn new() -> Self {
        Self {
            resources: Vec::new(),
            prior: Vec::new(),
            top: Map::new(),
        }
    }

    /// A resource that the plan creates.
    fn add(mut self, address: &str, values: Value) -> Self {
        self.resources.push(Planned {
            address: address.to_owned(),
            values,
            unknown: json!({}),
            expressions: json!({}),
            for_each: Value::Null,
            actions: json!(["create"]),
            before: Value::Null,
            provider: "aws".to_owned(),
            sensitive: json!({}),
        });
        self
    }

    fn last(mut self, change: impl FnOnce(&mut Planned)) -> Self {
        change(self.resources.last_mut().unwrap());
        self
    }

    /// What of the last resource is known only after apply.
    fn unknown(self, unknown: Value) -> Self {
        self.last(|one| one.unknown = unknown)
    }

    /// What the last resource's argument refers to.
    fn refers(self, argument: &str, references: &[&str]) -> Self {
        self.last(|one| one.expressions[argument] = json!({ "references": references }))
    }

    /// What the last resource's `for_each` refers to.
    fn each_of(self, references: &[&str]) -> Self {
        self.last(|one| one.for_each = json!({ "references": references }))
    }

    /// What the plan does with the last resource, and what it is before.
    fn does(self, actions: &[&str], before: Value) -> Self {
        self.last(|one| {
            one.actions = json!(actions);
            one.before = before;
        })
    }

    fn provider(self, key: &str) -> Self {
        self.last(|one| one.provider = key.to_owned())
    }

    fn sensitive(self, sensitive: Value) -> Self {
        self.last(|one| one.sensitive = sensitive)
    }

    /// A resource of the state before.
    fn prior(mut self, address: &str, values: Value) -> Self {
        let mut resource = described(address);
        resource["values"] = values;
        self.prior.push((address.to_owned(), resource));
        self
    }

    /// A field of the plan itself.
    fn set(mut self, field: &str, value: Value) -> Self {
        self.top.insert(field.to_owned(), value);
        self
    }

    fn json(&self) -> Value {
        let mut planned = Vec::new();
        let mut changes = Vec::new();
        let mut configured: Vec<Value> = Vec::new();
        for one in &self.resources {
            let is_gone = one.actions == json!(["delete"]);
            let mut resource = described(&one.address);
            if one.actions != json!(["forget"]) {
                resource["values"] = one.values.clone();
            }
            resource["sensitive_values"] = one.sensitive.clone();
            if !is_gone {
                planned.push((one.address.clone(), resource));
            }
            let mut change = described(&one.address);
            change["change"] = json!({
                "actions": one.actions,
                "before": one.before,
                "after": if is_gone { Value::Null } else { one.values.clone() },
                "after_unknown": one.unknown,
                "before_sensitive": false,
                "after_sensitive": one.sensitive,
            });
            changes.push(change);
            let (module, kind, name, _) = parts(&one.address);
            assert!(module.is_empty() || one.expressions == json!({}));
            let address = format!("{kind}.{name}");
            if module.is_empty()
                && !configured
                    .iter()
                    .any(|other| other["address"] == json!(address))
            {
                let mut resource = json!({
                    "address": address, "mode": "managed", "type": kind, "name": name,
                    "provider_config_key": one.provider, "expressions": one.expressions,
                });
                if !one.for_each.is_null() {
                    resource["for_each_expression"] = one.for_each.clone();
                }
                configured.push(resource);
            }
        }
        let mut plan = json!({
            "format_version": "1.2",
            "terraform_version": "1.11.4",
            "planned_values": { "root_module": tree(&planned) },
            "resource_changes": changes,
            "configuration": { "root_module": { "resources": configured } },
            "applyable": true, "complete": true, "errored": false,
        });
        if !self.prior.is_empty() {
            plan["prior_state"] = json!({
                "format_version": "1.0", "values": { "root_module": tree(&self.prior) },
            });
        }
        for (field, value) in &self.top {
            plan[field] = value.clone();
        }
        plan
    }

    /// The same resources as a state.
    fn state(&self) -> Value {
        let resources: Vec<(String, Value)> = self
            .resources
            .iter()
            .map(|one| {
                let mut resource = described(&one.address);
                resource["values"] = one.values.clone();
                resource["sensitive_values"] = one.sensitive.clone();
                (one.address.clone(), resource)
            })
            .collect();
        json!({
            "format_version": "1.0", "terraform_version": "1.11.4",
            "values": { "root_module": tree(&resources) },
        })
    }

    fn checking(&self) -> Program {
        checking(&self.json())
    }

    /// The findings of the user's list.
    #[track_caller]
    fn of_user(&self) -> Vec<Finding> {
        let run = self.checking().arguments(["--subject", "user"]).run();
        run.findings()
    }

    /// The findings of the role's list, but for the trust policy.
    #[track_caller]
    fn of_role(&self) -> Vec<Finding> {
        let run = self.checking().arguments(["--subject", "role"]).run();
        permissions(run.findings())
    }
}

/// Those about permissions.
fn permissions(findings: Vec<Finding>) -> Vec<Finding> {
    findings
        .into_iter()
        .filter(|one| one.permission != "sts:AssumeRole")
        .collect()
}

/// The program's check of a plan or state, with a report for machines.
fn checking(file: &Value) -> Program {
    Program::new([
        "aws",
        "check",
        "--terraform",
        "plan.json",
        "--format",
        "json",
    ])
    .file("plan.json", file.to_string())
}

/// The newest policy of Remotion, as the program prints it.
fn printed(subject: &str) -> String {
    Program::new(["policies", subject]).run().expect(0).stdout
}

fn document(statement: Value) -> String {
    json!({ "Version": "2012-10-17", "Statement": [statement] }).to_string()
}

fn everything() -> String {
    document(json!({ "Effect": "Allow", "Action": "*", "Resource": "*" }))
}

/// Denies one action of the user's list and one of the role's.
fn denial() -> String {
    document(json!({ "Effect": "Deny", "Action": "s3:PutObject", "Resource": "*" }))
}

fn trust() -> String {
    document(json!({
        "Effect": "Allow", "Principal": { "Service": "lambda.amazonaws.com" }, "Action": "sts:AssumeRole",
    }))
}

/// A plan with a user that may do everything.
fn user() -> Plan {
    Plan::new()
        .add("aws_iam_user.ci", json!({ "name": "ci", "path": "/" }))
        .unknown(json!({ "arn": true }))
        .add(
            "aws_iam_user_policy.all",
            json!({ "name": "all", "user": "ci", "policy": everything() }),
        )
}

/// The same where the user was there before.
fn kept_user() -> Plan {
    let mut plan = user();
    plan.resources[0].actions = json!(["no-op"]);
    plan.resources[0].unknown = json!({});
    plan
}

/// A plan with an execution role that may do everything.
fn role() -> Plan {
    Plan::new()
        .add(
            "aws_iam_role.remotion",
            json!({ "name": "remotion-lambda-role", "path": "/", "assume_role_policy": trust() }),
        )
        .unknown(json!({ "arn": true, "inline_policy": true, "managed_policy_arns": true }))
        .add(
            "aws_iam_role_policy.all",
            json!({ "name": "all", "role": "remotion-lambda-role", "policy": everything() }),
        )
}

/// All have this status, and this kind of reason where they do not pass.
#[track_caller]
fn all_are(findings: &[Finding], status: &str, why: &str, says: &str) {
    assert!(!findings.is_empty());
    for one in findings {
        assert_eq!(
            (one.status.as_str(), one.why.as_str()),
            (status, why),
            "{one:#?}"
        );
        assert!(one.detail.contains(says), "{says} in {one:#?}");
    }
}

#[track_caller]
fn all_pass(findings: &[Finding]) {
    all_are(findings, "pass", "", "");
}

#[track_caller]
fn all_unseen(findings: &[Finding], says: &str) {
    all_are(findings, "unknown", "unseen_policy", says);
}

/// The denied action fails, and all else passes.
#[track_caller]
fn only_the_denied_fails(findings: &[Finding]) {
    let (denied, others): (Vec<Finding>, Vec<Finding>) = findings
        .iter()
        .cloned()
        .partition(|one| one.permission == "s3:PutObject");
    all_are(&denied, "fail", "explicit_deny", "");
    all_pass(&others);
}
