// Staying up to date ------------------------------------------------------------------------------------------------------

/** Makes one element like another and keeps every node that can stay: focus, selection, scrolling and what was typed survive. */
function morph(from, to) {
  if (from.nodeType === Node.TEXT_NODE || from.nodeType === Node.COMMENT_NODE) {
    if (from.data !== to.data) from.data = to.data;
    return;
  }
  if ('keep' in from.dataset) return;
  // Buttons in the middle of saying "Copied".
  if ('copy' in from.dataset && from.dataset.copy === to.dataset.copy) return;
  for (const { name } of [...from.attributes]) {
    if (!to.hasAttribute(name) && !isReaders(from, name)) from.removeAttribute(name);
  }
  for (const { name, value } of to.attributes) {
    if (from.getAttribute(name) !== value && !isReaders(from, name)) from.setAttribute(name, value);
  }
  // What is being typed is the reader's.
  if (from.localName === 'textarea' || from.localName === 'select') return;
  morphChildren(from, to);
}

/** What the reader has opened stays open. */
function isReaders(element, name) {
  return name === 'open' && element.localName === 'details';
}

function morphChildren(from, to) {
  let next = from.firstChild;
  for (const wanted of [...to.childNodes]) {
    const match = matchFor(wanted, next, from);
    if (match === null) {
      from.insertBefore(document.adoptNode(wanted), next);
      continue;
    }
    if (match === next) next = next.nextSibling;
    else from.insertBefore(match, next);
    morph(match, wanted);
  }
  while (next !== null) {
    const gone = next;
    next = next.nextSibling;
    gone.remove();
  }
}

/** By id wherever it stands among the siblings; without one by its place and kind. */
function matchFor(wanted, next, parent) {
  const id = wanted.id;
  if (id) {
    const there = document.getElementById(id);
    return there !== null && there.parentNode === parent ? there : null;
  }
  return next !== null && !next.id && next.nodeName === wanted.nodeName ? next : null;
}

let refreshing = false;
let again = false;

/** Asks for this page anew and takes over what changed. */
async function refresh() {
  if (refreshing) {
    again = true;
    return;
  }
  refreshing = true;
  try {
    const response = await fetch(location.href, { headers: { accept: 'text/html' }, cache: 'no-store' });
    // Signed out in between: the sign-in page takes over as a whole.
    if (response.redirected) {
      location.reload();
      return;
    }
    if (!response.ok) return;
    const fresh = new DOMParser().parseFromString(await response.text(), 'text/html');
    localizeTimes(fresh);
    document.title = fresh.title;
    for (const region of document.querySelectorAll('[data-live]')) {
      const wanted = fresh.getElementById(region.id);
      if (wanted !== null) morph(region, wanted);
    }
  } catch {
    // The daemon restarts: the stream says when it is back.
  } finally {
    refreshing = false;
    if (again) {
      again = false;
      void refresh();
    }
  }
}

const connection = document.getElementById('connection');
const topic = document.body.dataset.topic;
/** What no event tells: how long ago the latest runs were; and a tab in the background has its title brought up to date. */
const REFRESH_MS = 30_000;

/** A browser gives all tabs of one server six connections: a tab that nobody looks at holds none. */
function followChanges() {
  let stream = null;
  let first = true;
  const say = (text) => {
    connection.classList.toggle('live', text === 'live');
    setText(connection, text);
  };
  const leave = () => {
    stream?.close();
    stream = null;
  };
  const follow = () => {
    if (stream !== null) return;
    const opening = new EventSource(`/events?topic=${encodeURIComponent(topic)}`);
    stream = opening;
    opening.addEventListener('open', () => {
      say('live');
      // What happened while there was no stream.
      if (!first) void refresh();
      first = false;
    });
    opening.addEventListener('error', () =>
      say(opening.readyState === EventSource.CLOSED ? 'not live' : 'reconnecting'),
    );
    opening.addEventListener('changed', () => void refresh());
  };
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) return follow();
    leave();
    say('paused');
  });
  // A page that the browser keeps for "back" holds no stream either.
  addEventListener('pagehide', leave);
  addEventListener('pageshow', (event) => {
    if (event.persisted) location.reload();
  });
  setInterval(() => void refresh(), REFRESH_MS);
  if (!document.hidden) follow();
}

if (topic !== undefined && connection !== null) followChanges();
