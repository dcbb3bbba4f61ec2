// What the pages do beyond being read: times in the reader's zone, copying, and staying up to date. Every page works without it.

document.documentElement.classList.add('scripted');

// Times -------------------------------------------------------------------------------------------------------------------

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const inUtc = new Date().getTimezoneOffset() === 0 && /^(UTC|Etc\/|GMT)/.test(zone ?? 'UTC');
const localFormat = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});

const AGO_UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
];

/** The same words as the server's. */
function ago(at) {
  const passed = Date.now() - at;
  const unit = AGO_UNITS.find(([, unitMs]) => passed >= unitMs);
  return unit === undefined ? 'now' : `${Math.floor(passed / unit[1])} ${unit[0]} ago`;
}

/** The reader's own zone, and UTC beside it where they differ. */
function localizeTimes(root) {
  for (const time of root.querySelectorAll('time[data-as="ago"]')) {
    const at = Date.parse(time.dateTime);
    setText(time, ago(at));
    if (!inUtc && !time.title.includes('(')) time.title = `${localFormat.format(at)} (${time.title})`;
  }
  if (inUtc) return;
  for (const time of root.querySelectorAll('time[data-as="moment"]')) {
    const at = Date.parse(time.dateTime);
    const utc = time.ownerDocument.createElement('span');
    utc.className = 'utc';
    utc.textContent = ` (${time.dateTime.slice(11, 19)} UTC)`;
    time.replaceChildren(localFormat.format(at), utc);
  }
}

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

localizeTimes(document);
if (!inUtc && zone) setText(document.getElementById('zone'), `, times in ${zone}`);
setInterval(() => {
  for (const time of document.querySelectorAll('time[data-as="ago"]'))
    setText(time, ago(Date.parse(time.dateTime)));
}, 1_000);

// Copying -----------------------------------------------------------------------------------------------------------------

document.addEventListener('click', async (event) => {
  const button = event.target instanceof Element ? event.target.closest('[data-copy]') : null;
  if (button === null) return;
  const copied = await copy(button.dataset.copy, button);
  button.textContent = copied ? 'Copied' : 'Selected';
  setTimeout(() => {
    button.textContent = 'Copy';
  }, 2_000);
});

/** Browsers give the clipboard to secure pages only; elsewhere the command is selected, and a key copies it. */
async function copy(text, button) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const code = button.parentElement.querySelector('code');
    getSelection().selectAllChildren(code);
    return false;
  }
}

// Keys and lists ----------------------------------------------------------------------------------------------------------

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target instanceof Element && event.target.closest('input, textarea, select')) return;
  const field = document.querySelector(`[data-shortcut="${CSS.escape(event.key)}"]`);
  if (field === null) return;
  event.preventDefault();
  field.focus();
});

document.addEventListener('change', (event) => {
  if (event.target instanceof HTMLSelectElement && 'submit' in event.target.dataset)
    event.target.form.requestSubmit();
});

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
/** What no event tells: how long ago the latest runs were. */
const REFRESH_MS = 30_000;

if (topic !== undefined && connection !== null) {
  let missed = false;
  const changed = () => {
    if (document.hidden) missed = true;
    else void refresh();
  };
  const say = (text) => {
    connection.classList.toggle('live', text === 'live');
    setText(connection, text);
  };
  const stream = new EventSource(`/events?topic=${encodeURIComponent(topic)}`);
  let opened = false;
  stream.addEventListener('open', () => {
    say('live');
    // What happened while the stream was away.
    if (opened) changed();
    opened = true;
  });
  stream.addEventListener('error', () =>
    say(stream.readyState === EventSource.CLOSED ? 'not live' : 'reconnecting'),
  );
  stream.addEventListener('changed', changed);
  document.addEventListener('visibilitychange', () => {
    if (document.hidden || !missed) return;
    missed = false;
    void refresh();
  });
  setInterval(changed, REFRESH_MS);
  // A page that the browser keeps for "back" holds no stream.
  addEventListener('pagehide', () => stream.close());
  addEventListener('pageshow', (event) => {
    if (event.persisted) location.reload();
  });
}

// Verify now --------------------------------------------------------------------------------------------------------------

document.addEventListener('submit', (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !('verify' in form.dataset)) return;
  event.preventDefault();
  void verify(form);
});

async function verify(form) {
  const button = form.querySelector('button');
  const output = form.querySelector('output');
  if (button.getAttribute('aria-disabled') === 'true') return;
  button.setAttribute('aria-disabled', 'true');
  setText(output, 'Verifying…');
  const rows = [...document.querySelectorAll('#checklist > [data-check]')];
  for (const row of rows) row.classList.add('running');
  let judged = 0;
  try {
    const response = await fetch(form.action, {
      method: 'POST',
      headers: { accept: 'text/event-stream' },
      body: new URLSearchParams(new FormData(form)),
    });
    if (!response.ok || response.body === null) throw new Error(`status ${response.status}`);
    for await (const { event, data } of eventsOf(response.body)) {
      if (event === 'check') {
        judged += 1;
        setText(output, `${judged} of ${rows.length} checks`);
        showCheck(JSON.parse(data));
      } else if (event === 'done') {
        const { verdict } = JSON.parse(data);
        setText(
          output,
          verdict === null ? 'The verification did not end.' : `Verified just now: ${verdict}.`,
        );
      }
    }
  } catch {
    setText(output, 'The verification could not be started. Load the page again.');
  } finally {
    for (const row of rows) row.classList.remove('running');
    button.removeAttribute('aria-disabled');
    void refresh();
  }
}

function showCheck({ id, verdict, summary }) {
  const row = document.getElementById(`check-${id}`);
  if (row === null) return;
  row.className = verdict;
  const mark = row.querySelector('.mark');
  mark.className = `mark ${verdict}`;
  setText(row.querySelector('.sentence'), summary);
}

/** Server-sent events of a request that EventSource cannot make. */
async function* eventsOf(body) {
  let buffered = '';
  for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
    buffered += chunk;
    const blocks = buffered.split('\n\n');
    buffered = blocks.pop();
    for (const block of blocks) {
      const fields = new Map(
        block
          .split('\n')
          .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]),
      );
      yield { event: fields.get('event') ?? '', data: fields.get('data') ?? '' };
    }
  }
}
