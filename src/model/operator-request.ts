/** What a person may do to an incident. */
export type OperatorAction = 'acknowledge' | 'unacknowledge' | 'resolve' | 'note';

/**
 * A person's act on an incident, asked for outside the daemon: the daemon holds the incidents and alone changes them, so the
 * command line leaves a request in the database and waits for its answer. Times are milliseconds since the epoch.
 */
export interface OperatorRequest {
  readonly action: OperatorAction;
  readonly incident: string;
  readonly by: string;
  readonly note: string | null;
  readonly at: number;
}

export interface OperatorAnswer {
  readonly outcome: 'done' | 'refused';
  /** One sentence for the person. */
  readonly text: string;
  readonly at: number;
}
