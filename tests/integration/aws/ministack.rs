//! The check against ministack, an AWS emulator that evaluates identity policies: a real process,
//! seeded through the API.

mod agreement;

use std::io::Write as _;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use aws_sdk_iam::Client;
use aws_sdk_iam::config::retry::RetryConfig;
use aws_sdk_iam::config::{BehaviorVersion, Credentials, Region};
use serde_json::Value;
use tokio::runtime::Runtime;

use super::{actions, not_passed, on, printed, statement, without};
use crate::support::http::ClosedPort;
use crate::support::program::Program;

/// The account that every key belongs to that ministack does not know.
const ACCOUNT: &str = "000000000000";

/// A running emulator; it ends with this value.
struct Ministack {
    child: Child,
    address: SocketAddr,
    runtime: Runtime,
    client: Client,
}

impl Ministack {
    fn start() -> Self {
        let command = std::env::var_os("REMPERM_MINISTACK").expect(
            "REMPERM_MINISTACK names no command: install ministack 1.5.33 from PyPI and give its \
             path",
        );
        // The port is free now; whoever takes it before ministack does fails this test loudly.
        let address = TcpListener::bind(("127.0.0.1", 0))
            .and_then(|listener| listener.local_addr())
            .expect("a port is free");
        let child = Command::new(&command)
            .env("GATEWAY_PORT", address.port().to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("{} does not start: {error}", command.display()));
        let url = format!("http://{address}");
        let config = aws_sdk_iam::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .endpoint_url(&url)
            .credentials_provider(Credentials::new("root", "root", None, None, "tests"))
            .retry_config(RetryConfig::disabled())
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .build();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime starts");
        let mut running = Self {
            child,
            address,
            runtime,
            client: Client::from_conf(config),
        };
        running.wait();
        running
    }

    /// Waits until it answers.
    fn wait(&mut self) {
        let until = Instant::now() + Duration::from_secs(60);
        while Instant::now() < until {
            if let Some(status) = self.child.try_wait().expect("it can be asked") {
                panic!("ministack ended before it answered: {status}");
            }
            let listens = TcpStream::connect_timeout(&self.address, Duration::from_secs(1))
                .and_then(|mut stream| stream.write_all(b""))
                .is_ok();
            if listens
                && self
                    .runtime
                    .block_on(self.client.list_users().send())
                    .is_ok()
            {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("ministack did not answer within a minute");
    }

    /// Makes a user with a key: the id of the key and its secret.
    fn user(&self, name: &str) -> (String, String) {
        self.runtime.block_on(async {
            let made = self.client.create_user().user_name(name).send().await;
            made.expect("the user is made");
            let key = self.client.create_access_key().user_name(name).send().await;
            let key = key.expect("the key is made");
            let key = key.access_key().expect("a key");
            (
                key.access_key_id().to_owned(),
                key.secret_access_key().to_owned(),
            )
        })
    }

    fn put_user_policy(&self, user: &str, name: &str, policy: &Value) {
        let call = self.client.put_user_policy().user_name(user);
        let call = call.policy_name(name).policy_document(policy.to_string());
        self.runtime
            .block_on(call.send())
            .expect("the policy is put");
    }

    fn role(&self, name: &str, service: &str) {
        let trust = format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"Service":"{service}"}},"Action":"sts:AssumeRole"}}]}}"#
        );
        let call = self.client.create_role().role_name(name);
        self.runtime
            .block_on(call.assume_role_policy_document(trust).send())
            .expect("the role is made");
    }

    fn put_role_policy(&self, role: &str, policy: &Value) {
        let call = self.client.put_role_policy().role_name(role);
        let call = call
            .policy_name("remotion")
            .policy_document(policy.to_string());
        self.runtime
            .block_on(call.send())
            .expect("the policy is put");
    }

    fn managed(&self, name: &str, policy: &Value) -> String {
        let call = self.client.create_policy().policy_name(name);
        let made = self
            .runtime
            .block_on(call.policy_document(policy.to_string()).send());
        let made = made.expect("the policy is made");
        let policy = made.policy().expect("a policy");
        policy.arn().expect("an ARN").to_owned()
    }

    /// The program, called with a key.
    fn program(&self, arguments: &[&str], key: &(String, String)) -> Program {
        Program::new(arguments)
            .env("AWS_ENDPOINT_URL", format!("http://{}", self.address))
            .env("AWS_ACCESS_KEY_ID", &key.0)
            .env("AWS_SECRET_ACCESS_KEY", &key.1)
    }

    fn check(&self, key: &(String, String)) -> Program {
        self.program(&["aws", "check", "--format", "json"], key)
    }

    /// A user and the execution role with exactly the printed policies.
    fn exact(&self) -> (String, String) {
        let key = self.user("deployer");
        self.put_user_policy("deployer", "remotion", &printed("user"));
        self.role("remotion-lambda-role", "lambda.amazonaws.com");
        self.put_role_policy("remotion-lambda-role", &printed("role"));
        key
    }
}

impl Drop for Ministack {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn exactly_the_printed_policies_suffice_and_each_action_counts() {
    let aws = Ministack::start();
    let key = aws.exact();
    let run = aws.check(&key).run().expect(0);
    assert_eq!(not_passed(&run), Vec::<String>::new());
    assert!(run.findings().len() >= 48);
    let tested = &run.report()["audits"][0]["tested"];
    let name = format!("arn:aws:iam::{ACCOUNT}:user/deployer");
    assert_eq!(tested["principals"][0]["name"], name.as_str());
    for subject in ["user", "role"] {
        let policy = printed(subject);
        let put = |policy: &Value| match subject {
            "user" => aws.put_user_policy("deployer", "remotion", policy),
            _ => aws.put_role_policy("remotion-lambda-role", policy),
        };
        for action in actions(&policy) {
            put(&without(&policy, &action));
            let run = aws.check(&key).run().expect(1);
            let expected = [format!("{subject} {action} fail nothing_allows")];
            assert_eq!(not_passed(&run), expected);
        }
        put(&policy);
    }
    aws.check(&key).run().expect(0);
}

#[test]
fn groups_managed_policies_and_denials_count() {
    let aws = Ministack::start();
    let key = aws.exact();
    let nothing = statement("Allow", &["s3:GetBucketAcl"]);
    aws.put_user_policy("deployer", "remotion", &nothing);
    let run = aws.check(&key).run().expect(1);
    assert!(not_passed(&run).iter().all(|one| one.starts_with("user ")));
    // Through a group.
    aws.runtime.block_on(async {
        let group = aws.client.create_group().group_name("team").send().await;
        group.expect("the group is made");
        let call = aws.client.put_group_policy().group_name("team");
        let call = call
            .policy_name("remotion")
            .policy_document(printed("user").to_string());
        call.send().await.expect("the policy is put");
        let call = aws.client.add_user_to_group().group_name("team");
        let joined = call.user_name("deployer").send().await;
        joined.expect("the user joins");
    });
    aws.check(&key).run().expect(0);
    // A denial wins.
    aws.put_user_policy("deployer", "deny", &statement("Deny", &["s3:PutObject"]));
    let run = aws.check(&key).run().expect(1);
    assert_eq!(not_passed(&run), ["user s3:PutObject fail explicit_deny"]);
    // Through a managed policy.
    let key = aws.user("other");
    let arn = aws.managed("Remotion", &printed("user"));
    let call = aws.client.attach_user_policy().user_name("other");
    let attached = aws.runtime.block_on(call.policy_arn(arn).send());
    attached.expect("the policy is attached");
    let run = aws.check(&key).run().expect(0);
    assert_eq!(not_passed(&run), Vec::<String>::new());
}

#[test]
fn what_is_held_on_a_narrower_resource_only_is_a_failure() {
    let aws = Ministack::start();
    let key = aws.exact();
    aws.put_user_policy(
        "deployer",
        "remotion",
        &without(&printed("user"), "s3:GetObject"),
    );
    let narrow = on(
        "Allow",
        &["s3:GetObject"],
        "arn:aws:s3:::remotionlambda-useast1-*",
    );
    aws.put_user_policy("deployer", "narrow", &narrow);
    let run = aws.check(&key).run().expect(1);
    assert_eq!(not_passed(&run), ["user s3:GetObject fail narrower"]);
}

#[test]
fn what_is_printed_to_mend_it_mends_it() {
    let aws = Ministack::start();
    let key = aws.exact();
    let mut policy = printed("user");
    for action in ["s3:PutObject", "lambda:GetLayerVersion", "iam:PassRole"] {
        policy = without(&policy, action);
    }
    aws.put_user_policy("deployer", "remotion", &policy);
    aws.put_role_policy(
        "remotion-lambda-role",
        &without(&printed("role"), "logs:PutLogEvents"),
    );
    let fix = |subject: &str| -> Value {
        let flags = ["aws", "check", "--subject", subject, "--fix"];
        let run = aws.program(&flags, &key).run().expect(1);
        serde_json::from_str(&run.stdout).expect("a policy")
    };
    let additions = fix("user");
    let added = actions(&additions);
    assert_eq!(added.len(), 3, "{added:?}");
    aws.put_user_policy("deployer", "additions", &additions);
    let additions = fix("role");
    assert_eq!(actions(&additions), ["logs:PutLogEvents"]);
    let call = aws
        .client
        .put_role_policy()
        .role_name("remotion-lambda-role");
    let call = call
        .policy_name("additions")
        .policy_document(additions.to_string());
    aws.runtime.block_on(call.send()).expect("it is put");
    let run = aws.check(&key).run().expect(0);
    assert_eq!(not_passed(&run), Vec::<String>::new());
}

#[test]
fn the_role_and_its_trust_are_seen() {
    let aws = Ministack::start();
    let key = aws.user("deployer");
    aws.put_user_policy("deployer", "remotion", &printed("user"));
    let run = aws.check(&key).run().expect(1);
    assert!(
        run.findings()
            .iter()
            .all(|one| (one.subject == "role") == (one.why == "no_such_principal"))
    );
    aws.role("remotion-lambda-role", "ec2.amazonaws.com");
    aws.put_role_policy("remotion-lambda-role", &printed("role"));
    let run = aws.check(&key).run().expect(1);
    assert_eq!(not_passed(&run), ["role sts:AssumeRole fail not_trusted"]);
}

#[test]
fn an_emulator_that_is_not_there_is_unknown() {
    let aws = Ministack::start();
    let key = aws.exact();
    let run = aws
        .check(&key)
        .env("AWS_ENDPOINT_URL", ClosedPort::new().url())
        .env("AWS_MAX_ATTEMPTS", "1")
        .run()
        .expect(3);
    assert!(run.findings().iter().all(|one| one.status == "unknown"));
    // And one that ends on the way.
    let check = aws.check(&key).env("AWS_MAX_ATTEMPTS", "1");
    drop(aws);
    let run = check.run().expect(3);
    assert!(run.findings().iter().all(|one| one.why == "unreachable"));
}
