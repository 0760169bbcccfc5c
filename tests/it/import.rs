//! What `sojorn import` takes, refuses and leaves.

mod threads;

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use flate2::{Compression, write::GzEncoder};
use sojorn::domain::import::{self, Count, Table};
use uuid::Uuid;

use crate::support::{Database, data_folder};

const PROFILES: &str = "\
handle,display_name,is_private,is_official,created_at
Ada,Ada Lindqvist,false,false,2026-01-01T00:00:00Z
bob,,true,false,2026-01-02T00:00:00Z
city,\"City, Alerts\",false,true,2026-01-03T00:00:00+01:00
";
const FOLLOWS: &str = "\
follower,following,status,created_at
ada,city,accepted,2026-01-04T00:00:00Z
ada,bob,pending,2026-01-04T00:00:00Z
";
const POSTS: &str = "\
author,body,visibility,video_url,duration_ms,is_beacon,beacon_type,latitude,longitude,expires_at,created_at
ada,\"Two
lines, a \\ and a #Tag\",public,,,false,,,,,2026-01-05T00:00:00Z
ada,Same,public,,,false,,,,,2026-01-05T00:00:01Z
ada,Same,followers,,,false,,,,,2026-01-05T00:00:01Z
bob,,only_me,https://media.example/1.mp4,1500,false,,,,,2026-01-05T00:00:02Z
city,Fire,public,,,true,fire,44.9778,-93.265,2026-01-06T00:00:00Z,2026-01-05T00:00:03Z
";

/// A folder of files, gone at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(profiles: &str, follows: &str, posts: &str) -> Self {
        let folder = Self(std::env::temp_dir().join(format!("sojorn-import-{}", Uuid::new_v4())));
        fs::create_dir(&folder.0).unwrap();
        for (name, text) in [("profiles.csv", profiles), ("follows.csv", follows), ("posts.csv", posts)] {
            fs::write(folder.0.join(name), text).unwrap();
        }
        folder
    }

    /// With likes besides.
    fn with_likes(self, likes: impl AsRef<[u8]>) -> Self {
        fs::write(self.0.join("likes.csv"), likes).unwrap();
        self
    }

    fn compress(&self, name: &str) {
        let text = fs::read(self.0.join(name)).unwrap();
        let mut file =
            GzEncoder::new(fs::File::create(self.0.join(format!("{name}.gz"))).unwrap(), Compression::fast());
        file.write_all(&text).unwrap();
        file.finish().unwrap();
        fs::remove_file(self.0.join(name)).unwrap();
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

async fn run(database: &Database, folder: &Path) -> Result<Vec<Count>, String> {
    import::run(&database.patient().await, folder, &mut |_| ()).await.map_err(|error| error.to_string())
}

/// What is read and added of people, follows, posts and, where they were read, likes.
fn counts<const N: usize>(of: [(u64, u64); N]) -> Vec<Count> {
    let tables = [Table::Profiles, Table::Follows, Table::Posts, Table::Likes].into_iter().zip(of);
    tables.map(|(table, (read, added))| Count { table, read, added }).collect()
}

#[tokio::test]
async fn a_network_is_imported_once_however_often_and_however_compressed() {
    let database = Database::new().await;
    let folder = Folder::new(PROFILES, FOLLOWS, POSTS);
    assert_eq!(run(&database, &folder.0).await, Ok(counts([(3, 3), (2, 2), (5, 5)])));
    let fingerprint = database.fingerprint().await;
    for name in ["profiles.csv", "posts.csv"] {
        folder.compress(name);
        assert_eq!(run(&database, &folder.0).await, Ok(counts([(3, 0), (2, 0), (5, 0)])));
    }
    assert_eq!(database.fingerprint().await, fingerprint);

    let written = "SELECT string_agg(concat_ws('|', handle, replace(body, E'\\n', '~'), visibility, video_url,
        duration_ms, array_to_string(tags, ' '), beacon_type, ST_AsText(location), confidence::text,
        to_char(posts.expires_at AT TIME ZONE 'UTC', 'DD')), E'\\n' ORDER BY posts.created_at, visibility DESC)
        FROM posts JOIN profiles ON profiles.id = author_id";
    assert_eq!(
        database.text(written).await,
        "ada|Two~lines, a \\ and a #Tag|public|tag|0.5\nada|Same|public||0.5\nada|Same|followers||0.5\n\
         bob|only_me|https://media.example/1.mp4|1500||0.5\ncity|Fire|public||fire|POINT(-93.265 44.9778)|0.5|06"
    );
    let people = "SELECT string_agg(concat_ws('|', handle, display_name, is_private, is_official), ' ' ORDER BY handle)
        FROM profiles";
    assert_eq!(database.text(people).await, "ada|Ada Lindqvist|f|f bob|t|f city|City, Alerts|f|t");
    assert_eq!(database.number("SELECT count(*) FROM accounts").await, 0);
}

#[tokio::test]
async fn people_who_are_there_already_are_known_by_their_handle() {
    let database = Database::new().await;
    run(&database, &Folder::new(PROFILES, FOLLOWS, POSTS).0).await.unwrap();
    // The order of columns is free, optional ones may be missing, and nobody of an earlier import has to come again.
    let more = Folder::new(
        "is_private,created_at,handle\r\ntrue,2026-02-01T00:00:00Z,dora\r\ntrue,2026-02-01T00:00:00Z,ADA\r\n",
        "status,following,follower,created_at\naccepted,city,dora,2026-02-02T00:00:00Z\n",
        "created_at,author,visibility,body\n2026-02-03T00:00:00Z,Bob,public,hello",
    );
    assert_eq!(run(&database, &more.0).await, Ok(counts([(2, 1), (1, 1), (1, 1)])));
    let ada =
        "SELECT count(*) FROM profiles WHERE handle = 'ada' AND display_name = 'Ada Lindqvist' AND NOT is_private";
    assert_eq!(database.number(ada).await, 1);

    // Somebody who has a new handle by now is known by the id, which came from the old one.
    database.run("UPDATE profiles SET handle = 'dorothea' WHERE handle = 'dora'").await;
    assert_eq!(run(&database, &more.0).await, Ok(counts([(2, 0), (1, 0), (1, 0)])));
}

/// A handle that has gone to somebody else is not that person's past, and a block stands.
#[tokio::test]
async fn importing_again_joins_nobody_whom_people_have_kept_apart() {
    let database = Database::new().await;
    let folder = Folder::new(PROFILES, FOLLOWS, POSTS);
    run(&database, &folder.0).await.unwrap();
    let pairs = "SELECT string_agg(follower_id::text || following_id::text, ' ' ORDER BY 1) FROM follows";
    let before = database.text(pairs).await;
    database
        .run(
            "UPDATE profiles SET handle = 'old_ada' WHERE handle = 'ada';
             INSERT INTO profiles (id, handle) VALUES (gen_random_uuid(), 'ada');",
        )
        .await;
    run(&database, &folder.0).await.unwrap();
    assert_eq!(database.text(pairs).await, before);
    let newcomer = "SELECT count(*) FROM posts JOIN profiles ON profiles.id = author_id WHERE handle = 'ada'";
    assert_eq!(database.number(newcomer).await, 0);
    database
        .run(
            "INSERT INTO blocks (blocker_id, blocked_id) SELECT following_id, follower_id FROM follows;
             DELETE FROM follows",
        )
        .await;
    run(&database, &folder.0).await.unwrap();
    assert_eq!(database.number("SELECT count(*) FROM follows").await, 0);
}

#[tokio::test]
async fn a_fault_is_told_with_file_line_and_column_and_leaves_nothing() {
    let database = Database::new().await;
    let header = POSTS.lines().next().unwrap();
    let with = |text: &str, row: &str| format!("{text}{row}\n");
    let post = |row: &str| with(POSTS, row);
    for (profiles, follows, posts, message) in [
        (
            PROFILES,
            FOLLOWS,
            &*post("ada,x,public,,,true,fire,95.1,0,,2026-01-05T00:00:00Z"),
            "posts.csv: line 8, column \"latitude\": \"95.1\" is not a latitude",
        ),
        (
            PROFILES,
            FOLLOWS,
            &post("eve,x,public,,,false,,,,,2026-01-05T00:00:00Z"),
            "posts.csv: line 8, column \"author\": \"eve\" is neither in profiles.csv nor in the database",
        ),
        (
            PROFILES,
            FOLLOWS,
            &post("ada,x\0,public,,,false,,,,,2026-01-05T00:00:00Z"),
            "posts.csv: line 8, column \"body\": holds a NUL character",
        ),
        (PROFILES, FOLLOWS, &post("ada,x,public"), "posts.csv: line 8: has 3 columns, and the header 11"),
        (
            PROFILES,
            FOLLOWS,
            &POSTS.replace("is_beacon", "beacon?"),
            "posts.csv: line 1: unknown columns: \"beacon?\". The columns are",
        ),
        (
            PROFILES,
            &with(FOLLOWS, "ada,eve,accepted,2026-01-05T00:00:00Z"),
            POSTS,
            "follows.csv: line 4, column \"following\": \"eve\" is neither",
        ),
        (
            PROFILES,
            &with(FOLLOWS, "ada,Ada,accepted,2026-01-05T00:00:00Z"),
            POSTS,
            "follows.csv: line 4, column \"following\": \"ada\" cannot follow himself",
        ),
        (
            PROFILES,
            &with(FOLLOWS, "ada,city,pending,2026-01-05T00:00:00Z"),
            POSTS,
            "follows.csv: line 4, column \"following\": this pair is in line 2 already",
        ),
        (
            PROFILES,
            &with(FOLLOWS, "bob,city,friends,2026-01-05T00:00:00Z"),
            POSTS,
            "follows.csv: line 4, column \"status\": \"friends\" is neither accepted nor pending",
        ),
        (
            &with(PROFILES, "bOb,,false,false,2026-01-05T00:00:00Z"),
            FOLLOWS,
            POSTS,
            "profiles.csv: line 5, column \"handle\": this handle is in line 3 already",
        ),
        (
            &with(PROFILES, "admin,,false,false,2026-01-05T00:00:00Z"),
            FOLLOWS,
            POSTS,
            "profiles.csv: line 5, column \"handle\": \"admin\": this handle is reserved",
        ),
        (
            &with(PROFILES, "dora,,no,false,2026-01-05T00:00:00Z"),
            FOLLOWS,
            POSTS,
            "profiles.csv: line 5, column \"is_private\": \"no\" is neither true nor false",
        ),
        (
            PROFILES,
            FOLLOWS,
            &format!("{header},visibility\n"),
            "posts.csv: line 1: the column \"visibility\" is there twice",
        ),
    ] {
        let error = run(&database, &Folder::new(profiles, follows, posts).0).await.unwrap_err();
        assert!(error.starts_with(message), "{error}");
    }
    let rows = "SELECT (SELECT count(*) FROM profiles) + (SELECT count(*) FROM follows) + (SELECT count(*) FROM posts)";
    assert_eq!(database.number(rows).await, 0);
}

#[tokio::test]
async fn files_that_are_missing_doubled_or_cut_off_are_told() {
    let database = Database::new().await;
    let folder = Folder::new(PROFILES, FOLLOWS, POSTS);
    folder.compress("posts.csv");
    let compressed = folder.0.join("posts.csv.gz");
    fs::write(folder.0.join("posts.csv"), POSTS).unwrap();
    let error = run(&database, &folder.0).await.unwrap_err();
    assert!(error.starts_with("posts.csv: is there twice, also as posts.csv.gz"), "{error}");

    fs::remove_file(folder.0.join("posts.csv")).unwrap();
    let bytes = fs::read(&compressed).unwrap();
    fs::write(&compressed, &bytes[..bytes.len() - 20]).unwrap();
    let error = run(&database, &folder.0).await.unwrap_err();
    assert!(error.starts_with("posts.csv.gz: cannot be read beyond line"), "{error}");

    fs::remove_file(&compressed).unwrap();
    let error = run(&database, &folder.0).await.unwrap_err();
    assert!(error.starts_with("posts.csv: is not in ") && error.contains("(nor is posts.csv.gz)"), "{error}");
    assert_eq!(database.number("SELECT count(*) FROM profiles").await, 0);
}

#[tokio::test]
async fn a_real_network_is_imported_in_some_seconds() {
    let Some(folder) = data_folder("gowalla-nyc") else { return };
    let database = Database::new().await;
    assert_eq!(run(&database, &folder).await, Ok(counts([(7_115, 7_115), (26_993, 26_993), (138_957, 138_957)])));
    assert_eq!(run(&database, &folder).await, Ok(counts([(7_115, 0), (26_993, 0), (138_957, 0)])));
    assert_eq!(database.number("SELECT count(*) FROM posts WHERE is_beacon AND location IS NOT NULL").await, 69_206);
}
