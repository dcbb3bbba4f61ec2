import { Command } from 'commander';
import type { CliContext } from './context.ts';
import { EXIT } from './exit-code.ts';
import { countOption } from './option-values.ts';

interface DemoCommandOptions {
  readonly tenants: number;
  readonly keep?: true;
  readonly json?: true;
}

/** The incident of the post-mortem, replayed on this machine. */
export function demoCommand(context: CliContext): Command {
  return new Command('demo')
    .summary('replay the incident on a sandbox, no account needed')
    .description(
      'Starts a sandbox on loopback (name servers, edge, Fly API, Slack receiver) and the daemon beside it, then replays the incident: ' +
        "a certificate on the tenant's app, the edge that refuses, the message to on-call, the printed commands, the recovery.",
    )
    .option('--tenants <count>', 'how many tenants the sandbox has', countOption, 12)
    .option('--keep', 'stay when the story is over, to look around; ends with Ctrl-C')
    .option('--json', 'print the messages as the JSON that Slack gets')
    .addHelpText('after', HELP)
    .action(async ({ tenants, keep, json }: DemoCommandOptions) => {
      const { playDemo } = await import('./demo/play.ts');
      await playDemo(context, { tenants, keep: keep === true, json: json === true });
      context.finish(EXIT.passed);
    });
}

const HELP = `
Exit codes: 0 the story ended as it should, 3 it did not.

Examples:
  tenantwatch demo
  tenantwatch demo --tenants 50 --keep
`;
