//! Accounts: signing up and in, sessions, and who an access token says is asking.

mod authenticate;
mod change_password;
pub mod passwords;
mod refresh_session;
mod sanction;
mod session;
mod sign_in;
mod sign_out;
mod sign_up;
pub mod tokens;

use entity::ProfileId;

pub use self::{authenticate::Rejection, sanction::Sanction, session::Session, sign_up::NewAccount};
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
