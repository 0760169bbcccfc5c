//! The clusters of these tests do what they are told.

use crate::support::{Cluster, Stop};

#[tokio::test]
async fn a_cluster_keeps_what_it_has_committed_however_it_stops() {
    let cluster = Cluster::with(&[("work_mem", "7MB")]).await;
    let database = cluster.blank_database().await;
    assert_eq!(database.text("SELECT current_setting('work_mem')").await, "7MB");
    database.run("CREATE TABLE kept (n int)").await;
    for (n, how) in [(1, Stop::Fast), (2, Stop::Immediate)] {
        database.run(&format!("INSERT INTO kept VALUES ({n})")).await;
        cluster.restart(how).await;
        assert_eq!(database.number("SELECT count(*) FROM kept").await, n);
    }
    cluster.config(&[("work_mem", "9MB")]);
    cluster.reload().await;
    assert!(cluster.log().contains("database system was not properly shut down"), "{}", cluster.log());
}

#[tokio::test]
async fn a_standby_follows_its_cluster_and_can_take_its_place() {
    let cluster = Cluster::new().await;
    let database = cluster.blank_database().await;
    database.run("CREATE TABLE kept (n int)").await;
    let standby = cluster.standby(&[]).await;
    let follower = standby.same(&database).await;
    database.run("INSERT INTO kept VALUES (1)").await;
    while follower.number("SELECT count(*) FROM kept").await == 0 {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert_eq!(follower.text("SELECT pg_is_in_recovery()").await, "true");
    cluster.stop(Stop::Immediate).await;
    standby.promote().await;
    follower.run("INSERT INTO kept VALUES (2)").await;
}
