//! Three beacons an hour and person, signed or not.

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{create, made};
use crate::support::TestApp;

const REFUSED: [&str; 1] = ["LIMIT_REACHED input"];

async fn beacons(app: &TestApp) -> i64 {
    app.database.number("SELECT count(*) FROM posts WHERE is_beacon").await
}

#[tokio::test]
async fn signed_and_anonymous_ones_count_together_and_per_person() {
    let app = TestApp::new().await;
    let (ada, ben) = (app.person("ada").await, app.person("ben").await);
    for anonymous in [true, false, true] {
        made(&create(&app, &app.again(&ada), json!({ "anonymous": anonymous })).await);
        app.advance(TimeDelta::minutes(10));
    }
    let (ada, ben) = (app.again(&ada), app.again(&ben));
    for anonymous in [true, false] {
        let fourth = create(&app, &ada, json!({ "anonymous": anonymous })).await;
        assert_eq!(fourth.refusals("createBeacon"), REFUSED);
        assert_eq!(fourth.data("/createBeacon/beacon"), Value::Null);
        assert_eq!(fourth.data("/createBeacon/manageKey"), Value::Null);
    }
    assert_eq!(beacons(&app).await, 3);
    made(&create(&app, &ben, json!({})).await);
    // The hour of the first is over: one more, and not two. (Times are kept in ten minutes, rounded up.)
    app.advance(TimeDelta::minutes(40));
    let ada = app.again(&ada);
    made(&create(&app, &ada, json!({})).await);
    assert_eq!(create(&app, &ada, json!({})).await.refusals("createBeacon"), REFUSED);
}

#[tokio::test]
async fn no_hour_has_more_than_three_and_ten_minutes_more_are_enough_for_three() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let mut made: Vec<DateTime<Utc>> = Vec::new();
    for step in 0..70 {
        app.advance(TimeDelta::seconds(60 * (3 + step % 7) + 13));
        let ada = app.again(&ada);
        let within = |minutes: i64| made.iter().filter(|at| **at > app.now() - TimeDelta::minutes(minutes)).count();
        let (hour, more) = (within(60), within(70));
        if create(&app, &ada, json!({})).await.refusals("createBeacon").is_empty() {
            assert!(hour < 3, "a fourth within the hour before {}", app.now());
            made.push(app.now());
        } else {
            assert!(more >= 3, "only {more} within 70 minutes before {}", app.now());
        }
    }
    assert!(made.len() > 15, "{}", made.len());
}

#[tokio::test]
async fn twenty_at_the_same_time_make_three() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let requests = (0..20).map(|n| create(&app, &ada, json!({ "anonymous": n % 2 == 0 })));
    let answers = join_all(requests).await;
    let (done, refused): (Vec<_>, Vec<_>) =
        answers.iter().map(|answer| answer.refusals("createBeacon")).partition(Vec::is_empty);
    assert_eq!(done.len(), 3);
    assert!(refused.iter().all(|refusals| *refusals == REFUSED), "{refused:?}");
    assert_eq!(beacons(&app).await, 3);
}

#[tokio::test]
async fn aliases_are_no_way_around_it() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    let input = "{ body: \"x\", type: NOISE, location: { latitude: 1, longitude: 1 } }";
    let field = |n| format!("b{n}: createBeacon(input: {input}) {{ beacon {{ id }} userErrors {{ code }} }}");
    let query = format!("mutation {{ {} }}", (0..5).map(field).collect::<Vec<_>>().join(" "));
    let answer = app.ask(&ada, &query).await;
    let errors: Vec<_> = (0..5).map(|n| answer.data(&format!("/b{n}/userErrors"))).collect();
    let refused = json!([{ "code": "LIMIT_REACHED" }]);
    assert_eq!(errors, [json!([]), json!([]), json!([]), refused.clone(), refused]);
}
