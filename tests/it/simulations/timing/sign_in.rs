//! Refused sign-ins.

use std::{
    fs,
    path::PathBuf,
    sync::{Arc, Mutex},
};

use crate::support::{PASSWORD, TestApp, old_hash};

/// Accounts in every state, and the sign-ins that are refused: who, and with which password.
async fn scene() -> (TestApp, Vec<(&'static str, &'static str)>) {
    let app = TestApp::new().await;
    app.sign_up("model").await;
    let hash = app.database.text("SELECT password_hash FROM accounts").await;
    for state in ["active", "suspended", "banned", "deactivated", "pending_deletion"] {
        let person = app.person(state).await;
        app.account(&person, &format!("{state}@sojorn.example"), &hash).await;
        app.set_state(&person, state).await;
    }
    app.person("imported").await;
    let wrong = "correct horse battery!";
    let refused = vec![
        ("nobody", PASSWORD),
        ("nobody@sojorn.example", PASSWORD),
        ("active", wrong),
        ("active@sojorn.example", wrong),
        ("suspended", PASSWORD),
        ("suspended", wrong),
        ("banned@sojorn.example", PASSWORD),
        ("deactivated", PASSWORD),
        ("pending_deletion", PASSWORD),
        ("imported", PASSWORD),
    ];
    (app, refused)
}

#[tokio::test]
async fn every_refused_sign_in_sends_the_same_statements_and_answers_the_same_bytes() {
    let (app, mut refused) = scene().await;
    let older = app.person("older").await;
    app.account(&older, "older@sojorn.example", &old_hash()).await;
    refused.push(("older", "correct horse battery!"));
    let mut all = Vec::new();
    for (login, password) in refused {
        app.forget_statements();
        let answer = app.sign_in(login, password).await;
        assert_eq!(answer.refusals("signIn"), ["BAD_CREDENTIALS input.password"], "{login}");
        let mut headers = answer.headers;
        headers.remove("x-request-id");
        // How much is left of the budget, which each request makes less.
        headers.remove("ratelimit");
        // By an address or by a handle is what the login says, not what there is.
        let by_handle = |sql: String| sql.replace("accounts.email", "profiles.handle");
        let statements: Vec<_> = app.statements().into_iter().map(|statement| by_handle(statement.sql)).collect();
        assert!(!statements.is_empty(), "{login}");
        all.push((answer.status, headers, answer.body, statements));
    }
    all.dedup();
    assert_eq!(all.len(), 1, "{all:#?}");
}

#[tokio::test]
async fn a_refresh_token_that_is_no_good_does_not_tell_why() {
    let app = TestApp::new().await;
    let spent = app.sign_up("ada").await;
    app.refresh(&spent.refresh).await.data("");
    let suspended = app.sign_up("ben").await;
    app.database.run("UPDATE profiles SET state = 'suspended' WHERE handle = 'ben'").await;
    let old = app.sign_up("cleo").await;
    app.database
        .run(
            "UPDATE refresh_tokens SET expires_at = '2026-01-02' WHERE spent_at IS NULL AND session_id IN
        (SELECT sessions.id FROM sessions JOIN profiles ON profiles.id = profile_id WHERE handle = 'cleo')",
        )
        .await;
    let never = spent.refresh.chars().rev().collect::<String>();
    let mut all = Vec::new();
    for token in [&never, &spent.refresh, &suspended.refresh, &old.refresh] {
        let answer = app.refresh(token).await;
        assert_eq!(answer.refusals("refreshSession"), ["BAD_CREDENTIALS input.refreshToken"]);
        all.push((answer.status, answer.body));
    }
    all.dedup();
    assert_eq!(all.len(), 1, "{all:#?}");
}

/// The processor time that threads of a runtime have used.
#[derive(Clone, Default)]
struct Threads(Arc<Mutex<Vec<PathBuf>>>);

impl Threads {
    /// Counts the thread that calls this.
    fn enlist(&self) {
        let thread = fs::read_link("/proc/thread-self").unwrap();
        self.0.lock().unwrap().push(PathBuf::from("/proc").join(thread).join("schedstat"));
    }

    /// Milliseconds on a processor, of all that are left.
    fn milliseconds(&self) -> f64 {
        let threads = self.0.lock().unwrap();
        let nanoseconds = |path: &PathBuf| {
            let text = fs::read_to_string(path).ok()?;
            text.split(' ').next()?.parse::<f64>().ok()
        };
        threads.iter().filter_map(nanoseconds).sum::<f64>() / 1e6
    }
}

/// Whoever is refused, one password is hashed. The middle of three, in turns; the bound is wide, and one hash less or one
/// more is far beyond it.
#[cfg(target_os = "linux")]
#[test]
fn every_refused_sign_in_hashes_one_password() {
    let threads = Threads::default();
    let enlisted = threads.clone();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .on_thread_start(move || enlisted.enlist())
        // Threads that have ended would be missing from the sum.
        .thread_keep_alive(std::time::Duration::from_mins(10))
        .build()
        .unwrap();
    let measured = runtime.block_on(async {
        let (app, mut refused) = scene().await;
        // As long as there may be, and a password that is hashed at sign-up alone.
        refused.push(("active", "correct horse battery correct horse battery correct horse battery"));
        let mut measured = vec![Vec::new(); refused.len()];
        app.sign_in("nobody", PASSWORD).await;
        for _ in 0..3 {
            for ((login, password), times) in refused.iter().zip(&mut measured) {
                let before = threads.milliseconds();
                app.sign_in(login, password).await.data("");
                times.push(threads.milliseconds() - before);
            }
        }
        refused.into_iter().zip(measured).collect::<Vec<_>>()
    });
    let middle = |times: &Vec<f64>| {
        let mut times = times.clone();
        times.sort_by(f64::total_cmp);
        times[times.len() / 2]
    };
    let unknown = middle(&measured[0].1);
    assert!(unknown > 3.0, "a password is hashed, which takes {unknown} ms");
    for ((login, _), times) in &measured {
        let share = middle(times) / unknown;
        assert!((0.6..1.6).contains(&share), "{login} takes {share} of what nobody takes: {measured:?}");
    }
}
