import type { ExportFormat } from '../reports/run-records.ts';
import type { DatabaseOptions } from './database-options.ts';
import type { Moment } from './moment.ts';

export interface HistoryOptions extends DatabaseOptions {
  readonly since: Moment;
}

export interface AvailabilityOptions extends DatabaseOptions {
  readonly since: Moment;
  readonly limit?: number;
}

export interface ExportOptions extends Pick<DatabaseOptions, 'config' | 'store'> {
  readonly format: ExportFormat;
  readonly json?: true;
  readonly since?: Moment;
  readonly until?: Moment;
  readonly tenant?: string;
}
