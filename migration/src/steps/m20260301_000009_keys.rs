//! Public keys for end-to-end encryption, as the Signal protocol hands them out. The identity key is
//! `profiles.identity_key`, which earlier tools wrote already. No private key ever comes here.

pub const STEP: super::Step = super::Step {
    name: "m20260301_000009_keys",
    up: r"
CREATE TABLE IF NOT EXISTS key_bundles (
    profile_id              uuid PRIMARY KEY REFERENCES profiles (id) ON DELETE CASCADE,
    registration_id         int NOT NULL,
    signed_prekey_id        int NOT NULL,
    signed_prekey           bytea NOT NULL CHECK (length(signed_prekey) = 32),
    signed_prekey_signature bytea NOT NULL CHECK (length(signed_prekey_signature) = 64),
    published_at            timestamptz NOT NULL
);

-- What was handed out stays, marked, so that a key that is published again is not handed out again.
CREATE TABLE IF NOT EXISTS one_time_prekeys (
    profile_id uuid NOT NULL REFERENCES profiles (id) ON DELETE CASCADE,
    key_id     int NOT NULL,
    public_key bytea NOT NULL CHECK (length(public_key) = 32),
    claimed_at timestamptz,
    PRIMARY KEY (profile_id, key_id)
);
CREATE INDEX IF NOT EXISTS one_time_prekeys_left ON one_time_prekeys (profile_id, key_id) WHERE claimed_at IS NULL;
",
    down: r"
DROP TABLE IF EXISTS one_time_prekeys;
DROP TABLE IF EXISTS key_bundles;
",
};
