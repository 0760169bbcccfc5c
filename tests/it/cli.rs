//! The command line, as its users run it.

use std::process::{Command, Output};

use serde_json::{Value, json};

use crate::support::{Database, Post, SECRET, TestApp};

/// Runs `sojorn` with nothing in its environment but these settings, in a folder without `.env`.
fn sojorn(arguments: &[&str], settings: &[(&str, &str)]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_sojorn"))
        .args(arguments)
        .env_clear()
        .envs(settings.iter().copied())
        .current_dir(std::env::temp_dir())
        .output()
        .unwrap()
}

fn out(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn refusal(output: &Output) -> String {
    assert!(!output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn schema_and_config_need_no_database() {
    assert_eq!(out(&sojorn(&["schema"], &[])), sojorn::graphql::sdl());
    let listing = out(&sojorn(&["config"], &[("JWT_SECRET", SECRET), ("PAGE_SIZE", "7")]));
    assert!(!listing.contains(SECRET) && listing.contains("PAGE_SIZE=7\n"), "{listing}");
    let help = out(&sojorn(&["help"], &[]));
    for command in ["serve", "migrate", "import", "seed", "schema", "token", "profile", "account", "purge", "config"] {
        assert!(help.contains(command), "{help}");
    }
}

#[test]
fn a_wrong_setting_stops_the_start_with_a_sentence() {
    let error = refusal(&sojorn(&["serve"], &[("DATABASE_URL", "postgres://x/y"), ("JWT_SECRET", "short")]));
    assert_eq!(error.lines().count(), 1, "{error}");
    assert!(error.contains("JWT_SECRET: is too short"), "{error}");
    let error = refusal(&sojorn(&["migrate", "up"], &[]));
    assert!(error.contains("DATABASE_URL: is not set"), "{error}");
}

#[tokio::test]
async fn a_database_is_migrated_before_it_is_served() {
    let database = Database::blank().await;
    let settings = [("DATABASE_URL", database.url.as_str()), ("JWT_SECRET", SECRET)];
    let error = refusal(&sojorn(&["serve"], &settings));
    assert!(error.contains("sojorn migrate up"), "{error}");
    assert!(out(&sojorn(&["migrate", "status"], &settings)).contains("missing m20260201_000001_profiles"));
    assert!(out(&sojorn(&["migrate", "up"], &settings)).contains("migrated m20260201_000001_profiles"));
    assert_eq!(out(&sojorn(&["migrate", "up"], &settings)), "the schema is up to date\n");
    assert!(!out(&sojorn(&["migrate", "status"], &settings)).contains("missing"));
}

#[tokio::test]
async fn operators_get_tokens_and_mark_profiles() {
    let app = TestApp::new().await;
    app.private("ada").await;
    let settings = [("DATABASE_URL", app.database.url.as_str()), ("JWT_SECRET", SECRET)];

    assert_eq!(out(&sojorn(&["profile", "official", "Ada", "on"], &settings)), "Ada is official now\n");
    let ask = "{ viewer { profile { handle isOfficial } } }";
    // The command's clock is the machine's.
    app.advance(chrono::Utc::now() - app.now());
    let token = out(&sojorn(&["token", "ADA"], &settings));
    let answer = app.ask_by_token(Some(token.trim()), ask, json!({})).await;
    assert_eq!(answer.data("/viewer/profile"), json!({ "handle": "ada", "isOfficial": true }));

    assert_eq!(out(&sojorn(&["profile", "official", "ada", "off"], &settings)), "ada is not official now\n");
    assert!(refusal(&sojorn(&["token", "nobody"], &settings)).contains("there is no active profile"));
    assert!(refusal(&sojorn(&["profile", "official", "nobody", "on"], &settings)).contains("there is no profile"));
}

#[tokio::test]
async fn a_suspended_account_leaves_at_once_and_comes_back_when_restored() {
    let app = TestApp::new().await;
    let settings = [("DATABASE_URL", app.database.url.as_str()), ("JWT_SECRET", SECRET)];
    let (ada, ben) = (app.person("ada").await, app.person("ben").await);
    let session = app.sign_up("cyd").await;
    let post = app.post(&ada, Post::public("hush")).await;
    app.to_post(&ada, "pinPost", post).await;
    let query = format!(
        "{{ post(id: \"{post}\") {{ id }} profile(by: {{ handle: \"ada\" }}) {{ id }} globalFeed {{ nodes {{ id }} }} }}"
    );
    let before = app.ask(&ben, &query).await.data("");
    for (verb, state) in [("suspend", "suspended"), ("ban", "banned")] {
        assert_eq!(out(&sojorn(&["account", verb, "Ada"], &settings)), format!("Ada is {state} now\n"));
        let gone = json!({ "post": null, "profile": null, "globalFeed": { "nodes": [] } });
        assert_eq!(app.ask(&ben, &query).await.data(""), gone);
        assert_eq!(app.ask(&ada, &query).await.status.as_u16(), 401);
    }
    out(&sojorn(&["account", "restore", "ada"], &settings));
    assert_eq!(app.ask(&ben, &query).await.data(""), before);
    for (verb, handle) in [("restore", "ada"), ("ban", "nobody"), ("restore", "nobody")] {
        assert!(refusal(&sojorn(&["account", verb, handle], &settings)).contains("there is no"), "{verb} {handle}");
    }
    // What hides for another reason is neither opened nor marked by a sanction that ends.
    for state in ["deactivated", "pending_deletion"] {
        app.set_state(&ada, state).await;
        let said = out(&sojorn(&["account", "suspend", "ada"], &settings));
        assert!(said.starts_with(&format!("ada is {state} already")), "{said}");
        assert!(refusal(&sojorn(&["account", "restore", "ada"], &settings)).contains("there is no"));
        assert_eq!(app.ask(&ben, &query).await.data("/profile"), Value::Null);
    }
    // Sessions do not come back.
    assert!(app.is_signed_in(&session.access).await);
    out(&sojorn(&["account", "suspend", "cyd"], &settings));
    out(&sojorn(&["account", "restore", "cyd"], &settings));
    assert!(!app.is_signed_in(&session.access).await);
    assert_eq!(app.refresh(&session.refresh).await.refusals("refreshSession"), ["BAD_CREDENTIALS input.refreshToken"]);
}

#[tokio::test]
async fn operators_purge_and_do_not_bring_back_what_its_owner_has_deleted() {
    let app = TestApp::new().await;
    let settings = [("DATABASE_URL", app.database.url.as_str()), ("JWT_SECRET", SECRET)];
    app.crowd(3).await;
    let wait = "UPDATE profiles SET state = 'pending_deletion', delete_after = now() + interval '1 day'";
    app.database.run(&format!("{wait} WHERE handle <> 'crowd_2'")).await;
    assert_eq!(out(&sojorn(&["purge"], &settings)), "accounts removed: 0\n");
    assert_eq!(out(&sojorn(&["account", "suspend", "crowd_0"], &settings)), "crowd_0 is suspended now\n");
    let restored = "crowd_0 waits for its deletion again, which its owner has asked for\n";
    assert_eq!(out(&sojorn(&["account", "restore", "crowd_0"], &settings)), restored);
    app.database.run("UPDATE profiles SET delete_after = now() - interval '1 s' WHERE handle <> 'crowd_2'").await;
    app.database.run("CREATE TABLE notes (about uuid REFERENCES profiles (id))").await;
    app.database.run("INSERT INTO notes SELECT id FROM profiles WHERE handle = 'crowd_1'").await;
    let error = refusal(&sojorn(&["purge"], &settings));
    assert!(error.contains("could not be removed, for the reasons above: 1") && !error.contains("crowd"), "{error}");
    assert_eq!(
        app.database.text("SELECT string_agg(handle, ' ' ORDER BY handle) FROM profiles").await,
        "crowd_1 crowd_2"
    );
    app.database.run("DROP TABLE notes").await;
    assert_eq!(out(&sojorn(&["purge"], &settings)), "accounts removed: 1\n");
}
