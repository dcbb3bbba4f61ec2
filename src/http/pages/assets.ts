import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** The three files that every page uses. Their addresses hold their digest, so that a browser keeps them for good. */
export interface Assets {
  readonly style: string;
  readonly script: string;
  readonly icon: string;
  readonly file: (name: string) => Asset | undefined;
}

export interface Asset {
  readonly type: string;
  readonly body: Buffer;
}

export const ASSET_PREFIX = '/assets/';

// The folder lies beside src and dist alike.
const FOLDER = new URL('../../../assets/', import.meta.url);

export function loadAssets(): Assets {
  const files = new Map<string, Asset>();
  const load = (name: string, type: string): string => {
    const body = readFileSync(new URL(name, FOLDER));
    const digest = createHash('sha256').update(body).digest('hex').slice(0, 12);
    const [stem = name, extension = ''] = name.split('.');
    const served = `${stem}-${digest}.${extension}`;
    files.set(served, { type, body });
    return `${ASSET_PREFIX}${served}`;
  };
  return {
    style: load('pages.css', 'text/css; charset=utf-8'),
    script: load('pages.js', 'text/javascript; charset=utf-8'),
    icon: load('icon.svg', 'image/svg+xml'),
    file: (name) => files.get(name),
  };
}
