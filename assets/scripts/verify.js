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
