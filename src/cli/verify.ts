import { Command, Option } from 'commander';
import type { CliContext } from './context.ts';
import { FORMATS } from './formats.ts';
import { countOption, durationOption, positiveDurationOption, urlOption } from './option-values.ts';
import { addConfigOptions } from './shared-options.ts';
import type { VerifyOptions } from './verify-options.ts';

/** The gate. */
export function verifyCommand(context: CliContext): Command {
  const formats: string[] = [];
  const outputs: string[] = [];
  const command = new Command('verify')
    .summary('verify tenants once, or until they pass')
    .description('Verifies that the sites of tenants work, and says why and what to do when they do not.')
    .argument('[tenant...]', 'id, host name, app name or UUID')
    .option('--all', 'every tenant that the configured sources know')
    .option('--tenants <file>', 'names from a file, one a line')
    .addOption(
      new Option('--wait <duration>', 'look again until it passes, at most so long')
        .argParser(durationOption)
        .default(0, 'look once'),
    )
    .option(
      '--interval <duration>',
      'with --wait: time between two looks (default: 5s)',
      positiveDurationOption,
    )
    .option('--successes <count>', 'with --wait: pass so often in a row', countOption, 1)
    .option(
      '--timeout <duration>',
      'bound of one look (default: 30s, more for many tenants)',
      positiveDurationOption,
    )
    .option('--strict', 'warnings fail')
    .option('--claims', 'sweep the organization for other claims of the host names')
    .option('--baseline <file>', 'an earlier result: failures that it had already do not fail the gate')
    .option('--save <file>', 'write the result for a later --baseline')
    .option(
      '--server <url>',
      'ask a daemon (token: TENANTWATCH_TOKEN); probe from here when it cannot answer',
      urlOption,
    )
    .option('--store <file>', 'keep the result in a local history')
    .option('--format <format>', `${FORMATS.join(', ')}; may be repeated (default: pretty)`)
    .option('--json', 'the same as --format json')
    .option('--output <file>', 'write the n-th format there instead of stdout; may be repeated')
    .option('--quiet', 'no progress, no pretty report');
  addConfigOptions(command).addHelpText('after', EXAMPLES);

  // The order between formats and outputs is their meaning: events come in the order of the command line.
  command.on('option:format', (format: string) => formats.push(format));
  command.on('option:json', () => formats.push('json'));
  command.on('option:output', (file: string) => outputs.push(file));

  return command.action(async (names: string[]) => {
    const { runVerify } = await import('./run-verify.ts');
    context.finish(await runVerify(context, names, command.opts<VerifyOptions>(), { formats, outputs }));
  });
}

const EXAMPLES = `
Durations have a unit: 500ms, 30s, 5m, 2h, 1d. The n-th --output belongs to the n-th --format; one format may go without, and is printed.

Examples:
  tenantwatch verify 999bc6549a64
  tenantwatch verify 999bc6549a64 --wait 5m --successes 2
  tenantwatch verify --all --format json --output result.json --format pretty
  tenantwatch verify --all --baseline before.json --format junit --output junit.xml
  tenantwatch verify shop --domain example.com --no-fly
  tenantwatch verify 999bc6549a64 --server https://tenantwatch.example.com

Exit codes:
  0  passed (warnings allowed, but for --strict)
  1  a check of a tenant or of the platform failed
  2  wrong usage or configuration, or no token
  3  could not tell
  4  no tenant matched
  130, 143  stopped by SIGINT, SIGTERM; what is known is printed
`;
