//! Everything that is stored about a person, as one JSON object, made by PostgreSQL in one statement: one picture of one
//! moment, whatever happens meanwhile.
//!
//! What is the viewer's own is there as it is stored, also what nobody else sees. What others have made, and who they
//! are, goes through the rule: what the viewer may not see is left out, so that nobody learns from an export who has
//! blocked whom, or that something is still there.

use chrono::{DateTime, Utc};
use entity::ProfileId;
use sea_orm::{FromQueryResult, QueryTrait};

use super::{StoreError, account, db::Executor, geo, notification, own_list::OwnList, scope, sql::Sql};
use crate::policy::Viewer;

/// Everything about the viewer. A table that comes to hold something about people gets its section here, and
/// `tests/it/account_endings` asks for it.
pub async fn of(db: &impl Executor, viewer: Viewer, me: ProfileId, now: DateTime<Utc>) -> Result<String, StoreError> {
    let mut sql = scope::with_visible_posts(scope::posts(viewer, now));
    sql.text(" SELECT json_build_object('exportedAt', ").bind(now).text("::timestamptz");
    profile(&mut sql, me);
    account::export(&mut sql, me);
    keys(&mut sql, me);
    posts(&mut sql, me, "posts", "is_beacon IS NOT TRUE", POST);
    posts(&mut sql, me, "beacons", "is_beacon", BEACON);
    follows(&mut sql, viewer, me, "following", ["follower_id", "following_id"]);
    follows(&mut sql, viewer, me, "followers", ["following_id", "follower_id"]);
    own_list(&mut sql, me, "circle", OwnList::Circle);
    own_list(&mut sql, me, "blockedProfiles", OwnList::Blocked);
    marks(&mut sql, me, "likes", "post_likes");
    marks(&mut sql, me, "reactions", "post_reactions");
    marks(&mut sql, me, "saves", "post_saves");
    marks(&mut sql, me, "hides", "post_hides");
    votes(&mut sql, viewer, me, now);
    mentions(&mut sql, me);
    notification::export(&mut sql, viewer, me, now);
    sql.text(")::text AS json");
    Ok(db.one::<Export>(sql).await?.map(|row| row.json).unwrap_or_default())
}

#[derive(FromQueryResult)]
struct Export {
    json: String,
}

fn profile(sql: &mut Sql, me: ProfileId) {
    sql.text(
        ", 'profile', (SELECT json_build_object('id', id, 'handle', handle, 'displayName', display_name, 'bio', bio,",
    );
    sql.text(" 'website', website, 'avatarUrl', avatar_url, 'coverUrl', cover_url, 'isPrivate', is_private,");
    sql.text(" 'isOfficial', is_official, 'state', state, 'deleteAfter', delete_after, 'signedOutAt', signed_out_at,");
    sql.text(" 'createdAt', created_at) FROM profiles WHERE id = ").bind(me).text(")");
}

/// The public keys. Of those that are handed out once each, how many are left.
fn keys(sql: &mut Sql, me: ProfileId) {
    sql.text(", 'keys', json_build_object('identityKey', (SELECT identity_key FROM profiles WHERE id = ").bind(me);
    sql.text(
        "), 'bundle', (SELECT json_build_object('registrationId', registration_id, 'signedPrekeyId', signed_prekey_id,",
    );
    // PostgreSQL breaks base64 into lines.
    sql.text(" 'signedPrekey', encode(signed_prekey, 'base64'), 'signedPrekeySignature',");
    sql.text(" translate(encode(signed_prekey_signature, 'base64'), chr(10), ''),");
    sql.text(" 'publishedAt', published_at) FROM key_bundles WHERE profile_id = ").bind(me);
    sql.text("), 'oneTimePrekeyCount', (SELECT count(*) FROM one_time_prekeys WHERE claimed_at IS NULL");
    sql.text(" AND profile_id = ").bind(me).text("))");
}

const POST: &str = "'durationMs', duration_ms, 'parentId', (SELECT id FROM visible WHERE visible.id = posts.parent_id), \
     'allowReplies', allow_replies, 'isPinned', is_pinned";
const BEACON: &str = "'type', beacon_type, 'severity', severity, 'state', beacon_state, 'precision', precision_level, \
     'radiusMeters', radius_meters, 'vouchCount', vouch_count, 'reportCount', report_count";
const EARLIER_TEXTS: &str = "(SELECT COALESCE(json_agg(json_build_object('body', earlier.body, 'revisedAt', \
     earlier.revised_at) ORDER BY earlier.revised_at), '[]') FROM post_revisions AS earlier WHERE earlier.post_id = posts.id)";

/// What the viewer wrote, also what is hidden, deleted or expired, with the earlier texts. Anonymous beacons are nobody's.
fn posts(sql: &mut Sql, me: ProfileId, name: &str, which: &str, kind: &str) {
    let place = geo::place_as_json();
    let fields = format!(
        "'id', id, 'body', body, 'imageUrl', image_url, 'videoUrl', video_url, 'thumbnailUrl', thumbnail_url, \
         'visibility', visibility, 'status', status, 'tags', to_json(tags), {kind}, 'location', {place}, \
         'createdAt', created_at, 'editedAt', edited_at, 'expiresAt', expires_at, 'deletedAt', deleted_at, \
         'earlierTexts', {EARLIER_TEXTS}"
    );
    list(sql, name, &fields, "created_at, id");
    sql.text(" FROM posts WHERE author_id = ").bind(me).text(" AND ").text(which).text(")");
}

/// Follows and requests, of and by the viewer. Words that are none of ours open nothing, and say nothing.
fn follows(sql: &mut Sql, viewer: Viewer, me: ProfileId, name: &str, [mine, theirs]: [&str; 2]) {
    let fields =
        "'id', profiles.id, 'handle', profiles.handle, 'status', follows.status, 'createdAt', follows.created_at";
    list(sql, name, fields, "follows.created_at, profiles.id");
    sql.text(" FROM follows JOIN profiles ON profiles.id = follows.").text(theirs).text(" WHERE follows.").text(mine);
    sql.text(" = ").bind(me).text(" AND follows.status IN ('accepted', 'pending') AND ");
    sql.condition(scope::profile_is_visible(viewer)).text(")");
}

/// The viewer's own lists of people. Whose lists the viewer is in is not told.
fn own_list(sql: &mut Sql, me: ProfileId, name: &str, which: OwnList) {
    let fields = "'id', profiles.id, 'handle', profiles.handle, 'createdAt', listed.created_at";
    list(sql, name, fields, "listed.created_at, profiles.id");
    sql.text(" FROM (");
    scope::own_list(sql, which, me);
    sql.text(") AS listed JOIN profiles ON profiles.id = listed.id WHERE ");
    sql.condition(scope::profile_is_visible(which.seen_by(me))).text(")");
}

/// What the viewer has left on posts that the viewer may see.
fn marks(sql: &mut Sql, me: ProfileId, name: &str, table: &str) {
    let emoji = if table == "post_reactions" { "'emoji', mark.emoji, " } else { "" };
    let fields = format!("'postId', mark.post_id, {emoji}'createdAt', mark.created_at");
    list(sql, name, &fields, "mark.created_at, mark.post_id");
    sql.text(" FROM ").text(table).text(" AS mark JOIN visible ON visible.id = mark.post_id WHERE mark.profile_id = ");
    sql.bind(me).text(")");
}

/// Where others have named the viewer, as far as the viewer may see it.
fn mentions(sql: &mut Sql, me: ProfileId) {
    let fields = "'postId', visible.id, 'authorId', visible.author_id, 'createdAt', visible.created_at";
    list(sql, "mentions", fields, "visible.created_at, visible.id");
    sql.text(" FROM post_mentions AS mention JOIN visible ON visible.id = mention.post_id WHERE mention.profile_id = ");
    sql.bind(me).text(")");
}

/// What the viewer says of beacons that the viewer may see.
fn votes(sql: &mut Sql, viewer: Viewer, me: ProfileId, now: DateTime<Utc>) {
    let fields = "'beaconId', voted.beacon_id, 'vote', voted.vote, 'createdAt', voted.created_at";
    list(sql, "votes", fields, "voted.created_at, voted.beacon_id");
    sql.text(" FROM beacon_votes AS voted JOIN (").select(&scope::beacons(viewer, now).into_query());
    sql.text(") AS seen ON seen.id = voted.beacon_id WHERE voted.profile_id = ").bind(me).text(")");
}

/// Starts a list of objects with these fields, in this order. The caller says from where, and closes it.
pub(super) fn list(sql: &mut Sql, name: &str, fields: &str, order: &str) {
    sql.text(", '").text(name).text("', (SELECT COALESCE(json_agg(json_build_object(").text(fields);
    sql.text(") ORDER BY ").text(order).text("), '[]')");
}
