//! Public keys for end-to-end encryption.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use base64::{Engine, prelude::BASE64_STANDARD};
use futures_util::future::join_all;
use ring::signature::{Ed25519KeyPair, KeyPair};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Answer, Person, TestApp};

fn base64(bytes: impl AsRef<[u8]>) -> String {
    BASE64_STANDARD.encode(bytes)
}

/// Keys of the identity with this seed, with one-time prekeys of these numbers.
pub fn keys(seed: u8, numbers: impl IntoIterator<Item = u32>) -> Value {
    let identity = Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap();
    let signed = [seed.wrapping_add(1); 32];
    let one_time = numbers.into_iter().map(|number| {
        let mut key = [0; 32];
        key[..4].copy_from_slice(&number.to_be_bytes());
        key[4] = seed;
        json!({ "keyId": number, "publicKey": base64(key) })
    });
    json!({
        "identityKey": base64(identity.public_key()), "registrationId": 77, "signedPrekeyId": 5,
        "signedPrekey": base64(signed), "signedPrekeySignature": base64(identity.sign(&signed)),
        "oneTimePrekeys": one_time.collect::<Vec<_>>(),
    })
}

pub async fn publish(app: &TestApp, me: &Person, input: &Value) -> Answer {
    let query = "mutation($input: PublishKeysInput!) { publishKeys(input: $input) {
        viewer { oneTimePrekeyCount } userErrors { code message path } } }";
    app.ask_with(me, query, json!({ "input": input })).await
}

async fn claim(app: &TestApp, me: &Person, other: Uuid) -> Answer {
    let query = "mutation($id: ID!) { claimKeyBundle(input: { profileId: $id }) {
        bundle { profile { handle } identityKey registrationId signedPrekey { keyId publicKey signature }
                 oneTimePrekey { keyId publicKey } }
        userErrors { code message path } } }";
    app.ask_with(me, query, json!({ "id": other })).await
}

fn number(answer: &Answer) -> Option<i64> {
    answer.data("/claimKeyBundle/bundle/oneTimePrekey")["keyId"].as_i64()
}

#[tokio::test]
async fn a_bundle_holds_what_was_published_and_each_prekey_once() {
    let app = TestApp::new().await;
    let (ada, ben) = (app.person("ada").await, app.person("ben").await);
    assert_eq!(claim(&app, &ben, ada.id).await.refusals("claimKeyBundle"), ["CONFLICT input.profileId"]);
    let published = keys(1, 10..12);
    assert_eq!(publish(&app, &ada, &published).await.data("/publishKeys/viewer/oneTimePrekeyCount"), json!(2));
    let bundle = claim(&app, &ben, ada.id).await.data("/claimKeyBundle/bundle");
    let expected = json!({
        "profile": { "handle": "ada" }, "identityKey": published["identityKey"], "registrationId": 77,
        "signedPrekey": { "keyId": 5, "publicKey": published["signedPrekey"],
                          "signature": published["signedPrekeySignature"] },
        "oneTimePrekey": published["oneTimePrekeys"][0],
    });
    assert_eq!(bundle, expected);
    assert_eq!(number(&claim(&app, &ben, ada.id).await), Some(11));
    assert_eq!(number(&claim(&app, &ben, ada.id).await), None, "a bundle without");
    // One that was handed out is not handed out again, though it is published again.
    assert_eq!(publish(&app, &ada, &keys(1, 11..13)).await.data("/publishKeys/viewer/oneTimePrekeyCount"), json!(1));
    assert_eq!(number(&claim(&app, &ben, ada.id).await), Some(12));
    // A new identity begins anew.
    assert_eq!(publish(&app, &ada, &keys(2, 10..13)).await.data("/publishKeys/viewer/oneTimePrekeyCount"), json!(3));
    assert_eq!(number(&claim(&app, &ben, ada.id).await), Some(10));
}

/// A number that nobody got is the owner's to use again; one that somebody got stands for that key.
#[tokio::test]
async fn a_number_stands_for_one_key_once_it_was_handed_out() {
    let app = TestApp::new().await;
    let (ada, ben) = (app.person("ada").await, app.person("ben").await);
    publish(&app, &ada, &keys(1, 10..12)).await;
    let mut changed = keys(1, 10..12);
    for key in changed["oneTimePrekeys"].as_array_mut().unwrap() {
        key["publicKey"] = json!(base64([9; 32]));
    }
    assert_eq!(publish(&app, &ada, &changed).await.data("/publishKeys/viewer/oneTimePrekeyCount"), json!(2));
    let handed_out = claim(&app, &ben, ada.id).await.data("/claimKeyBundle/bundle/oneTimePrekey");
    assert_eq!(handed_out, changed["oneTimePrekeys"][0]);
    let before = app.database.fingerprint().await;
    let refused = publish(&app, &ada, &keys(1, 10..13)).await;
    assert_eq!(refused.refusals("publishKeys"), ["CONFLICT input.oneTimePrekeys"]);
    assert_eq!(app.database.fingerprint().await, before);
    assert_eq!(publish(&app, &ada, &changed).await.refusals("publishKeys"), [""; 0]);
    assert_eq!(number(&claim(&app, &ben, ada.id).await), Some(11));
}

/// Who installs the client anew has lost the private keys, also when the identity was kept.
#[tokio::test]
async fn a_new_installation_begins_anew() {
    let app = TestApp::new().await;
    let (ada, ben) = (app.person("ada").await, app.person("ben").await);
    publish(&app, &ada, &keys(1, 10..14)).await;
    assert_eq!(number(&claim(&app, &ben, ada.id).await), Some(10));
    let mut again = keys(1, 10..12);
    again["registrationId"] = json!(78);
    again["oneTimePrekeys"][0]["publicKey"] = json!(base64([9; 32]));
    assert_eq!(publish(&app, &ada, &again).await.data("/publishKeys/viewer/oneTimePrekeyCount"), json!(2));
    let bundle = claim(&app, &ben, ada.id).await.data("/claimKeyBundle/bundle");
    assert_eq!((&bundle["registrationId"], &bundle["oneTimePrekey"]), (&json!(78), &again["oneTimePrekeys"][0]));
}

/// Two installations that alternate: what somebody got from one of them is not handed out when it comes back.
#[tokio::test]
async fn nobody_gets_a_prekey_again_that_comes_back_with_its_installation() {
    let app = TestApp::new().await;
    let (ada, ben) = (app.person("ada").await, app.person("ben").await);
    let first = keys(1, 10..13);
    let mut second = keys(1, 10..12);
    second["registrationId"] = json!(78);
    for key in second["oneTimePrekeys"].as_array_mut().unwrap() {
        key["publicKey"] = json!(base64(&key["publicKey"].as_str().unwrap()[..32]));
    }
    publish(&app, &ada, &first).await;
    assert_eq!(number(&claim(&app, &ben, ada.id).await), Some(10));
    assert_eq!(publish(&app, &ada, &second).await.data("/publishKeys/viewer/oneTimePrekeyCount"), json!(2));
    assert_eq!(number(&claim(&app, &ben, ada.id).await), Some(10), "another key of the same number");
    assert_eq!(publish(&app, &ada, &first).await.data("/publishKeys/viewer/oneTimePrekeyCount"), json!(2));
    for expected in [Some(11), Some(12), None] {
        assert_eq!(number(&claim(&app, &ben, ada.id).await), expected);
    }
}

#[tokio::test]
async fn there_is_no_bundle_across_a_block_or_of_oneself() {
    let app = TestApp::new().await;
    let (ada, ben) = (app.person("ada").await, app.person("ben").await);
    publish(&app, &ada, &keys(1, 0..3)).await;
    app.must(&ada, "block", &ben).await;
    assert_eq!(claim(&app, &ben, ada.id).await.refusals("claimKeyBundle"), ["NOT_FOUND input.profileId"]);
    assert_eq!(claim(&app, &ada, ada.id).await.refusals("claimKeyBundle"), ["NOT_ALLOWED input.profileId"]);
    assert_eq!(claim(&app, &ben, Uuid::new_v4()).await.refusals("claimKeyBundle"), ["NOT_FOUND input.profileId"]);
    assert_eq!(app.database.number("SELECT count(*) FROM one_time_prekeys WHERE claimed_at IS NULL").await, 3);
}

#[tokio::test]
async fn keys_that_are_none_leave_nothing_behind() {
    let app = TestApp::new().await;
    let ada = app.person("ada").await;
    publish(&app, &ada, &keys(1, 0..150)).await;
    let before = app.database.fingerprint().await;
    let other = keys(9, []);
    let long: Vec<_> = keys(1, 1_000..1_201)["oneTimePrekeys"].as_array().unwrap().clone();
    let wrong = [
        ("identityKey", json!(""), "INVALID input.identityKey"),
        ("identityKey", json!("\u{0}"), "INVALID input.identityKey"),
        ("identityKey", json!(base64([1; 31])), "INVALID input.identityKey"),
        ("identityKey", other["identityKey"].clone(), "INVALID input.signedPrekeySignature"),
        ("signedPrekey", json!(base64([1; 33])), "INVALID input.signedPrekey"),
        ("signedPrekey", json!(base64([9; 32])), "INVALID input.signedPrekeySignature"),
        ("signedPrekeySignature", json!(base64([0; 64])), "INVALID input.signedPrekeySignature"),
        ("signedPrekeySignature", json!(base64([0; 63])), "INVALID input.signedPrekeySignature"),
        ("registrationId", json!(-1), "INVALID input.registrationId"),
        ("registrationId", json!(16_384), "INVALID input.registrationId"),
        ("signedPrekeyId", json!(1 << 24), "INVALID input.signedPrekeyId"),
        ("oneTimePrekeys", json!([{ "keyId": -1, "publicKey": base64([1; 32]) }]), "INVALID input.oneTimePrekeys"),
        ("oneTimePrekeys", json!([{ "keyId": 1, "publicKey": "!" }]), "INVALID input.oneTimePrekeys"),
        ("oneTimePrekeys", json!([long[0], long[0]]), "INVALID input.oneTimePrekeys"),
        ("oneTimePrekeys", json!(long), "LIMIT_REACHED input.oneTimePrekeys"),
        ("oneTimePrekeys", json!(long[..51]), "LIMIT_REACHED input.oneTimePrekeys"),
    ];
    for (field, value, refusal) in wrong {
        let mut input = keys(1, []);
        input[field] = value;
        assert_eq!(publish(&app, &ada, &input).await.refusals("publishKeys"), [refusal], "{field}");
    }
    assert_eq!(app.database.fingerprint().await, before);
    let mut last = keys(1, []);
    last["oneTimePrekeys"] = json!(long[..50]);
    assert_eq!(publish(&app, &ada, &last).await.data("/publishKeys/viewer/oneTimePrekeyCount"), json!(200));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_thousand_claims_of_a_hundred_keys() {
    let app = Arc::new(TestApp::new().await);
    let ada = app.person("ada").await;
    let people = app.crowd(20).await;
    publish(&app, &ada, &keys(1, 0..100)).await;
    // Each of the 100 has ten to make, all of them at the same time.
    let workers = (0..100_usize).map(|worker| {
        let (app, me, owner) = (Arc::clone(&app), people[worker % 20].clone(), ada.id);
        tokio::spawn(async move {
            let mut numbers = Vec::new();
            for _ in 0..10 {
                let answer = claim(&app, &me, owner).await;
                assert!(!answer.data("/claimKeyBundle/bundle").is_null(), "{}", answer.body);
                numbers.push(number(&answer));
            }
            numbers
        })
    });
    let all: Vec<_> = join_all(workers).await.into_iter().flat_map(|numbers| numbers.unwrap()).collect();
    let claimed: Vec<_> = all.iter().flatten().collect();
    assert_eq!((all.len(), claimed.len(), claimed.iter().collect::<HashSet<_>>().len()), (1_000, 100, 100));
}

/// No bundle mixes what was published before with what is published meanwhile, and no key goes to two people.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn claims_while_identities_change() {
    const IDENTITIES: u8 = 12;
    let app = Arc::new(TestApp::new().await);
    let ada = app.person("ada").await;
    let people = app.crowd(6).await;
    publish(&app, &ada, &keys(0, 0..10)).await;
    let publisher = {
        let (app, ada) = (Arc::clone(&app), ada.clone());
        tokio::spawn(async move {
            for seed in 1..=IDENTITIES {
                // Twice: the second time, the same keys again and more.
                for numbers in [0..10, 0..20] {
                    assert_eq!(publish(&app, &ada, &keys(seed, numbers)).await.refusals("publishKeys"), [""; 0]);
                }
            }
        })
    };
    let identity: HashMap<_, _> =
        (0..=IDENTITIES).map(|seed| (keys(seed, [])["identityKey"].to_string(), seed)).collect();
    let workers = people.into_iter().map(|me| {
        let (app, owner, identity) = (Arc::clone(&app), ada.id, identity.clone());
        tokio::spawn(async move {
            let mut claimed = Vec::new();
            loop {
                let bundle = claim(&app, &me, owner).await.data("/claimKeyBundle/bundle");
                let seed = identity[&bundle["identityKey"].to_string()];
                if let Some(key) = bundle["oneTimePrekey"]["publicKey"].as_str() {
                    let key = BASE64_STANDARD.decode(key).unwrap();
                    assert_eq!(key[4], seed, "a key of another identity");
                    claimed.push(key);
                } else if seed == IDENTITIES {
                    return claimed;
                }
            }
        })
    });
    let claimed: Vec<_> = join_all(workers).await.into_iter().flat_map(|keys| keys.unwrap()).collect();
    publisher.await.unwrap();
    assert!(claimed.len() > 10, "{}", claimed.len());
    assert_eq!(claimed.iter().collect::<HashSet<_>>().len(), claimed.len());
}
