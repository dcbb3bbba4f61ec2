import { Command } from 'commander';
import type { CliContext } from './context.ts';
import { addFormatOptions } from './database-options.ts';
import { durationWithDefault } from './option-values.ts';
import type { InitOptions } from './run-init.ts';

/** From a token to a configuration. */
export function initCommand(context: CliContext): Command {
  const command = new Command('init')
    .summary('write a configuration for your organization')
    .description(
      'Looks at the organization of the token: the management app (the one with the wildcard certificate), the domain, how the apps of tenants are ' +
        'named. Asks on a terminal what it cannot tell, elsewhere the options say it. Writes a commented configuration.',
    )
    .option('-o, --output <file>', 'the file to write', 'tenantwatch.yaml')
    .option('--force', 'replace a file that is there')
    .option('-y, --yes', 'take what was found without asking')
    .option('--org <slug>', 'organization')
    .option('--domain <domain>', 'domain of the platform')
    .option('--management-app <app>', 'app that ends TLS')
    .option('--tenant-app <template>', 'app of a tenant, with {tenant}')
    .option('--tenant-id-pattern <pattern>', "regular expression of a tenant's id")
    .addOption(durationWithDefault('--timeout <duration>', 'bound of the look at the organization', 60_000));
  return addFormatOptions(command)
    .addHelpText('after', HELP)
    .action(async (options: InitOptions) => {
      const { runInit } = await import('./run-init.ts');
      context.finish(await runInit(context, options));
    });
}

const HELP = `
Needs a read-only token in FLY_ACCESS_TOKEN or FLY_API_TOKEN (fly tokens create readonly -o ORG -n tenantwatch -x 8760h), unless
--org, --domain and --management-app say what it would find out. Never replaces a file without --force.

Exit codes: 0 written, 2 not: something is missing, or the file is there.

Examples:
  tenantwatch init
  tenantwatch init --yes --org acme --output /etc/tenantwatch/tenantwatch.yaml
  tenantwatch init --org acme --domain acme.app --management-app edge --tenant-app 'tenant-{tenant}' --tenant-id-pattern '^[a-z]+$'
`;
