import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

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
  readonly gzipped: Buffer;
}

export const ASSET_PREFIX = '/assets/';

// The folder lies beside src and dist alike.
const FOLDER = new URL('../../../assets/', import.meta.url);

/** In the order of the cascade: later sheets may say it better. */
const STYLES = [
  'colours',
  'ground',
  'frame',
  'page',
  'verdicts',
  'forms',
  'tables',
  'claims',
  'matrix',
  'matrix-telephone',
  'fleet',
  'diagnosis',
  'tenant',
  'charts',
  'timeline',
  'incidents',
  'texts',
  'circumstances',
];

/** One module when they are served: they share their names. */
const SCRIPTS = ['times', 'copying', 'keys', 'live', 'verify'];

export function loadAssets(): Assets {
  const files = new Map<string, Asset>();
  const serve = (stem: string, extension: string, type: string, paths: readonly string[]): string => {
    const body = Buffer.concat(paths.map((path) => readFileSync(new URL(path, FOLDER))));
    const digest = createHash('sha256').update(body).digest('hex').slice(0, 12);
    const served = `${stem}-${digest}.${extension}`;
    files.set(served, { type, body, gzipped: gzipSync(body) });
    return `${ASSET_PREFIX}${served}`;
  };
  return {
    style: serve(
      'pages',
      'css',
      'text/css; charset=utf-8',
      STYLES.map((name) => `styles/${name}.css`),
    ),
    script: serve(
      'pages',
      'js',
      'text/javascript; charset=utf-8',
      SCRIPTS.map((name) => `scripts/${name}.js`),
    ),
    icon: serve('icon', 'svg', 'image/svg+xml', ['icon.svg']),
    file: (name) => files.get(name),
  };
}
