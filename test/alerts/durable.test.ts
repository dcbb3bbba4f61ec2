import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createDelivery } from '../../src/alerts/index.ts';
import { deliveriesOf } from '../../src/incidents/index.ts';
import type { DeliveryOutcome, Notifier } from '../../src/model/alert.ts';
import type { Incident } from '../../src/model/incident.ts';
import { SECOND_MS } from '../../src/model/time.ts';
import { claim, context, outcome, track } from '../incidents/fixtures.ts';
import { temporaryStore } from '../store/fixtures.ts';
import { manualClock, START } from './fixtures.ts';

const silent = (): void => undefined;
const quiet = {
  random: () => 1,
  logger: { debug: silent, info: silent, warn: silent, error: silent },
  recorder: { delivery: silent },
};

describe('from a failing run to the channels, over the database', () => {
  it('a channel that hangs holds up nobody, and a restart sends the rest in order', async (test) => {
    const store = temporaryStore(test);
    const time = manualClock();
    const heard: string[] = [];
    let hangs = true;
    const channel = (name: string): Notifier => ({
      name,
      type: 'webhook',
      send: (message, { signal, possibleRepeat }) => {
        if (name === 'slow' && hangs) {
          return new Promise<DeliveryOutcome>((resolve) => {
            signal.addEventListener('abort', () => {
              resolve({ result: 'retry', reason: 'no answer' });
            });
          });
        }
        heard.push(`${name} ${message.reason}${possibleRepeat ? ' again' : ''}`);
        return Promise.resolve<DeliveryOutcome>({ result: 'sent' });
      },
    });
    const start = () => {
      const notifiers = [channel('slow'), channel('quick')];
      const delivery = createDelivery({ ...quiet, outbox: store.outbox, notifiers, clock: time.clock });
      delivery.start();
      return delivery;
    };
    let incident: Incident | undefined;
    const run = (seen: Parameters<typeof outcome>[0]): void => {
      const now = time.clock.now();
      const step = track(
        incident,
        outcome(seen, now),
        context(now, { channelsFor: () => ['slow', 'quick'] }),
      );
      if (step.incident === undefined || step.incident === incident) return;
      incident = step.incident;
      const links = { runbook: null, incident: null, verify: null };
      const facts = { tenant: null, deploy: null, origin: null, links };
      const deliveries = deliveriesOf(step, facts, now);
      store.commitIncidents([{ incident, events: step.events, deliveries }]);
    };

    const first = start();
    run(claim);
    first.wake();
    await time.advance(5 * SECOND_MS);
    run('pass');
    await time.advance(SECOND_MS);
    run('pass');
    first.wake();
    await time.advance(5 * SECOND_MS);
    assert.deepEqual(heard, ['quick opened', 'quick resolved']);
    const stopped = first.stop();
    await time.advance(3 * SECOND_MS);
    await stopped;

    hangs = false;
    const second = start();
    await time.advance(90 * SECOND_MS);
    assert.deepEqual(heard.slice(2), ['slow opened again', 'slow resolved']);
    assert.ok(store.outbox.list({}).every(({ state }) => state === 'sent'));
    assert.equal(incident?.state, 'resolved');
    assert.equal(time.clock.now() > START, true);
    await second.stop();
  });
});
