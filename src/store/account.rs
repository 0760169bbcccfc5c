//! Accounts and sessions.

use chrono::{DateTime, Utc};
use entity::{ProfileId, SessionId, accounts, profiles, refresh_tokens, sessions};
use sea_orm::{ActiveValue::Set, EntityTrait, FromQueryResult};

use super::{StoreError, Tx, db::Executor, export::list, sql::Sql};

/// What decides whether an access token is taken.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Standing {
    /// `profiles.state`.
    pub state: String,
    /// Tokens issued before this moment are refused.
    pub signed_out_at: Option<DateTime<Utc>>,
    /// Whether the session that the token names is over (or was never there).
    pub session_ended: bool,
}

/// The standing of a profile, and of the session that its token names, if it names one.
pub async fn standing(
    db: &impl Executor,
    profile: ProfileId,
    session: Option<SessionId>,
) -> Result<Option<Standing>, StoreError> {
    let mut sql = Sql::new("SELECT state, signed_out_at, ");
    match session {
        None => sql.text("false"),
        Some(id) => {
            sql.text("NOT EXISTS (SELECT 1 FROM sessions WHERE sessions.profile_id = profiles.id");
            sql.text(" AND ended_at IS NULL AND sessions.id = ").bind(id).text(")")
        }
    };
    sql.text(" AS session_ended FROM profiles");
    sql.text(" WHERE id = ").bind(profile);
    db.one(sql).await
}

/// Appends, for a row of `subscriber`, whether its person and session are still let in.
pub(super) fn let_in(sql: &mut Sql) {
    sql.text("(SELECT state = 'active' FROM profiles WHERE profiles.id = subscriber.viewer_id)");
    sql.text(" AND (subscriber.session_id IS NULL OR (SELECT ended_at IS NULL FROM sessions");
    sql.text(" WHERE sessions.id = subscriber.session_id))");
}

/// What sign-in checks a password against.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Login {
    /// Whose account.
    pub profile_id: ProfileId,
    /// The stored hash.
    pub password_hash: String,
    /// `profiles.state`.
    pub state: String,
    /// From when on the account is removed for good, if its owner has asked for that.
    pub delete_after: Option<DateTime<Utc>>,
}

/// The account with this e-mail address or handle, without regard to case. A handle never holds an `@`.
pub async fn login(db: &impl Executor, login: &str) -> Result<Option<Login>, StoreError> {
    let mut sql = select_logins();
    // Both sides are made lower by PostgreSQL: for some letters Rust has another lower case, and the database's depends
    // on its locale.
    sql.text(if login.contains('@') { "lower(accounts.email) = lower(" } else { "lower(profiles.handle) = lower(" });
    sql.bind(login).text(") ORDER BY profiles.created_at, profiles.id LIMIT 1");
    db.one(sql).await
}

/// The account of a person.
pub async fn of_profile(db: &impl Executor, profile: ProfileId) -> Result<Option<Login>, StoreError> {
    let mut sql = select_logins();
    sql.text("accounts.profile_id = ").bind(profile);
    db.one(sql).await
}

/// Starts a select of logins, to be followed by a condition.
fn select_logins() -> Sql {
    let mut sql = Sql::new("SELECT accounts.profile_id, accounts.password_hash, profiles.state, profiles.delete_after");
    sql.text(" FROM accounts JOIN profiles ON profiles.id = accounts.profile_id WHERE ");
    sql
}

/// The e-mail address of a person, for that person alone.
pub async fn email(db: &impl Executor, profile: ProfileId) -> Result<Option<String>, StoreError> {
    let mut sql = Sql::new("SELECT email FROM accounts WHERE profile_id = ");
    sql.bind(profile);
    Ok(db.one::<Email>(sql).await?.map(|row| row.email))
}

/// Appends what is known of the account and its sessions to an export. Hashes of passwords and tokens are for nobody.
pub(super) fn export(sql: &mut Sql, me: ProfileId) {
    sql.text(", 'account', (SELECT json_build_object('email', email, 'createdAt', created_at) FROM accounts");
    sql.text(" WHERE profile_id = ").bind(me).text(")");
    list(sql, "sessions", "'createdAt', created_at, 'endedAt', ended_at", "created_at, id");
    sql.text(" FROM sessions WHERE profile_id = ").bind(me).text(")");
}

#[derive(FromQueryResult)]
struct Email {
    email: String,
}

/// Who signs up.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// The id of the new profile.
    pub profile: ProfileId,
    /// The handle, valid and in lower case.
    pub handle: String,
    /// What to be called instead of the handle.
    pub display_name: Option<String>,
    /// The e-mail address.
    pub email: String,
    /// The hash of the password.
    pub password_hash: String,
    /// When.
    pub created_at: DateTime<Utc>,
}

/// Writes a profile and its account. [`StoreError::Taken`] names the index that refused: the handle's or the e-mail's.
pub async fn insert(tx: &Tx, new: NewAccount) -> Result<(), StoreError> {
    let profile = profiles::ActiveModel {
        id: Set(new.profile),
        handle: Set(Some(new.handle)),
        display_name: Set(new.display_name),
        is_private: Set(Some(false)),
        is_official: Set(Some(false)),
        created_at: Set(new.created_at),
        ..Default::default()
    };
    profiles::Entity::insert(profile).exec_without_returning(tx.connection()).await?;
    let account = accounts::ActiveModel {
        profile_id: Set(new.profile),
        email: Set(new.email),
        password_hash: Set(new.password_hash),
        created_at: Set(new.created_at),
    };
    accounts::Entity::insert(account).exec_without_returning(tx.connection()).await?;
    Ok(())
}

/// Replaces the stored hash of a password.
pub async fn set_password(db: &impl Executor, profile: ProfileId, hash: String) -> Result<(), StoreError> {
    let mut sql = Sql::new("UPDATE accounts SET password_hash = ");
    sql.bind(hash).text(" WHERE profile_id = ").bind(profile);
    db.execute(sql).await?;
    Ok(())
}

/// Locks a person's profile until the transaction ends, so that sign-ins, changes of the password and the ending of all
/// sessions do not pass each other. Answers the account as it is then.
pub async fn lock(tx: &Tx, profile: ProfileId) -> Result<Option<Login>, StoreError> {
    let mut lock = Sql::new("SELECT 1 FROM profiles WHERE id = ");
    lock.bind(profile).text(" FOR NO KEY UPDATE");
    tx.execute(lock).await?;
    // Read by a statement of its own, which begins with the lock held and sees what others committed before.
    of_profile(tx, profile).await
}

/// Begins a session.
pub async fn insert_session(tx: &Tx, id: SessionId, profile: ProfileId, now: DateTime<Utc>) -> Result<(), StoreError> {
    let row =
        sessions::ActiveModel { id: Set(id), profile_id: Set(profile), created_at: Set(now), ended_at: Set(None) };
    sessions::Entity::insert(row).exec_without_returning(tx.connection()).await?;
    Ok(())
}

/// Issues a refresh token of a session.
pub async fn insert_refresh_token(
    tx: &Tx,
    hash: &[u8],
    session: SessionId,
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let row = refresh_tokens::ActiveModel {
        token_hash: Set(hash.to_vec()),
        session_id: Set(session),
        created_at: Set(now),
        expires_at: Set(expires_at),
        spent_at: Set(None),
    };
    refresh_tokens::Entity::insert(row).exec_without_returning(tx.connection()).await?;
    Ok(())
}

/// A refresh token as it was found.
#[derive(Clone, Debug, FromQueryResult)]
pub struct RefreshToken {
    /// Its session.
    pub session_id: SessionId,
    /// Whose.
    pub profile_id: ProfileId,
    /// When it runs out.
    pub expires_at: DateTime<Utc>,
    /// When it was used.
    pub spent_at: Option<DateTime<Utc>>,
    /// When its session ended.
    pub ended_at: Option<DateTime<Utc>>,
    /// `profiles.state` of its owner.
    pub state: String,
}

impl RefreshToken {
    /// Whether it can be used: not spent, not run out, of a session that is not over.
    #[must_use]
    pub fn is_good(&self, now: DateTime<Utc>) -> bool {
        self.spent_at.is_none() && self.ended_at.is_none() && self.expires_at > now
    }
}

/// Finds a refresh token and locks it and its session until the transaction ends: of two uses at once, the second sees
/// that it is spent.
pub async fn lock_refresh_token(tx: &Tx, hash: &[u8]) -> Result<Option<RefreshToken>, StoreError> {
    let mut sql = Sql::new("SELECT refresh_tokens.session_id, sessions.profile_id, refresh_tokens.expires_at,");
    sql.text(" refresh_tokens.spent_at, sessions.ended_at, profiles.state FROM refresh_tokens");
    sql.text(" JOIN sessions ON sessions.id = refresh_tokens.session_id");
    sql.text(" JOIN profiles ON profiles.id = sessions.profile_id WHERE refresh_tokens.token_hash = ");
    sql.bind(hash.to_vec()).text(" FOR UPDATE OF refresh_tokens, sessions");
    tx.one(sql).await
}

/// Marks a refresh token as used.
pub async fn spend_refresh_token(tx: &Tx, hash: &[u8], now: DateTime<Utc>) -> Result<(), StoreError> {
    let mut sql = Sql::new("UPDATE refresh_tokens SET spent_at = ");
    sql.bind(now).text(" WHERE token_hash = ").bind(hash.to_vec());
    tx.execute(sql).await?;
    Ok(())
}

/// Whom a handle may mean.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Named {
    /// Whose.
    pub id: ProfileId,
    /// The handle as it is written.
    pub handle: String,
}

/// The profiles with this handle, without regard to case, whatever their state. More than one only where adopted handles
/// collide.
pub async fn named(tx: &Tx, handle: &str) -> Result<Vec<Named>, StoreError> {
    let mut sql = Sql::new("SELECT id, handle FROM profiles WHERE lower(handle) = lower(");
    sql.bind(handle).text(") ORDER BY created_at, id");
    tx.all(sql).await
}

/// Ends a session.
pub async fn end_session(tx: &Tx, id: SessionId, now: DateTime<Utc>) -> Result<(), StoreError> {
    let mut sql = Sql::new("UPDATE sessions SET ended_at = ");
    sql.bind(now).text(" WHERE ended_at IS NULL AND id = ").bind(id);
    tx.execute(sql).await?;
    Ok(())
}

/// Ends every session of a person, and every access token issued before now.
pub async fn end_all_sessions(tx: &Tx, profile: ProfileId, now: DateTime<Utc>) -> Result<(), StoreError> {
    let mut mark = Sql::new("UPDATE profiles SET signed_out_at = ");
    mark.bind(now).text(" WHERE id = ").bind(profile);
    tx.execute(mark).await?;
    let mut sessions = Sql::new("UPDATE sessions SET ended_at = ");
    sessions.bind(now).text(" WHERE ended_at IS NULL AND profile_id = ").bind(profile);
    tx.execute(sessions).await?;
    Ok(())
}
