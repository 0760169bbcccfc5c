//! Search beside a model that does the same the long way: it looks at everything there is.

use std::collections::BTreeSet;

use serde_json::Value;

use super::all;
use crate::support::{Person, TestApp};

/// Names of a few letters, so that most things are found in more than one way, and by more than one page.
const SCENE: &str = "
    INSERT INTO profiles (handle, display_name, is_private, state)
    SELECT translate(to_char(n, 'FM0000'), '0123456789', 'kalomirend') || n % 3,
           CASE WHEN n % 5 > 0 THEN translate(to_char(n * 7919 % 10000, 'FM0000'), '0123456789', 'Kalo iAEnd') END,
           n % 4 = 0, CASE WHEN n % 11 = 0 THEN 'suspended' ELSE 'active' END
    FROM generate_series(1, 400) AS n;
    INSERT INTO posts (author_id, body, visibility, tags, created_at)
    SELECT id, handle || ' kalo ' || COALESCE(display_name, ''), CASE WHEN number % 3 = 0 THEN 'followers' ELSE 'public' END,
           ARRAY[left(handle, 3), handle], timestamptz '2026-02-01' + (number % 300) * interval '1 min'
    FROM (SELECT *, row_number() OVER (ORDER BY handle) AS number FROM profiles) AS numbered";

/// The whole list, by the words of the product: profiles and hashtags by beginning, what is alike, posts by word; each
/// with the number of the way that it is found on.
async fn expected(app: &TestApp, text: &str) -> Vec<(String, String)> {
    let find = format!(
        "WITH person AS (
             SELECT id, handle, lower(handle) AS a, lower(display_name) AS b, is_private,
                    round(1000 * (1 - word_similarity('{text}', handle || ' ' || COALESCE(display_name, '')))) AS missing
             FROM profiles WHERE state = 'active'),
         post AS (SELECT posts.* FROM posts JOIN person ON person.id = author_id
                  WHERE visibility = 'public' AND NOT person.is_private),
         alike AS (SELECT * FROM person WHERE missing <= 400 AND NOT starts_with(a, '{text}')
                   AND NOT COALESCE(starts_with(b, '{text}'), false) AND length('{text}') > 2
                   ORDER BY missing, id LIMIT 100),
         found AS (
             SELECT 1 AS way, a COLLATE \"C\" AS name, NULL::numeric AS missing, NULL::timestamptz AS at, id, '@' || handle AS word
             FROM person WHERE starts_with(a, '{text}')
             UNION ALL SELECT DISTINCT 2, tag, NULL::numeric, NULL::timestamptz, NULL::uuid, '#' || tag
             FROM post, unnest(tags) AS tag WHERE starts_with(tag, '{text}')
             UNION ALL SELECT 3, b, NULL, NULL, id, '@' || handle
             FROM person WHERE starts_with(b, '{text}') AND NOT starts_with(a, '{text}')
             UNION ALL SELECT 4, NULL, missing, NULL, id, '@' || handle FROM alike
             UNION ALL SELECT 5, NULL, NULL, created_at, id, body FROM post
             WHERE '{text}' = ANY(regexp_split_to_array(lower(body), '[^a-z0-9]+')))
         SELECT string_agg(way || ' ' || word, E'\\n' ORDER BY way, name, missing, at DESC,
                           CASE WHEN way < 5 THEN id END, id DESC) FROM found"
    );
    let lines = app.database.text(&find).await;
    lines.lines().filter_map(|line| line.split_once(' ')).map(|(way, word)| (way.to_owned(), word.to_owned())).collect()
}

#[tokio::test]
async fn every_page_size_gives_the_whole_list_once() {
    let app = TestApp::new().await;
    let reader: Person = app.person("zzz").await;
    app.database.run(SCENE).await;
    let mut seen = BTreeSet::new();
    for (text, sizes) in [
        ("kalo", &[1, 7, 100][..]),
        ("k", &[7, 100]),
        ("kal", &[7, 100]),
        ("lo", &[7]),
        ("elan", &[1, 7]),
        ("nkal", &[1, 7]),
        ("xyz", &[1]),
    ] {
        let (ways, expected): (BTreeSet<_>, Vec<_>) = expected(&app, text).await.into_iter().unzip();
        seen.extend(ways);
        for &size in sizes {
            for viewer in [None, Some(&reader)] {
                let found = all(&app, viewer, text, Value::Null, size).await;
                assert_eq!(found, expected, "{text} by {size}");
            }
        }
    }
    assert_eq!(seen.len(), 5, "not all ways were gone: {seen:?}");
}
