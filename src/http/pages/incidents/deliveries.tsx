import type { JSX } from 'preact';
import type { Delivery } from '../../../model/delivery.ts';
import { counted } from '../../../model/spoken.ts';
import { Ago } from '../parts/time.tsx';
import { DELIVERY_WORDS } from './words.ts';

/** Who was told what, and whether it arrived. */
export function Deliveries(props: {
  readonly deliveries: readonly Delivery[];
  readonly now: number;
}): JSX.Element {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Messages">
      <table>
        <thead>
          <tr>
            <th scope="col">Channel</th>
            <th scope="col">Message</th>
            <th scope="col">State</th>
            <th scope="col">When</th>
          </tr>
        </thead>
        <tbody>
          {props.deliveries.map((delivery) => (
            <tr key={delivery.id} class={delivery.state === 'dead' ? 'fail' : undefined}>
              <th scope="row">{delivery.channel}</th>
              <td>{delivery.message.reason}</td>
              <td>
                {DELIVERY_WORDS[delivery.state]}
                {delivery.attempts > 1 && (
                  <span class="quiet">, {counted(delivery.attempts, 'attempt')}</span>
                )}
                {delivery.lastError !== null && <small class="quiet">{delivery.lastError}</small>}
              </td>
              <td>
                <Ago at={delivery.sentAt ?? delivery.createdAt} now={props.now} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
