import { crashText } from '../cli/crash-text.ts';
import { EXIT } from '../cli/exit-code.ts';

/**
 * An error that nobody caught ends the program: what it left half done is not known. Node would print the whole error, and end with 1,
 * which says that a site was judged to fail.
 */
export function endOnCrash(): void {
  process.on('uncaughtException', (error) => {
    process.stderr.write(`tenantwatch: internal error, ended: ${crashText(error)}\n`);
    process.exit(EXIT.couldNotTell);
  });
}
