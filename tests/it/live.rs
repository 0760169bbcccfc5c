//! Live transport: what is delivered to whom, and how it is said.

mod at_once;
mod budgets;
mod clients;
mod delivery;
mod events;
mod held;
mod instances;
mod nats;
mod protocol;
mod resume;

use serde_json::Value;
use uuid::Uuid;

use crate::support::{Answer, Beacon, Person, TestApp};

/// Watches the surroundings of [`HERE`].
const WATCH: &str = "subscription { beaconChanged(area: { circle: { center: { latitude: 44.9, longitude: -93.2 },
    radiusMeters: 20000 } }) { kind beaconId beacon { id body state vouchCount viewerVote author { handle } } } }";
const HOME: &str = "subscription { homeFeedPostAdded { id body author { handle } } }";
const TOLD: &str = "subscription { notificationReceived { id kind isRead actor { handle } post { body } } }";
const HERE: (f64, f64) = (44.9, -93.2);

fn here(body: &str) -> Beacon {
    Beacon { body: body.to_owned(), ..Beacon::at(HERE.0, HERE.1) }
}

/// A mutation with this input, as GraphQL writes it; it must not be refused.
async fn mutate<'a>(app: &TestApp, me: impl Into<Option<&'a Person>>, verb: &str, input: &str) -> Answer {
    let query = format!("mutation {{ {verb}(input: {{ {input} }}) {{ userErrors {{ code message }} }} }}");
    let answer = app.ask(me, &query).await;
    assert_eq!(answer.refusals(verb), [""; 0], "{}", answer.body);
    answer
}

async fn vote(app: &TestApp, me: &Person, beacon: Uuid, vote: &str) {
    mutate(app, me, "voteBeacon", &format!("beaconId: \"{beacon}\", vote: {vote}")).await;
}

/// What a `BeaconEvent` says in short: its kind and the text of its beacon.
fn told(data: &Value) -> (String, Option<String>) {
    let event = &data["beaconChanged"];
    let text = |value: &Value| value.as_str().map(str::to_owned);
    (text(&event["kind"]).unwrap(), text(&event["beacon"]["body"]))
}

fn event(kind: &str, body: &str) -> (String, Option<String>) {
    (kind.to_owned(), Some(body.to_owned()))
}

fn gone(kind: &str) -> (String, Option<String>) {
    (kind.to_owned(), None)
}
