//! How many calls wait for each other: each round trip is one that people wait for.

use std::time::Duration;

use super::{Cloud, NEEDED, ONLY_PROJECT, PROJECT};
use crate::support::http::{Fault, Matcher, Times};

/// Long enough that calls which are made at the same time wait for their answers at the same time.
const LATENCY: Duration = Duration::from_millis(400);

#[test]
fn behind_the_token_everything_is_asked_at_once() {
    let cloud = Cloud::with(&NEEDED);
    cloud.gcp.server().set_latency(LATENCY);
    cloud.check().run().expect(0);
    let log = cloud.gcp.server().log();
    assert_eq!(log.most_at_once(), log.all().len() - 1, "{:?}", log.all());

    log.clear();
    cloud.check().arguments(["--no-readiness"]).run().expect(0);
    // The token; then the project's test, whose token it is, and the project's number.
    assert_eq!((log.all().len(), log.most_at_once()), (4, 3));
}

#[test]
fn the_levels_below_are_asked_side_by_side() {
    let cloud = Cloud::with(&ONLY_PROJECT);
    cloud.gcp.world().add_role(PROJECT, "All", &NEEDED);
    for resource in [cloud.bucket(), cloud.service(), cloud.account(&cloud.email)] {
        let role = format!("projects/{PROJECT}/roles/All");
        cloud.gcp.world().bind(&resource, &role, &cloud.member());
    }
    cloud.gcp.world().add_bucket(PROJECT, "remotioncloudrun-b");
    cloud.gcp.server().set_latency(LATENCY);
    let named = [
        "--no-readiness",
        "--region",
        super::REGION,
        "--service",
        super::SERVICE,
        "--bucket",
        super::BUCKET,
    ];
    cloud.check().arguments(named).run().expect(0);
    let log = cloud.gcp.server().log();
    // Nothing has to be found first: the account and the service (each tested, and read for being
    // there) and the bucket wait together.
    assert_eq!((log.all().len(), log.most_at_once()), (4 + 5, 5));

    log.clear();
    cloud.check().run().expect(1);
    let regions = Matcher::when(|request| request.path.ends_with("/services"));
    assert_eq!(log.count(&regions), 35);
    assert!(log.most_at_once() >= 35, "{}", log.most_at_once());
}

/// Whose token it is stands in the header only: where nobody answers that, the check goes on.
#[test]
fn an_unreachable_side_look_up_is_tried_once() {
    let cloud = Cloud::with(&NEEDED);
    let asked = Matcher::path("/tokeninfo");
    cloud
        .gcp
        .server()
        .fault(Matcher::path("/tokeninfo"), Fault::Close, Times::All);
    cloud.check().run().expect(0);
    assert_eq!(cloud.gcp.server().log().count(&asked), 1);
}
