import type { Incident } from '../../../model/incident.ts';
import { MINUTE_MS, SECOND_MS } from '../../../model/time.ts';
import { gatherPostMortem } from '../../../monitor/gather-post-mortem.ts';
import { postMortem } from '../../../reports/post-mortem.ts';
import type { HttpContext } from '../../context.ts';

/** Fly's logs are read page by page; a reader waits no longer for them. */
const TIMEOUT_MS = 20 * SECOND_MS;
/** A page that is opened, read and downloaded asks Fly once. */
const KEEP_MS = MINUTE_MS;
const MAX_KEPT = 20;

/** The Markdown of the draft; `asksFly` as the command line does it, with releases and logs. Rejects with StoreError. */
export type Drafting = (incident: Incident, asksFly: boolean) => Promise<string>;

/** As `incidents report` drafts it. Two readers of one incident wait for one draft. */
export function createDrafting(context: HttpContext): Drafting {
  const { store, fly, platform, clock, fleet } = context;
  const kept = new Map<string, { readonly at: number; readonly draft: Promise<string> }>();

  const write = async (incident: Incident, asksFly: boolean): Promise<string> => {
    const sources = { store, fly: asksFly ? fly : null, platform, clock, tenantOf: fleet.tenant };
    return postMortem(await gatherPostMortem(sources, incident, AbortSignal.timeout(TIMEOUT_MS)));
  };

  return (incident, asksFly) => {
    // Without Fly it costs nothing, and is of this moment.
    if (!asksFly) return write(incident, false);
    const now = clock.monotonicMs();
    for (const [id, { at }] of kept) if (now - at > KEEP_MS || kept.size > MAX_KEPT) kept.delete(id);
    // An incident that goes on has more to tell with each event.
    const key = [incident.id, incident.state, incident.alerts, incident.resolvedAt].join(' ');
    const known = kept.get(key);
    if (known !== undefined) return known.draft;
    const draft = write(incident, true).catch((error: unknown) => {
      kept.delete(key);
      // Fly took too long: what the history says is better than nothing.
      if (error instanceof Error && error.name === 'TimeoutError') return write(incident, false);
      throw error;
    });
    kept.set(key, { at: now, draft });
    return draft;
  };
}
