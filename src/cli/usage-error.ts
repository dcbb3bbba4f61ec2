/** The command line is wrong, or cannot be carried out as it stands. Ends with exit code 2; the message says what would be right. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/**
 * What the user sets right: the command line, the configuration, a secret. By name, so that the configuration's schema is loaded by commands
 * that use it only.
 */
export function isForUser(error: unknown): error is Error {
  return error instanceof Error && ['UsageError', 'ConfigError', 'SecretError'].includes(error.name);
}
