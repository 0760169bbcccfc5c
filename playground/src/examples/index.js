// The examples in the order of the menu. They speak of the people and the place of the demo data.

import beaconsNearby from './beacons-nearby.graphql';
import beaconsOnMap from './beacons-on-map.graphql';
import beaconChanged from './beacon-changed.graphql';
import createBeacon from './create-beacon.graphql';
import createPost from './create-post.graphql';
import follow from './follow.graphql';
import globalFeed from './global-feed.graphql';
import node from './node.graphql';
import quipFeed from './quip-feed.graphql';
import signIn from './sign-in.graphql';
import updateProfile from './update-profile.graphql';

// What a client builds its screens with, one request each.
import feed from '../../../examples/screens/feed.graphql';
import followRequests from '../../../examples/screens/follow-requests.graphql';
import followers from '../../../examples/screens/followers.graphql';
import notifications from '../../../examples/screens/notifications.graphql';
import profile from '../../../examples/screens/profile.graphql';
import search from '../../../examples/screens/search.graphql';
import shell from '../../../examples/screens/shell.graphql';
import thread from '../../../examples/screens/thread.graphql';

const minneapolis = { latitude: 44.9778, longitude: -93.265 };

function idOfProfile(handle) {
  return { query: `{ profile(by: { handle: "${handle}" }) { id } }`, pick: (data) => data.profile.id };
}

const idOfNewestThread = {
  query: '{ globalFeed(first: 50) { nodes { id replyCount } } }',
  pick: ({ globalFeed: { nodes } }) => (nodes.find((post) => post.replyCount > 1) ?? nodes[0]).id,
};

/**
 * `group` is the heading it stands under; `needsToken` marks it in the menu. An example about a thing that only the server knows the
 * id of has `id`, how to ask for it, and makes its `variables` from the answer.
 */
export const examples = [
  { group: 'Screens', title: 'Profile', query: profile, variables: { handle: 'noor', first: 10 } },
  { group: 'Screens', title: 'Thread', query: thread, id: idOfNewestThread, variables: (id) => ({ id, first: 10 }) },
  { group: 'Screens', title: 'Followers', query: followers, variables: { handle: 'noor', first: 10 } },
  { group: 'Screens', title: 'Search', query: search, variables: { query: 'birds', first: 10 } },
  { group: 'Screens', title: 'Shell', query: shell, needsToken: true },
  { group: 'Screens', title: 'Feed', query: feed, variables: { first: 10 }, needsToken: true },
  { group: 'Screens', title: 'Follow requests', query: followRequests, variables: { first: 10 }, needsToken: true },
  { group: 'Screens', title: 'Notifications', query: notifications, variables: { first: 10 }, needsToken: true },
  { group: 'Read', title: 'Global feed', query: globalFeed, variables: { first: 10 } },
  { group: 'Read', title: 'Quips', query: quipFeed, variables: { first: 5 } },
  { group: 'Read', title: 'Anything by id', query: node, id: idOfProfile('city'), variables: (id) => ({ id }) },
  {
    group: 'Map',
    title: 'Beacons nearby',
    query: beaconsNearby,
    variables: { area: { circle: { center: minneapolis, radiusMeters: 5000 } }, filter: null },
  },
  {
    group: 'Map',
    title: 'Beacons on a map',
    query: beaconsOnMap,
    variables: { bounds: { south: 44.94, west: -93.33, north: 45.02, east: -93.2 } },
  },
  {
    group: 'Map',
    title: 'Watch the map',
    query: beaconChanged,
    variables: { area: { circle: { center: minneapolis, radiusMeters: 20000 } } },
  },
  { group: 'Account', title: 'Sign in', query: signIn, variables: { input: { login: 'ada', password: 'sojorn-demo' } } },
  {
    group: 'Change',
    title: 'Update your profile',
    query: updateProfile,
    variables: { input: { bio: 'Walks everywhere. Writes about the river.' } },
    needsToken: true,
  },
  {
    group: 'Change',
    title: 'Follow someone',
    query: follow,
    id: idOfProfile('juno'),
    variables: (id) => ({ input: { profileId: id } }),
    needsToken: true,
  },
  {
    group: 'Change',
    title: 'Write a post',
    query: createPost,
    variables: { input: { body: 'First frost on the #river this morning.', visibility: 'PUBLIC' } },
    needsToken: true,
  },
  {
    group: 'Change',
    title: 'Place a beacon',
    query: createBeacon,
    variables: {
      input: {
        body: 'Black ice on the bridge, walk on the north side.',
        type: 'HAZARD',
        severity: 'MEDIUM',
        location: minneapolis,
        precision: 'BLOCK',
        anonymous: true,
        expiresInMinutes: 180,
      },
    },
    needsToken: true,
  },
];
