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
