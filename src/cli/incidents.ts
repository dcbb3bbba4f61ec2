import { Command, Option } from 'commander';
import type { OperatorAction } from '../model/operator-request.ts';
import type { CliContext } from './context.ts';
import { addDatabaseOptions, type DatabaseOptions } from './database-options.ts';
import { asDefault } from './default-command.ts';
import { incidentReportCommand } from './incident-report.ts';
import { INCIDENT_STATES, type IncidentActOptions, type IncidentListOptions } from './operator-options.ts';
import { limitOption } from './option-values.ts';

/** What went wrong, and what people do about it. */
export function incidentsCommand(context: CliContext): Command {
  const list = new Command('list')
    .summary('show incidents')
    .description('Shows incidents, those under way first, then the newest.')
    .addOption(new Option('--state <state>', 'only these').choices(INCIDENT_STATES))
    .option('--tenant <tenant>', 'only of this tenant')
    .option('--limit <count>', 'so many at most', limitOption, 20);
  addDatabaseOptions(list)
    .addHelpText('after', LIST_CODES)
    .action(async () => {
      const { listIncidents } = await import('./run-incidents.ts');
      await listIncidents(context, list.opts<IncidentListOptions>());
    });

  const show = new Command('show')
    .summary('show one incident with its timeline')
    .description(
      'Shows an incident: what was observed, the deploy before it, what to do, and the timeline with alerts and notes.',
    )
    .argument('<incident>', INCIDENT);
  addDatabaseOptions(show)
    .addHelpText('after', SHOW_CODES)
    .action(async (name: string) => {
      const { showIncident } = await import('./run-incidents.ts');
      await showIncident(context, name, show.opts<DatabaseOptions>());
    });

  return new Command('incidents')
    .summary('what went wrong, and who is on it')
    .description('Incidents: lists and shows them, and takes what people do about them to the daemon.')
    .addCommand(asDefault(list), { isDefault: true })
    .addCommand(show)
    .addCommand(actCommand(context, 'ack', 'acknowledge', 'say that someone is on it: no more reminders'))
    .addCommand(actCommand(context, 'unack', 'unacknowledge', 'take an acknowledgement back'))
    .addCommand(
      actCommand(context, 'resolve', 'resolve', 'end it by hand; trouble that goes on opens it again'),
    )
    .addCommand(noteCommand(context))
    .addCommand(incidentReportCommand(context))
    .addHelpText('after', HELP);
}

const INCIDENT = 'id of an incident; or a tenant, platform or monitor, for its latest one';

function actCommand(context: CliContext, name: string, action: OperatorAction, summary: string): Command {
  const command = new Command(name)
    .summary(summary)
    .description(`${summary.charAt(0).toUpperCase()}${summary.slice(1)}. The daemon does it within a second.`)
    .argument('<incident>', INCIDENT)
    .option('--author <name>', 'who does it (default: $USER)');
  if (action !== 'unacknowledge')
    command.option('--note <text>', 'what people should know, for the timeline');
  addDatabaseOptions(command).addHelpText('after', ACT_CODES);
  return command.action(async (incident: string) => {
    const { requestAct } = await import('./run-incidents.ts');
    await requestAct(context, action, incident, command.opts<IncidentActOptions>());
  });
}

function noteCommand(context: CliContext): Command {
  const command = new Command('note')
    .summary('add a note to its timeline')
    .description('Adds a note to the timeline of an incident, also after it is over.')
    .argument('<incident>', INCIDENT)
    .argument('<text...>', 'the note')
    .option('--author <name>', 'who says it (default: $USER)');
  addDatabaseOptions(command).addHelpText('after', ACT_CODES);
  return command.action(async (incident: string, words: readonly string[]) => {
    const { requestAct } = await import('./run-incidents.ts');
    await requestAct(context, 'note', incident, {
      ...command.opts<IncidentActOptions>(),
      note: words.join(' '),
    });
  });
}

const LIST_CODES = '\nExit codes: 0 printed, 2 wrong usage or configuration, or no database.\n';

const SHOW_CODES =
  '\nExit codes: 0 printed, 2 wrong usage or configuration, no such incident, or no database.\n';

const ACT_CODES = `
Exit codes: 0 done, 1 refused, 2 wrong usage or configuration, no such incident, or no database, 3 kept for the daemon, which did
not take it within 3 s.
`;

const HELP = `
Exit codes: 0 printed or done, 2 wrong usage or configuration, no such incident, or no database. Acts also: 1 refused, 3 kept for
the daemon, which did not take it within 3 s.

Examples:
  tenantwatch incidents
  tenantwatch incidents list --state resolved --tenant 999bc6549a64
  tenantwatch incidents show 999bc6549a64
  tenantwatch incidents ack 999bc6549a64 --note "removing the certificate"
  tenantwatch incidents note t-999bc6549a64-mhx3k2v1 "the pipeline added it, see #812"
  tenantwatch incidents report 999bc6549a64 --output post-mortem.md
  tenantwatch incidents resolve platform --note "provider confirmed the end"
`;
