import { createHash } from 'node:crypto';
import type { ChannelOptions } from './options.ts';

/**
 * Where a channel's messages go, as a fingerprint that shows no secret and may be kept. What only opens the door (a token, a
 * password, a signing secret) may change without the messages going elsewhere; a routing key or a webhook's URL is the address
 * itself.
 */
export function destinationOf(channel: ChannelOptions): string {
  const parts = JSON.stringify([channel.type, ...addressOf(channel)]);
  return createHash('sha256').update(parts).digest('hex').slice(0, 32);
}

function addressOf(channel: ChannelOptions): readonly unknown[] {
  switch (channel.type) {
    case 'slack':
      return channel.mode === 'webhook' ? [channel.webhookUrl.reveal()] : [channel.apiUrl, channel.channel];
    case 'pagerduty':
      return [channel.url, channel.routingKey.reveal()];
    case 'alertmanager':
      return [...channel.urls].sort();
    case 'webhook':
      return [channel.url.reveal()];
    case 'email':
      return [[...channel.to].sort()];
  }
}
