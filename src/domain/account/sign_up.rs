use std::net::IpAddr;

use entity::ProfileId;

use super::{
    Session,
    passwords::{MAX_PASSWORD_BYTES, MIN_PASSWORD_CHARS},
};
use crate::{
    domain::{
        Domain, Failure, Refusal, RefusalCode,
        budget::{Ration, Subject},
        once::Once,
        profile::{checked_display_name, handle},
    },
    store::{self, StoreError},
};

/// Who wants to join.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// The e-mail address.
    pub email: String,
    /// The password.
    pub password: String,
    /// The handle.
    pub handle: String,
    /// What to be called instead of the handle.
    pub display_name: Option<String>,
}

impl Domain {
    /// Makes an account and its profile, `once` if the request can come again, and signs it in. Tokens are not kept: who
    /// asks again is signed in again.
    pub async fn sign_up(
        &self,
        address: Option<IpAddr>,
        new: NewAccount,
        once: Option<&Once>,
    ) -> Result<Session, Failure> {
        let (handle, display_name) = check(&new)?;
        let (email, password) = (new.email.clone(), new.password.clone());
        if self.earlier(once).await?.is_some() {
            return self.sign_in(address, &email, password).await;
        }
        self.ration_exactly(&[(Ration::SignUpsFrom, Subject::Address(address))]).await?;
        let password_hash = self.passwords.hash(new.password).await?;
        let now = self.now();
        let row = store::account::NewAccount {
            // Not ordered by time: when a person joined is for those who may view the profile.
            profile: ProfileId(self.random.opaque_id()),
            handle,
            display_name,
            email: new.email.trim().to_owned(),
            password_hash,
            created_at: now,
        };
        let session = self
            .db
            .retrying(|| async {
                let tx = self.db.begin().await?;
                if self.unless_made(&tx, once, &[]).await?.is_some() {
                    return Ok(None);
                }
                store::account::insert(&tx, row.clone()).await.map_err(taken)?;
                let session = self.begin_session(&tx, row.profile).await?;
                tx.commit().await?;
                Ok::<_, Failure>(Some(session))
            })
            .await?;
        match session {
            Some(session) => Ok(session),
            None => self.sign_in(address, &email, password).await,
        }
    }
}

fn taken(error: StoreError) -> Failure {
    match error {
        StoreError::Taken { constraint } if constraint.contains("email") => {
            Failure::refused(RefusalCode::Taken, "email", "there is an account with this address")
        }
        StoreError::Taken { constraint } if constraint.contains("handle") => {
            Failure::refused(RefusalCode::Taken, "handle", "somebody else has this handle")
        }
        error => error.into(),
    }
}

fn check(new: &NewAccount) -> Result<(String, Option<String>), Failure> {
    let mut refusals = Vec::new();
    if !is_email(new.email.trim()) {
        refusals.push(Refusal::new(RefusalCode::Invalid, "email", "this is not an e-mail address"));
    }
    check_password("password", &new.password, &mut refusals);
    let handle = handle::checked(&new.handle).map_err(|refusal| refusals.push(refusal)).unwrap_or_default();
    let display_name = new.display_name.as_deref().map(checked_display_name).transpose();
    let display_name = display_name.map_err(|refusal| refusals.push(refusal)).unwrap_or_default().flatten();
    if refusals.is_empty() { Ok((handle, display_name)) } else { Err(Failure::Refused(refusals)) }
}

/// Whether a password may be one.
pub(super) fn check_password(field: &'static str, password: &str, refusals: &mut Vec<Refusal>) {
    if password.chars().count() < MIN_PASSWORD_CHARS || password.len() > MAX_PASSWORD_BYTES {
        let message =
            format!("a password has {MIN_PASSWORD_CHARS} characters or more, and {MAX_PASSWORD_BYTES} bytes at most");
        refusals.push(Refusal::new(RefusalCode::Invalid, field, message));
    }
}

/// Whether mail could go there: something, one `@`, a name of a host; the rest is for the mail server to say.
fn is_email(address: &str) -> bool {
    let Some((local, host)) = address.rsplit_once('@') else { return false };
    let is_plain = |c: char| !c.is_whitespace() && !c.is_control() && c != '@';
    address.len() <= 254
        && !local.is_empty()
        && local.len() <= 64
        && local.chars().all(is_plain)
        && host.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '.')
        && host.split('.').all(|label| !label.is_empty())
}

#[cfg(test)]
mod tests {
    use super::is_email;

    #[test]
    fn addresses_are_told_from_other_text() {
        for good in ["a@b.example", "first.last+tag@sub.host.example", "ü@ünique.example", "me@localhost"] {
            assert!(is_email(good), "{good}");
        }
        for bad in ["", "a", "@b", "a@", "a@b@c", "a b@c", "a@b..c", "a@b\0.c", "a\n@b.example"] {
            assert!(!is_email(bad), "{bad:?}");
        }
    }
}
