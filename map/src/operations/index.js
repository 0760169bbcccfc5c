// What the page asks. tests/it/map.rs asks all of it of a real server, so that it cannot fall behind the schema.

import beacon from './beacon.graphql';
import beaconDetail from './beacon-detail.graphql';
import beaconsOfCluster from './beacons-of-cluster.graphql';
import changed from './changed.graphql';
import clusters from './clusters.graphql';
import create from './create.graphql';
import deletion from './delete.graphql';
import newest from './newest.graphql';
import refresh from './refresh.graphql';
import resolve from './resolve.graphql';
import sessionParts from './session.graphql';
import signIn from './sign-in.graphql';
import signOut from './sign-out.graphql';
import signUp from './sign-up.graphql';
import unvote from './unvote.graphql';
import vote from './vote.graphql';

export const CLUSTERS = clusters;
export const BEACONS_OF_CLUSTER = beaconsOfCluster;
export const NEWEST = newest;
export const BEACON = beacon + beaconDetail;
export const CHANGED = changed + beaconDetail;
export const CREATE = create + beaconDetail;
export const VOTE = vote + beaconDetail;
export const UNVOTE = unvote + beaconDetail;
export const RESOLVE = resolve + beaconDetail;
export const DELETE = deletion;
export const SIGN_IN = signIn + sessionParts;
export const SIGN_UP = signUp + sessionParts;
export const REFRESH = refresh + sessionParts;
export const SIGN_OUT = signOut;
