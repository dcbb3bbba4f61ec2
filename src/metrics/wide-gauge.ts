/**
 * A gauge with one series for each tenant. prom-client renders all series of a metric in one go, which blocks the event
 * loop for 80 ms and more at 10,000 tenants; a probe timed during that would look slow. Here every series keeps its
 * line of text, and rendering joins them in slices with the event loop served in between.
 */
export interface WideGauge {
  /** `key` groups the series of one owner, so that all of them are replaced or removed together. */
  readonly replace: (key: string, series: readonly Series[]) => void;
  readonly remove: (key: string) => void;
  readonly keys: () => IterableIterator<string>;
  /** The metric in the text exposition format, version 0.0.4, ending with a line feed; empty without series. */
  readonly render: () => Promise<string>;
}

export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const SLICE = 1_000;

export function createWideGauge(name: string, help: string): WideGauge {
  const lines = new Map<string, string>();
  return {
    replace: (key, series) => {
      if (series.length === 0) lines.delete(key);
      else lines.set(key, series.map((one) => line(name, one)).join(''));
    },
    remove: (key) => {
      lines.delete(key);
    },
    keys: () => lines.keys(),
    render: async () => {
      if (lines.size === 0) return '';
      const parts = [`# HELP ${name} ${help}\n# TYPE ${name} gauge\n`];
      let inSlice = 0;
      for (const text of lines.values()) {
        parts.push(text);
        if (++inSlice % SLICE === 0) await new Promise((resolve) => setImmediate(resolve));
      }
      return parts.join('');
    },
  };
}

function line(name: string, { labels, value }: Series): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escapeLabel(text)}"`);
  // Joined, not added up: a text that was added up keeps its pieces, at three times the memory.
  return [name, '{', pairs.join(','), '} ', String(value), '\n'].join('');
}

/** Backslash, double quote and line feed are escaped in label values; nothing else is special. */
function escapeLabel(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
