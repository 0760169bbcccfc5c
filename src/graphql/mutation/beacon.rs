use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};

use super::DeletePayload;
use crate::{
    domain::beacon::NewBeacon,
    graphql::{
        arguments::{id_input, viewer_context},
        error::{UserError, api_error, outcome, signed_in},
        types::{Beacon, BeaconEdge, BeaconPrecision, BeaconSeverity, BeaconType, BeaconVote, GeoPointInput, Url},
    },
};

/// What others nearby should know.
#[derive(InputObject)]
pub struct CreateBeaconInput {
    /// What it says, up to 5,000 characters.
    body: String,
    /// What it is about.
    #[graphql(name = "type")]
    beacon_type: BeaconType,
    /// Where it is. Only what `precision` leaves of it is stored.
    location: GeoPointInput,
    /// How bad it is.
    #[graphql(default_with = "Some(BeaconSeverity::Medium)")]
    severity: Option<BeaconSeverity>,
    /// How exact the stored place is.
    #[graphql(default_with = "Some(BeaconPrecision::Neighborhood)")]
    precision: Option<BeaconPrecision>,
    /// Whether nobody is to know who made it, us included.
    #[graphql(default_with = "Some(true)")]
    anonymous: Option<bool>,
    /// Where the picture is.
    image_url: Option<Url>,
    /// How far around the place it matters, in metres, from 1 to 50,000; 500 unless said.
    radius_meters: Option<i32>,
    /// After how many minutes it leaves: 240 at most and unless said; signed by an official profile, up to 7 days.
    expires_in_minutes: Option<i32>,
}

/// A beacon to resolve.
#[derive(InputObject)]
pub struct ResolveBeaconInput {
    /// The id of the beacon.
    beacon_id: ID,
    /// The key that was shown when the beacon was made. Not needed by its signed author.
    manage_key: Option<String>,
    /// Whether it never was so.
    #[graphql(default_with = "Some(false)")]
    false_alarm: Option<bool>,
}

/// Which beacon.
#[derive(InputObject)]
pub struct BeaconIdInput {
    /// The id of the beacon.
    beacon_id: ID,
}

/// What the viewer says of which beacon.
#[derive(InputObject)]
pub struct VoteBeaconInput {
    /// The id of the beacon.
    beacon_id: ID,
    /// What the viewer says of it.
    vote: BeaconVote,
}

/// A beacon to delete.
#[derive(InputObject)]
pub struct ManageBeaconInput {
    /// The id of the beacon.
    beacon_id: ID,
    /// The key that was shown when the beacon was made. Not needed by its signed author.
    manage_key: Option<String>,
}

/// A new beacon, or why there is none.
#[derive(SimpleObject)]
pub struct CreateBeaconPayload {
    /// The beacon; null when there is none.
    beacon: Option<Beacon>,
    /// The beacon as an item of a list; its distance is 0, from its own place.
    beacon_edge: Option<BeaconEdge>,
    /// What resolves or deletes an anonymous beacon. Shown once; only its hash is kept.
    manage_key: Option<String>,
    /// Why there is none.
    user_errors: Vec<UserError>,
}

/// A beacon after the change, or why it was not changed.
#[derive(SimpleObject)]
pub struct BeaconPayload {
    /// The beacon as it is now; null when nothing was changed, and when the viewer's report has hidden it.
    beacon: Option<Beacon>,
    /// Why not.
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub struct BeaconMutation;

#[Object]
impl BeaconMutation {
    /// Makes a beacon. Three an hour is all.
    async fn create_beacon(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What others nearby should know.")] input: CreateBeaconInput,
    ) -> Result<CreateBeaconPayload> {
        let vc = viewer_context(ctx)?;
        signed_in(&vc)?;
        let place = input.location.checked("input.location").map_err(|error| api_error(&error))?;
        let new = NewBeacon {
            body: input.body,
            beacon_type: input.beacon_type.into(),
            severity: input.severity.unwrap_or(BeaconSeverity::Medium).into(),
            place,
            precision: input.precision.unwrap_or(BeaconPrecision::Neighborhood).into(),
            anonymous: input.anonymous.unwrap_or(true),
            image_url: input.image_url.map(Url::into_text),
            radius_meters: input.radius_meters,
            expires_in_minutes: input.expires_in_minutes,
        };
        let (created, user_errors) = outcome(vc.domain().create_beacon(vc.viewer(), new, vc.once(ctx).as_ref()).await)?;
        let Some(created) = created else {
            return Ok(CreateBeaconPayload { beacon: None, beacon_edge: None, manage_key: None, user_errors });
        };
        let beacon_edge = BeaconEdge {
            cursor: vc.domain().beacon_cursor(&created.beacon),
            distance_meters: 0.0,
            node: Beacon::new(vc.clone(), created.beacon.clone()),
        };
        Ok(CreateBeaconPayload {
            beacon: Some(Beacon::new(vc, created.beacon)),
            beacon_edge: Some(beacon_edge),
            manage_key: created.manage_key,
            user_errors,
        })
    }

    /// Says that a beacon holds, or that it does not, in the place of what the viewer said before. The same again changes
    /// nothing. Nobody else learns who said it.
    async fn vote_beacon(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the viewer says of which beacon.")] input: VoteBeaconInput,
    ) -> Result<BeaconPayload> {
        let vc = viewer_context(ctx)?;
        signed_in(&vc)?;
        let changed = match id_input("beaconId", &input.beacon_id) {
            Ok(id) => vc.domain().vote_beacon(vc.viewer(), id, input.vote.into()).await,
            Err(refused) => Err(refused),
        };
        let (row, user_errors) = outcome(changed)?;
        Ok(BeaconPayload { beacon: row.flatten().map(|row| Beacon::new(vc, row)), user_errors })
    }

    /// Takes back what the viewer says of a beacon. Doing it again changes nothing.
    async fn unvote_beacon(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which beacon.")] input: BeaconIdInput,
    ) -> Result<BeaconPayload> {
        let vc = viewer_context(ctx)?;
        signed_in(&vc)?;
        let changed = match id_input("beaconId", &input.beacon_id) {
            Ok(id) => vc.domain().unvote_beacon(vc.viewer(), id).await,
            Err(refused) => Err(refused),
        };
        let (row, user_errors) = outcome(changed)?;
        Ok(BeaconPayload { beacon: row.flatten().map(|row| Beacon::new(vc, row)), user_errors })
    }

    /// Says that a beacon is over, or never was so. It leaves the map.
    async fn resolve_beacon(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which beacon.")] input: ResolveBeaconInput,
    ) -> Result<BeaconPayload> {
        let vc = viewer_context(ctx)?;
        let false_alarm = input.false_alarm.unwrap_or_default();
        let key = input.manage_key.as_deref();
        let changed = match id_input("beaconId", &input.beacon_id) {
            Ok(id) => vc.domain().resolve_beacon(vc.viewer(), id, key, false_alarm).await,
            Err(refused) => Err(refused),
        };
        let (row, user_errors) = outcome(changed)?;
        Ok(BeaconPayload { beacon: row.map(|row| Beacon::new(vc, row)), user_errors })
    }

    /// Deletes a beacon. It is gone for everybody.
    async fn delete_beacon(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which beacon.")] input: ManageBeaconInput,
    ) -> Result<DeletePayload> {
        let vc = viewer_context(ctx)?;
        let key = input.manage_key.as_deref();
        let deleted = match id_input("beaconId", &input.beacon_id) {
            Ok(id) => vc.domain().delete_beacon(vc.viewer(), id, key).await,
            Err(refused) => Err(refused),
        };
        DeletePayload::of(deleted)
    }
}
