//! Accounts (how a profile signs in) and sessions (families of refresh tokens). A profile can be without an account:
//! imported people are.

pub const STEP: super::Step = super::Step {
    name: "m20260201_000005_accounts_and_sessions",
    up: r"
CREATE TABLE IF NOT EXISTS accounts (
    profile_id    uuid PRIMARY KEY REFERENCES profiles (id) ON DELETE CASCADE,
    email         text NOT NULL,
    -- Argon2id in PHC form, or bcrypt as an earlier database left it (upgraded when next used).
    password_hash text NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX IF NOT EXISTS accounts_email_lower ON accounts (lower(email));

-- Access tokens issued before this moment are refused, whatever their expiry says. On the profile, not the account:
-- adopted and imported people have tokens without having accounts.
ALTER TABLE profiles ADD COLUMN IF NOT EXISTS signed_out_at timestamptz;

-- A session is a family of refresh tokens: each use spends one and issues the next, and a second use of a spent one
-- ends the family.
CREATE TABLE IF NOT EXISTS sessions (
    id         uuid PRIMARY KEY,
    profile_id uuid NOT NULL REFERENCES profiles (id) ON DELETE CASCADE,
    created_at timestamptz NOT NULL,
    ended_at   timestamptz
);
CREATE INDEX IF NOT EXISTS sessions_profile ON sessions (profile_id);

CREATE TABLE IF NOT EXISTS refresh_tokens (
    -- SHA-256 of the token; the token itself is stored nowhere.
    token_hash bytea PRIMARY KEY,
    session_id uuid NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    spent_at   timestamptz
);
CREATE INDEX IF NOT EXISTS refresh_tokens_session ON refresh_tokens (session_id);
",
    down: r"
DROP TABLE IF EXISTS refresh_tokens;
DROP TABLE IF EXISTS sessions;
DROP TABLE IF EXISTS accounts;
ALTER TABLE profiles DROP COLUMN IF EXISTS signed_out_at;
",
};
