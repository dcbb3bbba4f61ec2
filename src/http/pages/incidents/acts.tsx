import type { JSX } from 'preact';
import { isActive, isStorm } from '../../../incidents/index.ts';
import type { Incident } from '../../../model/incident.ts';
import { LengthAndReason } from '../silences/fields.tsx';
import type { Viewer } from '../viewer.ts';

/** What a person can do about an incident. Each is a form of its own, so that it works without a script. */
export function IncidentActs({
  incident,
  viewer,
}: {
  readonly incident: Incident;
  readonly viewer: Viewer;
}): JSX.Element {
  const { subject, code } = incident;
  const to = (act: string): string => `/incidents/${encodeURIComponent(incident.id)}/${act}`;
  const csrf = <input type="hidden" name="csrf" value={viewer.csrf} />;
  const alive = isActive(incident);
  return (
    <div class="acts" id="acts">
      {alive && incident.acknowledged === null && (
        <form method="post" action={to('acknowledge')}>
          {csrf}
          <button type="submit" class="primary">
            Acknowledge
          </button>
        </form>
      )}
      {alive && incident.acknowledged !== null && (
        <form method="post" action={to('unacknowledge')}>
          {csrf}
          <button type="submit">Withdraw acknowledgement</button>
        </form>
      )}
      {alive && incident.silencedBy === null && (
        <details id="act-silence">
          <summary>Silence</summary>
          <form method="post" action={to('silence')} class="fields">
            {csrf}
            {subject.scope === 'tenant' && !isStorm(incident) && (
              <input type="hidden" name="tenant" value={subject.name} />
            )}
            <input type="hidden" name="problem" value={code} />
            <LengthAndReason />
            <button type="submit">Silence</button>
          </form>
        </details>
      )}
      <details id="act-note">
        <summary>Add a note</summary>
        <form method="post" action={to('note')} class="fields">
          {csrf}
          <label class="wide">
            Note
            <textarea name="note" rows={3} required maxLength={2000} />
          </label>
          <button type="submit">Add</button>
        </form>
      </details>
      {alive && (
        <details id="act-close">
          <summary>Close by hand</summary>
          <form method="post" action={to('resolve')} class="fields">
            {csrf}
            <p>Whoever was told is told that it is over. Trouble that goes on opens it again.</p>
            <label class="wide">
              Why
              <input type="text" name="note" maxLength={500} autocomplete="off" />
            </label>
            <button type="submit">Close</button>
          </form>
        </details>
      )}
    </div>
  );
}
