//! One number for one meridian: 180 degrees west is written as 180 degrees east.
//!
//! PostGIS cannot order distances between points that have the one and points that have the other: the index "returned
//! tuples in wrong order", and the list is an error.

pub const STEP: super::Step = super::Step {
    name: "m20260501_000017_meridian",
    up: r"
CREATE OR REPLACE FUNCTION posts_one_meridian() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.location = ST_SetSRID(ST_MakePoint(180, ST_Y(NEW.location::geometry)), 4326)::geography;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER posts_one_meridian BEFORE INSERT OR UPDATE OF location ON posts FOR EACH ROW
    WHEN (ST_X(NEW.location::geometry) = -180) EXECUTE FUNCTION posts_one_meridian();
UPDATE posts SET location = location WHERE is_beacon AND ST_X(location::geometry) = -180;
",
    down: r"
DROP TRIGGER IF EXISTS posts_one_meridian ON posts;
DROP FUNCTION IF EXISTS posts_one_meridian();
",
};
