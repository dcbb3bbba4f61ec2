import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { INCIDENT_TENANT, startSandbox, type Sandbox } from '../src/sandbox/index.ts';
import { openStore } from '../src/store/index.ts';
import { startProgram, workplaceFor, type Workplace } from '../test/support/program.ts';
import { until } from '../test/support/until.ts';
import { between, seededRandom } from './chance.ts';
import { judge, readDatabase, type Judgement } from './judge.ts';
import { startReceiver, type Receiver } from './receiver.ts';

const APP = `sp-${INCIDENT_TENANT}`;
const HOSTNAME = `${INCIDENT_TENANT}.systemprompt.io`;
const LONGEST_LIFE_MS = 5_000;
const TELLING_SHARE = 0.7;
const TELLS_WITHIN_MS = 15_000;
const FINISH_WITHIN_MS = 180_000;

export interface DaemonSoakOptions {
  readonly kills: number;
  readonly seed: number;
  readonly progress: (text: string) => void;
}

/** The whole program watches the sandbox, where a certificate comes and goes, and is killed again and again. */
export async function soakDaemon({ kills, seed, progress }: DaemonSoakOptions): Promise<Judgement> {
  const random = seededRandom(seed);
  const receiver = await startReceiver(seededRandom(seed + 1));
  const sandbox = await startSandbox({ tenants: 4 });
  const place = placeOf(sandbox, `${receiver.url}/webhook`);
  const database = join(place.folder, 'tenantwatch.db');
  try {
    let misplaced = false;
    for (let kill = 1; kill <= kills; kill += 1) {
      const daemon = startDaemon(place);
      await daemon.watches();
      misplaced = !misplaced;
      if (misplaced) sandbox.world.addCertificate(APP, HOSTNAME);
      else removeCertificate(sandbox);
      // Most are killed around what they tell, if they have something to tell; the others at any moment.
      const tells = random() < TELLING_SHARE;
      if (tells) await Promise.race([requested(receiver), sleep(TELLS_WITHIN_MS, undefined, { ref: false })]);
      await sleep(between(random, 0, tells ? 500 : LONGEST_LIFE_MS));
      await daemon.end('SIGKILL');
      progress(`${kill} kills of the whole daemon, ${receiver.receipts.length} requests`);
    }
    receiver.heal();
    if (misplaced) removeCertificate(sandbox);
    const last = startDaemon(place);
    await last.watches();
    // What the daemon before it left, and that it saw the recovery.
    await until(
      'everything to be over and told',
      () => (isCalm(database) ? true : undefined),
      FINISH_WITHIN_MS,
    );
    await last.end('SIGTERM');
    return judge(readDatabase(database), receiver.receipts, ['webhook']);
  } finally {
    await receiver.close();
    await sandbox.close();
    place.remove();
  }
}

function requested(receiver: Receiver): Promise<void> {
  return new Promise((resolve) => {
    receiver.at('arrived', resolve);
  });
}

function removeCertificate(sandbox: Sandbox): void {
  const { exitCode, stderr } = sandbox.applyFlyCommand(`fly certs remove ${HOSTNAME} -a ${APP} -y`);
  if (exitCode !== 0) throw new Error(stderr);
}

type Place = Pick<Workplace, 'env' | 'folder' | 'file' | 'remove'>;

function placeOf(sandbox: Sandbox, url: string): Place {
  const place = workplaceFor(sandbox, {
    alerts: {
      channels: [{ name: 'webhook', type: 'webhook', url: '${SOAK_URL}', secret: '${SOAK_SECRET}' }],
    },
    // What comes back later is a new incident: otherwise each return has to hold longer before it is over.
    incidents: { reopenWithin: '1s' },
  });
  return { ...place, env: { ...place.env, SOAK_URL: url, SOAK_SECRET: 'soak' } };
}

function startDaemon(place: Place) {
  const daemon = startProgram(['watch', '--config', place.file, '--log', 'json'], place);
  let log = '';
  for (const stream of [daemon.stdout, daemon.stderr])
    stream?.on('data', (chunk: Buffer) => {
      log += chunk.toString();
    });
  const closed = once(daemon, 'close');
  return {
    watches: () =>
      until('the daemon to watch', () => {
        if (daemon.exitCode !== null) throw new Error(`the daemon ended by itself: ${log}`);
        return log.includes('"url":') ? true : undefined;
      }),
    end: async (signal: NodeJS.Signals) => {
      daemon.kill(signal);
      await closed;
    },
  };
}

/** Looks only: nobody else may repair what a kill left. */
function isCalm(path: string): boolean {
  const nothing = (): void => undefined;
  const logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };
  const store = openStore({ path, clock: { now: () => Date.now() }, logger, readOnly: true });
  try {
    return (
      store.incidents.unresolved().length === 0 &&
      store.outbox.list({ limit: 10_000 }).every(({ state }) => state === 'sent')
    );
  } finally {
    store.close();
  }
}
