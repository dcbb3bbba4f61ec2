import type { z } from 'zod';
import type { Release } from '../model/fly.ts';
import { plainText } from '../model/text.ts';
import type { graphqlRelease } from './answers.ts';
import { milliseconds } from './time.ts';

export function releaseOf(node: z.infer<typeof graphqlRelease>): Release {
  const user = plainText(node.user?.name ?? '', 100) || plainText(node.user?.email ?? '', 100);
  return {
    id: plainText(node.id, 100),
    version: node.version,
    status: plainText(node.status ?? '', 60),
    reason: plainText(node.reason ?? ''),
    description: plainText(node.description ?? ''),
    image: node.imageRef == null || node.imageRef === '' ? null : plainText(node.imageRef, 300),
    user: user === '' ? null : user,
    createdAt: milliseconds(node.createdAt) ?? 0,
  };
}
