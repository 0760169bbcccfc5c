//! Somebody with a private profile and something secret in every place that there is, somebody who has blocked the
//! stranger, and somebody whom everybody may see.

use base64::{Engine, prelude::BASE64_STANDARD_NO_PAD};
use uuid::Uuid;

use crate::support::{Beacon, Person, Post, TestApp};

/// What stands in every text that is for neither the stranger nor who is signed out.
const SECRETS: [&str; 17] = [
    "bio",
    "website",
    "cover",
    "e-mail",
    "password",
    "identity key",
    "public post",
    "followers post",
    "circle post",
    "only me",
    "video",
    "reply",
    "earlier text",
    "signed beacon",
    "reported beacon",
    "key hash",
    "token hash",
];

pub struct Scene {
    pub app: TestApp,
    /// Whose secrets they are.
    pub owner: Person,
    /// Follows the owner, accepted.
    pub follower: Person,
    pub stranger: Person,
    ids: Vec<(&'static str, String)>,
}

impl Scene {
    pub async fn new() -> Self {
        let app = TestApp::new().await;
        let (owner, follower, stranger) =
            (app.private("owner").await, app.person("follower").await, app.person("stranger").await);
        let (open, shunning) = (app.person("open").await, app.person("shunning").await);
        let admirer = app.person("admirer").await;
        app.follow(&follower, &owner, "accepted").await;
        app.follow(&owner, &follower, "accepted").await;
        app.follow(&admirer, &owner, "pending").await;
        app.block(&shunning, &stranger).await;
        let public = app.post(&open, Post::public("open post")).await;
        let video = Post { video_url: Some(url("open-video")), ..Post::public("open video") };
        app.post(&open, video).await;
        let hidden = app.post(&owner, Post::public(&hush("public post"))).await;
        app.post(&owner, Post::of("followers", &hush("followers post"))).await;
        app.post(&owner, Post::of("circle", &hush("circle post"))).await;
        app.post(&owner, Post::of("only_me", &hush("only me"))).await;
        app.post(&open, Post::of("only_me", &hush("only me"))).await;
        app.post(&owner, Post { video_url: Some(url("hush-video")), ..Post::public(&hush("video")) }).await;
        let reply = app.post(&owner, Post { parent: Some(public), ..Post::public(&hush("reply")) }).await;
        // A public reply to a hidden post: it is there, and its parent is not.
        let answer = app.post(&open, Post { parent: Some(hidden), ..Post::public("open answer") }).await;
        let shunned = app.post(&shunning, Post::public("shun post")).await;
        let at = |body: &str| Beacon { body: body.to_owned(), ..Beacon::at(10.0, 10.0) };
        let signed = app.beacon(Beacon { author: Some(owner.id), ..at(&hush("signed beacon")) }).await;
        let anonymous = app.beacon(at("open beacon")).await;
        app.beacon(Beacon { reports: 5, ..at(&hush("reported beacon")) }).await;
        let (session, told) = (Uuid::new_v4(), Uuid::new_v4());
        let [key_hash, token_hash] = ["key hash", "token hash"].map(|secret| format!("'{}'::bytea", hush(secret)));
        app.database
            .run(&format!(
                "UPDATE profiles SET bio = '{}', website = '{}', cover_url = '{}', identity_key = '{}' WHERE id = '{owner}';
                 INSERT INTO accounts (profile_id, email, password_hash) VALUES ('{owner}', '{}@x.example', '{}');
                 INSERT INTO sessions (id, profile_id, created_at) VALUES ('{session}', '{owner}', now());
                 INSERT INTO refresh_tokens (token_hash, session_id, created_at, expires_at)
                     VALUES ({token_hash}, '{session}', now(), now() + interval '1 day');
                 INSERT INTO post_revisions (post_id, revised_at, body) VALUES ('{hidden}', now(), '{}');
                 INSERT INTO notifications (id, recipient_id, actor_id, kind, post_id, created_at)
                     VALUES ('{told}', '{owner}', '{follower}', 'like', '{hidden}', now());
                 INSERT INTO post_likes (post_id, profile_id) VALUES ('{hidden}', '{follower}');
                 UPDATE posts SET tags = '{{hush}}' WHERE body LIKE 'hush%';
                 UPDATE posts SET manage_key_hash = {key_hash} WHERE id = '{anonymous}';",
                hush("bio"),
                url("hush-website"),
                url("hush-cover"),
                hush("identity key"),
                "hush-e-mail",
                hush("password"),
                hush("earlier text"),
                owner = owner.id,
                follower = follower.id,
            ))
            .await;
        let ids = [
            ("OWNER", owner.id),
            ("SHUNNING", shunning.id),
            ("HIDDEN", hidden),
            ("SHUNNED", shunned),
            ("REPLY", reply),
            ("ANSWER", answer),
            ("PUBLIC", public),
            ("SIGNED", signed),
            ("ANONYMOUS", anonymous),
            ("TOLD", told),
        ];
        let ids = ids.into_iter().map(|(name, id)| (name, id.to_string())).collect();
        Self { app, owner, follower, stranger, ids }
    }

    /// Puts the ids of the scene into a text.
    pub fn fill(&self, text: &str) -> String {
        self.ids.iter().fold(text.to_owned(), |text, (name, id)| text.replace(&format!("${name}"), id))
    }

    /// What the answer tells that is not for this viewer, in any of the forms in which it could be written.
    pub fn secrets_in(body: &str, viewer: Option<&Person>) -> impl Iterator<Item = String> {
        let hidden = SECRETS.iter().filter(|secret| {
            let plain = hush(secret);
            let hex = plain.bytes().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
            let base64 = BASE64_STANDARD_NO_PAD.encode(plain.as_bytes());
            let forms = [plain.clone(), plain.replace(' ', "-"), hex, base64[..base64.len() - 2].to_owned()];
            forms.iter().any(|form| body.contains(form))
        });
        let shunned = (viewer.is_some() && body.contains("shun")).then(|| "who has blocked the viewer".to_owned());
        hidden.map(|secret| hush(secret)).chain(shunned).collect::<Vec<_>>().into_iter()
    }
}

fn hush(secret: &str) -> String {
    format!("hush {secret}")
}

fn url(name: &str) -> String {
    format!("https://x.example/{name}")
}
