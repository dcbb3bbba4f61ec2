import { Command, Option } from 'commander';
import type { CliContext } from './context.ts';
import {
  addDatabaseOptions,
  addFormatOptions,
  addPlaceOptions,
  type DatabaseOptions,
} from './database-options.ts';
import { DELIVERY_STATES, type DeliveriesOptions, type RetryOptions } from './operator-options.ts';
import { limitOption } from './option-values.ts';

/** Whether people are reached. */
export function alertsCommand(context: CliContext): Command {
  const test = new Command('test')
    .summary('send a test message over a channel')
    .description('Sends a real test message over a channel, now and from here: the daemon need not run.')
    .argument('<channel>', 'name of a channel in alerts.channels')
    .option(
      '-c, --config <file>',
      'configuration (default: TENANTWATCH_CONFIG, else tenantwatch.yaml if there is one)',
    );
  addFormatOptions(test)
    .addHelpText('after', '\nExit codes: 0 delivered, 1 not delivered, 2 wrong usage or configuration.\n')
    .action(async (channel: string) => {
      const { testChannel } = await import('./run-alerts.ts');
      await testChannel(context, channel, test.opts<DatabaseOptions>());
    });

  const deliveries = new Command('deliveries')
    .summary('show what was sent, waits, or was given up')
    .description('Shows deliveries, newest first: each is one message for one channel.')
    .option('--dead', 'only what was given up: the same as --state dead')
    .addOption(new Option('--state <state>', 'only these').choices(DELIVERY_STATES).conflicts('dead'))
    .option('--channel <name>', 'only over this channel')
    .option('--incident <id>', 'only about this incident')
    .option('--limit <count>', 'so many at most', limitOption, 50);
  addDatabaseOptions(deliveries)
    .addHelpText('after', SHOW_CODES)
    .action(async () => {
      const { listDeliveries } = await import('./run-alerts.ts');
      await listDeliveries(context, deliveries.opts<DeliveriesOptions>());
    });

  const retry = new Command('retry')
    .summary('send again what was given up')
    .description(
      'Puts deliveries that were given up back into the queue; a running daemon sends them at once.',
    )
    .argument('[id...]', 'as alerts deliveries --dead shows them')
    .option('--all', 'everything that was given up')
    .option('--author <name>', 'who does it (default: $USER)');
  addFormatOptions(addPlaceOptions(retry))
    .addHelpText('after', ACT_CODES)
    .action(async (ids: readonly string[]) => {
      const { retryDeliveries } = await import('./run-alerts.ts');
      await retryDeliveries(context, ids, retry.opts<RetryOptions>());
    });

  const enable = new Command('enable')
    .summary('use a channel again that was disabled')
    .description(
      'Uses a channel again that refused for good, after it was repaired; a running daemon sends at once what waits for it.',
    )
    .argument('<channel>', 'as alerts deliveries and status show it')
    .option('--author <name>', 'who does it (default: $USER)');
  addDatabaseOptions(enable)
    .addHelpText('after', ACT_CODES)
    .action(async (channel: string) => {
      const { enableChannel } = await import('./run-alerts.ts');
      await enableChannel(context, channel, enable.opts<RetryOptions>());
    });

  return new Command('alerts')
    .summary('are people reached? test, show and repeat messages')
    .description(
      'Alerts: tests channels, shows deliveries, sends again what was given up, and enables what was disabled.',
    )
    .addCommand(test)
    .addCommand(deliveries)
    .addCommand(retry)
    .addCommand(enable)
    .addHelpText('after', HELP);
}

const SHOW_CODES = '\nExit codes: 0 printed, 2 wrong usage or configuration, or no database.\n';

const ACT_CODES = '\nExit codes: 0 done, 2 wrong usage or configuration, or no database.\n';

const HELP = `
Exit codes: 0 done, 1 a test message was not delivered, 2 wrong usage or configuration, or no database.

Examples:
  tenantwatch alerts test on-call
  tenantwatch alerts deliveries --dead
  tenantwatch alerts deliveries --incident t-999bc6549a64-mhx3k2v1 --json
  tenantwatch alerts retry --all
  tenantwatch alerts enable on-call
`;
