/** The command line is wrong, or cannot be carried out as it stands. Ends with exit code 2; the message says what would be right. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
