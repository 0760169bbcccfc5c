//! Profiles: who is there. An adopted table may hold profiles without a handle, and handles that differ only by case.

pub const STEP: super::Step = super::Step {
    name: "m20260201_000001_profiles",
    up: r"
CREATE EXTENSION IF NOT EXISTS postgis;
CREATE EXTENSION IF NOT EXISTS btree_gist;

CREATE TABLE IF NOT EXISTS profiles (
    id           uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    handle       text NOT NULL,
    display_name text,
    avatar_url   text,
    is_private   boolean NOT NULL DEFAULT false,
    is_official  boolean NOT NULL DEFAULT false,
    identity_key text,
    created_at   timestamptz NOT NULL DEFAULT now()
);

ALTER TABLE profiles
    ADD COLUMN IF NOT EXISTS handle       text,
    ADD COLUMN IF NOT EXISTS display_name text,
    ADD COLUMN IF NOT EXISTS avatar_url   text,
    ADD COLUMN IF NOT EXISTS cover_url    text,
    ADD COLUMN IF NOT EXISTS bio          text,
    ADD COLUMN IF NOT EXISTS website      text,
    ADD COLUMN IF NOT EXISTS is_private   boolean DEFAULT false,
    ADD COLUMN IF NOT EXISTS is_official  boolean DEFAULT false,
    ADD COLUMN IF NOT EXISTS identity_key text,
    ADD COLUMN IF NOT EXISTS created_at   timestamptz DEFAULT now(),
    -- What the operator or the owner has done to the account. Only 'active' exists for others.
    ADD COLUMN IF NOT EXISTS state text NOT NULL DEFAULT 'active'
        CONSTRAINT profiles_state_check
        CHECK (state IN ('active', 'suspended', 'banned', 'deactivated', 'pending_deletion'));

-- A time that was never written down is 'long ago', so that no list has to sort by NULL.
UPDATE profiles SET created_at = 'epoch' WHERE created_at IS NULL OR NOT isfinite(created_at);
-- A state that was never written down hides, as every NULL does.
UPDATE profiles SET state = 'deactivated' WHERE state IS NULL;
ALTER TABLE profiles ALTER COLUMN state SET NOT NULL, ALTER COLUMN state SET DEFAULT 'active';
ALTER TABLE profiles ALTER COLUMN created_at SET NOT NULL, ALTER COLUMN id SET DEFAULT gen_random_uuid();

-- Handles are unique without regard to case. Where old rows already collide, the look-up still gets its index and
-- the trigger below keeps new ones out; `sojorn migrate up` reports the collisions.
DO $$ BEGIN
    CREATE UNIQUE INDEX IF NOT EXISTS profiles_handle_lower ON profiles (lower(handle));
EXCEPTION WHEN unique_violation THEN
    CREATE INDEX IF NOT EXISTS profiles_handle_lower ON profiles (lower(handle));
    CREATE OR REPLACE FUNCTION profiles_handle_free() RETURNS trigger LANGUAGE plpgsql AS $f$
    BEGIN
        -- Of a thousand locks one: an import of many people would hold more than there is room for.
        PERFORM pg_advisory_xact_lock(hashtext('profiles_handle'), hashtext(lower(NEW.handle)) & 1023);
        IF EXISTS (SELECT 1 FROM profiles WHERE lower(handle) = lower(NEW.handle) AND id <> NEW.id) THEN
            RAISE unique_violation USING CONSTRAINT = 'profiles_handle_lower', MESSAGE = 'the handle is taken';
        END IF;
        RETURN NEW;
    END $f$;
    CREATE OR REPLACE TRIGGER profiles_handle_free BEFORE INSERT OR UPDATE OF handle ON profiles
        FOR EACH ROW EXECUTE FUNCTION profiles_handle_free();
END $$;

-- A CHECK, even a NOT VALID one, would refuse every later change of an adopted row that breaks it, also of other
-- columns. Where there are such rows, a trigger on the column alone keeps new ones out.
CREATE OR REPLACE FUNCTION refuse_value() RETURNS trigger LANGUAGE plpgsql AS $f$
BEGIN
    RAISE check_violation USING MESSAGE = 'the value is not allowed', CONSTRAINT = TG_NAME;
END $f$;
DO $$ BEGIN
    ALTER TABLE profiles ADD CONSTRAINT profiles_handle_check
        CHECK (handle IS NOT NULL AND handle ~ '^[a-z0-9_.]{3,30}$');
EXCEPTION
    WHEN duplicate_object THEN NULL;
    WHEN check_violation THEN
        CREATE OR REPLACE TRIGGER profiles_handle_check BEFORE INSERT OR UPDATE OF handle ON profiles FOR EACH ROW
            WHEN (NEW.handle IS NULL OR NEW.handle !~ '^[a-z0-9_.]{3,30}$') EXECUTE FUNCTION refuse_value();
END $$;
",
    down: r"
DROP TRIGGER IF EXISTS profiles_handle_free ON profiles;
DROP TRIGGER IF EXISTS profiles_handle_check ON profiles;
DROP FUNCTION IF EXISTS refuse_value();
DROP FUNCTION IF EXISTS profiles_handle_free();
ALTER TABLE profiles
    DROP CONSTRAINT IF EXISTS profiles_handle_check,
    DROP COLUMN IF EXISTS state, DROP COLUMN IF EXISTS bio, DROP COLUMN IF EXISTS website, DROP COLUMN IF EXISTS cover_url;
DROP INDEX IF EXISTS profiles_handle_lower;
-- The table itself stays: it may have been here before us, and it holds people.
",
};
