use uuid::Uuid;

use super::{
    ImportError, NAMESPACE,
    cells::{address, beacon_type, boolean, duration, known_handle, latitude, longitude, post_name, time, visibility},
    table::{Layout, Row},
};
use crate::{
    domain::{
        beacon::Point,
        post::{MAX_BODY, hashtags},
        text,
    },
    store::import::{StagedBeacon, StagedPost},
};

pub(super) const LAYOUT: Layout = Layout {
    required: &["author", "visibility", "created_at"],
    optional: &[
        "id",
        "parent_id",
        "body",
        "video_url",
        "duration_ms",
        "is_beacon",
        "beacon_type",
        "latitude",
        "longitude",
        "expires_at",
    ],
    dependent: &[("parent_id", "id")],
};

/// A row of `posts.csv`.
pub(super) fn staged(row: &Row<'_>) -> Result<StagedPost, ImportError> {
    let name = if row.has("id") { Some(row.get("id", post_name)?) } else { None };
    let parent = row.find("parent_id", post_name)?;
    let author = row.get("author", known_handle)?;
    let body = row.get("body", |text| text::checked("body", text, MAX_BODY).map_err(|refusal| refusal.message))?;
    let video_url = row.find("video_url", address)?;
    let created_at = row.get("created_at", time)?;
    let beacon = beacon(row)?;
    if body.is_none() && (beacon.is_some() || video_url.is_none()) {
        let problem = if beacon.is_some() { "a beacon needs a text" } else { "a post needs a text or a video" };
        return Err(row.wrong("body", problem));
    }
    if parent.is_some() && (beacon.is_some() || parent == name) {
        let problem = if beacon.is_some() { "a beacon is no reply" } else { "a post cannot reply to itself" };
        return Err(row.wrong("parent_id", problem));
    }
    let text = body.as_deref().unwrap_or_default();
    // One-way, so that the id of a post that somebody may not read does not say what is in it.
    let natural_key = format!("post\n{author}\n{}\n{text}", created_at.timestamp_micros());
    let key = Uuid::new_v5(&NAMESPACE, natural_key.as_bytes());
    Ok(StagedPost {
        line: row.line(),
        key: name.as_ref().map_or(key, |name| Uuid::new_v5(&key, name.as_bytes())),
        name,
        parent,
        tags: hashtags(text),
        author,
        body,
        visibility: row.get("visibility", visibility)?,
        video_url,
        duration_ms: row.find("duration_ms", duration)?,
        beacon,
        expires_at: row.find("expires_at", time)?,
        created_at,
    })
}

/// What makes a row a beacon: a type and a place, which no other row has.
fn beacon(row: &Row<'_>) -> Result<Option<StagedBeacon>, ImportError> {
    if row.find("is_beacon", boolean)?.unwrap_or(false) {
        return Ok(Some(StagedBeacon {
            beacon_type: row.get("beacon_type", beacon_type)?,
            location: Point { latitude: row.get("latitude", latitude)?, longitude: row.get("longitude", longitude)? },
        }));
    }
    for column in ["beacon_type", "latitude", "longitude"] {
        row.find(column, |_| Err::<(), _>("only a beacon has that, and is_beacon is not true".to_owned()))?;
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::{super::table::CsvTable, *};

    const HEADER: &str =
        "author,body,visibility,video_url,duration_ms,is_beacon,beacon_type,latitude,longitude,created_at";

    fn parse(line: &str) -> Result<StagedPost, String> {
        let text = format!("{HEADER}\n{line}\n");
        let mut table =
            CsvTable::new("posts.csv".to_owned(), Box::new(Cursor::new(text.into_bytes())), LAYOUT).unwrap();
        staged(&table.next_row().unwrap().unwrap()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_post_and_a_beacon() {
        let post = parse("Ada,hello #World,followers,,,false,,,,2010-10-12T00:21:28Z").unwrap();
        assert_eq!((post.author.as_str(), post.visibility, post.line), ("ada", "followers", 2));
        assert_eq!(post.tags, ["world"]);
        assert!(post.beacon.is_none());
        let beacon = parse("ada,fire,public,,,true,fire,40.5,-73.25,2010-10-12T00:21:28Z").unwrap().beacon.unwrap();
        assert_eq!((beacon.beacon_type, beacon.location), ("fire", Point { latitude: 40.5, longitude: -73.25 }));
    }

    #[test]
    fn the_id_follows_from_author_time_and_text_alone() {
        let key = |line: &str| parse(line).unwrap().key;
        let one = key("ada,hello,public,,,false,,,,2010-10-12T00:21:28Z");
        assert_eq!(one, key("ADA,hello,only_me,,,false,,,,2010-10-12T02:21:28+02:00"));
        assert_ne!(one, key("ada,hello,public,,,false,,,,2010-10-12T00:21:29Z"));
        assert_ne!(one, key("ada,hello!,public,,,false,,,,2010-10-12T00:21:28Z"));
        assert_ne!(one, key("bob,hello,public,,,false,,,,2010-10-12T00:21:28Z"));
    }

    #[test]
    fn a_fault_is_told_with_its_column() {
        let long = "x".repeat(5_001);
        for (line, problem) in [
            ("ada,,public,,,false,,,,2010-10-12T00:00:00Z", "\"body\": a post needs a text or a video"),
            (
                &format!("ada,{long},public,,,,,,,2010-10-12T00:00:00Z"),
                "\"body\": body may have 5000 characters at most",
            ),
            ("ada,x,public,,-1,,,,,2010-10-12T00:00:00Z", "\"duration_ms\": \"-1\" is not a number of milliseconds"),
            ("ada,x,public,,,true,fire,95.1,0,2010-10-12T00:00:00Z", "\"latitude\": \"95.1\" is not a latitude"),
            ("ada,x,public,,,true,fire,1,,2010-10-12T00:00:00Z", "\"longitude\": \"\" is not a longitude"),
            ("ada,x,public,,,true,ufo,1,1,2010-10-12T00:00:00Z", "\"beacon_type\": \"ufo\" is not a type of beacons"),
            ("ada,x,public,,,false,,1,,2010-10-12T00:00:00Z", "\"latitude\": only a beacon has that"),
            ("ada,x,friends,,,false,,,,2010-10-12T00:00:00Z", "\"visibility\": \"friends\" is none of"),
            ("ada,x,public,ftp://x.example,,,,,,2010-10-12T00:00:00Z", "\"video_url\": \"ftp://x.example\" is not"),
            ("ada,x,public,,,yes,,,,2010-10-12T00:00:00Z", "\"is_beacon\": \"yes\" is neither"),
            ("ada,x,public,,,,,,,yesterday", "\"created_at\": \"yesterday\" is not a time"),
            (",x,public,,,,,,,2010-10-12T00:00:00Z", "\"author\": a handle is needed"),
        ] {
            let error = parse(line).unwrap_err();
            assert!(error.starts_with(&format!("posts.csv: line 2, column {problem}")), "{error}");
        }
    }
}
