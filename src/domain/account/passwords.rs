//! Password hashing: Argon2id, and bcrypt for hashes that an earlier database left.

use std::sync::Arc;

use argon2::{Argon2, PasswordHash, PasswordHasher, PasswordVerifier};
use tokio::{sync::Semaphore, task, time::Instant};

use crate::domain::Error;

/// The longest password, in bytes. Argon2 would take gigabytes.
pub const MAX_PASSWORD_BYTES: usize = 256;
/// The shortest password, in characters.
pub const MIN_PASSWORD_CHARS: usize = 8;

/// Hashes and checks passwords, a few at a time, off the threads that serve requests.
pub struct Passwords {
    workers: Arc<Semaphore>,
    /// Those who are at work, and those who wait: whoever comes when all places are taken is sent away, so that a flood of
    /// passwords holds up nobody but those who send them.
    places: Arc<Semaphore>,
    all_places: usize,
}

/// What a password was checked against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is not the one.
    Wrong,
    /// It is.
    Right,
    /// It is, and the stored hash is of an older kind: store a new one.
    RightButOutdated,
}

impl Passwords {
    pub(in crate::domain) fn new(workers: usize, queue: usize) -> Self {
        let workers = workers.max(1);
        let all_places = workers + queue;
        let of = |permits| Arc::new(Semaphore::new(permits));
        Self { workers: of(workers), places: of(all_places), all_places }
    }

    /// How many are at work, or wait.
    pub(in crate::domain) fn taken(&self) -> i64 {
        i64::try_from(self.all_places - self.places.available_permits()).unwrap_or(i64::MAX)
    }

    /// Hashes a password: Argon2id, 19 MiB, 2 passes, 1 lane, as OWASP recommends and the crate defaults to.
    pub async fn hash(&self, password: String) -> Result<String, Error> {
        self.work(move || {
            let hash = Argon2::default().hash_password(password.as_bytes());
            hash.map(|hash| hash.to_string()).map_err(|error| Error::Internal(format!("argon2 failed: {error}")))
        })
        .await?
    }

    /// Checks a password against a stored hash. Without one (there is no such account) a password is checked all the
    /// same, so that the answer takes as long. Answers also when its turn began: how long the queue was before says
    /// nothing about the account.
    pub async fn verify(&self, password: String, stored: Option<String>) -> Result<(Verdict, Instant), Error> {
        self.work(move || {
            let began = Instant::now();
            (Self::check(&password, stored), began)
        })
        .await
    }

    fn check(password: &str, stored: Option<String>) -> Verdict {
        if password.len() > MAX_PASSWORD_BYTES {
            return Verdict::Wrong;
        }
        match stored {
            Some(hash) if hash.starts_with("$2") => match bcrypt::verify(password, &hash) {
                Ok(true) => Verdict::RightButOutdated,
                _ => Verdict::Wrong,
            },
            Some(hash) if PasswordHash::new(&hash).is_ok() => {
                if is_right(password, &hash) {
                    Verdict::Right
                } else {
                    Verdict::Wrong
                }
            }
            // No account, or one whose hash is none: nobody signs in, and it takes as long.
            _ => {
                is_right(password, NOBODYS_HASH);
                Verdict::Wrong
            }
        }
    }

    async fn work<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
        let failed = |error: &dyn std::fmt::Display| Error::Internal(format!("password worker: {error}"));
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| Error::Busy)?;
        let turn = Arc::clone(&self.workers).acquire_owned().await.map_err(|error| failed(&error))?;
        let work = move || {
            // What has begun goes on when whoever asked has gone, and holds its place as long.
            let _held = (place, turn);
            work()
        };
        task::spawn_blocking(work).await.map_err(|error| failed(&error))
    }
}

/// A hash by today's parameters of a password that nobody knows.
const NOBODYS_HASH: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$c29qb3JuLW5vYm9keXMtc2FsdA$zRZpAi9nkjMQ1lIvWcEbWmNwDEFbgdE4Ye8/8YZ3fJk";

fn is_right(password: &str, hash: &str) -> bool {
    PasswordHash::new(hash).is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
}

#[cfg(test)]
mod tests {
    use std::{
        sync::atomic::{AtomicBool, Ordering},
        time::Duration,
    };

    use super::*;

    #[tokio::test]
    async fn both_kinds_of_hashes_are_checked() {
        let passwords = Passwords::new(1, 0);
        let verify =
            async |password: &str, hash: Option<String>| passwords.verify(password.to_owned(), hash).await.unwrap().0;
        let hash = passwords.hash("correct horse".to_owned()).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert_eq!(verify("correct horse", Some(hash.clone())).await, Verdict::Right);
        assert_eq!(verify("wrong horse", Some(hash)).await, Verdict::Wrong);
        let old = bcrypt::hash("correct horse", 4).unwrap();
        assert_eq!(verify("correct horse", Some(old.clone())).await, Verdict::RightButOutdated);
        assert_eq!(verify("wrong horse", Some(old)).await, Verdict::Wrong);
        assert_eq!(verify("anything", Some("!".to_owned())).await, Verdict::Wrong);
        assert_eq!(verify("anything", None).await, Verdict::Wrong);
    }

    #[tokio::test]
    async fn whoever_goes_away_leaves_no_room_for_another_until_the_work_is_done() {
        let passwords = Passwords::new(1, 1);
        let (begun, ended) = (Arc::new(tokio::sync::Notify::new()), Arc::new(AtomicBool::new(false)));
        let (begins, ends) = (Arc::clone(&begun), Arc::clone(&ended));
        let mut asked = Box::pin(passwords.work(move || {
            begins.notify_one();
            while !ends.load(Ordering::SeqCst) {
                std::thread::yield_now();
            }
        }));
        tokio::select! {
            _ = &mut asked => panic!("it is not done"),
            () = begun.notified() => {}
        }
        drop(asked);
        assert_eq!(passwords.taken(), 1);
        // One may wait; when that one goes, so does its place.
        let waits = tokio::time::timeout(Duration::from_millis(50), passwords.hash("a password".to_owned()));
        assert!(waits.await.is_err());
        assert_eq!(passwords.taken(), 1);
        ended.store(true, Ordering::SeqCst);
        passwords.hash("a password".to_owned()).await.unwrap();
        assert_eq!(passwords.taken(), 0);
    }

    #[test]
    fn nobodys_hash_is_one_so_that_checking_it_takes_its_time() {
        let hash = PasswordHash::new(NOBODYS_HASH).unwrap();
        assert_eq!(hash.params.get_decimal("m"), Some(19_456));
        assert!(hash.salt.is_some() && hash.hash.is_some());
    }
}
