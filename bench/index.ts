/**
 * `npm run bench` measures everything that the design promises; `npm run bench -- verify store` some sections of it.
 * Figures of other programs are taken in the same run, in turns with ours.
 */
import { parseArgs } from 'node:util';
import { judge, printTable, type Measure } from './measure.ts';
import { benchVerify } from './verify.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    tenants: { type: 'string' },
    rounds: { type: 'string' },
  },
});
const number = (text: string | undefined, otherwise: number): number =>
  text === undefined ? otherwise : Number(text);

const SECTIONS: Readonly<
  Record<string, { readonly title: string; readonly run: () => Promise<readonly Measure[]> }>
> = {
  verify: {
    title: 'A healthy tenant verified: DNS at two resolvers, site, direct request, judgement',
    run: () => benchVerify({ tenants: number(values.tenants, 1_000), rounds: number(values.rounds, 5) }),
  },
};

const wanted = positionals.length === 0 ? Object.keys(SECTIONS) : positionals;
for (const name of wanted) {
  const section = SECTIONS[name];
  if (section === undefined) {
    console.error(`no section ${name}; there are ${Object.keys(SECTIONS).join(', ')}`);
    process.exit(2);
  }
  const measures = await section.run();
  printTable(`${name}: ${section.title}`, measures);
  if (measures.some((measure) => judge(measure) === 'MISS')) process.exitCode = 1;
}
