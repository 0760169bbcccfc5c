//! Public keys for end-to-end encryption, after the Signal protocol (X3DH, <https://signal.org/docs/specifications/x3dh/>):
//! an identity key, a prekey that it has signed, and one-time prekeys. The server checks and hands out; it never sees a
//! private key.

mod claim;
mod publish;

pub use self::{claim::Bundle, publish::NewKeys};
use crate::{
    domain::{Domain, Error},
    policy::Viewer,
    store,
};

impl Domain {
    /// How many of the viewer's one-time prekeys are left.
    pub async fn prekeys_left(&self, viewer: Viewer) -> Result<i64, Error> {
        let me = viewer.id().ok_or(Error::Unauthenticated)?;
        Ok(store::key::count_left(&self.db, me).await?)
    }
}
