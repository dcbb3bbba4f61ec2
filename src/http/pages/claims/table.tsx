import type { JSX } from 'preact';
import type { ClaimState } from '../../../model/fly.ts';
import type { ClaimRecord } from '../../../model/history.ts';
import { Ago, Day, Time } from '../parts/time.tsx';
import type { ClaimMark, MarkedClaim } from './map.ts';

const STATE_WORDS: Readonly<Record<ClaimState, string>> = {
  issued: 'issued',
  expired: 'expired',
  'awaiting-configuration': 'awaiting configuration',
  'awaiting-issuance': 'awaiting issuance',
  unknown: 'unknown',
};

/** For a heading's tip: what each mark means. */
export const MARK_WORDS: Readonly<Record<ClaimMark, string>> = {
  conflict: 'A name of the platform’s domain on a tenant’s app: the edge will refuse its handshakes.',
  takeover: 'A name that belongs elsewhere, held by another app: whoever runs that app can serve it.',
  duplicate: 'More than one app holds this name.',
  dangling: 'The app that holds it is gone, or has no machine.',
};

interface ClaimTableProps {
  readonly records: readonly (ClaimRecord | MarkedClaim)[];
  readonly now: number;
}

export function ClaimTable({ records, now }: ClaimTableProps): JSX.Element {
  const rows = records.map((one): MarkedClaim => ('record' in one ? one : { record: one, marks: [] }));
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Claims">
      <table class="claims">
        <thead>
          <tr>
            <th scope="col">Hostname</th>
            <th scope="col">App</th>
            <th scope="col">Certificate</th>
            <th scope="col">Created</th>
            <th scope="col">Seen</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ record: { claim, firstSeenAt, goneAt }, marks }) => (
            <tr
              key={`${claim.hostname} ${claim.app} ${String(firstSeenAt)}`}
              class={goneAt !== null ? 'gone' : marks.length > 0 ? 'marked' : undefined}
            >
              <th scope="row">
                {claim.hostname}
                {marks.map((mark) => (
                  <span key={mark} class={`tag ${mark}`} title={MARK_WORDS[mark]}>
                    {mark}
                  </span>
                ))}
              </th>
              <td>
                <code>{claim.app}</code>
              </td>
              <td>
                {STATE_WORDS[claim.state]}
                {claim.source !== null && <span class="quiet">, {claim.source}</span>}
                {claim.expiresAt !== null && (
                  <small class="quiet">
                    until <Day at={claim.expiresAt} />
                  </small>
                )}
              </td>
              <td>
                {claim.createdAt === null ? (
                  <span class="quiet">not known</span>
                ) : (
                  <Time at={claim.createdAt} />
                )}
              </td>
              <td>
                <Ago at={firstSeenAt} now={now} />
                {goneAt !== null && (
                  <small class="quiet">
                    gone <Ago at={goneAt} now={now} />
                  </small>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
