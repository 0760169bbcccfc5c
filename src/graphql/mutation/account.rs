use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};

use crate::{
    domain::account::{self as domain, NewAccount},
    graphql::{
        ViewerContext,
        arguments::viewer_context,
        error::{UserError, outcome},
        types::Viewer,
    },
};

/// Who wants to join.
#[derive(InputObject)]
pub struct SignUpInput {
    /// The e-mail address. Nobody else sees it.
    email: String,
    /// The password: 8 characters or more, 256 bytes at most.
    password: String,
    /// The handle: 3 to 30 of a to z, 0 to 9, `_` and `.`; upper case is made lower.
    handle: String,
    /// The name to show instead of the handle, up to 50 characters.
    display_name: Option<String>,
}

/// Who wants to come in.
#[derive(InputObject)]
pub struct SignInInput {
    /// E-mail address or handle.
    login: String,
    /// The password.
    password: String,
}

/// A session to go on with.
#[derive(InputObject)]
pub struct RefreshSessionInput {
    /// The refresh token. It can be used once; a second use ends the session.
    refresh_token: String,
}

/// A session to end.
#[derive(InputObject)]
pub struct SignOutInput {
    /// The refresh token of the session.
    refresh_token: Option<String>,
    /// Whether every session of the person is to end.
    #[graphql(default_with = "Some(false)")]
    everywhere: Option<bool>,
}

/// The old password and the new one.
#[derive(InputObject)]
pub struct ChangePasswordInput {
    /// The password until now.
    current_password: String,
    /// The password from now on: 8 characters or more, 256 bytes at most.
    new_password: String,
}

/// Who really wants to go.
#[derive(InputObject)]
pub struct DeleteAccountInput {
    /// The viewer's password, once more.
    password: String,
}

/// What a signed-in person holds.
#[derive(SimpleObject)]
pub struct Session {
    /// Goes into `Authorization: Bearer ...` of each request.
    access_token: String,
    /// When the access token runs out: after 15 minutes.
    access_token_expires_at: DateTime<Utc>,
    /// Gets the next session, once, within 30 days.
    refresh_token: String,
    /// Who signed in.
    viewer: Viewer,
}

/// A session, or why there is none.
#[derive(SimpleObject)]
pub struct SessionPayload {
    /// The session; null when there is none.
    session: Option<Session>,
    /// Why not.
    user_errors: Vec<UserError>,
}

/// Whether the session ended.
#[derive(SimpleObject)]
pub struct SignOutPayload {
    /// Why not.
    user_errors: Vec<UserError>,
}

/// From when on the account is gone for good, or why it is not.
#[derive(SimpleObject)]
pub struct DeleteAccountPayload {
    /// Until then, signing in brings the account back; null when it was not deleted.
    delete_after: Option<DateTime<Utc>>,
    /// Why not.
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub struct AccountMutation;

#[Object]
impl AccountMutation {
    /// Makes an account and signs it in.
    async fn sign_up(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who wants to join.")] input: SignUpInput,
    ) -> Result<SessionPayload> {
        let vc = viewer_context(ctx)?;
        let SignUpInput { email, password, handle, display_name } = input;
        let new = NewAccount { email, password, handle, display_name };
        payload(&vc, vc.domain().sign_up(vc.address(), new, vc.once(ctx).as_ref()).await)
    }

    /// Signs in. The answer to a wrong password, an unknown account and a suspended one is the same.
    async fn sign_in(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who wants to come in.")] input: SignInInput,
    ) -> Result<SessionPayload> {
        let vc = viewer_context(ctx)?;
        payload(&vc, vc.domain().sign_in(vc.address(), &input.login, input.password).await)
    }

    /// Spends a refresh token for the next pair of tokens.
    async fn refresh_session(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The session to go on with.")] input: RefreshSessionInput,
    ) -> Result<SessionPayload> {
        let vc = viewer_context(ctx)?;
        payload(&vc, vc.domain().refresh_session(&input.refresh_token).await)
    }

    /// Ends the session of a refresh token, or every session of its owner. Without a token, `everywhere` ends those of
    /// the viewer.
    async fn sign_out(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The session to end.")] input: SignOutInput,
    ) -> Result<SignOutPayload> {
        let vc = viewer_context(ctx)?;
        let everywhere = input.everywhere.unwrap_or_default();
        let done = vc.domain().sign_out(vc.viewer(), input.refresh_token.as_deref(), everywhere).await;
        Ok(SignOutPayload { user_errors: outcome(done)?.1 })
    }

    /// Replaces the viewer's password. Every session ends, and a new one begins.
    async fn change_password(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The old password and the new one.")] input: ChangePasswordInput,
    ) -> Result<SessionPayload> {
        let vc = viewer_context(ctx)?;
        let ChangePasswordInput { current_password, new_password } = input;
        payload(&vc, vc.domain().change_password(vc.viewer(), current_password, new_password).await)
    }

    /// Deletes the viewer's account. From now on it and all that it has made exist for nobody, and every session is over.
    /// Signing in within 14 days brings it back; after that it is removed for good.
    async fn delete_account(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The password, once more.")] input: DeleteAccountInput,
    ) -> Result<DeleteAccountPayload> {
        let vc = viewer_context(ctx)?;
        let (delete_after, user_errors) = outcome(vc.domain().delete_account(vc.viewer(), input.password).await)?;
        Ok(DeleteAccountPayload { delete_after, user_errors })
    }
}

fn payload(
    vc: &ViewerContext,
    session: std::result::Result<domain::Session, crate::domain::Failure>,
) -> Result<SessionPayload> {
    let (session, user_errors) = outcome(session)?;
    let session = session.and_then(|session| {
        // What is under the session is seen by who signed in, not by who asked.
        let viewer = Viewer::of(&vc.of(session.viewer))?;
        Some(Session {
            access_token: session.access_token,
            access_token_expires_at: session.access_token_expires_at,
            refresh_token: session.refresh_token,
            viewer,
        })
    });
    Ok(SessionPayload { session, user_errors })
}
