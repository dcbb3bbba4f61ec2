import type { JSX } from 'preact';
import { LENGTHS } from './form.ts';

/** For how long and why: the same wherever something is silenced. */
export function LengthAndReason(): JSX.Element {
  return (
    <>
      <label>
        For
        <select name="for">
          {LENGTHS.map(([name, label]) => (
            <option key={name} value={name} selected={name === '2h'}>
              {label}
            </option>
          ))}
        </select>
      </label>
      <label class="wide">
        Reason
        <input type="text" name="reason" required maxLength={500} autocomplete="off" />
      </label>
    </>
  );
}
