//! Beacons: posts with a place. One GiST index answers every question that a map asks.

pub const STEP: super::Step = super::Step {
    name: "m20260201_000006_beacons",
    up: r"
ALTER TABLE posts
    ADD COLUMN IF NOT EXISTS beacon_type     text,
    ADD COLUMN IF NOT EXISTS location        geography(Point, 4326),
    ADD COLUMN IF NOT EXISTS severity        text NOT NULL DEFAULT 'medium'
        CONSTRAINT posts_severity_check CHECK (severity IN ('low', 'medium', 'high', 'critical')),
    ADD COLUMN IF NOT EXISTS beacon_state    text NOT NULL DEFAULT 'active'
        CONSTRAINT posts_beacon_state_check CHECK (beacon_state IN ('active', 'resolved', 'false_alarm')),
    ADD COLUMN IF NOT EXISTS precision_level text NOT NULL DEFAULT 'exact'
        CONSTRAINT posts_precision_check CHECK (precision_level IN ('exact', 'block', 'neighborhood')),
    -- How far around its point the beacon matters, in metres.
    ADD COLUMN IF NOT EXISTS radius_meters   int NOT NULL DEFAULT 500
        CONSTRAINT posts_radius_check CHECK (radius_meters BETWEEN 1 AND 50000),
    ADD COLUMN IF NOT EXISTS vouch_count     int NOT NULL DEFAULT 0,
    ADD COLUMN IF NOT EXISTS report_count    int NOT NULL DEFAULT 0,
    -- SHA-256 of the key that lets the unnamed author of an anonymous beacon resolve or delete it.
    ADD COLUMN IF NOT EXISTS manage_key_hash bytea;

-- As for posts: what an adopted table left open.
UPDATE posts SET severity = COALESCE(severity, 'medium'), beacon_state = COALESCE(beacon_state, 'active'),
    precision_level = COALESCE(precision_level, 'exact'), radius_meters = COALESCE(radius_meters, 500),
    vouch_count = COALESCE(vouch_count, 0), report_count = COALESCE(report_count, 0)
    WHERE num_nulls(severity, beacon_state, precision_level, radius_meters, vouch_count, report_count) > 0;
ALTER TABLE posts
    ALTER COLUMN severity SET NOT NULL, ALTER COLUMN severity SET DEFAULT 'medium',
    ALTER COLUMN beacon_state SET NOT NULL, ALTER COLUMN beacon_state SET DEFAULT 'active',
    ALTER COLUMN precision_level SET NOT NULL, ALTER COLUMN precision_level SET DEFAULT 'exact',
    ALTER COLUMN radius_meters SET NOT NULL, ALTER COLUMN radius_meters SET DEFAULT 500,
    ALTER COLUMN vouch_count SET NOT NULL, ALTER COLUMN vouch_count SET DEFAULT 0,
    ALTER COLUMN report_count SET NOT NULL, ALTER COLUMN report_count SET DEFAULT 0;

-- The product's formulas, in the one place where every statement can read them.
ALTER TABLE posts
    -- 0.5 + 0.1 a vouch - 0.1 a report, within 0 and 1; in whole tenths, so that no sum of floats is a hair off.
    ADD COLUMN IF NOT EXISTS confidence double precision NOT NULL
        GENERATED ALWAYS AS (least(10, greatest(0, 5 + vouch_count - report_count))::double precision / 10) STORED,
    -- Sorts by priority (3 vouches), then severity, then second of creation: one number, so that one index column
    -- orders it. Years up to 5138 fit into the eleven digits below the rank.
    ADD COLUMN IF NOT EXISTS priority_key bigint GENERATED ALWAYS AS (
        (CASE WHEN vouch_count >= 3 THEN 4 ELSE 0 END
         + CASE severity WHEN 'critical' THEN 3 WHEN 'high' THEN 2 WHEN 'medium' THEN 1 ELSE 0 END) * 100000000000
        + floor(extract(epoch FROM created_at AT TIME ZONE 'UTC'))::bigint) STORED;

-- Geography repairs bad coordinates in silence (latitude 95 becomes 85), and NaN is at distance 0 from everywhere.
-- An empty point has no coordinates at all.
DO $$ BEGIN
    ALTER TABLE posts ADD CONSTRAINT posts_location_check CHECK (location IS NULL OR
        (ST_X(location::geometry) BETWEEN -180 AND 180 AND ST_Y(location::geometry) BETWEEN -90 AND 90) IS TRUE);
EXCEPTION
    WHEN duplicate_object THEN NULL;
    WHEN check_violation THEN
        CREATE OR REPLACE TRIGGER posts_location_check BEFORE INSERT OR UPDATE OF location ON posts FOR EACH ROW
            WHEN (NEW.location IS NOT NULL AND (ST_X(NEW.location::geometry) BETWEEN -180 AND 180
                AND ST_Y(NEW.location::geometry) BETWEEN -90 AND 90) IS NOT TRUE)
            EXECUTE FUNCTION refuse_value();
END $$;

-- Nearest (<-> on location), newest (<-> on created_at) and most urgent (<-> on priority_key) inside any area, each
-- walked in order out of this one index, however dense the area is.
CREATE INDEX IF NOT EXISTS posts_beacons ON posts USING gist (location, created_at, priority_key)
    WHERE is_beacon AND deleted_at IS NULL AND status = 'active';

-- How many beacons a person made in the last hour, for the limit. Persons are keyed hashes and times are rounded up to
-- ten minutes, to make it hard to lay a row beside an anonymous beacon and learn who wrote it.
CREATE TABLE IF NOT EXISTS beacon_allowances (
    person bytea PRIMARY KEY,
    recent timestamptz[] NOT NULL
);
",
    down: r"
DROP TABLE IF EXISTS beacon_allowances;
DROP INDEX IF EXISTS posts_beacons;
DROP TRIGGER IF EXISTS posts_location_check ON posts;
ALTER TABLE posts DROP CONSTRAINT IF EXISTS posts_location_check;
ALTER TABLE posts
    DROP COLUMN IF EXISTS priority_key, DROP COLUMN IF EXISTS confidence, DROP COLUMN IF EXISTS manage_key_hash,
    DROP COLUMN IF EXISTS report_count, DROP COLUMN IF EXISTS vouch_count, DROP COLUMN IF EXISTS radius_meters,
    DROP COLUMN IF EXISTS precision_level, DROP COLUMN IF EXISTS beacon_state, DROP COLUMN IF EXISTS severity;
",
};
