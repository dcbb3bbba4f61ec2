import { addCertificate, removeCertificate } from '../../diagnosis/remedies/steps.ts';
import type { JsonObject } from '../../model/json.ts';
import type { Platform } from '../../model/platform.ts';
import type { Tenant } from '../../model/tenant.ts';
import type { Clock } from '../../model/time.ts';
import type { RepairStep } from '../../repair/plan.ts';
import type { MadeStep } from '../../repair/report.ts';
import type { FlyAccess, RepairAccess } from '../context.ts';

export interface Applying {
  readonly repair: Pick<RepairAccess, 'writer' | 'audit'>;
  readonly fly: FlyAccess;
  readonly clock: Pick<Clock, 'now'>;
  readonly actor: string;
  readonly settings: Platform;
  readonly signal: AbortSignal;
}

/** Makes one change, with an entry in the audit trail before and after. A failure of the API is an outcome; StoreError is thrown. */
export async function applyStep(applying: Applying, tenant: Tenant, step: RepairStep): Promise<MadeStep> {
  const { repair, clock, actor, settings } = applying;
  const note = (outcome: 'started' | 'done' | 'failed', more: JsonObject = {}): void => {
    const { kind, hostname, app } = step;
    const entry = { actor, action: `fix.${kind}`, subject: tenant.id, detail: { hostname, app, ...more } };
    repair.audit.add({ ...entry, at: clock.now(), outcome });
  };
  note('started');
  try {
    const { outcome, text } = await change(applying, step);
    note('done', { result: text });
    return { step, outcome, text, back: outcome === 'already' ? null : wayBack(step, settings) };
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    note('failed', { result: text });
    if (!(error instanceof Error && error.name === 'FlyError')) throw error;
    return { step, outcome: 'failed', text, back: null };
  }
}

async function change(
  { repair, fly, signal }: Applying,
  { kind, hostname, app }: RepairStep,
): Promise<Pick<MadeStep, 'outcome' | 'text'> & { readonly outcome: 'done' | 'already' }> {
  if (kind === 'remove-certificate') {
    const removed = await repair.writer.removeCertificate(app, hostname, signal);
    return removed
      ? { outcome: 'done', text: `${app} holds no certificate for ${hostname} any more` }
      : { outcome: 'already', text: `${app} held no certificate for ${hostname} any more` };
  }
  const there = async (): Promise<boolean> =>
    (await fly.client.certificates(app, signal)).some((claim) => claim.hostname === hostname);
  if (await there())
    return { outcome: 'already', text: `${app} holds a certificate for ${hostname} already` };
  try {
    const { status } = await repair.writer.addCertificate(app, hostname, signal);
    return { outcome: 'done', text: `${app} has a certificate for ${hostname}: ${status}` };
  } catch (error) {
    // An answer that was lost may have been a yes.
    if (await there()) return { outcome: 'done', text: `${app} has a certificate for ${hostname}` };
    throw error;
  }
}

function wayBack({ kind, hostname, app }: RepairStep, settings: Platform): string | null {
  const step =
    kind === 'remove-certificate'
      ? addCertificate(hostname, app, settings, '')
      : removeCertificate(hostname, app, settings, '');
  return step.kind === 'command' ? step.command : null;
}
