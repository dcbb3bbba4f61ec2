import { Command } from 'commander';
import type { CliContext } from './context.ts';
import { addFormatOptions } from './database-options.ts';
import { durationWithDefault } from './option-values.ts';
import type { DoctorOptions } from './run-doctor.ts';
import { addConfigOptions } from './shared-options.ts';

/** Is everything there that monitoring needs? */
export function doctorCommand(context: CliContext): Command {
  const command = new Command('doctor')
    .summary('check that everything is there that monitoring needs')
    .description(
      "Looks at the configuration, the token (kind, organization, read-only or not, end), Fly's API and the clock, resolvers and control names, the " +
        'management app and the wildcard certificate, alert channels, runtime, disk, port and IPv6, and says for each what to do. Changes nothing.',
    )
    .option('--send', 'send a test message over every channel')
    .addOption(durationWithDefault('--timeout <duration>', 'bound of the look at the platform', 60_000));
  return addConfigOptions(addFormatOptions(command))
    .addHelpText('after', HELP)
    .action(async (options: DoctorOptions) => {
      const { runDoctor } = await import('./run-doctor.ts');
      context.finish(await runDoctor(context, options));
    });
}

const HELP = `
Exit codes: 0 nothing needs attention (warnings allowed), 1 something does or could not be told, 2 wrong usage.

Examples:
  tenantwatch doctor
  tenantwatch doctor --send
  tenantwatch doctor --config /etc/tenantwatch/tenantwatch.yaml --json
`;
