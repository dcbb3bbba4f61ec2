import type { JSX } from 'preact';
import { STANDING_WORDS, type Standing } from '../words.ts';

/** A verdict as shape, colour and word; the word is for those who see neither. */
export function Mark({ of, size }: { readonly of: Standing; readonly size?: 'big' }): JSX.Element {
  return (
    <span class={size === undefined ? `mark ${of}` : `mark ${of} ${size}`}>
      <span class="vh">{STANDING_WORDS[of]}</span>
    </span>
  );
}

/** The mark with its word beside it. */
export function Verdicted({ of }: { readonly of: Standing }): JSX.Element {
  return (
    <span class={`verdict ${of}`}>
      <span class={`mark ${of}`} aria-hidden="true" />
      {STANDING_WORDS[of]}
    </span>
  );
}
