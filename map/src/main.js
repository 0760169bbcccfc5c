import 'leaflet/dist/leaflet.css';
import './style/page.css';
import './style/controls.css';
import './style/leaflet.css';
import './style/markers.css';
import './style/panel.css';
import './style/list.css';
import './style/toasts.css';
import './style/forms.css';

import { showAccount } from './account.js';
import { Clusters, edges } from './clusters.js';
import { Create } from './create.js';
import { Detail } from './detail.js';
import { byId, element } from './element.js';
import { readView } from './fragment.js';
import { openCluster } from './list.js';
import { Live } from './live.js';
import { addGround, goToBeacons, makeMap } from './map.js';
import { closePanel } from './panel.js';
import { onViewer, resume } from './session.js';
import { showSeverities } from './severities.js';
import { fail } from './toast.js';

/** Milliseconds between looks where nothing comes live. */
const POLL = 20_000;

async function begin() {
  const hasPlace = Boolean(readView(location.hash));
  const map = makeMap(byId('map'));
  addGround(map).catch(fail);
  showAccount();
  // All that can be pressed is there before anything is asked: on a slow network the answers take their time.
  const clusters = new Clusters(map, (cluster, zoom) => {
    if (cluster.beacon) detail.open(cluster.beacon.id);
    else openCluster({ map, clusters, cluster, zoom, openBeacon: (id, back) => detail.open(id, back) });
  });
  const detail = new Detail(map, clusters);
  const create = new Create(map, {
    onCreated: (beacon) => clusters.changed(beacon),
    onDone: (beacon) => detail.show(beacon),
  });
  byId('beacon-here').addEventListener('click', () => create.start());
  showSeverities((severity) => {
    clusters.minSeverity = severity;
    clusters.loadOther();
  });
  document.addEventListener('keydown', ({ key, defaultPrevented }) => {
    if (key === 'Escape' && !defaultPrevented && !byId('sign-in').open) closePanel();
  });
  showLive(false);
  // Before the first question, so that it is asked as whoever it is.
  await resume();
  if (!hasPlace) await goToBeacons(map).catch(fail);
  goLive({ map, clusters, detail });
  clusters.load();
}

function showLive(isLive) {
  const dot = byId('live');
  dot.dataset.state = isLive ? 'on' : 'off';
  dot.title = isLive ? 'Changes appear at once' : `Changes appear every ${POLL / 1000} seconds`;
  dot.replaceChildren(element('span', { class: 'dot' }), element('span', { class: 'word' }, isLive ? 'live' : 'not live'));
}

function goLive({ map, clusters, detail }) {
  let isLive = false;
  const look = () => {
    clusters.load();
    detail.refresh();
  };
  const live = new Live({
    onEvent(event) {
      clusters.changed(event.beacon);
      detail.onEvent(event);
    },
    onState(isOpen) {
      if (isOpen === isLive) return;
      isLive = isOpen;
      showLive(isLive);
      // What changed while nobody listened.
      if (isLive) look();
    },
  });
  const watch = () => live.watch(edges(map));
  map.on('moveend', watch);
  watch();
  // The stream shows what its viewer may see.
  let isFirst = true;
  onViewer(() => {
    if (!isFirst) {
      live.restart();
      clusters.loadOther();
    }
    isFirst = false;
  });
  setInterval(() => {
    if (!isLive && !document.hidden) look();
  }, POLL);
}

begin();
