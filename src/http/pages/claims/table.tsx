import type { JSX } from 'preact';
import type { ClaimHolder, ClaimMark } from '../../../guard/claims-map.ts';
import type { ClaimState } from '../../../model/fly.ts';
import type { ClaimRecord } from '../../../model/history.ts';
import { Ago, Day, Time } from '../parts/time.tsx';

const STATE_WORDS: Readonly<Record<ClaimState, string>> = {
  issued: 'issued',
  expired: 'expired',
  'awaiting-configuration': 'awaiting configuration',
  'awaiting-issuance': 'awaiting issuance',
  unknown: 'unknown',
};

/** A claim as the map has it, or one of history that nobody judged. */
type Row = ClaimRecord | ClaimHolder;

interface ClaimTableProps {
  readonly records: readonly Row[];
  readonly now: number;
}

export function ClaimTable({ records, now }: ClaimTableProps): JSX.Element {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Claims">
      <table class="claims">
        <thead>
          <tr>
            <th scope="col">Hostname</th>
            <th scope="col">App</th>
            <th scope="col">Certificate</th>
            <th scope="col">Created</th>
            <th scope="col">First seen</th>
          </tr>
        </thead>
        <tbody>
          {records.map((record) => {
            const { claim, firstSeenAt, goneAt } = record;
            const marks = 'marks' in record ? record.marks : [];
            return (
              <tr key={`${claim.hostname} ${claim.app} ${String(firstSeenAt)}`} class={rowClass(record)}>
                <th scope="row">
                  {claim.hostname}
                  {marks.map(({ mark, why }) => (
                    <span key={why} class={`tag ${mark}`} title={why}>
                      {mark}
                    </span>
                  ))}
                </th>
                <td data-label="App">
                  <code>{claim.app}</code>
                </td>
                <td data-label="Certificate">
                  <div>
                    {STATE_WORDS[claim.state]}
                    {claim.source !== null && <span class="quiet">, {claim.source}</span>}
                    {claim.expiresAt !== null && (
                      <small class="quiet">
                        until <Day at={claim.expiresAt} />
                      </small>
                    )}
                  </div>
                </td>
                <td data-label="Created">
                  {claim.createdAt === null ? (
                    <span class="quiet">not known</span>
                  ) : (
                    <Time at={claim.createdAt} />
                  )}
                </td>
                <td data-label="First seen">
                  <div>
                    {firstSeenAt === null ? '–' : <Ago at={firstSeenAt} now={now} />}
                    {goneAt !== null && (
                      <small class="quiet">
                        gone <Ago at={goneAt} now={now} />
                      </small>
                    )}
                  </div>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

/** What visitors meet is worse than what is only untidy. */
const HARMFUL: ReadonlySet<ClaimMark> = new Set<ClaimMark>(['conflict', 'foreign']);

function rowClass(record: Row): string | undefined {
  if (record.goneAt !== null) return 'gone';
  const marks = 'marks' in record ? record.marks : [];
  if (marks.length === 0) return undefined;
  return marks.some(({ mark }) => HARMFUL.has(mark)) ? 'fail' : 'warn';
}
