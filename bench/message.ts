import { build } from './built.ts';
import { countOf, startWatch, type WatchProcess } from './daemon.ts';
import type { Measure } from './measure.ts';
import { startReceiver } from './receiver.ts';
import { startSandboxProcess } from './sandbox-process.ts';
import { DOMAIN, workplaceFor } from './workplace.ts';

const TENANTS = 50;
/** The defaults that the promises are made of. */
const INVENTORY_S = 30;
const EDGE_S = 60;
const GRACE_MS = 60_000;

/** With default settings: from what happens at the platform to the message in the channel. People needed seven minutes. */
export async function benchMessage(): Promise<readonly Measure[]> {
  await build();
  const sandbox = await startSandboxProcess({ tenants: TENANTS });
  const receiver = await startReceiver();
  const place = workplaceFor(sandbox);
  const watch = await startWatch({ ...place, env: { ...place.env, SLACK_WEBHOOK: receiver.url } });
  const [claimed = '', refused = ''] = sandbox.tenants;
  const app = `sp-${claimed}`;
  const hostname = `${claimed}.${DOMAIN}`;
  const since = async (act: () => Promise<unknown>, fits: RegExp, mostS: number): Promise<number> => {
    const startedMs = performance.now();
    await act();
    return ((await receiver.message(fits, startedMs, mostS * 1000 + GRACE_MS)).atMs - startedMs) / 1000;
  };
  try {
    await allVerified(watch);
    const latent = await since(
      () => sandbox.ask({ call: 'add-certificate', app, hostname }),
      new RegExp(`WARNING[^]*${claimed}`, 'u'),
      INVENTORY_S,
    );
    const critical = await since(
      () => sandbox.ask({ call: 'propagate' }),
      new RegExp(`CRITICAL[^]*${claimed}`, 'u'),
      10,
    );
    const resolved = await since(
      () => sandbox.ask({ call: 'fly', command: `fly certs remove ${hostname} -a ${app} -y` }),
      new RegExp(`RESOLVED[^]*${claimed}`, 'u'),
      EDGE_S,
    );
    const unwarned = await since(
      () => sandbox.ask({ call: 'fault-on', fault: 'edge-eof', scope: { name: `${refused}.${DOMAIN}` } }),
      new RegExp(`CRITICAL[^]*${refused}`, 'u'),
      EDGE_S,
    );
    return [
      {
        name: 'certificate added to the warning (an inventory interval, a sweep, 2 s)',
        value: latent,
        unit: 's',
        limit: { most: INVENTORY_S + 2 + 1 },
      },
      {
        name: 'edge refuses a tenant under warning to the critical message',
        value: critical,
        unit: 's',
        limit: { most: 10 },
      },
      {
        name: 'edge refuses any other tenant to the critical message (an edge interval and 10 s)',
        value: unwarned,
        unit: 's',
        limit: { most: EDGE_S + 10 },
      },
      { name: 'certificate removed to the recovery', value: resolved, unit: 's', limit: null },
    ];
  } finally {
    await watch.stop();
    await receiver.stop();
    await sandbox.stop();
    place.remove();
  }
}

async function allVerified(watch: WatchProcess): Promise<void> {
  for (let left = 3 * EDGE_S; left > 0; left -= 1) {
    if (countOf(await watch.metrics(), 'tenantwatch_tenant_success', 1) === TENANTS) return;
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  throw new Error(`not all tenants passed:\n${watch.complaints().slice(0, 20).join('\n')}`);
}
