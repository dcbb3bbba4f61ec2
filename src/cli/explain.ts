import { readFile } from 'node:fs/promises';
import { Command } from 'commander';
import { CATALOGUE } from '../diagnosis/catalogue.ts';
import { PROBLEM_CODES, type ProblemCode } from '../model/problem.ts';
import { SCOPES } from '../model/verdict.ts';
import { printableJson } from '../reports/json.ts';
import { wrap } from '../reports/wrap.ts';
import type { CliContext } from './context.ts';
import { addFormatOptions, isJson, type DatabaseOptions } from './database-options.ts';
import { paletteOf } from './terminal.ts';
import { UsageError } from './usage-error.ts';

/** The catalogue of problems, for people who meet one. */
export function explainCommand(context: CliContext): Command {
  const command = new Command('explain')
    .summary('explain a problem, or list all')
    .description(
      'Explains a problem: what it is, how it is told apart, what to do. Without a code it lists all problems.',
    )
    .argument('[code]', 'code of a problem, as reports print it');
  addFormatOptions(command).addHelpText('after', HELP);
  return command.action(async (code: string | undefined) => {
    const json = isJson(command.opts<DatabaseOptions>());
    if (code === undefined) {
      context.stdout.write(json ? printableJson(PROBLEM_CODES.map(facts)) : listing(context));
      return;
    }
    const known = PROBLEM_CODES.find((candidate) => candidate === code) ?? (await refused(code));
    const page = await runbookPage(known);
    context.stdout.write(json ? printableJson({ ...facts(known), runbook: page }) : (page ?? summary(known)));
  });
}

const HELP = `
Exit codes:
  0  printed
  2  wrong usage: there is no such problem

Examples:
  tenantwatch explain
  tenantwatch explain certificate-on-tenant-app
  tenantwatch explain --json
`;

async function refused(code: string): Promise<never> {
  const { closest } = await import('../config/closest.ts');
  const meant = closest(code, PROBLEM_CODES);
  const hint = meant === undefined ? '`tenantwatch explain` lists all' : `did you mean ${meant}?`;
  throw new UsageError(`there is no problem "${code}"; ${hint}`);
}

function facts(code: ProblemCode) {
  const { scope, title, explanation, toldApartBy, curedByWaiting } = CATALOGUE[code];
  return { code, scope, title, explanation, toldApartBy, curedByWaiting };
}

function listing(context: CliContext): string {
  const palette = paletteOf(context.stdout, context.env);
  const width = Math.max(...PROBLEM_CODES.map(({ length }) => length));
  const sections = SCOPES.toReversed().map((scope) => {
    const codes = PROBLEM_CODES.filter((code) => CATALOGUE[code].scope === scope);
    const lines = codes.map((code) => `  ${code.padEnd(width)}  ${palette.dim(CATALOGUE[code].title)}`);
    return [palette.bold(`Problems of ${scope === 'tenant' ? 'a tenant' : `the ${scope}`}`), ...lines].join(
      '\n',
    );
  });
  return `${sections.join('\n\n')}\n`;
}

/** The page of `docs/runbooks`, which the package brings along; null when it is not there. */
async function runbookPage(code: ProblemCode): Promise<string | null> {
  try {
    return await readFile(new URL(`../../docs/runbooks/${code}.md`, import.meta.url), 'utf8');
  } catch {
    return null;
  }
}

/** What the catalogue itself says, for an installation without the pages. */
function summary(code: ProblemCode): string {
  const { title, explanation, toldApartBy, curedByWaiting } = CATALOGUE[code];
  const waiting = curedByWaiting ? 'It can end by itself.' : 'It does not end by itself.';
  return `${[`${code}: ${title}`, wrap(explanation, 0), wrap(`Told apart by: ${toldApartBy}`, 0), waiting].join('\n\n')}\n`;
}
