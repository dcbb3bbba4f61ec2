import { ANSI, PLAIN, type Palette } from '../reports/palette.ts';
import type { CliHost, OutputStream } from './context.ts';

/** Colour on this stream? FORCE_COLOR decides if it is set (`0` and `false` mean no), then NO_COLOR, TERM=dumb, and whether it is a terminal. */
export function usesColor(stream: Pick<OutputStream, 'isTTY'>, env: CliHost['env']): boolean {
  const { FORCE_COLOR: force, NO_COLOR: none } = env;
  if (force !== undefined) return force !== '0' && force !== 'false';
  if (none !== undefined && none !== '') return false;
  return stream.isTTY && env.TERM !== 'dumb';
}

export function paletteOf(stream: Pick<OutputStream, 'isTTY'>, env: CliHost['env']): Palette {
  return usesColor(stream, env) ? ANSI : PLAIN;
}

/** May lines be rewritten in place? Only on a terminal that knows how; colour or not has no say. */
export function isLive(stream: Pick<OutputStream, 'isTTY'>, env: CliHost['env']): boolean {
  return stream.isTTY && env.TERM !== 'dumb';
}
