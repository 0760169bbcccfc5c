use entity::ProfileId;

use super::passwords::Verdict;
use crate::{
    domain::{
        Domain, Error, Failure, RefusalCode,
        budget::{Ration, Subject},
    },
    store::{self, Tx},
};

/// What the viewer's password was checked against.
pub(super) struct Confirmed(String);

impl Domain {
    /// Checks that it is the viewer who asks for something that cannot be taken back, by the password in this field.
    pub(super) async fn confirm(
        &self,
        me: ProfileId,
        field: &'static str,
        password: String,
    ) -> Result<Confirmed, Failure> {
        let person = Subject::Person(me);
        self.ration_exactly(&[(Ration::SignIns, person), (Ration::SignInsAnHour, person)]).await?;
        let login = store::account::of_profile(&self.db, me).await?;
        let stored = login.map(|login| login.password_hash);
        match (self.passwords.verify(password, stored.clone()).await?.0, stored) {
            (Verdict::Right | Verdict::RightButOutdated, Some(hash)) => Ok(Confirmed(hash)),
            _ => Err(Failure::refused(RefusalCode::BadCredentials, field, "this is not your password")),
        }
    }

    /// Locks the viewer's account, which has to be active still, and have the password that was checked: of two changes
    /// at once, the second was checked against a password that is gone.
    pub(super) async fn lock_confirmed(
        &self,
        tx: &Tx,
        me: ProfileId,
        field: &'static str,
        Confirmed(hash): &Confirmed,
    ) -> Result<(), Failure> {
        match store::account::lock(tx, me).await? {
            Some(login) if login.state == "active" && login.password_hash == *hash => Ok(()),
            Some(login) if login.state == "active" => {
                Err(Failure::refused(RefusalCode::Conflict, field, "the password has just been changed"))
            }
            _ => Err(Error::Unauthenticated.into()),
        }
    }
}
