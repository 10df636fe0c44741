//! Finds what is Remotion's in a project: its buckets and Cloud Run services, by their names.

use std::collections::BTreeSet;

use serde::Deserialize;
use url::Url;

use super::AT_ONCE;
use super::failure::{Denial, Failed, garbled};
use super::session::{Session, What};
use crate::parallel::all;
use crate::text::one_line;

/// The regions that Remotion offers: `GCP_REGIONS` of `@remotion/cloudrun` 4.0.461, and the same in
/// 4.0.215.
pub(super) const REGIONS: [&str; 35] = [
    "asia-east1",
    "asia-east2",
    "asia-northeast1",
    "asia-northeast2",
    "asia-northeast3",
    "asia-south1",
    "asia-south2",
    "asia-southeast1",
    "asia-southeast2",
    "australia-southeast1",
    "australia-southeast2",
    "europe-central2",
    "europe-north1",
    "europe-southwest1",
    "europe-west1",
    "europe-west2",
    "europe-west3",
    "europe-west4",
    "europe-west6",
    "europe-west8",
    "europe-west9",
    "me-west1",
    "northamerica-northeast1",
    "northamerica-northeast2",
    "southamerica-east1",
    "southamerica-west1",
    "us-central1",
    "us-east1",
    "us-east4",
    "us-east5",
    "us-south1",
    "us-west1",
    "us-west2",
    "us-west3",
    "us-west4",
];

/// Remotion's buckets begin with this.
const BUCKETS: &str = "remotioncloudrun-";

/// Remotion's services begin with this.
const SERVICES: &str = "remotion-";

/// A list that has more pages than this is not read to its end, and says so.
const MOST_PAGES: usize = 20;

/// A bucket, with what can break uploads although every permission is held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bucket {
    pub(super) name: String,
    pub(super) uniform_access: bool,
    pub(super) public_access_prevention: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BucketPage {
    #[serde(default)]
    items: Vec<BucketItem>,
    #[serde(default)]
    unreachable: Vec<String>,
    next_page_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BucketItem {
    name: String,
    #[serde(default)]
    iam_configuration: IamConfiguration,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct IamConfiguration {
    uniform_bucket_level_access: Enabled,
    public_access_prevention: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Enabled {
    enabled: bool,
}

impl From<BucketItem> for Bucket {
    fn from(item: BucketItem) -> Self {
        Self {
            name: item.name,
            uniform_access: item.iam_configuration.uniform_bucket_level_access.enabled,
            public_access_prevention: item.iam_configuration.public_access_prevention == "enforced",
        }
    }
}

/// Remotion's buckets of the project
/// ([reference](https://cloud.google.com/storage/docs/json_api/v1/buckets/list)).
pub(super) async fn buckets(session: &Session) -> Result<Vec<Bucket>, Failed> {
    const CALL: &str = "listing buckets";
    let place = format!("project {}", session.project);
    let mut found: Vec<Bucket> = Vec::new();
    let mut pages = Pages::default();
    loop {
        let mut url = address(&session.endpoints.storage, "b")?;
        url.query_pairs_mut()
            .append_pair("project", &session.project)
            .append_pair("prefix", BUCKETS);
        pages.add_to(&mut url);
        let what = What {
            call: CALL,
            place: &place,
        };
        let page: BucketPage = session.read(&url, what).await?;
        whole(CALL, &page.unreachable)?;
        found.extend(
            page.items
                .into_iter()
                .map(Bucket::from)
                .filter(|bucket| bucket.name.starts_with(BUCKETS)),
        );
        if !pages.turn(CALL, page.next_page_token)? {
            return Ok(found);
        }
    }
}

/// One bucket
/// ([reference](https://cloud.google.com/storage/docs/json_api/v1/buckets/get)).
pub(super) async fn bucket(session: &Session, name: &str) -> Result<Bucket, Failed> {
    let url = bucket_address(session, name)?;
    let place = format!("bucket {name}");
    let what = What {
        call: "reading a bucket",
        place: &place,
    };
    let item: BucketItem = session.read(&url, what).await?;
    Ok(item.into())
}

/// The address of a bucket.
pub(super) fn bucket_address(session: &Session, name: &str) -> Result<Url, Failed> {
    let mut url = address(&session.endpoints.storage, "b")?;
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.push(name);
    }
    Ok(url)
}

/// A Cloud Run service.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Service {
    pub(super) region: String,
    pub(super) name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ServicePage {
    #[serde(default)]
    services: Vec<ServiceItem>,
    #[serde(default)]
    unreachable: Vec<String>,
    next_page_token: Option<String>,
}

#[derive(Deserialize)]
struct ServiceItem {
    name: String,
}

/// Remotion's services in these regions.
pub(super) async fn services(
    session: &Session,
    regions: &[String],
) -> Result<Vec<Service>, Failed> {
    let asked = regions.iter().map(|region| async move {
        let answer = services_in(session, region).await;
        (region, answer)
    });
    let mut found = Vec::new();
    for (region, answer) in all(AT_ONCE, asked).await {
        match answer {
            Ok(services) => found.extend(services),
            // Whoever may list the services of a project and not those of one region has a
            // region that the project can't use.
            Err(failed) if failed.denial != Denial::None && regions.len() > 1 => {
                tracing::info!(region, "no services can be listed in this region");
            }
            Err(mut failed) => {
                failed.unknown.detail = format!("in {region}: {}", failed.unknown.detail);
                return Err(failed);
            }
        }
    }
    Ok(found)
}

/// Remotion's services in one region
/// ([reference](https://cloud.google.com/run/docs/reference/rest/v2/projects.locations.services/list)).
async fn services_in(session: &Session, region: &str) -> Result<Vec<Service>, Failed> {
    const CALL: &str = "listing services";
    let path = format!(
        "v2/projects/{}/locations/{region}/services",
        session.project
    );
    let place = format!("region {region}");
    let mut found: Vec<Service> = Vec::new();
    let mut pages = Pages::default();
    loop {
        let mut url = address(&session.endpoints.run, &path)?;
        pages.add_to(&mut url);
        let what = What {
            call: CALL,
            place: &place,
        };
        let page: ServicePage = session.read(&url, what).await?;
        whole(CALL, &page.unreachable)?;
        found.extend(page.services.into_iter().filter_map(|item| {
            let name = item.name.rsplit('/').next().unwrap_or_default();
            name.starts_with(SERVICES).then(|| Service {
                region: region.to_owned(),
                name: name.to_owned(),
            })
        }));
        if !pages.turn(CALL, page.next_page_token)? {
            return Ok(found);
        }
    }
}

/// The address of a path below a service's own.
pub(super) fn address(base: &Url, path: &str) -> Result<Url, Failed> {
    base.join(path)
        .map_err(|error| garbled(path, &format!("can't be asked for: {error}")))
}

/// A list from which places are missing is not whole.
fn whole(call: &str, unreachable: &[String]) -> Result<(), Failed> {
    match unreachable.first() {
        None => Ok(()),
        Some(place) => Err(garbled(
            call,
            &format!("leaves out {}, which could not be reached", one_line(place)),
        )),
    }
}

/// The pages of a list.
#[derive(Default)]
struct Pages {
    next: Option<String>,
    seen: BTreeSet<String>,
}

impl Pages {
    fn add_to(&self, url: &mut Url) {
        if let Some(token) = &self.next {
            url.query_pairs_mut().append_pair("pageToken", token);
        }
    }

    /// Turns to the next page; `false` where there is none. A list that turns in a circle or does
    /// not end is not whole, and what is not whole is no answer.
    fn turn(&mut self, call: &str, next: Option<String>) -> Result<bool, Failed> {
        let Some(next) = next.filter(|token| !token.is_empty()) else {
            return Ok(false);
        };
        if self.seen.len() + 1 >= MOST_PAGES || !self.seen.insert(next.clone()) {
            return Err(garbled(call, "does not come to an end"));
        }
        self.next = Some(next);
        Ok(true)
    }
}
