import type { Connection } from './connection.ts';
import { StoreError, wayOut } from './error.ts';

/** Reading a larger file whole would delay the start by many seconds; then only what must not be lost is checked. */
const WHOLE_FILE_BYTES = 512 * 1024 * 1024;

const PRECIOUS = [
  'incidents',
  'incident_events',
  'silences',
  'deliveries',
  'audit',
  'tenants',
  'codes',
  'small_state',
];

/** Fails with the commands that help when the file is damaged. */
export function checkIntegrity(connection: Connection, bytes: number): void {
  const checks =
    bytes <= WHOLE_FILE_BYTES ? ['quick_check(1)'] : PRECIOUS.map((table) => `quick_check(${table})`);
  for (const check of checks) {
    const answer = connection.pragma(check);
    if (answer !== 'ok')
      throw new StoreError(
        'corrupt',
        connection.path,
        `the database ${connection.path} is damaged (${String(answer)}). ${wayOut(connection.path)}`,
      );
  }
}
