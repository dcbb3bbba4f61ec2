import { Command, Option } from 'commander';
import type { CliContext } from './context.ts';
import { addPlaceOptions } from './database-options.ts';
import { durationWithDefault } from './option-values.ts';
import type { ReportOptions } from './run-incident-report.ts';

/** `incidents report`: the draft of a post-mortem. */
export function incidentReportCommand(context: CliContext): Command {
  const command = new Command('report')
    .summary('draft the post-mortem')
    .description(
      'Drafts the post-mortem of an incident from what was observed: summary, environment, timeline in UTC, symptoms, evidence, root cause ' +
        'with its certainty, resolution, impact, open questions, action items.',
    )
    .argument('<incident>', 'id of an incident; or a tenant, platform or monitor, for its latest one')
    .addOption(
      new Option('--format <format>', 'how to print it').choices(['markdown', 'json']).default('markdown'),
    )
    .option('--json', 'the same as --format json')
    .option('--output <file>', 'write it there instead of stdout; a file that exists is replaced')
    .option('--no-fly', "leave Fly's API (releases, logs) out")
    .addOption(durationWithDefault('--timeout <duration>', "bound of asking Fly's API", 60_000));
  return addPlaceOptions(command)
    .addHelpText('after', HELP)
    .action(async (name: string) => {
      const { reportIncident } = await import('./run-incident-report.ts');
      await reportIncident(context, name, command.opts<ReportOptions>());
    });
}

const HELP = `
With a token in FLY_ACCESS_TOKEN or FLY_API_TOKEN it also asks Fly for releases and logs, which Fly keeps for about a week: draft it soon.

Exit codes: 0 written, 2 wrong usage or configuration, no such incident, or no database.

Examples:
  tenantwatch incidents report 999bc6549a64
  tenantwatch incidents report t-999bc6549a64-mwq10rp2 --format markdown --output post-mortem.md
`;
