import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import { cpuMsOf, end, freePort } from './processes.ts';

const BINARY = '/usr/bin/prometheus-blackbox-exporter';

/** Is Debian's package here? */
export const hasBlackbox = (): boolean => existsSync(BINARY);

export interface BlackboxOptions {
  readonly folder: string;
  /** `ip:port` of the name server that its dns probe asks. */
  readonly resolver: string;
  readonly queryName: string;
  readonly caFile: string;
}

/** One probe: what `/probe` is asked. */
export interface ProbeTarget {
  readonly module: 'dns' | 'https';
  readonly target: string;
  readonly hostname?: string;
}

export interface Blackbox {
  /** Rejects when the probe did not succeed. */
  readonly probe: (probe: ProbeTarget) => Promise<void>;
  readonly cpuMs: () => number;
  readonly stop: () => Promise<void>;
}

/** The real blackbox_exporter, asked as Prometheus would ask it. */
export async function startBlackbox(options: BlackboxOptions): Promise<Blackbox> {
  const config = join(options.folder, 'blackbox.yml');
  writeFileSync(
    config,
    JSON.stringify({
      modules: {
        dns: {
          prober: 'dns',
          timeout: '5s',
          dns: { query_name: options.queryName, query_type: 'A', preferred_ip_protocol: 'ip4' },
        },
        https: { prober: 'http', timeout: '5s', http: { preferred_ip_protocol: 'ip4' } },
      },
    }),
  );
  const port = await freePort();
  const child = spawn(
    BINARY,
    [`--config.file=${config}`, `--web.listen-address=127.0.0.1:${port}`, '--log.level=error'],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
      // As the system's roots: a ca_file in the module would be read and parsed again for each probe.
      env: { ...process.env, SSL_CERT_FILE: options.caFile },
    },
  );
  await once(child, 'spawn');
  const agent = new Agent({ connections: 256, keepAliveTimeout: 60_000 });
  const url = `http://127.0.0.1:${port}`;
  const get = async (path: string): Promise<string> => {
    const { statusCode, body } = await request(url + path, { dispatcher: agent });
    const text = await body.text();
    if (statusCode !== 200) throw new Error(`blackbox_exporter answered ${statusCode}: ${text}`);
    return text;
  };
  for (let left = 100; ; left -= 1) {
    try {
      await get('/-/healthy');
      break;
    } catch (error) {
      if (left === 0) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  return {
    probe: async ({ module, target, hostname }) => {
      const parameters = new URLSearchParams({ module, target, ...(hostname ? { hostname } : {}) });
      const text = await get(`/probe?${parameters}`);
      if (!/^probe_success 1$/mu.test(text))
        throw new Error(`blackbox_exporter's probe of ${target} failed:\n${text}`);
    },
    cpuMs: () => cpuMsOf(child.pid ?? 0),
    stop: async () => {
      await agent.close();
      await end(child);
    },
  };
}
