use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::{Session, passwords::Verdict};
use crate::{
    domain::{Domain, Failure, RefusalCode},
    store,
};

/// How long a refused sign-in takes, whatever refused it: longer than any check takes on a machine that is not
/// overloaded, an old bcrypt hash of cost 12 included.
const REFUSAL_TAKES: Duration = Duration::from_millis(500);

impl Domain {
    /// Signs in with an e-mail address or a handle.
    ///
    /// A wrong password, an unknown account and a suspended one get the same answer, after the same time.
    pub async fn sign_in(&self, login: &str, password: String) -> Result<Session, Failure> {
        let refused_at = Instant::now() + REFUSAL_TAKES;
        let outcome = self.try_sign_in(login.trim(), password).await;
        if matches!(outcome, Err(Failure::Refused(_))) {
            sleep_until(refused_at).await;
        }
        outcome
    }

    async fn try_sign_in(&self, login: &str, password: String) -> Result<Session, Failure> {
        let is_possible = login.len() <= 254 && !login.contains('\0');
        let login = if is_possible { store::account::login(&self.db, login).await? } else { None };
        let hash = login.as_ref().map(|login| login.password_hash.clone());
        let verdict = self.passwords.verify(password.clone(), hash).await?;
        let login = match (login, verdict) {
            (Some(login), Verdict::Right | Verdict::RightButOutdated) if login.state == "active" => login,
            _ => return Err(refused()),
        };
        if verdict == Verdict::RightButOutdated {
            let hash = self.passwords.hash(password).await?;
            store::account::upgrade_password(&self.db, login.profile_id, &login.password_hash, hash).await?;
        }
        self.db
            .retrying(|| async {
                let tx = self.db.begin().await?;
                if !store::account::lock_active(&tx, login.profile_id).await? {
                    return Err(refused());
                }
                let session = self.begin_session(&tx, login.profile_id).await?;
                tx.commit().await?;
                Ok(session)
            })
            .await
    }
}

fn refused() -> Failure {
    Failure::refused(RefusalCode::BadCredentials, "password", "there is no account with this login and password")
}
