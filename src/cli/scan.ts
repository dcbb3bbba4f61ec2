import { Command, Option } from 'commander';
import type { CliContext } from './context.ts';
import type { ScanOptions } from './run-scan.ts';
import { addPlatformOptions } from './shared-options.ts';

/** Finds the script that will do it again. */
export function scanCommand(context: CliContext): Command {
  const command = new Command('scan')
    .summary("find code that adds certificates to tenants' apps")
    .description(
      'Looks through deploy scripts, workflows and code (shell, YAML, Rust, TypeScript, Go, Python, make, just, Dockerfiles) for places that add ' +
        "certificates, and judges whether each adds to a tenant's app, to the management app, or cannot be told. What git ignores is left out.",
    )
    .argument('<path>', 'a folder, or one file')
    .addOption(
      new Option('--format <format>', 'how to print it')
        .choices(['pretty', 'json', 'github'])
        .default('pretty'),
    )
    .option('--json', 'the same as --format json')
    .option('--strict', 'places that could not be told count, too');
  return addPlatformOptions(command)
    .addHelpText('after', HELP)
    .action(async (path: string, options: ScanOptions) => {
      const { runScan } = await import('./run-scan.ts');
      context.finish(await runScan(context, path, options));
    });
}

const HELP = `
A place that is meant to be is left out by a comment on its line or the line before, with a reason:
  # tenantwatch-ignore: moves the certificate to the management app in the next step

Exit codes:
  0  nothing found
  1  a place adds a certificate where it conflicts (with --strict: or cannot be told)
  2  wrong usage or configuration
  3  could not tell: something could not be read, and nothing was found in the rest

Examples:
  tenantwatch scan .
  tenantwatch scan . --format github
  tenantwatch scan deploy/ --domain example.com --management-app edge-proxy --json
`;
