//! Beacons: what is kept of them, who may end them, which of them a map shows.

mod allowance;
mod anonymity;
mod clusters;
mod creating;
mod listing;
mod managing;
mod voting;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Answer, Person, TestApp};

const FIELDS: &str = "id author { handle } type severity state body imageUrl location { latitude longitude } precision
    radiusMeters confidence isPriority isOfficial vouchCount reportCount viewerVote createdAt expiresAt";

/// Makes a beacon of these fields, and of a text, a type and a place where they are not given.
async fn create<'a>(app: &TestApp, me: impl Into<Option<&'a Person>>, fields: Value) -> Answer {
    let query = format!(
        "mutation($input: CreateBeaconInput!) {{ createBeacon(input: $input) {{
            beacon {{ {FIELDS} }} beaconEdge {{ cursor distanceMeters node {{ id }} }} manageKey
            userErrors {{ code message path }} }} }}"
    );
    let mut input =
        json!({ "body": "mind the gap", "type": "HAZARD", "location": { "latitude": 44.9, "longitude": -93.2 } });
    for (name, value) in fields.as_object().unwrap() {
        input[name] = value.clone();
    }
    app.ask_with(me, &query, json!({ "input": input })).await
}

/// The id and the manage key of a beacon that was made.
fn made(answer: &Answer) -> (Uuid, Option<String>) {
    assert_eq!(answer.refusals("createBeacon"), [""; 0]);
    let id = answer.data("/createBeacon/beacon/id").as_str().unwrap().parse().unwrap();
    (id, answer.data("/createBeacon/manageKey").as_str().map(str::to_owned))
}

/// `resolveBeacon` or `deleteBeacon`.
async fn end<'a>(app: &TestApp, me: impl Into<Option<&'a Person>>, verb: &str, id: Uuid, key: Option<&str>) -> Answer {
    let payload = if verb == "deleteBeacon" { "deletedId" } else { "beacon { id state }" };
    let query = format!(
        "mutation($id: ID!, $key: String) {{ {verb}(input: {{ beaconId: $id, manageKey: $key }}) {{
            {payload} userErrors {{ code message path }} }} }}"
    );
    app.ask_with(me, &query, json!({ "id": id, "key": key })).await
}

/// The beacon by its id.
async fn look_up(app: &TestApp, viewer: Option<&Person>, id: Uuid) -> Value {
    let query = format!("query($id: ID!) {{ beacon(id: $id) {{ {FIELDS} }} }}");
    app.ask_with(viewer, &query, json!({ "id": id })).await.data("/beacon")
}

/// The ids that a map of the surroundings shows, and how many it says that there are.
async fn on_map(app: &TestApp, viewer: Option<&Person>) -> (Value, Value) {
    let query = "{ beacons(area: { circle: { center: { latitude: 44.9, longitude: -93.2 }, radiusMeters: 20000 } }) {
        totalCount nodes { id } } }";
    let answer = app.ask(viewer, query).await;
    let ids: Vec<_> = answer.each("/beacons/nodes", "/id");
    (json!(ids), answer.data("/beacons/totalCount"))
}
