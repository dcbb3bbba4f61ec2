import { Command, Option } from 'commander';
import { printableJson } from '../reports/json.ts';
import type { CliContext } from './context.ts';
import { addFormatOptions, isJson, type DatabaseOptions } from './database-options.ts';
import { EXIT } from './exit-code.ts';
import { addConfigOptions, configFlags, type ConfigOptions } from './shared-options.ts';

type Options = ConfigOptions & Pick<DatabaseOptions, 'format' | 'json'>;

/** Questions about the configuration itself. */
export function configCommand(context: CliContext): Command {
  const check = addConfigOptions(addFormatOptions(new Command('check')))
    .summary('say everything that is wrong with it')
    .description(
      'Says everything that is wrong with the configuration, secrets that are missing included, and hints at what is allowed and rarely meant, ' +
        'such as incidents that no route matches.',
    )
    .addHelpText('after', `\n${EXIT_CODES}`);
  check.action(async () => {
    const options = check.opts<Options>();
    const { configHints, ConfigError, loadConfig } = await import('../config/index.ts');
    const { env, cwd } = context;
    try {
      const { file, config } = loadConfig({
        path: options.config,
        env,
        cwd,
        flags: configFlags(options),
        secrets: 'all',
      });
      const hints = configHints(config);
      const text = [
        ...hints.map((hint) => `hint: ${hint}\n`),
        `${file ?? 'flags and environment'}: the configuration can be used\n`,
      ].join('');
      context.stdout.write(isJson(options) ? printableJson({ ok: true, file, issues: [], hints }) : text);
    } catch (error) {
      if (!(error instanceof ConfigError) || !isJson(options)) throw error;
      context.stdout.write(
        printableJson({ ok: false, file: options.config ?? null, issues: error.issues, hints: [] }),
      );
      context.finish(EXIT.usage);
    }
  });

  const show = addConfigOptions(addFormatOptions(new Command('show')))
    .summary('print the settings in effect')
    .description('Prints the settings in effect, defaults filled in, secrets hidden.')
    .addHelpText('after', `\n${EXIT_CODES}`);
  show.action(async () => {
    const options = show.opts<Options>();
    const { loadConfig, shownSettings } = await import('../config/index.ts');
    const { stringify } = await import('yaml');
    const { env, cwd } = context;
    const { effective } = loadConfig({ path: options.config, env, cwd, flags: configFlags(options) });
    // Secrets become their sources here: JSON knows nothing else of them.
    const shown = shownSettings(effective);
    context.stdout.write(isJson(options) ? printableJson(shown) : stringify(shown));
  });

  const schema = new Command('schema')
    .summary('print its JSON Schema')
    .description('Prints the JSON Schema of the configuration, for editors.')
    .addOption(new Option('--format <format>', 'how to print it').choices(['json']).default('json'))
    .option('--json', 'it is JSON anyway');
  schema.addHelpText('after', '\nExit codes: 0 printed, 2 wrong usage.\n').action(async () => {
    const { configJsonSchema } = await import('../config/json-schema.ts');
    context.stdout.write(printableJson(configJsonSchema()));
  });

  return new Command('config')
    .summary('check and show the configuration')
    .description('Checks and shows the configuration.')
    .addCommand(check)
    .addCommand(show)
    .addCommand(schema)
    .addHelpText('after', HELP);
}

const EXIT_CODES = `Exit codes:
  0  usable
  2  wrong usage, or the configuration cannot be used
`;

const HELP = `
${EXIT_CODES}
Examples:
  tenantwatch config check --config /etc/tenantwatch/tenantwatch.yaml
  tenantwatch config show --json
  tenantwatch config schema > config.schema.json
`;
