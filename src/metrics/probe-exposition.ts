import type { TenantResult } from '../model/diagnosis.ts';

/** What one verification measured, in blackbox_exporter's names where they fit. */
export interface ProbeFacts {
  /** Undefined: it was never decided, or the tenant is suspended. */
  readonly success: boolean | undefined;
  readonly durationMs: number;
  readonly result: TenantResult;
}

/**
 * The answer of `/probe` in the text exposition format, version 0.0.4. A metric of something that was not measured is absent;
 * the reason of a failure is a label from a closed set.
 */
export function probeExposition({ success, durationMs, result }: ProbeFacts): string {
  const { verdict, diagnosis, explainedBy } = result;
  const code = diagnosis?.code ?? explainedBy?.code ?? '';
  return [
    gauge(
      'probe_success',
      'Whether the site of the tenant works.',
      success === undefined ? undefined : Number(success),
    ),
    gauge('probe_duration_seconds', 'How long the verification took.', durationMs / 1000),
    gauge('probe_dns_lookup_time_seconds', 'How long resolving the name took.', lookupSeconds(result)),
    gauge(
      'probe_ssl_earliest_cert_expiry',
      'When the first of the served certificates expires, seconds since the epoch.',
      earliestExpirySeconds(result),
    ),
    gauge('probe_http_status_code', 'Status of the answer to GET /.', httpStatus(result)),
    gauge('tenantwatch_probe_verdict', 'Constant 1 with the verdict and the root problem.', 1, {
      verdict,
      code,
    }),
  ].join('');
}

function gauge(
  name: string,
  help: string,
  value: number | undefined,
  labels: Readonly<Record<string, string>> = {},
): string {
  if (value === undefined) return '';
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${text}"`);
  const selector = pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
  return `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${name}${selector} ${String(value)}\n`;
}

function evidenceOf(result: TenantResult, id: string): TenantResult['checks'][number] | undefined {
  return result.checks.find((check) => check.id === id);
}

function lookupSeconds(result: TenantResult): number | undefined {
  const check = evidenceOf(result, 'dns-wildcard');
  return check === undefined || check.verdict === 'skipped' ? undefined : check.durationMs / 1000;
}

function httpStatus(result: TenantResult): number | undefined {
  const status = evidenceOf(result, 'site-response')?.evidence.status;
  return typeof status === 'number' ? status : undefined;
}

function earliestExpirySeconds(result: TenantResult): number | undefined {
  const served = evidenceOf(result, 'certificate-validity')?.evidence.certificates;
  if (!Array.isArray(served)) return undefined;
  const expiries = served.flatMap((one: unknown) => {
    const notAfter = typeof one === 'object' && one !== null && 'notAfter' in one ? one.notAfter : undefined;
    const at = typeof notAfter === 'string' ? Date.parse(notAfter) : Number.NaN;
    return Number.isFinite(at) ? [at / 1000] : [];
  });
  return expiries.length === 0 ? undefined : Math.min(...expiries);
}
