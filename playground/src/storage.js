// What GraphiQL remembers. Its tabs and its history hold what was typed and sent, passwords of `signIn` among it, so they end with
// the browser tab; only how the page looks outlives it.

const LASTING = /^graphiql:(theme|visiblePlugin|\w+Flex)$/;
const OURS = /^graphiql:/;

function place(key) {
  return LASTING.test(key) ? localStorage : sessionStorage;
}

function keys(store) {
  return Object.keys(store).filter((key) => OURS.test(key));
}

export const storage = {
  getItem: (key) => place(key).getItem(key),
  setItem: (key, value) => place(key).setItem(key, value),
  removeItem: (key) => place(key).removeItem(key),
  clear: () => [localStorage, sessionStorage].forEach((store) => keys(store).forEach((key) => store.removeItem(key))),
  get length() {
    return keys(localStorage).length + keys(sessionStorage).length;
  },
};
