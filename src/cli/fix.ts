import { Command } from 'commander';
import type { CliContext } from './context.ts';
import { addFormatOptions } from './database-options.ts';
import type { FixOptions } from './fix/run-fix.ts';
import { durationOption, durationWithDefault } from './option-values.ts';
import { addPlatformOptions } from './shared-options.ts';

/** Applies the remedy of a misplaced certificate. */
export function fixCommand(context: CliContext): Command {
  const command = new Command('fix')
    .summary('move a misplaced certificate to where it belongs')
    .description(
      'Verifies the tenant, prints a plan (what is, what changes, what is expected), asks, applies it step by step and verifies again. ' +
        'Changes nothing but certificates, only on certain evidence, and each step leaves an entry in the audit trail.',
    )
    .argument('[tenant...]', 'id, host name, app name or UUID')
    .option('--all', 'every tenant that the configured sources know')
    .option('--yes', 'apply without asking; without it nothing is changed where nobody can answer')
    .addOption(
      durationWithDefault(
        '--wait <duration>',
        'how long the verification afterwards may take to pass',
        120_000,
        durationOption,
      ),
    )
    .addOption(durationWithDefault('--timeout <duration>', 'bound of one look', 60_000))
    .option('--author <name>', 'who does it, for the audit trail (default: $USER)');
  return addPlatformOptions(addFormatOptions(command))
    .option('--org <slug>', 'fly.org (or TENANTWATCH_ORG)')
    .addHelpText('after', HELP)
    .action(async (names: string[], options: FixOptions) => {
      const { runFix } = await import('./fix/run-fix.ts');
      context.finish(await runFix(context, names, options));
    });
}

const HELP = `
Looks with the reading token (FLY_ACCESS_TOKEN or FLY_API_TOKEN) and changes with another one, TENANTWATCH_FLY_WRITE_TOKEN, which the
daemon never needs: fly tokens create org -o ORG -x 1h. A token for one app does not suffice, because a repair touches two.
A DNS record of the name's own comes first and cannot be removed from here: fix says so and stops.
Interrupted in between, run it again: it finishes what was planned.

Exit codes:
  0  repaired and verified, or nothing to do
  1  not repaired: only planned, refused by you, by hand first, another problem, or it still fails afterwards
  2  wrong usage or configuration, or no token
  3  could not tell: the evidence is not certain or cannot be read, or a change failed
  4  no tenant matched
  130, 143  stopped by SIGINT, SIGTERM

Examples:
  tenantwatch fix 999bc6549a64
  tenantwatch fix 999bc6549a64 --yes --json
  tenantwatch fix --all
`;
