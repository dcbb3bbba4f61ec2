import { Command } from 'commander';
import type { CliContext } from './context.ts';
import { addFormatOptions } from './database-options.ts';
import { durationWithDefault } from './option-values.ts';
import type { ForensicsOptions } from './run-forensics.ts';
import { addConfigOptions } from './shared-options.ts';

/** How a certificate got where it does not belong. */
export function forensicsCommand(context: CliContext): Command {
  const command = new Command('forensics')
    .summary('how a misplaced certificate got there, and where requests ended')
    .description(
      'For a conflict: when the certificate was created, the releases around it, other certificates of the same minutes, the runs before ' +
        'and after, and how far requests came by the logs of the management app and the tenant’s. Says how certain it is; changes nothing.',
    )
    .argument('<name>', 'a tenant (id, host name, app name or UUID), or the id of an incident')
    .option('--store <file>', 'another database than store.path of the configuration')
    .addOption(durationWithDefault('--timeout <duration>', "bound of asking Fly's API", 60_000));
  return addConfigOptions(addFormatOptions(command))
    .addHelpText('after', HELP)
    .action(async (name: string, options: ForensicsOptions) => {
      const { runForensics } = await import('./run-forensics.ts');
      context.finish(await runForensics(context, name, options));
    });
}

const HELP = `
Reads the daemon's database where there is one, and asks Fly's API (releases, logs) with the token; --no-fly leaves that out.

Exit codes:
  0  shown, also when no conflict is known
  2  wrong usage or configuration, or neither a database nor a token
  4  no tenant matched

Examples:
  tenantwatch forensics 999bc6549a64
  tenantwatch forensics t-999bc6549a64-mwq10rp2 --json
`;
