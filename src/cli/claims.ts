import { Command } from 'commander';
import type { CliContext } from './context.ts';
import { addFormatOptions } from './database-options.ts';
import { durationWithDefault } from './option-values.ts';
import type { ClaimsOptions } from './run-claims.ts';
import { addConfigOptions } from './shared-options.ts';

/** Who claims what. */
export function claimsCommand(context: CliContext): Command {
  const command = new Command('claims')
    .summary('which app holds which host name')
    .description(
      'Every host name that an app of the organization holds a certificate for: the apps that hold it, source, status, created, first and last ' +
        'seen. Marks what conflicts, what is foreign (an app that could take visitors over), held twice, left dangling, or misplaced.',
    )
    .argument('[name]', 'only this host name (and what covers it), app or tenant')
    .option('--conflicts', 'only host names with something wrong')
    .option('--live', "sweep Fly's API now, instead of reading the daemon's database")
    .option('--history', 'with the database: also claims that are gone')
    .option('--store <file>', 'another database than store.path of the configuration')
    .addOption(durationWithDefault('--timeout <duration>', 'bound of a live sweep', 60_000));
  return addConfigOptions(addFormatOptions(command))
    .addHelpText('after', HELP)
    .action(async (name: string | undefined, options: ClaimsOptions) => {
      const { runClaims } = await import('./run-claims.ts');
      context.finish(await runClaims(context, name, options));
    });
}

const HELP = `
Reads the daemon's database; where there is none yet, or with --live, it sweeps Fly's API with the token.

Exit codes:
  0  shown
  2  wrong usage or configuration, or no token
  3  the sweep failed

Examples:
  tenantwatch claims
  tenantwatch claims --conflicts --live
  tenantwatch claims 999bc6549a64.systemprompt.io --history --json
  tenantwatch claims management-api-prod
`;
