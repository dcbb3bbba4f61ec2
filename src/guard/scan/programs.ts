/** Places in programs that add a certificate: calls, started commands, requests, mutations. */
import { callPlaces } from './calls.ts';
import type { Place } from './finding.ts';
import type { Lexed } from './lex.ts';
import { startedPlaces } from './started.ts';
import { stringPlaces } from './strings.ts';
import type { Values } from './values.ts';

const MAX_PLACES = 500;

export function programPlaces(lexed: Lexed, values: Values): readonly Place[] {
  return [
    ...callPlaces(lexed, values),
    ...startedPlaces(lexed, values),
    ...stringPlaces(lexed, values),
  ].slice(0, MAX_PLACES);
}
