//! What has just happened, for those who watch: written by triggers in the transaction that makes it so, read by every
//! server on the database, and forgotten after minutes.

pub const STEP: super::Step = super::Step {
    name: "m20260501_000016_events",
    up: r"
-- Ids alone: who may know of an event is asked when it is delivered, from the rows that it names.
CREATE TABLE IF NOT EXISTS live_events (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- The transaction. Ids are given before transactions commit, so they do not tell what a reader has not seen yet; a
    -- snapshot does (`store/event.rs`).
    xid     xid8 NOT NULL DEFAULT pg_current_xact_id(),
    -- By the clock of the database, to forget it by.
    at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    kind    text NOT NULL CHECK (kind IN ('beacon_created', 'beacon_changed', 'beacon_resolved', 'beacon_expired',
                'beacon_deleted', 'post_added', 'notified', 'admission')),
    -- Of a beacon or post; of a notification; or, for `admission`, of the person whose being let in is to be checked anew.
    subject uuid NOT NULL
);
CREATE INDEX IF NOT EXISTS live_events_in_order ON live_events (xid, id);
CREATE INDEX IF NOT EXISTS live_events_at ON live_events (at);
-- A beacon runs out once, however many servers notice.
CREATE UNIQUE INDEX IF NOT EXISTS live_events_expired_once ON live_events (subject) WHERE kind = 'beacon_expired';
-- What has just run out.
CREATE INDEX IF NOT EXISTS posts_beacons_expiring ON posts (expires_at) WHERE is_beacon AND deleted_at IS NULL;

-- What is written in bulk (imports, seeds) is no news: they set sojorn.live to off.
CREATE OR REPLACE FUNCTION events_are_wanted() RETURNS boolean LANGUAGE sql STABLE AS
    $$ SELECT current_setting('sojorn.live', true) IS DISTINCT FROM 'off' $$;

CREATE OR REPLACE FUNCTION posts_tell_new() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF events_are_wanted() THEN
        INSERT INTO live_events (kind, subject)
            SELECT CASE WHEN is_beacon THEN 'beacon_created' ELSE 'post_added' END, id FROM came
            WHERE is_beacon OR parent_id IS NULL ORDER BY created_at, id;
    END IF;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER posts_events_new AFTER INSERT ON posts REFERENCING NEW TABLE AS came
    FOR EACH STATEMENT EXECUTE FUNCTION posts_tell_new();

-- Whether a beacon stands, its time aside: as in the rule. Of one that did not, and does not, there is nothing to tell,
-- and whoever is told that it is gone may have seen it.
CREATE OR REPLACE FUNCTION beacon_stands(beacon posts) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT (beacon.deleted_at IS NULL AND beacon.status = 'active'
            AND NOT (beacon.report_count >= 5 AND beacon.report_count > beacon.vouch_count)) IS TRUE
$$;
CREATE OR REPLACE FUNCTION beacons_tell_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF events_are_wanted() AND (beacon_stands(OLD) OR beacon_stands(NEW)) THEN
        INSERT INTO live_events (kind, subject) VALUES (CASE
            WHEN NOT beacon_stands(NEW) THEN 'beacon_deleted'
            WHEN OLD.beacon_state = 'active' AND NEW.beacon_state <> 'active' THEN 'beacon_resolved'
            ELSE 'beacon_changed' END, NEW.id);
    END IF;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER posts_events_changed AFTER UPDATE ON posts FOR EACH ROW
    WHEN (NEW.is_beacon AND (OLD.deleted_at, OLD.status, OLD.beacon_state, OLD.vouch_count, OLD.report_count, OLD.body,
            OLD.image_url, OLD.severity, OLD.beacon_type, OLD.radius_meters, OLD.expires_at) IS DISTINCT FROM
        (NEW.deleted_at, NEW.status, NEW.beacon_state, NEW.vouch_count, NEW.report_count, NEW.body,
            NEW.image_url, NEW.severity, NEW.beacon_type, NEW.radius_meters, NEW.expires_at))
    EXECUTE FUNCTION beacons_tell_change();

CREATE OR REPLACE FUNCTION notifications_tell() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF events_are_wanted() THEN
        INSERT INTO live_events (kind, subject) VALUES ('notified', NEW.id);
    END IF;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER notifications_events_new AFTER INSERT ON notifications
    FOR EACH ROW EXECUTE FUNCTION notifications_tell();
-- What is told again.
CREATE OR REPLACE TRIGGER notifications_events_again AFTER UPDATE OF created_at ON notifications FOR EACH ROW
    WHEN (OLD.created_at <> NEW.created_at) EXECUTE FUNCTION notifications_tell();

-- Never held back: an open socket must learn that its person is no longer let in.
CREATE OR REPLACE FUNCTION sessions_tell() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO live_events (kind, subject) SELECT DISTINCT 'admission', profile_id FROM ended;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER sessions_events_ended AFTER UPDATE ON sessions REFERENCING NEW TABLE AS ended
    FOR EACH STATEMENT EXECUTE FUNCTION sessions_tell();
CREATE OR REPLACE TRIGGER sessions_events_gone AFTER DELETE ON sessions REFERENCING OLD TABLE AS ended
    FOR EACH STATEMENT EXECUTE FUNCTION sessions_tell();
CREATE OR REPLACE FUNCTION profiles_tell() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO live_events (kind, subject) VALUES ('admission', OLD.id);
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER profiles_events_admission AFTER UPDATE OF state, signed_out_at ON profiles FOR EACH ROW
    WHEN ((OLD.state, OLD.signed_out_at) IS DISTINCT FROM (NEW.state, NEW.signed_out_at))
    EXECUTE FUNCTION profiles_tell();
CREATE OR REPLACE TRIGGER profiles_events_gone AFTER DELETE ON profiles FOR EACH ROW EXECUTE FUNCTION profiles_tell();
",
    down: r"
DROP TRIGGER IF EXISTS posts_events_new ON posts;
DROP TRIGGER IF EXISTS posts_events_changed ON posts;
DROP TRIGGER IF EXISTS notifications_events_new ON notifications;
DROP TRIGGER IF EXISTS notifications_events_again ON notifications;
DROP TRIGGER IF EXISTS sessions_events_ended ON sessions;
DROP TRIGGER IF EXISTS sessions_events_gone ON sessions;
DROP TRIGGER IF EXISTS profiles_events_admission ON profiles;
DROP TRIGGER IF EXISTS profiles_events_gone ON profiles;
DROP FUNCTION IF EXISTS posts_tell_new(), beacons_tell_change(), beacon_stands(posts), notifications_tell(),
    sessions_tell(), profiles_tell(), events_are_wanted();
DROP INDEX IF EXISTS posts_beacons_expiring;
DROP TABLE IF EXISTS live_events;
",
};
