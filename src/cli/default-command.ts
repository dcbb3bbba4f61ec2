import type { Command } from 'commander';
import { closest } from '../config/closest.ts';
import { plainText } from '../model/text.ts';
import { UsageError } from './usage-error.ts';

/**
 * For the command that a group runs when no other is named, and that takes no arguments: a word after it was meant as a command of the group.
 * commander would only say that it is one argument too many.
 */
export function asDefault(command: Command): Command {
  return command.allowExcessArguments().hook('preAction', () => {
    const [word] = command.args;
    const group = command.parent;
    if (word === undefined || group === null) return;
    const names = group.commands.map((one) => one.name());
    const meant = closest(word, names);
    const hint = meant === undefined ? `there are: ${names.join(', ')}` : `did you mean ${meant}?`;
    throw new UsageError(`${group.name()} has no command "${plainText(word, 80)}"; ${hint}`);
  });
}
