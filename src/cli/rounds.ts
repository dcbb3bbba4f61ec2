import type { CliContext } from './context.ts';
import { createHeard } from './heard.ts';
import { localRounds } from './local-rounds.ts';
import type { Progress } from './progress.ts';
import type { Round, Rounds, RoundsRequest } from './round.ts';
import { askServer } from './server.ts';
import { isForUser, UsageError } from './usage-error.ts';

export function createRounds(context: CliContext, request: RoundsRequest, progress: Progress): Rounds {
  let local: Promise<Rounds> | undefined;
  let running: Rounds | undefined;
  const heard = createHeard();
  let { server } = request;
  const told = new Set<string>();
  const tell = (line: string): void => {
    // Once, however often it is asked again.
    if (told.has(line)) return;
    told.add(line);
    progress.clear();
    context.stderr.write(`tenantwatch: ${line}\n`);
  };

  const here = async (): Promise<Rounds> => {
    local ??= localRounds(context, request, progress);
    running = await local;
    heard.forget();
    return running;
  };

  /** A pipeline that only knows the daemon has no configuration: without the daemon it cannot tell, and did nothing wrong. */
  const insteadOf = async (url: string, detail: string): Promise<Round> => {
    let rounds: Rounds;
    try {
      rounds = await here();
    } catch (error) {
      if (!isForUser(error)) throw error;
      local = undefined;
      tell(`${url}: ${detail}`);
      for (const line of error.message.split('\n')) tell(`probing from here is not possible: ${line}`);
      return {
        kind: 'not-looked',
        problem: 'The daemon cannot answer, and from here nothing can be looked at.',
      };
    }
    tell(`${url}: ${detail}; probing from here instead`);
    server = undefined;
    return rounds.next();
  };

  return {
    next: async () => {
      if (request.names?.length === 0) return { kind: 'no-tenant', details: ['the list names no tenant'] };
      if (server === undefined) return (await here()).next();
      heard.forget();
      const answer = await askServer(
        {
          url: server,
          token: nonEmpty(context.env.TENANTWATCH_TOKEN),
          names: request.names,
          claims: request.claims,
          timeoutMs: request.timeoutMs,
          userAgent: `tenantwatch/${context.version}`,
          clock: context.clock,
        },
        { progress, heard },
        context.signal,
      );
      switch (answer.kind) {
        case 'result':
          return answer.result.tenants.length === 0
            ? { kind: 'no-tenant', details: [`${server} knows no such tenant`] }
            : { kind: 'result', result: answer.result, problem: null, issuanceGraceMs: null };
        case 'no-tenant':
          return { kind: 'no-tenant', details: [answer.detail] };
        case 'rejected':
          throw new UsageError(`${server}: ${answer.detail}`);
        case 'unavailable':
          return insteadOf(server, answer.detail);
      }
    },
    finished: () => running?.finished() ?? heard.tenants(),
    close: async () => {
      await (await local?.catch(() => undefined))?.close();
    },
  };
}

function nonEmpty(value: string | undefined): string | null {
  return value === undefined || value === '' ? null : value;
}
