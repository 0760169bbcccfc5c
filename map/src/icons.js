// Icons, drawn here as lines in a box of 24 by 24, so that they take the colour of what they stand in.

const LINES = {
  SAFETY: 'M12 3l7 3v5c0 4.6-2.9 8.2-7 10-4.1-1.8-7-5.4-7-10V6z',
  HAZARD: 'M12 4l9 15.5H3zM12 10v4.5M12 17v.01',
  FIRE: 'M12 3c.6 3.4 5.5 5.6 5.5 10.6a5.5 5.5 0 0 1-11 0c0-2 .9-3.4 2-4.6.3 1.6 1 2.4 2 2.7C10 8.6 10.4 5.4 12 3z',
  SUSPICIOUS: 'M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM12 9.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6z',
  CHECKPOINT: 'M3 8h18v5.5H3zM6 13.5V19M18 13.5V19M8.5 8l-3 5.5M13.5 8l-3 5.5M18.5 8l-3 5.5',
  OFFICIAL_PRESENCE: 'M12 3.5l2.6 5.4 5.9.8-4.3 4.1 1 5.9-5.2-2.8-5.2 2.8 1-5.9-4.3-4.1 5.9-.8z',
  TRAFFIC: 'M4 16v-3.5l1.8-5A2 2 0 0 1 7.7 6h8.6a2 2 0 0 1 1.9 1.5l1.8 5V16zM4.5 12h15M6.5 16v2.5M17.5 16v2.5',
  NOISE: 'M4 9.5v5h3.5l4.5 4v-13l-4.5 4zM15.5 9a4.2 4.2 0 0 1 0 6M18 6.5a8 8 0 0 1 0 11',
  PACKAGE_THEFT: 'M12 3l8 4.2v9.6L12 21l-8-4.2V7.2zM4 7.2l8 4.3 8-4.3M12 11.5V21',
  LOST_PET:
    'M12 12c-2.7 0-5 2.7-5 5.1 0 1.6 1.2 2.4 2.5 2.4 1 0 1.6-.5 2.5-.5s1.5.5 2.5.5c1.3 0 2.5-.8 2.5-2.4 0-2.4-2.3-5.1-5-5.1z' +
    'M5 9.5v1.5M9 5v1.8M15 5v1.8M19 9.5v1.5',
  COMMUNITY: 'M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 20c0-3.6 2.9-6 6.5-6s6.5 2.4 6.5 6M16 4.5a3.3 3.3 0 0 1 0 6.3M18 14.5c2.1.8 3.5 2.8 3.5 5.5',
  EVENT: 'M4 5.5h16V20H4zM4 10.5h16M8 3.5V7M16 3.5V7',
  RESOURCE: 'M4.5 11h15v9.5h-15zM3 7.5h18V11H3zM12 7.5v13M12 7.5C9 7.5 7.5 6.4 7.5 5S9 3 10 3.6c1.2.6 2 2.3 2 3.9zM12 7.5c3 0 4.5-1.1 4.5-2.5S15 3 14 3.6c-1.2.6-2 2.3-2 3.9z',
  QUESTION: 'M8.5 9a3.5 3.5 0 1 1 5 3.2c-1 .5-1.5 1.2-1.5 2.3v.5M12 18.5v.01',
  back: 'M15 5l-7 7 7 7',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  clock: 'M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM12 7.5V12l3 2',
  close: 'M6 6l12 12M18 6L6 18',
  copy: 'M9 9h11v11H9zM15 9V4H4v11h5',
  flag: 'M6 21V4.5c4-2.5 7 2 12 0v9c-5 2-8-2.5-12 0',
  key: 'M8 11a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM11 12.2L20 4M16.5 7.2l3 3',
  locate: 'M12 7a5 5 0 1 0 0 10 5 5 0 0 0 0-10zM12 2.5V7M12 17v4.5M2.5 12H7M17 12h4.5',
  leave: 'M14 4h5v16h-5M4 12h11M11 8l4 4-4 4',
  minus: 'M5 12h14',
  person: 'M12 11.5a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20.5c0-4 3.4-6.5 7.5-6.5s7.5 2.5 7.5 6.5',
  pin: 'M12 21c4.5-4.6 6.5-8 6.5-11a6.5 6.5 0 0 0-13 0c0 3 2 6.4 6.5 11zM12 7.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5z',
  plus: 'M12 5v14M5 12h14',
};

export function icon(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('class', 'icon');
  // What it means stands beside it, or in the name of its button.
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  path.setAttribute('d', LINES[name] ?? LINES.COMMUNITY);
  svg.append(path);
  return svg;
}
