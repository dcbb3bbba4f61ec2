/**
 * `npm run bench` measures everything that the design promises, in some 20 minutes; `npm run bench -- verify start` some
 * sections of it. Figures of other programs are taken in the same run, in turns with ours. Ends with 1 when a limit was missed.
 *
 *     --tenants N   --rounds N      of section verify
 *     --runs N                      of section store: rows in the database
 *     --fleet N     --minutes N     of section scale
 *     --json FILE                   the figures, for comparing
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { judge, printTable, type Measure } from './measure.ts';
import { benchMessage } from './message.ts';
import { benchScale } from './scale.ts';
import { benchStart } from './start.ts';
import { benchStore } from './store.ts';
import { benchSweep } from './sweep.ts';
import { benchVerify } from './verify.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    tenants: { type: 'string', default: '1000' },
    rounds: { type: 'string', default: '5' },
    runs: { type: 'string', default: '10000000' },
    fleet: { type: 'string', default: '10000' },
    minutes: { type: 'string', default: '10' },
    json: { type: 'string' },
  },
});

interface Section {
  readonly title: string;
  readonly run: () => readonly Measure[] | Promise<readonly Measure[]>;
}

const SECTIONS: Readonly<Record<string, Section>> = {
  verify: {
    title: 'a healthy tenant verified: DNS at two resolvers, site, direct request, judgement',
    run: () => benchVerify({ tenants: Number(values.tenants), rounds: Number(values.rounds) }),
  },
  start: {
    title: 'verify of one tenant, from the start of the process',
    run: () => benchStart({ runs: 10 }),
  },
  store: {
    title: 'the database',
    run: () => benchStore({ runs: Number(values.runs), tenants: 10_000 }),
  },
  sweep: { title: 'a sweep of the organization', run: () => benchSweep([1_000, 10_000]) },
  message: { title: 'time to the message, default settings', run: benchMessage },
  scale: {
    title: `${values.fleet} tenants, each once a minute`,
    run: () => benchScale({ tenants: Number(values.fleet), minutes: Number(values.minutes) }),
  },
};

// Interrupted, it takes what it started along.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

const wanted = positionals.length === 0 ? Object.keys(SECTIONS) : positionals;
const unknown = wanted.filter((name) => !(name in SECTIONS));
if (unknown.length > 0) {
  console.error(`no section ${unknown.join(', ')}; there are ${Object.keys(SECTIONS).join(', ')}`);
  process.exit(2);
}
const results: Record<string, readonly Measure[]> = {};
for (const [name, section] of Object.entries(SECTIONS)) {
  if (!wanted.includes(name)) continue;
  const measures = await section.run();
  results[name] = measures;
  printTable(`${name}: ${section.title}`, measures);
  if (measures.some((measure) => judge(measure) === 'MISS')) process.exitCode = 1;
}
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(results, null, 2)}\n`);
