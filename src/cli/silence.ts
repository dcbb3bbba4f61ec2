import { Command, InvalidArgumentError } from 'commander';
import type { CliContext } from './context.ts';
import { addDatabaseOptions, type DatabaseOptions } from './database-options.ts';
import { asDefault } from './default-command.ts';
import { momentOption } from './moment.ts';
import type { SilenceOptions, EndSilenceOptions } from './operator-options.ts';
import { positiveDurationOption } from './option-values.ts';

/** Quiet on purpose. */
export function silenceCommand(context: CliContext): Command {
  const add = new Command('add')
    .summary('tell nobody of what matches, for a while')
    .description(
      'Tells nobody of incidents that match, for a while; probing goes on, and what was told before is still told to be over. ' +
        'A running daemon notices within a second.',
    )
    .option('--tenant <tenant>', 'id, host name, app name or UUID; or a pattern with *')
    .option('--problem <code>', 'code of a problem, or a pattern with *')
    .option('--label <name=value>', 'label of tenants, the value may have *; may be repeated', labelOption)
    .requiredOption('--for <duration>', 'how long: 30m, 2h, 1d', positiveDurationOption)
    .requiredOption('--reason <text>', 'why: shown wherever the silence is')
    .option('--starts <time>', 'when it begins: in 30m, or at 2026-11-01T22:00Z (default: now)', momentOption)
    .option(
      '--until-deploy [app]',
      "end it early when a deploy of the tenant's app (or of this one) was verified",
    )
    .option('--author <name>', 'who says so (default: $USER)');
  addDatabaseOptions(add)
    .addHelpText('after', ACT_CODES)
    .action(async () => {
      const { addSilence } = await import('./run-silence.ts');
      await addSilence(context, add.opts<SilenceOptions>());
    });

  const list = new Command('list')
    .summary('show the silences')
    .description('Shows the silences in force and to come, and which incidents they cover.')
    .option('--ended', 'also those that are over');
  addDatabaseOptions(list)
    .addHelpText('after', SHOW_CODES)
    .action(async () => {
      const { listSilences } = await import('./run-silence.ts');
      await listSilences(context, list.opts<DatabaseOptions & { readonly ended?: true }>());
    });

  const end = new Command('end')
    .summary('end a silence now')
    .description('Ends a silence before its time. Trouble that persisted is told again.')
    .argument('<id>', 'as silence list shows it')
    .option('--author <name>', 'who says so (default: $USER)');
  addDatabaseOptions(end)
    .addHelpText('after', END_CODES)
    .action(async (id: string) => {
      const { endSilence } = await import('./run-silence.ts');
      await endSilence(context, id, end.opts<EndSilenceOptions>());
    });

  return new Command('silence')
    .summary('be quiet on purpose: maintenance, known trouble')
    .description(
      'Silences: who is not told of what, why and until when. Each act is kept in the audit trail.',
    )
    .addCommand(add)
    .addCommand(asDefault(list), { isDefault: true })
    .addCommand(end)
    .addHelpText('after', HELP);
}

/** The name of a label has no `=`. */
function labelOption(
  text: string,
  before: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const [, name, value] = /^([^=]{1,100})=(.{1,100})$/.exec(text) ?? [];
  if (name === undefined || value === undefined)
    throw new InvalidArgumentError('It must be NAME=VALUE, for example tier=gold.');
  return { ...before, [name]: value };
}

const ACT_CODES = '\nExit codes: 0 done, 2 wrong usage or configuration, or no database.\n';

const SHOW_CODES = '\nExit codes: 0 printed, 2 wrong usage or configuration, or no database.\n';

const END_CODES = '\nExit codes: 0 done, 2 wrong usage or configuration, no such silence, or no database.\n';

const HELP = `
Exit codes: 0 done, 2 wrong usage or configuration, no such silence, or no database.

Examples:
  tenantwatch silence add --tenant 999bc6549a64 --for 2h --reason "customer moves their DNS"
  tenantwatch silence add --tenant 999bc6549a64 --for 1d --until-deploy --reason "fixed in the next release"
  tenantwatch silence add --problem "certificate-*" --label tier=free --for 8h --reason "after hours"
  tenantwatch silence list --ended
  tenantwatch silence end s-mhx3k2v1-7f3a
`;
