import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FlyError } from '../../src/fly/index.ts';
import type { TenantResult } from '../../src/model/diagnosis.ts';
import type { Verdict } from '../../src/model/verdict.ts';
import { createEdgeErrors } from '../../src/monitor/edge-errors.ts';
import { createFleet } from '../../src/monitor/fleet.ts';
import { tenantResult } from '../reports/results.ts';

type Answer = Readonly<Record<string, number>> | null | Error;

const TENANTS = ['a', 'b', 'c'].map((id) => ({
  id,
  hostname: `${id}.systemprompt.io`,
  app: `sp-${id}`,
  labels: {},
}));
const signal = new AbortController().signal;

/** Looks once for each answer; what was verified and said. */
async function watch(answers: readonly Answer[], decided: Readonly<Record<string, Verdict>> = {}) {
  const fleet = createFleet();
  fleet.setTenants(TENANTS);
  for (const [id, verdict] of Object.entries(decided)) {
    const result: TenantResult = tenantResult({ tenant: id, verdict });
    fleet.setResult(result, 1);
  }
  const verified: string[] = [];
  const said: string[] = [];
  let asked = 0;
  let looks = answers.length;
  const edge = createEdgeErrors({
    fly: {
      edgeHandshakeErrors: () => {
        const answer = answers[asked++] ?? null;
        if (answer instanceof Error) return Promise.reject(answer);
        return Promise.resolve(answer === null ? null : new Map(Object.entries(answer)));
      },
    },
    fleet,
    dispatch: (tenant, priority, trigger) => verified.push(`${tenant} ${priority} ${trigger}`),
    logger: {
      debug: () => undefined,
      info: (_fields, message) => said.push(message),
      warn: (_fields, message) => said.push(message),
      error: (_fields, message) => said.push(message),
    },
  });
  while (looks-- > 0) await edge.look(signal);
  return { edge, verified, said: said.filter((text) => text.includes('not to be had')), asked };
}

const count = (id: string, errors: number): Record<string, number> => ({ [`${id}.systemprompt.io`]: errors });

describe('what Fly’s edge counts', () => {
  const facts: readonly [
    sentence: string,
    answers: readonly Answer[],
    decided: Readonly<Record<string, Verdict>>,
    verified: readonly string[],
  ][] = [
    ['a count that rises verifies its tenant at once', [{}, count('a', 3)], {}, ['a recheck recheck']],
    ['the first answer is where counting begins', [count('a', 3)], {}, []],
    ['a count that stays or falls is nothing new', [count('a', 3), count('a', 3), count('a', 1)], {}, []],
    [
      'a count that rises again verifies again',
      [{}, count('a', 1), count('a', 2)],
      {},
      ['a recheck recheck', 'a recheck recheck'],
    ],
    ['a tenant that is known to fail is left to its own schedule', [{}, count('a', 3)], { a: 'fail' }, []],
    ['a name that is no tenant’s is nobody’s', [{}, count('www', 9)], {}, []],
    [
      'several at once',
      [{}, { ...count('a', 1), ...count('c', 1) }],
      {},
      ['a recheck recheck', 'c recheck recheck'],
    ],
  ];
  for (const [sentence, answers, decided, expected] of facts)
    it(sentence, async () => {
      assert.deepEqual((await watch(answers, decided)).verified, expected);
    });

  it('is known of every tenant, 0 where nothing failed', async () => {
    const { edge } = await watch([count('a', 2.4)]);
    assert.equal(edge.of('A.systemprompt.io.'), 2);
    assert.equal(edge.of('b.systemprompt.io'), 0);
  });

  it('that is refused is said once, asked for rarely, and nothing depends on it', async () => {
    const { edge, verified, said, asked } = await watch(Array.from({ length: 15 }, () => null));
    assert.deepEqual(verified, []);
    assert.equal(said.length, 1);
    assert.equal(asked, 1);
    assert.equal(edge.of('a.systemprompt.io'), undefined);
  });

  it('that fails is no fault of anybody’s', async () => {
    const broken = new FlyError({ phase: 'api', code: 'server-error', detail: '503' });
    const { edge, said } = await watch([{}, broken]);
    assert.equal(said.length, 1);
    assert.equal(edge.of('a.systemprompt.io'), undefined);
  });
});
