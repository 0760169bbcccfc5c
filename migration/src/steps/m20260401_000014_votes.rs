//! What people say of beacons: that they hold, or that they do not. How many say so stands in the beacon's row, where the
//! map's index and the rule read it.

pub const STEP: super::Step = super::Step {
    name: "m20260401_000014_votes",
    up: r"
CREATE TABLE IF NOT EXISTS beacon_votes (
    beacon_id  uuid NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
    profile_id uuid NOT NULL REFERENCES profiles (id) ON DELETE CASCADE,
    vote       text NOT NULL CHECK (vote IN ('vouch', 'report')),
    created_at timestamptz NOT NULL DEFAULT now(),
    -- Whether it is counted: that of an active account. Set by triggers alone, as for likes.
    counts     boolean NOT NULL DEFAULT true,
    PRIMARY KEY (beacon_id, profile_id)
);
CREATE INDEX IF NOT EXISTS beacon_votes_of ON beacon_votes (profile_id);

CREATE OR REPLACE TRIGGER beacon_votes_decide BEFORE INSERT ON beacon_votes FOR EACH ROW EXECUTE FUNCTION marks_decide();

-- Adds `sign` times these votes to their beacons, beacons in order, so that no two that count many wait for each other
-- in a circle. Counts that an adopted or seeded beacon came with stay below.
CREATE OR REPLACE FUNCTION votes_count(sign int, beacons uuid[], votes text[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM posts WHERE id = ANY(beacons) ORDER BY id FOR NO KEY UPDATE;
    UPDATE posts SET vouch_count = vouch_count + sign * voted.vouches, report_count = report_count + sign * voted.reports
        FROM (SELECT beacon, (count(*) FILTER (WHERE vote = 'vouch'))::int AS vouches,
                     (count(*) FILTER (WHERE vote = 'report'))::int AS reports
              FROM unnest(beacons, votes) AS given (beacon, vote) GROUP BY beacon) AS voted
        WHERE posts.id = voted.beacon;
END $$;
CREATE OR REPLACE FUNCTION votes_lost() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM votes_count(-1, array_agg(beacon_id), array_agg(vote)) FROM gone WHERE counts HAVING count(*) > 0;
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION votes_won() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM votes_count(1, array_agg(beacon_id), array_agg(vote)) FROM came WHERE counts HAVING count(*) > 0;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER beacon_votes_came AFTER INSERT ON beacon_votes REFERENCING NEW TABLE AS came
    FOR EACH STATEMENT EXECUTE FUNCTION votes_won();
CREATE OR REPLACE TRIGGER beacon_votes_gone AFTER DELETE ON beacon_votes REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION votes_lost();
-- In the order of their names: first what is lost, then what is won.
CREATE OR REPLACE TRIGGER beacon_votes_changed_1 AFTER UPDATE ON beacon_votes REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION votes_lost();
CREATE OR REPLACE TRIGGER beacon_votes_changed_2 AFTER UPDATE ON beacon_votes REFERENCING NEW TABLE AS came
    FOR EACH STATEMENT EXECUTE FUNCTION votes_won();

CREATE OR REPLACE FUNCTION votes_follow_state() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE beacon_votes SET counts = (NEW.state = 'active') WHERE profile_id = NEW.id;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER profiles_votes AFTER UPDATE OF state ON profiles FOR EACH ROW
    WHEN ((OLD.state = 'active') IS DISTINCT FROM (NEW.state = 'active')) EXECUTE FUNCTION votes_follow_state();
",
    down: r"
DROP TRIGGER IF EXISTS profiles_votes ON profiles;
DROP TABLE IF EXISTS beacon_votes;
DROP FUNCTION IF EXISTS votes_follow_state(), votes_won(), votes_lost(), votes_count(int, uuid[], text[]);
",
};
