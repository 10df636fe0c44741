//! How a test sets the world up, and changes it afterwards.

use super::super::catalogue;
use super::super::policy::{Binding, Resource};
use super::{Bucket, Project, Role, ServiceAccount, USUAL_SERVICES, World};

impl World {
    /// Makes a project with the usual APIs enabled, and gives it as a resource.
    pub(crate) fn add_project(&mut self, id: &str, number: u64) -> Resource {
        let services = USUAL_SERVICES.iter().map(ToString::to_string).collect();
        self.projects.push(Project {
            id: id.to_owned(),
            number,
            services,
        });
        Resource::Project(id.to_owned())
    }

    /// Turns an API off in a project.
    pub(crate) fn disable_service(&mut self, project: &str, service: &str) {
        let project = self.projects.iter_mut().find(|known| known.id == project);
        let removed = project.is_some_and(|project| project.services.remove(service));
        assert!(removed, "{service} was enabled before");
    }

    /// Makes a service account with a key, and gives its address.
    pub(crate) fn add_service_account(&mut self, project: &str, name: &str) -> String {
        let email = format!("{name}@{project}.iam.gserviceaccount.com");
        self.add_account(project, &email);
        email
    }

    /// Makes the Compute Engine default account of a project, and gives its address.
    pub(crate) fn add_default_account(&mut self, project: &str) -> String {
        let email = format!(
            "{}-compute@developer.gserviceaccount.com",
            self.number(project)
        );
        self.add_account(project, &email);
        email
    }

    fn add_account(&mut self, project: &str, email: &str) {
        let unique_id = format!("1000000000000000{:05}", self.accounts.len());
        self.accounts.push(ServiceAccount {
            project: project.to_owned(),
            email: email.to_owned(),
            unique_id,
            disabled: false,
            has_key: true,
        });
    }

    /// Disables a service account.
    pub(crate) fn disable_account(&mut self, email: &str) {
        self.account_mut(email).disabled = true;
    }

    /// Takes the key of a service account away from it; the file with the key stays around.
    pub(crate) fn delete_key(&mut self, email: &str) {
        self.account_mut(email).has_key = false;
    }

    fn account_mut(&mut self, email: &str) -> &mut ServiceAccount {
        self.accounts
            .iter_mut()
            .find(|account| account.email == email)
            .expect("the account was added before")
    }

    /// Makes a Cloud Run service.
    pub(crate) fn add_service(&mut self, project: &str, region: &str, name: &str) -> Resource {
        let [project, region, name] = [project, region, name].map(ToOwned::to_owned);
        let service = Resource::Service {
            project,
            region,
            name,
        };
        self.services.push(service.clone());
        service
    }

    /// Makes a bucket with the bindings that a new bucket gets for its project's basic roles
    /// (<https://cloud.google.com/storage/docs/access-control/iam-roles#basic-roles-modifiable>).
    pub(crate) fn add_bucket(&mut self, project: &str, name: &str) -> Resource {
        self.buckets.push(Bucket {
            project: project.to_owned(),
            name: name.to_owned(),
            uniform_access: false,
            public_access_prevention: false,
        });
        let bucket = Resource::Bucket {
            project: project.to_owned(),
            name: name.to_owned(),
        };
        for kind in ["projectOwner", "projectEditor"] {
            self.bind(
                &bucket,
                "roles/storage.legacyBucketOwner",
                &format!("{kind}:{project}"),
            );
        }
        let viewers = format!("projectViewer:{project}");
        self.bind(&bucket, "roles/storage.legacyBucketReader", &viewers);
        bucket
    }

    /// Sets what can break uploads to a bucket although every permission is held.
    pub(crate) fn lock_bucket(&mut self, name: &str, uniform: bool, prevent_public: bool) {
        let bucket = self.buckets.iter_mut().find(|bucket| bucket.name == name);
        let bucket = bucket.expect("the bucket was added before");
        bucket.uniform_access = uniform;
        bucket.public_access_prevention = prevent_public;
    }

    /// Makes a custom role in a project and gives its full name.
    pub(crate) fn add_role(&mut self, project: &str, id: &str, permissions: &[&str]) -> String {
        let name = format!("projects/{project}/roles/{id}");
        self.roles.push(Role {
            name: name.clone(),
            title: id.to_owned(),
            description: String::new(),
            stage: "GA".to_owned(),
            permissions: permissions.iter().map(ToString::to_string).collect(),
            deleted: false,
        });
        name
    }

    /// The custom role of this full name, to change it.
    pub(crate) fn role_mut(&mut self, name: &str) -> &mut Role {
        let role = self.roles.iter_mut().find(|role| role.name == name);
        role.expect("the role was added before")
    }

    /// Gives a role on a resource to a member (`user:…`, `serviceAccount:…`, `group:…`, …).
    pub(crate) fn bind(&mut self, resource: &Resource, role: &str, member: &str) {
        self.bind_with(resource, role, member, None);
    }

    /// The same under a condition, such as
    /// `resource.name.startsWith("projects/_/buckets/remotioncloudrun-")`.
    pub(crate) fn bind_if(&mut self, resource: &Resource, role: &str, member: &str, when: &str) {
        self.bind_with(resource, role, member, Some(when));
    }

    fn bind_with(&mut self, resource: &Resource, role: &str, member: &str, when: Option<&str>) {
        let known = self.custom_role(role).is_some() || catalogue::predefined(role).is_some();
        assert!(known, "there is no role {role}");
        let binding = Binding::new(role, member, when);
        self.policies
            .entry(resource.clone())
            .or_default()
            .push(binding);
    }

    /// Takes a role on a resource from a member.
    pub(crate) fn unbind(&mut self, resource: &Resource, role: &str, member: &str) {
        let bindings = self.policies.entry(resource.clone()).or_default();
        let before = bindings.len();
        bindings.retain(|binding| !binding.is(role, member));
        assert!(bindings.len() < before, "{member} had {role} before");
    }

    /// Puts a principal into a set: a `group:…`, a `domain:…` or a `principalSet://…`.
    pub(crate) fn join(&mut self, set: &str, principal: &str) {
        self.memberships
            .insert((set.to_owned(), principal.to_owned()));
    }

    /// Revokes all refresh tokens.
    pub(crate) fn revoke_logins(&mut self) {
        for login in self.logins.values_mut() {
            login.revoked = true;
        }
    }

    /// Lets the metadata server answer for a machine that runs as this service account.
    pub(crate) fn run_as(&mut self, email: &str) {
        self.metadata_account = Some(email.to_owned());
    }

    /// Lets all access tokens expire; new ones can be made.
    pub(crate) fn expire_tokens(&mut self) {
        for token in self.tokens.values_mut() {
            token.expires = 0;
        }
    }
}
