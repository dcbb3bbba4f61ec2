import type { OperatorAnswer, OperatorRequest } from '../model/operator-request.ts';
import { DAY_MS } from '../model/time.ts';
import type { Connection } from './connection.ts';

export interface KeptRequest extends OperatorRequest {
  readonly id: number;
}

/** What people ask of the daemon from the command line. */
export interface RequestTable {
  /** Returns the id under which its answer will be. */
  readonly add: (request: OperatorRequest) => number;
  /** Without an answer yet, oldest first. */
  readonly waiting: () => readonly KeptRequest[];
  readonly answer: (id: number, answer: OperatorAnswer) => void;
  /** Null while nobody answered. */
  readonly answerTo: (id: number) => OperatorAnswer | null;
}

/** The audit trail has what was done; answers are only for who waits for them. */
const KEEP_ANSWERED_MS = 7 * DAY_MS;
const WAITING_LIMIT = 1_000;

interface AnswerRow {
  readonly outcome: OperatorAnswer['outcome'] | null;
  readonly text: string | null;
  readonly at: number | null;
}

export function createRequests(connection: Connection): RequestTable {
  const insert = connection.prepare(
    'INSERT INTO operator_requests (action, incident, by, note, at) VALUES (?, ?, ?, ?, ?)',
  );
  const forget = connection.prepare('DELETE FROM operator_requests WHERE answered_at < ?');
  const waiting = connection.prepare<KeptRequest>(
    'SELECT id, action, incident, by, note, at FROM operator_requests WHERE outcome IS NULL ORDER BY id LIMIT ?',
  );
  const answer = connection.prepare(
    'UPDATE operator_requests SET outcome = ?, answer = ?, answered_at = ? WHERE id = ? AND outcome IS NULL',
  );
  const answerTo = connection.prepare<AnswerRow>(
    'SELECT outcome, answer AS text, answered_at AS at FROM operator_requests WHERE id = ?',
  );
  return {
    add: ({ action, incident, by, note, at }: OperatorRequest) =>
      connection.durable(() => {
        forget.run(at - KEEP_ANSWERED_MS);
        return Number(insert.run(action, incident, by, note, at).lastInsertRowid);
      }),
    waiting: () => connection.read(() => waiting.all(WAITING_LIMIT)),
    answer: (id, { outcome, text, at }) => {
      connection.durable(() => answer.run(outcome, text, at, id));
    },
    answerTo: (id) =>
      connection.read(() => {
        const { outcome, text, at } = answerTo.get(id) ?? {};
        return outcome == null || text == null || at == null ? null : { outcome, text, at };
      }),
  };
}
