//! The credential files that people have, made for the accounts of the test's world.

use serde_json::{Value, json};

use super::world::{Federated, Login, World};
use super::{Gcp, key};

impl Gcp {
    /// The key file of a service account, as the console hands it out; its `token_uri` is this
    /// server's.
    pub(crate) fn service_account_file(&self, email: &str) -> Value {
        self.key_file(email, &key::private_pem())
    }

    /// A key file whose key belongs to somebody else.
    pub(crate) fn forged_service_account_file(&self, email: &str) -> Value {
        self.key_file(email, &key::foreign_pem())
    }

    fn key_file(&self, email: &str, private_key: &str) -> Value {
        let world = self.world();
        let account = world.account(email).expect("the account was added before");
        json!({
            "type": "service_account",
            "project_id": account.project,
            "private_key_id": key::ID,
            "private_key": private_key,
            "client_email": account.email,
            "client_id": account.unique_id,
            "auth_uri": format!("{}/o/oauth2/auth", world.base),
            "token_uri": format!("{}/token", world.base),
            "auth_provider_x509_cert_url": "https://www.googleapis.com/oauth2/v1/certs",
            "client_x509_cert_url": "https://www.googleapis.com/robot/v1/metadata/x509/test",
            "universe_domain": "googleapis.com",
        })
    }

    /// The file that `gcloud auth application-default login` writes, for `user:EMAIL`.
    ///
    /// It names no token endpoint: clients go to Google's own, so lead them here by a proxy.
    pub(crate) fn authorized_user_file(&self, user: &str) -> Value {
        let mut world = self.world();
        let number = world.logins.len();
        let refresh_token = format!("1//secret-refresh-token-{number}");
        let client_id = "123456789012-test.apps.googleusercontent.com";
        let client_secret = "secret-client-secret";
        let login = Login {
            principal: user.to_owned(),
            client_id: client_id.to_owned(),
            client_secret: client_secret.to_owned(),
            revoked: false,
        };
        world.logins.insert(refresh_token.clone(), login);
        json!({
            "account": "",
            "client_id": client_id,
            "client_secret": client_secret,
            "refresh_token": refresh_token,
            "type": "authorized_user",
            "universe_domain": "googleapis.com",
        })
    }

    /// A workload identity federation file of this shape, without its `credential_source`:
    /// `source` is put there, and `impersonate` is the service account to go on to.
    pub(crate) fn external_account_file(
        &self,
        identity: &FederatedIdentity,
        source: &Value,
        impersonate: Option<&str>,
    ) -> Value {
        let base = self.url();
        let mut file = json!({
            "type": "external_account",
            "audience": identity.audience,
            "subject_token_type": identity.token_type,
            "token_url": format!("{base}/v1/token"),
            "credential_source": source,
            "universe_domain": "googleapis.com",
        });
        if let (Some(email), Some(fields)) = (impersonate, file.as_object_mut()) {
            let url = impersonation_url(&base, email);
            fields.insert("service_account_impersonation_url".to_owned(), json!(url));
        }
        file
    }

    /// The `credential_source` that GitHub's own action writes: a URL with a header, as JSON.
    pub(crate) fn url_source(&self, identity: &FederatedIdentity) -> Value {
        let format = json!({ "type": "json", "subject_token_field_name": "value" });
        self.source(identity, "audience=test", &format)
    }

    /// The same for a URL that gives the token alone, as text.
    pub(crate) fn text_url_source(&self, identity: &FederatedIdentity) -> Value {
        self.source(identity, "format=text", &json!({ "type": "text" }))
    }

    fn source(&self, identity: &FederatedIdentity, query: &str, format: &Value) -> Value {
        let bearer = "secret-request-token";
        self.world().subject_bearer = Some((bearer.to_owned(), identity.subject_token.clone()));
        json!({
            "url": format!("{}/subject-token?{query}", self.url()),
            "headers": { "Authorization": format!("Bearer {bearer}") },
            "format": format,
        })
    }

    /// The file that `gcloud auth application-default login --impersonate-service-account`
    /// writes around the file of the one who impersonates.
    pub(crate) fn impersonated_file(
        &self,
        email: &str,
        delegates: &[&str],
        source: &Value,
    ) -> Value {
        json!({
            "type": "impersonated_service_account",
            "delegates": delegates,
            "service_account_impersonation_url": impersonation_url(&self.url(), email),
            "source_credentials": source,
        })
    }
}

fn impersonation_url(base: &str, email: &str) -> String {
    format!("{base}/v1/projects/-/serviceAccounts/{email}:generateAccessToken")
}

/// An identity from outside, as a workload identity pool sees it.
#[derive(Clone)]
pub(crate) struct FederatedIdentity {
    /// The provider.
    pub(crate) audience: String,
    /// The type of the subject token.
    pub(crate) token_type: String,
    /// The token that the provider accepts, and only this.
    pub(crate) subject_token: String,
    /// `principal://…`, for bindings.
    pub(crate) principal: String,
}

impl World {
    /// Makes a pool with a provider that accepts one subject token. The principal is a member of
    /// the pool's `principalSet://…/*`.
    pub(crate) fn add_federated_identity(
        &mut self,
        project: &str,
        subject: &str,
    ) -> FederatedIdentity {
        self.add_identity_of(project, ("test-pool", "test-provider"), subject)
    }

    /// The same with the names of the pool and its provider.
    pub(crate) fn add_identity_of(
        &mut self,
        project: &str,
        (pool, provider): (&str, &str),
        subject: &str,
    ) -> FederatedIdentity {
        let pool = format!(
            "iam.googleapis.com/projects/{}/locations/global/workloadIdentityPools/{pool}",
            self.number(project)
        );
        let identity = FederatedIdentity {
            audience: format!("//{pool}/providers/{provider}"),
            token_type: "urn:ietf:params:oauth:token-type:jwt".to_owned(),
            subject_token: format!("secret-subject-token-of-{}", subject.replace(':', "-")),
            principal: format!("principal://{pool}/subject/{subject}"),
        };
        self.join(&format!("principalSet://{pool}/*"), &identity.principal);
        let accepted = Federated {
            audience: identity.audience.clone(),
            token_type: identity.token_type.clone(),
            principal: identity.principal.clone(),
        };
        self.federated
            .insert(identity.subject_token.clone(), accepted);
        identity
    }
}
