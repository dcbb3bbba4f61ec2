import { Command } from 'commander';
import type { CliContext } from './context.ts';
import { addFormatOptions } from './database-options.ts';
import { durationWithDefault, urlOption } from './option-values.ts';
import type { GuardOptions } from './run-guard.ts';
import { addConfigOptions } from './shared-options.ts';

/** Asked before something is done, so that it need not be repaired afterwards. */
export function guardCommand(context: CliContext): Command {
  const certs = new Command('certs')
    .summary('would adding a certificate conflict?')
    .description(
      "Says whether adding a certificate for the host name to the app would conflict: names of the platform's domain belong on the " +
        'management app only, a name that another app claims is refused anywhere, custom domains belong where they are configured to. ' +
        'Changes nothing.',
    )
    .requiredOption('--hostname <name>', 'what the certificate would be for; a wildcard in quotes')
    .requiredOption('--app <app>', 'the Fly app that it would be added to')
    .option(
      '--server <url>',
      'ask a daemon (token: TENANTWATCH_TOKEN); look from here when it cannot answer',
      urlOption,
    )
    .addOption(durationWithDefault('--timeout <duration>', 'bound of the look at all claims', 30_000));
  addConfigOptions(addFormatOptions(certs)).addHelpText('after', HELP);
  certs.action(async (options: GuardOptions) => {
    const { runGuard } = await import('./run-guard.ts');
    context.finish(await runGuard(context, options));
  });
  return new Command('guard')
    .summary('refuse a certificate that would conflict')
    .description('Refuses what would break a tenant, before it is done.')
    .addCommand(certs)
    .addHelpText(
      'after',
      `\n${EXIT_CODES}\nExamples:\n  tenantwatch guard certs --hostname "$HOST" --app "$APP"\n`,
    );
}

const EXIT_CODES = `Exit codes:
  0  allowed
  1  refused; the reason and the right command are printed
  2  wrong usage or configuration, or no token
  3  could not tell
`;

const HELP = `
What is refused by its place alone (a name of the domain on a tenant's app) needs neither token nor API. For the rest all claims of the
organization are looked at: live with the token, or by the daemon with --server. With --no-fly only the place is judged.

${EXIT_CODES}
Examples:
  tenantwatch guard certs --hostname 999bc6549a64.systemprompt.io --app management-api-prod
  tenantwatch guard certs --hostname "$HOST" --app "$APP" && fly certs add "$HOST" -a "$APP"
  tenantwatch guard certs --hostname '*.systemprompt.io' --app management-api-prod --no-fly --json
`;
