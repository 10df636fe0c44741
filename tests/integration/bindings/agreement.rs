//! What the files say is what the cloud says that they come from.

use super::situation::{Situation, assert_same, assert_sound};
use super::{NEEDED, with_status, without};
use crate::support::gcp::Resource;

/// A random number generator that gives the same numbers each time
/// (<https://en.wikipedia.org/wiki/Xorshift>).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % bound
    }

    fn one_of<'a, T: ?Sized>(&mut self, all: &[&'a T]) -> &'a T {
        all[self.below(all.len())]
    }
}

const PREDEFINED: [&str; 10] = [
    "roles/owner",
    "roles/editor",
    "roles/viewer",
    "roles/run.developer",
    "roles/run.viewer",
    "roles/run.invoker",
    "roles/storage.admin",
    "roles/storage.objectAdmin",
    "roles/iam.serviceAccountUser",
    "roles/logging.viewer",
];

/// What files tell for sure.
const CERTAIN: [&str; 4] = [
    "allUsers",
    "allAuthenticatedUsers",
    "serviceAccount:other@remotion-test.iam.gserviceaccount.com",
    "deleted:serviceAccount:remotion-sa@remotion-test.iam.gserviceaccount.com?uid=123456789",
];

/// What they leave open.
const OPEN: [&str; 3] = [
    "group:in@example.com",
    "group:out@example.com",
    "domain:example.com",
];

/// Makes a situation with a few random bindings.
fn random(random: &mut Random, opens: bool) -> Situation {
    let mut situation = Situation::new();
    let own = situation.member();
    let shouted = format!("serviceAccount:{}", situation.email.to_ascii_uppercase());
    situation.gcp.world().join("group:in@example.com", &own);
    let mut roles = Vec::new();
    for id in ["Most", "Some", "Deleted", "Disabled"] {
        let permissions: Vec<&str> = NEEDED
            .into_iter()
            .filter(|_| random.below(5) > usize::from(id == "Some"))
            .collect();
        // A role without permissions is shown as if its permissions were left out.
        let permissions = if permissions.is_empty() {
            vec![NEEDED[0]]
        } else {
            permissions
        };
        let name = situation.add_role(id, &permissions);
        let mut world = situation.gcp.world();
        match id {
            "Deleted" => world.role_mut(&name).deleted = true,
            "Disabled" => "DISABLED".clone_into(&mut world.role_mut(&name).stage),
            _ => {}
        }
        drop(world);
        roles.push(name);
    }
    for index in 0..random.below(3) {
        situation.add_service(&format!("remotion-4-0-461-mem2gi-cpu{index}-0-t300"));
    }
    for index in 0..random.below(3) {
        situation.add_bucket(&format!("remotioncloudrun-{index}"));
    }
    let mut places: Vec<Resource> = vec![situation.project.clone(), situation.account.clone()];
    places.extend(situation.below.iter().cloned());
    for _ in 0..=random.below(6) {
        let place = &places[random.below(places.len())];
        let role = if random.below(2) == 0 {
            random.one_of(&PREDEFINED).to_owned()
        } else {
            roles[random.below(roles.len())].clone()
        };
        let member = match random.below(if opens { 6 } else { 4 }) {
            0 | 1 => own.as_str(),
            2 => &shouted,
            3 => random.one_of(&CERTAIN),
            _ => random.one_of(&OPEN),
        };
        let mut world = situation.gcp.world();
        if opens && random.below(4) == 0 {
            let condition = random.one_of(&[
                "request.time < timestamp(\"2020-01-01T00:00:00Z\")",
                "request.time < timestamp(\"2120-01-01T00:00:00Z\")",
                "resource.name.startsWith(\"projects/_/buckets/remotioncloudrun-0\")",
                "resource.type == \"run.googleapis.com/Service\"",
            ]);
            world.bind_if(place, &role, member, condition);
        } else {
            world.bind(place, &role, member);
        }
    }
    situation
}

#[test]
fn what_files_can_settle_they_settle_as_the_cloud_does() {
    let mut numbers = Random(0x9e37_79b9_7f4a_7c15);
    let mut statuses: Vec<String> = Vec::new();
    for _ in 0..40 {
        let situation = random(&mut numbers, false);
        let offline = situation.offline();
        assert_same(&situation.online(), &offline);
        statuses.extend(offline.findings().into_iter().map(|one| one.status));
    }
    // The situations are of every kind.
    for status in ["pass", "fail", "unknown"] {
        let count = statuses.iter().filter(|one| *one == status).count();
        assert!(count > 40, "{status}: {count}");
    }
}

#[test]
fn what_files_leave_open_is_never_settled_wrongly() {
    let mut numbers = Random(0x2545_f491_4f6c_dd1d);
    let mut settled = 0;
    for round in 0..40 {
        let situation = random(&mut numbers, true);
        let online = situation.online();
        // Policies of version 1 hide their conditions.
        let version = if round % 2 == 0 { 3 } else { 1 };
        let offline = situation.offline_in(version);
        assert_sound(&online, &offline);
        settled += with_status(&offline, "pass").len() + with_status(&offline, "fail").len();
    }
    assert!(settled > 100, "{settled}");
}

#[test]
fn the_whole_role_passes_in_both() {
    let mut situation = Situation::new();
    let role = situation.add_role("RemotionSA", &NEEDED);
    let (project, member) = (situation.project.clone(), situation.member());
    situation.gcp.world().bind(&project, &role, &member);
    let offline = situation.offline().expect(0);
    assert_same(&situation.online(), &offline);
    assert_eq!(with_status(&offline, "pass"), NEEDED);
}

#[test]
fn each_lacking_permission_is_seen_in_both() {
    for lacking in NEEDED {
        let mut situation = Situation::new();
        let role = situation.add_role("RemotionSA", &without(lacking));
        situation.add_service("remotion-4-0-461-mem2gi-cpu1-0-t300");
        situation.add_bucket("remotioncloudrun-a");
        let (project, member) = (situation.project.clone(), situation.member());
        situation.gcp.world().bind(&project, &role, &member);
        let offline = situation.offline().expect(1);
        assert_same(&situation.online(), &offline);
        assert_eq!(with_status(&offline, "fail"), [lacking]);
    }
}

#[test]
fn basic_roles_reach_into_buckets_in_both() {
    for role in ["roles/owner", "roles/editor"] {
        let mut situation = Situation::new();
        situation.add_bucket("remotioncloudrun-a");
        situation.add_bucket("remotioncloudrun-b");
        let (project, member) = (situation.project.clone(), situation.member());
        situation.gcp.world().bind(&project, role, &member);
        let offline = situation.offline().expect(0);
        assert_same(&situation.online(), &offline);
    }
}
