-- A database as earlier tools might have left it, with rows of every awkward kind: NULL where something belongs, words
-- that mean nothing, handles of every style, follows and posts of nobody, places that are none.
CREATE EXTENSION IF NOT EXISTS postgis;
CREATE TABLE profiles (
    id uuid PRIMARY KEY,
    handle text UNIQUE,
    display_name text,
    avatar_url text,
    is_private boolean DEFAULT false,
    is_official boolean DEFAULT false,
    identity_key text,
    legacy_note text,
    created_at timestamptz DEFAULT now()
);
CREATE TABLE follows (
    -- No foreign keys: some point to nobody.
    follower_id uuid,
    following_id uuid,
    status text DEFAULT 'accepted',
    created_at timestamptz DEFAULT now(),
    PRIMARY KEY (follower_id, following_id)
);
CREATE TABLE posts (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    author_id uuid,
    body text,
    image_url text,
    video_url text,
    duration_ms int,
    visibility text DEFAULT 'public',
    status text DEFAULT 'active',
    is_beacon boolean DEFAULT false,
    beacon_type text,
    location geography(Point, 4326),
    tags text[] DEFAULT '{}',
    legacy_score numeric DEFAULT 0.5,
    created_at timestamptz DEFAULT now(),
    deleted_at timestamptz
);
-- A table and a view that are none of ours.
CREATE TABLE legacy_likes (post_id uuid, profile_id uuid);
CREATE VIEW legacy_posts AS SELECT id, body FROM posts WHERE visibility = 'public';
INSERT INTO legacy_likes VALUES ('00000000-0000-4000-8000-000000000101', '00000000-0000-4000-8000-000000000001');

INSERT INTO profiles (id, handle, display_name, avatar_url, is_private, is_official, identity_key, legacy_note, created_at) VALUES
 ('00000000-0000-4000-8000-000000000001', 'ada', 'Ada', NULL, false, false, 'aWRlbnRpdHk=', 'first', '2020-01-01'),
 ('00000000-0000-4000-8000-000000000002', 'Bob', NULL, NULL, true, false, NULL, NULL, '2020-01-02'),
 ('00000000-0000-4000-8000-000000000003', 'bob', 'Younger', NULL, false, false, NULL, NULL, '2020-01-03'),
 ('00000000-0000-4000-8000-000000000004', 'city', NULL, 'https://media.example/city.png', NULL, true, NULL, NULL, '2020-01-04'),
 ('00000000-0000-4000-8000-000000000005', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
 ('00000000-0000-4000-8000-000000000006', '', '', '', false, NULL, '', '', '2020-01-06'),
 ('00000000-0000-4000-8000-000000000007', 'Old Style!', repeat('long ', 100), 'javascript:alert(1)', false, false, NULL, NULL, '2020-01-07'),
 ('00000000-0000-4000-8000-000000000008', repeat('x', 250), NULL, 'not an address', false, false, NULL, NULL, '0001-01-01'),
 ('00000000-0000-4000-8000-000000000009', 'ÉRIC', E'two\nlines', NULL, true, false, NULL, NULL, '2020-01-09'),
 ('00000000-0000-4000-8000-00000000000a', 'admin', NULL, NULL, false, false, NULL, NULL, '9999-12-31');

INSERT INTO follows (follower_id, following_id, status, created_at) VALUES
 ('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002', 'pending', '2020-02-01'),
 ('00000000-0000-4000-8000-000000000002', '00000000-0000-4000-8000-000000000001', 'accepted', '2020-02-02'),
 ('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000004', NULL, NULL),
 ('00000000-0000-4000-8000-000000000004', '00000000-0000-4000-8000-000000000001', 'blocked', '2020-02-04'),
 ('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000009', 'ACCEPTED', '2020-02-05'),
 ('00000000-0000-4000-8000-000000000003', '00000000-0000-4000-8000-000000000009', 'accepted ', '2020-02-06'),
 ('00000000-0000-4000-8000-000000000007', '00000000-0000-4000-8000-000000000009', '', '2020-02-07'),
 ('00000000-0000-4000-8000-000000000003', '00000000-0000-4000-8000-000000000003', 'accepted', '2020-02-08'),
 ('00000000-0000-4000-8000-000000000002', '00000000-0000-4000-8000-000000000002', 'pending', '2020-02-09'),
 ('00000000-0000-4000-8000-000000000005', '00000000-0000-4000-8000-000000000001', 'accepted', '2020-02-10'),
 ('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000005', 'accepted', NULL),
 ('00000000-0000-4000-8000-000000000099', '00000000-0000-4000-8000-000000000001', 'accepted', '2020-02-12'),
 ('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000099', 'accepted', '2020-02-13');

INSERT INTO posts (id, author_id, body, image_url, video_url, duration_ms, visibility, status, is_beacon, beacon_type, location, created_at, deleted_at) VALUES
 ('00000000-0000-4000-8000-000000000101', '00000000-0000-4000-8000-000000000001', 'hello', NULL, NULL, NULL, 'public', 'active', false, NULL, NULL, '2021-01-01', NULL),
 ('00000000-0000-4000-8000-000000000102', '00000000-0000-4000-8000-000000000002', 'for followers', NULL, NULL, 1500, 'followers', 'active', false, NULL, NULL, '2021-01-02', NULL),
 ('00000000-0000-4000-8000-000000000103', '00000000-0000-4000-8000-000000000001', 'strange word', NULL, NULL, NULL, 'private', 'active', false, NULL, NULL, '2021-01-03', NULL),
 ('00000000-0000-4000-8000-000000000104', '00000000-0000-4000-8000-000000000001', 'loud word', NULL, NULL, NULL, 'PUBLIC', 'active', false, NULL, NULL, '2021-01-04', NULL),
 ('00000000-0000-4000-8000-000000000105', '00000000-0000-4000-8000-000000000001', 'no word', NULL, NULL, NULL, NULL, 'active', false, NULL, NULL, '2021-01-05', NULL),
 ('00000000-0000-4000-8000-000000000106', '00000000-0000-4000-8000-000000000001', 'no status', NULL, NULL, NULL, 'public', NULL, false, NULL, NULL, '2021-01-06', NULL),
 ('00000000-0000-4000-8000-000000000107', '00000000-0000-4000-8000-000000000001', 'removed', NULL, NULL, NULL, 'public', 'removed', false, NULL, NULL, '2021-01-07', NULL),
 ('00000000-0000-4000-8000-000000000108', '00000000-0000-4000-8000-000000000001', 'deleted', NULL, NULL, NULL, 'public', 'active', false, NULL, NULL, '2021-01-08', '2021-01-09'),
 ('00000000-0000-4000-8000-000000000109', NULL, 'of nobody', NULL, NULL, NULL, 'public', 'active', false, NULL, NULL, '2021-01-09', NULL),
 ('00000000-0000-4000-8000-00000000010a', NULL, 'of nobody, beacon or not', NULL, NULL, NULL, 'public', 'active', NULL, NULL, 'SRID=4326;POINT(-93.265 44.9778)', '2021-01-10', NULL),
 ('00000000-0000-4000-8000-00000000010b', '00000000-0000-4000-8000-000000000099', 'of somebody gone', NULL, NULL, NULL, 'public', 'active', false, NULL, NULL, '2021-01-11', NULL),
 ('00000000-0000-4000-8000-00000000010c', '00000000-0000-4000-8000-000000000005', 'of somebody without a handle', NULL, NULL, NULL, 'public', 'active', false, NULL, NULL, '2021-01-12', NULL),
 ('00000000-0000-4000-8000-00000000010d', '00000000-0000-4000-8000-000000000004', 'of a city that is private or not', NULL, NULL, NULL, 'public', 'active', false, NULL, NULL, '2021-01-13', NULL),
 ('00000000-0000-4000-8000-00000000010e', '00000000-0000-4000-8000-000000000007', NULL, 'not an address', 'javascript:alert(1)', -5, 'public', 'active', NULL, NULL, NULL, '2021-01-14', NULL),
 ('00000000-0000-4000-8000-00000000010f', '00000000-0000-4000-8000-000000000001', repeat('long ', 2000), NULL, NULL, 2147483647, 'public', 'active', false, NULL, NULL, NULL, NULL),
 ('00000000-0000-4000-8000-000000000110', '00000000-0000-4000-8000-000000000001', 'a post with a place', NULL, NULL, NULL, 'public', 'active', false, 'hazard', 'SRID=4326;POINT(-93.265 44.9778)', '2021-01-16', NULL),
 ('00000000-0000-4000-8000-000000000111', '00000000-0000-4000-8000-000000000009', 'of a private profile', NULL, NULL, NULL, 'public', 'active', false, NULL, NULL, '2021-01-17', NULL),
 ('00000000-0000-4000-8000-000000000112', '00000000-0000-4000-8000-000000000006', 'of the empty handle', NULL, NULL, NULL, 'circle', 'active', false, NULL, NULL, '0001-01-01', NULL),
 ('00000000-0000-4000-8000-000000000201', NULL, 'ice on the bridge', NULL, NULL, NULL, 'public', 'active', true, 'hazard', 'SRID=4326;POINT(-93.2650 44.9778)', '2021-02-01', NULL),
 ('00000000-0000-4000-8000-000000000202', NULL, 'a word of its own', NULL, NULL, NULL, NULL, 'active', true, 'ufo', 'SRID=4326;POINT(-93.2651 44.9778)', '2021-02-02', NULL),
 ('00000000-0000-4000-8000-000000000203', '00000000-0000-4000-8000-000000000001', NULL, NULL, NULL, NULL, 'public', 'active', true, NULL, 'SRID=4326;POINT(-93.2652 44.9778)', NULL, NULL),
 ('00000000-0000-4000-8000-000000000204', NULL, 'nowhere', NULL, NULL, NULL, 'public', 'active', true, 'hazard', NULL, '2021-02-04', NULL),
 ('00000000-0000-4000-8000-000000000205', '00000000-0000-4000-8000-000000000001', 'at no point', NULL, NULL, NULL, 'public', 'active', true, 'hazard', 'SRID=4326;POINT EMPTY', '2021-02-05', NULL),
 ('00000000-0000-4000-8000-000000000206', '00000000-0000-4000-8000-000000000001', 'at no number', NULL, NULL, NULL, 'public', 'active', true, 'hazard', 'SRID=4326;POINT(NaN NaN)', '2021-02-06', NULL),
 ('00000000-0000-4000-8000-000000000207', '00000000-0000-4000-8000-000000000002', 'of a private profile', NULL, NULL, NULL, 'public', 'active', true, 'hazard', 'SRID=4326;POINT(-93.2653 44.9778)', '2021-02-07', NULL),
 ('00000000-0000-4000-8000-000000000208', '00000000-0000-4000-8000-000000000001', 'strange beacon', NULL, NULL, NULL, 'secret', 'active', true, 'hazard', 'SRID=4326;POINT(-93.2654 44.9778)', '2021-02-08', NULL),
 ('00000000-0000-4000-8000-000000000209', '00000000-0000-4000-8000-000000000099', 'a beacon of somebody gone', NULL, NULL, NULL, 'public', 'active', true, 'hazard', 'SRID=4326;POINT(-93.2655 44.9778)', '2021-02-09', NULL);

-- One tag, and what is none: nobody has written so long a word, and no index holds it.
UPDATE posts SET tags = ARRAY['Hello', (SELECT string_agg(md5(n::text), '') FROM generate_series(1, 200) AS n)]
    WHERE id = '00000000-0000-4000-8000-000000000101';
