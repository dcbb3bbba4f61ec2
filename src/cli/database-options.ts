import { Option, type Command } from 'commander';

/** Options of every command over the daemon's database, spelled alike. */
export interface DatabaseOptions {
  readonly config?: string;
  readonly store?: string;
  readonly format?: 'pretty' | 'json';
  readonly json?: true;
}

export function addDatabaseOptions(command: Command): Command {
  return addFormatOptions(addPlaceOptions(command));
}

/** Where the database is. */
export function addPlaceOptions(command: Command): Command {
  return command
    .option(
      '-c, --config <file>',
      'configuration (default: TENANTWATCH_CONFIG, else tenantwatch.yaml if there is one)',
    )
    .option('--store <file>', 'another database than store.path of the configuration');
}

export function addFormatOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--format <format>', 'how to print it').choices(['pretty', 'json']).default('pretty'),
    )
    .option('--json', 'the same as --format json');
}

export function isJson({ json, format }: Pick<DatabaseOptions, 'format' | 'json'>): boolean {
  return json === true || format === 'json';
}
