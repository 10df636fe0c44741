//! The same situation gives the same verdicts whichever way it is looked at: by the simulator, by
//! the account details that the AWS CLI takes, by plain policy files, and by reading the policies
//! where the simulator is refused.

use std::process::Command;

use serde_json::Value;

use super::{ACCOUNT, Ministack, actions, on, printed, statement, without};
use crate::support::http::{Matcher, Response, Server, send};
use crate::support::program::{Program, Run};

/// A user with all of its policies as files.
struct Situation {
    user: &'static str,
    policies: Vec<Value>,
    code: i32,
}

impl Ministack {
    /// Makes users whose policies stand in different places and lack different things.
    fn situations(&self) -> Vec<Situation> {
        let whole = printed("user");
        let lacking = without(&whole, "s3:PutObject");
        let mut all = Vec::new();
        let mut add = |user, policies: &[&Value], code| {
            let policies = policies.iter().map(|policy| (*policy).clone()).collect();
            all.push(Situation {
                user,
                policies,
                code,
            });
        };
        let with_inline = |user: &str, policies: &[&Value]| {
            self.user(user);
            for (index, policy) in policies.iter().enumerate() {
                self.put_user_policy(user, &format!("policy{index}"), policy);
            }
        };
        let deny = statement("Deny", &["s3:PutObject"]);
        let narrow = on(
            "Allow",
            &["s3:PutObject"],
            "arn:aws:s3:::remotionlambda-useast1-*",
        );
        let nothing = statement("Allow", &["s3:GetBucketAcl"]);
        for (user, policies, code) in [
            ("exact", vec![&whole], 0),
            ("lacking", vec![&lacking], 1),
            ("denied", vec![&whole, &deny], 1),
            ("narrow", vec![&lacking, &narrow], 1),
            ("unfit", vec![&nothing], 1),
        ] {
            with_inline(user, &policies);
            add(user, &policies, code);
        }
        self.user("grouped");
        self.run(async {
            let call = self.client.create_group().group_name("team");
            call.send().await.expect("the group is made");
            let call = self.client.put_group_policy().group_name("team");
            let call = call.policy_name("x").policy_document(lacking.to_string());
            call.send().await.expect("the policy is put");
            let call = self.client.add_user_to_group().group_name("team");
            call.user_name("grouped").send().await.expect("it joins");
        });
        let put = statement("Allow", &["s3:PutObject"]);
        self.put_user_policy("grouped", "put", &put);
        add("grouped", &[&lacking, &put], 0);
        for (user, first, second, code) in [
            ("current", &lacking, &whole, 0),
            ("outdated", &whole, &lacking, 1),
        ] {
            self.user(user);
            let arn = self.managed(user, first);
            self.run(async {
                let call = self.client.create_policy_version().policy_arn(&arn);
                let call = call
                    .policy_document(second.to_string())
                    .set_as_default(true);
                call.send().await.expect("the version is made");
                let call = self.client.attach_user_policy().user_name(user);
                call.policy_arn(&arn).send().await.expect("it is attached");
            });
            add(user, &[second], code);
        }
        self.role("remotion-lambda-role", "lambda.amazonaws.com");
        self.put_role_policy("remotion-lambda-role", &printed("role"));
        all
    }

    fn run<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    /// What the AWS CLI prints of the account.
    fn account_details(&self) -> String {
        let command = std::env::var_os("REMPERM_AWS_CLI").expect(
            "REMPERM_AWS_CLI names no command: install awscli 1.45.11 from PyPI and give its path",
        );
        let output = Command::new(&command)
            .args([
                "iam",
                "get-account-authorization-details",
                "--output",
                "json",
            ])
            .env("AWS_ENDPOINT_URL", format!("http://{}", self.address))
            .env("AWS_DEFAULT_REGION", "us-east-1")
            .env("AWS_ACCESS_KEY_ID", "root")
            .env("AWS_SECRET_ACCESS_KEY", "root")
            .output()
            .unwrap_or_else(|error| panic!("{} does not start: {error}", command.display()));
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).expect("text")
    }

    /// A server in front that refuses the simulator, as AWS does, and passes everything else on.
    fn without_simulator(&self) -> Server {
        let behind = format!("http://{}", self.address);
        Server::start(move |request| {
            if simulates().matches(request) {
                let refusal = "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code>\
                    <Message>not authorized to perform: iam:SimulatePrincipalPolicy</Message></Error>\
                    <RequestId>0</RequestId></ErrorResponse>";
                return Response::new(403, "text/xml", refusal);
            }
            let headers: Vec<(&str, &str)> = request
                .headers
                .iter()
                .filter(|(name, _)| {
                    !["host", "content-length", "connection"]
                        .contains(&name.to_ascii_lowercase().as_str())
                })
                .map(|(name, value)| (name.as_str(), value.as_str()))
                .collect();
            let answer = send(
                &behind,
                &request.method,
                &request.path,
                &headers,
                &request.text(),
            );
            Response::new(answer.status, "text/xml", answer.body)
        })
    }
}

fn simulates() -> Matcher {
    Matcher::body("Action=SimulatePrincipalPolicy")
}

/// Every verdict of the user, in the report's order: permission, scope, status and cause.
fn verdicts(run: &Run) -> Vec<String> {
    run.findings()
        .iter()
        .filter(|one| one.subject == "user")
        .map(|one| {
            format!(
                "{} on {}: {} {}",
                one.permission, one.scope, one.status, one.why
            )
        })
        .collect()
}

#[test]
fn four_ways_of_looking_give_the_same_verdicts() {
    let aws = Ministack::start();
    let key = aws.user("auditor");
    let situations = aws.situations();
    let details = aws.account_details();
    let front = aws.without_simulator();
    for Situation {
        user,
        policies,
        code,
    } in &situations
    {
        let arn = format!("arn:aws:iam::{ACCOUNT}:user/{user}");
        let online = aws
            .check(&key)
            .arguments(["--principal", &arn])
            .run()
            .expect(*code);
        let expected = verdicts(&online);
        assert!(expected.len() >= actions(&printed("user")).len(), "{user}");
        let source = |run: &Run| {
            let report = run.report();
            report["audits"][0]["findings"][0]["source"]
                .as_str()
                .map(str::to_owned)
        };
        assert_eq!(source(&online).as_deref(), Some("aws_simulator"));

        let flags = ["aws", "check", "--format", "json", "--region", "us-east-1"];
        let by_details = Program::new(flags)
            .arguments(["--account-details", "details.json", "--principal", user])
            .file("details.json", &details)
            .run()
            .expect(*code);
        assert_eq!(source(&by_details).as_deref(), Some("aws_account_details"));
        assert_eq!(verdicts(&by_details), expected, "account details of {user}");

        let mut by_files =
            Program::new(flags).arguments(["--account", ACCOUNT, "--subject", "user"]);
        for (index, policy) in policies.iter().enumerate() {
            let name = format!("policy{index}.json");
            by_files = by_files
                .file(&name, policy.to_string())
                .arguments(["--identity-policy", &name]);
        }
        let by_files = by_files.run().expect(*code);
        assert_eq!(source(&by_files).as_deref(), Some("aws_policy_files"));
        assert_eq!(verdicts(&by_files), expected, "policy files of {user}");

        let by_reading = aws
            .check(&key)
            .arguments(["--principal", &arn])
            .env("AWS_ENDPOINT_URL", front.url())
            .run()
            .expect(*code);
        assert_eq!(source(&by_reading).as_deref(), Some("aws_read_policies"));
        assert_eq!(verdicts(&by_reading), expected, "read policies of {user}");
    }
    assert!(front.log().count(&simulates()) > 0);
}
