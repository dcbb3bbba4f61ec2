import { openStore, StoreError } from '../../../src/store/index.ts';
import { aRun, entries, recordingLogger, T0 } from '../fixtures.ts';

/** What opening and writing came to. */
export interface OpenReport {
  readonly code: string;
  readonly message: string;
}

function main(path: string, mode: string): OpenReport {
  try {
    const store = openStore({
      path,
      clock: { now: () => T0 },
      logger: recordingLogger(),
      readOnly: mode === 'read',
      daemon: mode === 'daemon',
    });
    if (mode !== 'read') store.runs.append(entries(aRun('a', T0)));
    store.close();
    return { code: 'opened', message: '' };
  } catch (error) {
    if (error instanceof StoreError) return { code: error.code, message: error.message };
    return { code: 'not a StoreError', message: String(error) };
  }
}

const [path, mode] = process.argv.slice(2);
if (path !== undefined && mode !== undefined) console.log(JSON.stringify(main(path, mode)));
