//! Accounts: signing up and in, sessions, who an access token says is asking, and how an account ends.

mod authenticate;
mod change_password;
mod confirm;
mod delete;
mod export;
pub mod passwords;
mod purge;
mod refresh_session;
mod sanction;
mod session;
mod sign_in;
mod sign_out;
mod sign_up;
pub mod tokens;

use entity::ProfileId;

pub use self::{
    authenticate::{Admission, Rejection},
    purge::Purged,
    sanction::{Sanction, Sanctioned},
    session::Session,
    sign_up::NewAccount,
};
use crate::{
    domain::{Domain, Error},
    policy::Viewer,
    store,
};

impl Domain {
    /// The viewer's own e-mail address. Imported people have none.
    pub async fn email(&self, viewer: Viewer) -> Result<String, Error> {
        let me: ProfileId = viewer.id().ok_or(Error::Unauthenticated)?;
        Ok(store::account::email(&self.db, me).await?.unwrap_or_default())
    }
}
