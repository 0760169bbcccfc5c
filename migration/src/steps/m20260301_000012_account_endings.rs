//! Accounts that wait for their deletion, and since when nobody can stop it.

pub const STEP: super::Step = super::Step {
    name: "m20260301_000012_account_endings",
    up: r"
-- On the profile, as `state` is: the two are decided together. It stays while an operator suspends the account, so that
-- restoring it does not undo what its owner wanted. Nobody who is active can be deleted, whatever else goes wrong.
ALTER TABLE profiles ADD COLUMN IF NOT EXISTS delete_after timestamptz
    CONSTRAINT profiles_delete_after_check CHECK (delete_after IS NULL OR state <> 'active');
CREATE INDEX IF NOT EXISTS profiles_delete_after ON profiles (delete_after, id) WHERE delete_after IS NOT NULL;
",
    down: r"
-- Whoever waits for deletion goes on waiting, hidden, until an operator decides.
ALTER TABLE profiles DROP COLUMN IF EXISTS delete_after;
",
};
