import { flyError } from './error.ts';
import { assertComplete, nextCursor } from './read.ts';

/** Beyond this something goes round in a circle. */
const MAX_PAGES = 20_000;

/** One page of a connection as GraphQL gives it. */
export interface Page<Node> {
  readonly totalCount: number;
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor?: string | null | undefined };
  readonly nodes?: readonly (Node | null)[] | null | undefined;
}

/**
 * All nodes of a connection to the last page, or `incomplete`. A page may be shorter than asked for, or empty, although more
 * follow; a null among the nodes is something that could not be read.
 */
export async function allPages<Node>(
  first: Page<Node>,
  ask: (after: string) => Promise<Page<Node>>,
  what: string,
): Promise<readonly Node[]> {
  const nodes: Node[] = [];
  const seen = new Set<string>();
  let promised = first.totalCount;
  for (let page = first; ;) {
    // Entries may come and go between two pages: the smallest promise is the one that must be kept.
    promised = Math.min(promised, page.totalCount);
    for (const node of page.nodes ?? []) {
      if (node === null) throw flyError('incomplete', `${what}: one came as null`);
      nodes.push(node);
    }
    const after = endOf(page, seen, what);
    if (after === null) break;
    page = await ask(after);
  }
  assertComplete(nodes.length, promised, what);
  return nodes;
}

/** The cursor after this page, null when it is the last one. */
export function endOf(page: Page<unknown>, seen: Set<string>, what: string): string | null {
  if (!page.pageInfo.hasNextPage) return null;
  const after = nextCursor(page.pageInfo.endCursor, seen, what);
  if (after === null || seen.size > MAX_PAGES)
    throw flyError('incomplete', `${what}: the next page cannot be asked for`);
  return after;
}
