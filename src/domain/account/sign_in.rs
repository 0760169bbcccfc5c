use std::{net::IpAddr, time::Duration};

use chrono::{DateTime, Utc};
use tokio::time::{Instant, sleep_until};

use super::{Session, passwords::Verdict};
use crate::{
    domain::{
        Domain, Failure, RefusalCode,
        budget::{Ration, Subject},
    },
    store::{self, account::Login},
};

/// How long a refused sign-in takes, whatever refused it: longer than any check takes on a machine that is not
/// overloaded, an old bcrypt hash of cost 12 included.
const REFUSAL_TAKES: Duration = Duration::from_millis(500);

impl Domain {
    /// Signs in with an e-mail address or a handle.
    ///
    /// A wrong password, an unknown account and a suspended one get the same answer, after the same time. Whoever comes
    /// back before the day of the account's deletion keeps it.
    pub async fn sign_in(&self, address: Option<IpAddr>, login: &str, password: String) -> Result<Session, Failure> {
        let login = login.trim();
        self.ration_exactly(&[
            (Ration::SignIns, Subject::Login(login)),
            (Ration::SignInsAnHour, Subject::Login(login)),
            (Ration::SignInsFrom, Subject::Address(address)),
        ])
        .await?;
        let mut began = Instant::now();
        let mut outcome = Ok(None);
        // The hash may be replaced between the check and the lock: by a new password, which the next check refuses, or by
        // another sign-in that upgrades the hash of the same one.
        for _ in 0..3 {
            outcome = self.try_sign_in(login, &password, &mut began).await;
            if !matches!(outcome, Ok(None)) {
                break;
            }
        }
        let outcome = outcome.and_then(|session| session.ok_or_else(refused));
        if matches!(outcome, Err(Failure::Refused(_))) {
            sleep_until(began + REFUSAL_TAKES).await;
        }
        outcome
    }

    /// A session, or none when the stored hash is no longer the one that was checked. `began` becomes the moment at which
    /// the check began: waiting for a turn is no part of the time that a refusal takes.
    async fn try_sign_in(&self, login: &str, password: &str, began: &mut Instant) -> Result<Option<Session>, Failure> {
        let is_possible = login.len() <= 254 && !login.contains('\0');
        let login = if is_possible { store::account::login(&self.db, login).await? } else { None };
        let hash = login.as_ref().map(|login| login.password_hash.clone());
        let verdict;
        (verdict, *began) = self.passwords.verify(password.to_owned(), hash).await?;
        let login = match (login, verdict) {
            (Some(login), Verdict::Right | Verdict::RightButOutdated) if is_let_in(&login, self.now()) => login,
            _ => return Err(refused()),
        };
        let upgraded = match verdict {
            Verdict::RightButOutdated => Some(self.passwords.hash(password.to_owned()).await?),
            _ => None,
        };
        self.db
            .retrying(|| async {
                let tx = self.db.begin().await?;
                let found = store::account::lock(&tx, login.profile_id).await?.ok_or_else(refused)?;
                if !is_let_in(&found, self.now()) {
                    return Err(refused());
                }
                if found.password_hash != login.password_hash {
                    return Ok(None);
                }
                if found.delete_after.is_some() {
                    store::ending::end_waiting(&tx, login.profile_id).await?;
                }
                if let Some(hash) = upgraded.clone() {
                    store::account::set_password(&tx, login.profile_id, hash).await?;
                }
                let session = self.begin_session(&tx, login.profile_id).await?;
                tx.commit().await?;
                Ok(Some(session))
            })
            .await
    }
}

/// Whether the right password opens the account: an active one, and one that waits for its deletion.
fn is_let_in(login: &Login, now: DateTime<Utc>) -> bool {
    match login.state.as_str() {
        "active" => true,
        "pending_deletion" => login.delete_after.is_some_and(|at| now < at),
        _ => false,
    }
}

fn refused() -> Failure {
    Failure::refused(RefusalCode::BadCredentials, "password", "there is no account with this login and password")
}
