import type { JSX } from 'preact';
import type { Json, JsonObject } from '../../../model/json.ts';
import { isJsonList } from './json-list.ts';

/** Deeper than any check nests; what lies below is printed as it is. */
const MAX_DEPTH = 4;

/** A check's facts as definition lists. Texts in them come from tenants' servers: they are only ever text here. */
export function Evidence({ of }: { readonly of: JsonObject }): JSX.Element | null {
  return Object.keys(of).length === 0 ? null : <Facts of={of} depth={0} />;
}

function Facts({ of, depth }: { readonly of: JsonObject; readonly depth: number }): JSX.Element {
  return (
    <dl class="facts">
      {Object.entries(of).map(([key, value]) => (
        <div key={key}>
          <dt>{key}</dt>
          <dd>
            <Value of={value} depth={depth + 1} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Value({ of, depth }: { readonly of: Json; readonly depth: number }): JSX.Element {
  if (of === null) return <span class="quiet">none</span>;
  if (typeof of === 'boolean') return <span>{of ? 'yes' : 'no'}</span>;
  if (typeof of !== 'object') return <span>{String(of)}</span>;
  if (depth > MAX_DEPTH) return <code>{JSON.stringify(of)}</code>;
  if (!isJsonList(of)) return <Facts of={of} depth={depth} />;
  if (of.length === 0) return <span class="quiet">none</span>;
  if (of.every((item) => typeof item !== 'object')) return <span>{of.map(String).join(', ')}</span>;
  return (
    <ul class="plain">
      {of.map((item, index) => (
        <li key={index}>
          <Value of={item} depth={depth} />
        </li>
      ))}
    </ul>
  );
}
