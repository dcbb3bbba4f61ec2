import { Command, CommanderError } from 'commander';
import { alertsCommand } from './alerts.ts';
import { availabilityCommand } from './availability.ts';
import { backupCommand } from './backup.ts';
import { claimsCommand } from './claims.ts';
import { configCommand } from './config.ts';
import type { CliContext, CliHost } from './context.ts';
import { crashText } from './crash-text.ts';
import { demoCommand } from './demo.ts';
import { doctorCommand } from './doctor.ts';
import { EXIT } from './exit-code.ts';
import { exportCommand } from './export.ts';
import { explainCommand } from './explain.ts';
import { fixCommand } from './fix.ts';
import { forensicsCommand } from './forensics.ts';
import { guardCommand } from './guard.ts';
import { historyCommand } from './history.ts';
import { incidentsCommand } from './incidents.ts';
import { initCommand } from './init.ts';
import { interruptedBy } from './interrupted.ts';
import { scanCommand } from './scan.ts';
import { silenceCommand } from './silence.ts';
import { statusCommand } from './status.ts';
import { tenantsCommand } from './tenants.ts';
import { isForUser } from './usage-error.ts';
import { verifyCommand } from './verify.ts';
import { watchCommand } from './watch.ts';

/** Every command, in the order of the help. */
const COMMANDS: readonly ((context: CliContext) => Command)[] = [
  verifyCommand,
  watchCommand,
  statusCommand,
  historyCommand,
  availabilityCommand,
  tenantsCommand,
  incidentsCommand,
  silenceCommand,
  alertsCommand,
  exportCommand,
  backupCommand,
  claimsCommand,
  forensicsCommand,
  fixCommand,
  guardCommand,
  scanCommand,
  explainCommand,
  initCommand,
  configCommand,
  doctorCommand,
  demoCommand,
];

/** Runs one command line (without the program's own name); resolves to the exit code and rejects never. */
export async function runProgram(args: readonly string[], host: CliHost): Promise<number> {
  let exitCode: number = EXIT.passed;
  const context: CliContext = {
    ...host,
    finish: (code) => {
      exitCode = code;
    },
  };
  const program = createProgram(context);
  try {
    await program.parseAsync([...args], { from: 'user' });
    return exitCode;
  } catch (error) {
    return failureCode(error, host);
  }
}

function createProgram(context: CliContext): Command {
  const program = new Command('tenantwatch')
    .description(
      "Finds why a tenant's site behind a wildcard domain on Fly.io is down, proves it, and says what to do.",
    )
    .version(context.version, '-V, --version', 'print the version')
    .addHelpText('after', EXAMPLES);
  for (const command of COMMANDS) program.addCommand(command(context));
  quietly(program, context);
  return program;
}

/** commander throws instead of ending the process, and writes where it is told, in every command below. */
function quietly(command: Command, context: CliContext): void {
  command
    .exitOverride()
    .showHelpAfterError('(--help shows what is possible)')
    .configureOutput({
      writeOut: (text) => {
        context.stdout.write(text);
      },
      writeErr: (text) => {
        context.stderr.write(text);
      },
      outputError: (text, write) => {
        write(text.replace(/^error: /, 'tenantwatch: '));
      },
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    });
  for (const inner of command.commands) quietly(inner, context);
}

function failureCode(error: unknown, { stderr, signal, env }: CliHost): number {
  // commander has said already what is wrong; help and version end with 0.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.passed : EXIT.usage;
  const stopped = interruptedBy(signal);
  if (stopped !== null) return EXIT[stopped];
  if (isForUser(error) || isDatabaseTrouble(error)) {
    for (const line of error.message.split('\n')) stderr.write(`tenantwatch: ${line}\n`);
    return EXIT.usage;
  }
  // A fault of ours judges nobody. What its message repeats may be a secret: it is shown only to who asks for it.
  const trace = error instanceof Error && env.TENANTWATCH_DEBUG !== undefined ? error.stack : undefined;
  stderr.write(`tenantwatch: internal error: ${trace ?? crashText(error)}\n`);
  return EXIT.couldNotTell;
}

/** By name, too: most commands load no database. */
function isDatabaseTrouble(error: unknown): error is Error {
  return error instanceof Error && error.name === 'StoreError';
}

const EXAMPLES = `
Examples:
  tenantwatch verify 999bc6549a64 --wait 5m
  tenantwatch verify --all --json
  tenantwatch status
  tenantwatch incidents show 999bc6549a64
  tenantwatch explain certificate-on-tenant-app
  tenantwatch config check
`;
