/**
 * `npm run soak` repeats in full what `npm test` does a few times: kills at random moments, and a comparison of what was
 * promised with what arrived. `npm run soak -- --kills 500 --seed 1`; `npm run soak -- store` some parts of it.
 */
import { parseArgs } from 'node:util';
import { soakDaemon } from './daemon.ts';
import { soakDelivery } from './delivery.ts';
import type { Judgement } from './judge.ts';
import { soakStore } from './store.ts';

const USAGE = `npm run soak -- [delivery] [store] [daemon] [options]

  --kills N          kills of the delivery (500)
  --store-kills N    kills of the store under load (200)
  --daemon-kills N   kills of the whole daemon (6)
  --seed N           of chance (1): the same outcomes, answers and delays again

Ends with 1 when something was lost, damaged, out of order or repeated under another id.`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    kills: { type: 'string', default: '500' },
    'store-kills': { type: 'string', default: '200' },
    'daemon-kills': { type: 'string', default: '6' },
    seed: { type: 'string', default: '1' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

const begun = performance.now();
const progress = (text: string): void => {
  console.log(`${String(Math.round((performance.now() - begun) / 1000)).padStart(5)} s  ${text}`);
};

const PARTS = {
  delivery: async (): Promise<readonly string[]> => {
    const result = await soakDelivery({ kills: number('kills'), seed: number('seed'), progress });
    const { work, start, arrival, answer } = result.kills;
    progress(`killed at work ${work}, at the start ${start}, around a request ${arrival + answer} times`);
    return say(result);
  },
  store: async (): Promise<readonly string[]> => {
    const { kills, violations } = await soakStore(number('store-kills'));
    progress(`${kills} kills of the store under load`);
    return violations;
  },
  daemon: async (): Promise<readonly string[]> =>
    say(await soakDaemon({ kills: number('daemon-kills'), seed: number('seed'), progress })),
} as const;
type Part = keyof typeof PARTS;

function say({ incidents, openings, endings, alerts, requests, repeats, violations }: Judgement) {
  progress(
    `${incidents} incidents, opened ${openings} and resolved ${endings} times, ${alerts} alerts, ` +
      `${requests} requests, ${repeats} messages repeated`,
  );
  return violations;
}

function number(option: 'kills' | 'store-kills' | 'daemon-kills' | 'seed'): number {
  const text = values[option];
  if (/^[1-9]\d{0,8}$/u.test(text)) return Number(text);
  console.error(`--${option} must be a whole number above 0\n\n${USAGE}`);
  process.exit(2);
}

function partOf(name: string): Part {
  if (Object.hasOwn(PARTS, name)) return name as Part;
  console.error(`there is no part ${name}\n\n${USAGE}`);
  process.exit(2);
}

if (values.help) {
  console.log(USAGE);
  process.exit(0);
}
const wanted = positionals.length === 0 ? (Object.keys(PARTS) as Part[]) : positionals.map(partOf);
for (const part of wanted) {
  progress(`${part} …`);
  const violations = await PARTS[part]();
  for (const violation of violations.slice(0, 50)) console.error(`VIOLATION (${part}): ${violation}`);
  if (violations.length > 50) console.error(`… and ${violations.length - 50} more`);
  if (violations.length > 0) process.exitCode = 1;
  else progress(`${part}: nothing lost, nothing damaged`);
}
