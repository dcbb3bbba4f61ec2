import { Command } from 'commander';
import { printableJson } from '../reports/json.ts';
import type { CliContext } from './context.ts';
import { EXIT } from './exit-code.ts';
import { addConfigOptions, configFlags, type ConfigOptions } from './shared-options.ts';

type Options = ConfigOptions & { readonly json?: true };

/** Questions about the configuration itself. */
export function configCommand(context: CliContext): Command {
  const check = addConfigOptions(new Command('check'))
    .description(
      'Says everything that is wrong with the configuration, secrets that are missing included. Exit codes: 0 usable, 2 not.',
    )
    .option('--json', 'print JSON');
  check.action(async () => {
    const options = check.opts<Options>();
    const { ConfigError, loadConfig } = await import('../config/index.ts');
    const { env, cwd } = context;
    try {
      const { file } = loadConfig({
        path: options.config,
        env,
        cwd,
        flags: configFlags(options),
        secrets: 'all',
      });
      const text = `${file ?? 'flags and environment'}: the configuration can be used\n`;
      context.stdout.write(options.json === true ? printableJson({ ok: true, file, issues: [] }) : text);
    } catch (error) {
      if (!(error instanceof ConfigError) || options.json !== true) throw error;
      context.stdout.write(printableJson({ ok: false, file: options.config ?? null, issues: error.issues }));
      context.finish(EXIT.usage);
    }
  });

  const show = addConfigOptions(new Command('show'))
    .description('Prints the settings in effect, defaults filled in, secrets hidden.')
    .option('--json', 'print JSON');
  show.action(async () => {
    const options = show.opts<Options>();
    const { loadConfig } = await import('../config/index.ts');
    const { stringify } = await import('yaml');
    const { env, cwd } = context;
    const { effective } = loadConfig({ path: options.config, env, cwd, flags: configFlags(options) });
    // Secrets become their sources here: JSON knows nothing else of them.
    const shown: unknown = JSON.parse(JSON.stringify(effective));
    context.stdout.write(options.json === true ? printableJson(shown) : stringify(shown));
  });

  const schema = new Command('schema')
    .description('Prints the JSON Schema of the configuration, for editors.')
    .option('--json', 'it is JSON anyway');
  schema.action(async () => {
    const { configJsonSchema } = await import('../config/json-schema.ts');
    context.stdout.write(printableJson(configJsonSchema()));
  });

  return new Command('config')
    .description('Checks and shows the configuration.')
    .addCommand(check)
    .addCommand(show)
    .addCommand(schema)
    .addHelpText('after', EXAMPLES);
}

const EXAMPLES = `
Examples:
  tenantwatch config check --config /etc/tenantwatch/tenantwatch.yaml
  tenantwatch config show --json
  tenantwatch config schema > config.schema.json
`;
