use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use entity::{PostId, ProfileId};
use hmac::Mac;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{Beacon, BeaconType, Point, Precision, Severity, cell::stored_point};
use crate::{
    domain::{Domain, Error, Failure, Refusal, RefusalCode, cursor::keyed, once::Once, post::MAX_BODY, text},
    policy::Viewer,
    store,
};

const DEFAULT_RADIUS_METERS: i32 = 500;
const MAX_RADIUS_METERS: i32 = 50_000;
/// How long a beacon lives unless its author says shorter.
const LIFE_MINUTES: i32 = 4 * 60;
/// How long a beacon of an official profile may live.
const OFFICIAL_LIFE_MINUTES: i32 = 7 * 24 * 60;

/// What a person wants others nearby to know.
#[derive(Clone, Debug)]
pub struct NewBeacon {
    /// What it says.
    pub body: String,
    /// What it is about.
    pub beacon_type: BeaconType,
    /// How bad it is.
    pub severity: Severity,
    /// Where it is. Only [`stored_point`] of it is kept.
    pub place: Point,
    /// How exact the kept point is.
    pub precision: Precision,
    /// Whether nobody is to know who made it.
    pub anonymous: bool,
    /// Where its picture is, a checked address.
    pub image_url: Option<String>,
    /// How far around it matters, in metres.
    pub radius_meters: Option<i32>,
    /// After how many minutes it leaves.
    pub expires_in_minutes: Option<i32>,
}

/// A new beacon and, when it is anonymous, the key to it.
#[derive(Clone, Debug)]
pub struct Created {
    /// The beacon.
    pub beacon: Beacon,
    /// Shown once; only its hash is kept.
    pub manage_key: Option<String>,
}

impl Domain {
    /// Makes a beacon. Of an anonymous one nothing is kept that could name its author: no author, a random id, a time
    /// cut to the minute. It is made `once`, if the request can come again.
    pub async fn create_beacon(&self, viewer: Viewer, new: NewBeacon, once: Option<&Once>) -> Result<Created, Failure> {
        let me = viewer.id().ok_or(Error::Unauthenticated)?;
        if let Some(made) = self.earlier(once).await? {
            return self.beacon_again(viewer, &made).await;
        }
        let profile = store::profile::by_id(&self.db, viewer, me).await?;
        // A profile without a handle (an adopted row) exists for nobody, and makes nothing either.
        let is_official = profile.ok_or(Error::Unauthenticated)?.is_official;
        let (body, life) = check(&new, is_official)?;

        let now = self.now();
        if !self.take_allowance(me, now).await? {
            self.metrics().overspent("beacons");
            let message = format!("{} beacons an hour is all; try again later", self.beacons_per_hour);
            return Err(Failure::Refused(vec![Refusal {
                code: RefusalCode::LimitReached,
                message,
                path: vec!["input"],
            }]));
        }
        let created_at = if new.anonymous { now.duration_trunc(TimeDelta::minutes(1)).unwrap_or(now) } else { now };
        let id = PostId(if new.anonymous { self.random.opaque_id() } else { self.random.time_ordered_id(now) });
        let manage_key = new.anonymous.then(|| self.random.key());
        let row = store::geo::NewBeacon {
            id,
            author: (!new.anonymous).then_some(me),
            body,
            image_url: new.image_url,
            beacon_type: new.beacon_type.word(),
            severity: new.severity.word(),
            location: stored_point(new.place, new.precision),
            precision: new.precision.word(),
            radius_meters: new.radius_meters.unwrap_or(DEFAULT_RADIUS_METERS),
            manage_key_hash: manage_key.as_deref().map(hash_of_key),
            created_at,
            expires_at: created_at + life,
        };
        // What is shown once is part of the result.
        let result = [id.0.as_bytes(), manage_key.as_deref().unwrap_or_default().as_bytes()].concat();
        let made = self
            .db
            .retrying(|| async {
                let tx = self.db.begin().await?;
                if let Some(made) = self.unless_made(&tx, once, &result).await? {
                    return Ok(Err(made));
                }
                store::geo::insert(&tx, row.clone()).await?;
                let beacon = store::geo::by_ids(&tx, viewer, now, &[id]).await?.pop();
                let beacon = beacon.ok_or(Error::Unauthenticated)?;
                tx.commit().await?;
                Ok::<_, Failure>(Ok(beacon))
            })
            .await?;
        match made {
            Ok(beacon) => Ok(Created { beacon, manage_key }),
            Err(made) => {
                // The same request, at the same time: it counts once.
                store::geo::give_back(&self.db, &self.allowance_of(me), slot_of(now)).await?;
                self.beacon_again(viewer, &made).await
            }
        }
    }

    /// What was answered when the request came first, as the beacon is now.
    async fn beacon_again(&self, viewer: Viewer, made: &[u8]) -> Result<Created, Failure> {
        let (id, key) = made.split_first_chunk::<16>().ok_or_else(Failure::made_and_gone)?;
        let beacon = store::geo::by_ids(&self.db, viewer, self.now(), &[PostId(Uuid::from_bytes(*id))]).await?.pop();
        let manage_key = Some(String::from_utf8_lossy(key).into_owned()).filter(|key| !key.is_empty());
        Ok(Created { beacon: beacon.ok_or_else(Failure::made_and_gone)?, manage_key })
    }

    /// Counts one more beacon for a person. The person is written down as a keyed hash, and the time rounded up to ten
    /// minutes, so that what is written tells nobody which beacons are theirs.
    async fn take_allowance(&self, me: ProfileId, now: DateTime<Utc>) -> Result<bool, Failure> {
        let person = self.allowance_of(me);
        let counted = self
            .db
            .retrying(|| store::geo::allowance(&self.db, &person, now, slot_of(now), self.beacons_per_hour))
            .await?;
        Ok(counted)
    }

    /// What stands for a person where beacons are counted.
    pub(in crate::domain) fn allowance_of(&self, person: ProfileId) -> Vec<u8> {
        let mut mac = keyed(&self.person_key);
        mac.update(person.0.as_bytes());
        mac.finalize().into_bytes().to_vec()
    }
}

/// The ten minutes that a beacon is counted in, by their end.
fn slot_of(now: DateTime<Utc>) -> DateTime<Utc> {
    now.duration_trunc(TimeDelta::minutes(10)).unwrap_or(now) + TimeDelta::minutes(10)
}

/// What is kept of a manage key.
pub(super) fn hash_of_key(key: &str) -> Vec<u8> {
    Sha256::digest(key.as_bytes()).to_vec()
}

fn check(new: &NewBeacon, is_official: bool) -> Result<(String, TimeDelta), Failure> {
    let mut refusals = Vec::new();
    let mut refuse = |code, field, message: &str| refusals.push(Refusal::new(code, field, message));
    let body = text::checked("body", &new.body, MAX_BODY)?.unwrap_or_default();
    if body.is_empty() {
        refuse(RefusalCode::Invalid, "body", "a beacon needs a text");
    }
    if new.precision == Precision::Exact && new.anonymous {
        refuse(
            RefusalCode::NotAllowed,
            "precision",
            "an exact place needs a signature: choose BLOCK or NEIGHBORHOOD, or anonymous: false",
        );
    }
    if new.radius_meters.is_some_and(|radius| !(1..=MAX_RADIUS_METERS).contains(&radius)) {
        refuse(RefusalCode::Invalid, "radiusMeters", "the radius must be between 1 and 50000 metres");
    }
    // What only an official profile can have would name it.
    let longest = if is_official && !new.anonymous { OFFICIAL_LIFE_MINUTES } else { LIFE_MINUTES };
    let life = new.expires_in_minutes.unwrap_or(LIFE_MINUTES);
    if !(1..=longest).contains(&life) {
        refuse(
            RefusalCode::Invalid,
            "expiresInMinutes",
            "a beacon lives between a minute and 4 hours, a signed one of an official profile up to 7 days",
        );
    }
    if refusals.is_empty() { Ok((body, TimeDelta::minutes(life.into()))) } else { Err(Failure::Refused(refusals)) }
}
