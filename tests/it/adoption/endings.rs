//! Accounts of an adopted database that end: whatever its references do, and whoever has almost the same handle.

use sojorn::domain::account::{Purged, Sanction, Sanctioned};

use super::{adopt, adopted, id, legacy, person};
use crate::{account_endings::places_of, support::TestApp};

const DUE: &str = "UPDATE profiles SET state = 'pending_deletion', delete_after = '2026-02-01' WHERE id = ";

/// References that hold on to their rows, as earlier tools made them, and such as do nothing at all.
#[tokio::test]
async fn adopted_people_are_removed_with_everything_of_theirs() {
    let references = "
        ALTER TABLE follows ADD FOREIGN KEY (follower_id) REFERENCES profiles (id) NOT VALID,
            ADD FOREIGN KEY (following_id) REFERENCES profiles (id) NOT VALID;
        ALTER TABLE posts ADD FOREIGN KEY (author_id) REFERENCES profiles (id) NOT VALID;";
    for before in ["", references] {
        let database = legacy().await;
        database.run(before).await;
        assert!(!adopt(&database).await.1.iter().any(|finding| finding.what.contains("references")));
        let app = TestApp::on(database).await;
        let (ada, others) = (id(1), "SELECT count(*) FROM posts WHERE author_id IS DISTINCT FROM");
        let then = app.database.number(&format!("{others} '{ada}'")).await;
        let table_of_others = "legacy_likes.profile_id".to_owned();
        assert!(app.ask(&person(&app, 1), "{ exportMyData }").await.data("/exportMyData/posts/5").is_object());
        for n in [1, 5, 7] {
            app.database.run(&format!("{DUE} '{}'", id(n))).await;
        }
        assert_eq!(app.domain.purge().await.unwrap(), Purged { removed: 3, failed: 0 });
        // What is in a table that is none of ours is none of our business.
        assert_eq!(places_of(&app.database, ada).await, [table_of_others]);
        for n in [5, 7] {
            assert_eq!(places_of(&app.database, id(n)).await, [""; 0]);
        }
        // Two posts were of the others who went.
        assert_eq!(app.database.number(&format!("{others} '{ada}'")).await, then - 2);
    }
}

#[tokio::test]
async fn references_of_other_tables_that_hold_on_to_people_are_reported() {
    let database = legacy().await;
    database.run("CREATE TABLE invoices (customer uuid REFERENCES profiles (id))").await;
    let findings = adopt(&database).await.1;
    let found: Vec<_> = findings.iter().filter(|finding| finding.what.starts_with("references")).collect();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].rows, 1);
}

/// What is done to one of two who almost have the same handle does not reach the other the next time.
#[tokio::test]
async fn a_sanction_is_for_who_is_written_so_or_for_the_only_one() {
    let app = adopted().await;
    let states =
        "SELECT string_agg(right(id::text, 2) || ' ' || state, ', ' ORDER BY id) FROM profiles WHERE state <> 'active'";
    let done = |state: &str| Sanctioned::Done(state.to_owned());
    for (handle, sanction, outcome, expected) in [
        ("BOB", Sanction::Suspend, Sanctioned::Ambiguous(vec!["Bob".to_owned(), "bob".to_owned()]), ""),
        ("bob", Sanction::Suspend, done("suspended"), "03 suspended"),
        ("bob", Sanction::Suspend, done("suspended"), "03 suspended"),
        ("BOB", Sanction::Suspend, Sanctioned::Ambiguous(vec!["Bob".to_owned(), "bob".to_owned()]), "03 suspended"),
        ("BOB", Sanction::Restore, Sanctioned::Ambiguous(vec!["Bob".to_owned(), "bob".to_owned()]), "03 suspended"),
        ("Bob", Sanction::Restore, Sanctioned::NoAccount, "03 suspended"),
        ("Bob", Sanction::Ban, done("banned"), "02 banned, 03 suspended"),
        ("bob", Sanction::Restore, done("active"), "02 banned"),
        ("Bob", Sanction::Restore, done("active"), ""),
        // Of whom there is one, in any case.
        ("ADA", Sanction::Suspend, done("suspended"), "01 suspended"),
        ("éric", Sanction::Ban, done("banned"), "01 suspended, 09 banned"),
        ("nobody", Sanction::Ban, Sanctioned::NoAccount, "01 suspended, 09 banned"),
    ] {
        assert_eq!(app.domain.sanction(handle, sanction).await.unwrap(), outcome, "{handle} {sanction:?}");
        assert_eq!(app.database.text(states).await, expected, "{handle} {sanction:?}");
    }
}
