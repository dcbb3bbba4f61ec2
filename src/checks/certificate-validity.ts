import type { CheckResult } from '../model/check.ts';
import type { Platform } from '../model/platform.ts';
import type { TenantSnapshot } from '../model/snapshot.ts';
import { counted } from '../model/spoken.ts';
import {
  defectReason,
  defectsOf,
  defectText,
  hasDefect,
  servedCertificates,
  servedEvidence,
  type ServedCertificate,
} from './certificates.ts';
import { credibleHandshakes, resolverHealth } from './resolver-health.ts';
import { listText, notPassed, passed } from './result.ts';

const ID = 'certificate-validity';

/** Every certificate that was served for the tenant's name, in front of and behind the edge. */
export function servedToTenant(snapshot: TenantSnapshot, platform: Platform): readonly ServedCertificate[] {
  const health = resolverHealth(snapshot.platform, platform);
  const front = credibleHandshakes(snapshot.handshakes, snapshot.lookups, health);
  const handshakes = platform.edge === 'proxied' ? [...front, ...snapshot.managementHandshakes] : front;
  return servedCertificates(handshakes, snapshot.takenAt, platform);
}

/** Does the served certificate cover the name, chain to a trusted root, and hold now and for a while? Judged apart, all reported. */
export function certificateValidity(
  snapshot: TenantSnapshot,
  platform: Platform,
): CheckResult<'certificate-validity'> {
  const served = servedToTenant(snapshot, platform);
  const { hostname } = snapshot.tenant;
  const [first] = served;
  if (first === undefined) {
    return notPassed(ID, 'skipped', 'no-certificate', `No certificate was served for ${hostname}.`);
  }
  const evidence = { certificates: servedEvidence(served) };
  const durationMs = snapshot.handshakes.reduce((most, { result }) => Math.max(most, result.durationMs), 0);
  const defects = defectsOf(served);
  const [worst] = defects;
  if (worst === undefined) {
    const daysLeft = served.reduce((least, certificate) => Math.min(least, certificate.daysLeft), Infinity);
    const text = `The certificate for ${hostname} is trusted, covers the name and has ${counted(daysLeft, 'day')} left.`;
    return passed(ID, text, evidence, durationMs);
  }
  const texts = defects.map((defect) => {
    const bad = served.find((certificate) => hasDefect(certificate, defect)) ?? first;
    return defectText(bad, 'this name', defect);
  });
  const summary = `The certificate served for ${hostname} ${listText(texts, DEFECTS_SHOWN)}.`;
  const verdict = worst === 'expires-soon' ? 'warn' : 'fail';
  return notPassed(ID, verdict, defectReason(worst), summary, evidence, durationMs);
}

const DEFECTS_SHOWN = 6;
