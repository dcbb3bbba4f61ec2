import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { FAULTS, startSandbox } from '../../src/sandbox/index.ts';
import { createFaults } from '../../src/sandbox/faults.ts';
import { dnsUdp, get, handshake, sendHello } from './clients.ts';

const APP = 'sp-999bc6549a64';
const SITE = '999bc6549a64.systemprompt.io';
const MANAGEMENT = 'management-api-prod';

describe('the incident of the post-mortem', () => {
  it('happens and is repaired as it was then', async () => {
    let time = Date.now();
    await using sandbox = Object.assign(
      await startSandbox({ propagationMs: 30_000, issuanceMs: 10_000, now: () => time }),
      {
        [Symbol.asyncDispose]: () => sandbox.close(),
      },
    );
    const { world, applyFlyCommand } = sandbox;
    const ended = () =>
      sendHello(
        { address: '127.0.0.1', port: sandbox.addresses.httpsPort, serverName: SITE },
        { waitMs: 100 },
      );
    assert.equal((await get(sandbox, SITE)).status, 200);

    world.deploy(APP);
    world.addCertificate(APP, SITE);
    assert.equal((await get(sandbox, SITE)).status, 200, 'latent');
    time += 30_000;
    assert.equal((await ended()).ended, 'fin');
    assert.equal((await get(sandbox, `${APP}.fly.dev`)).status, 200);
    assert.equal((await get(sandbox, 'test12345.systemprompt.io')).status, 502);

    assert.equal(applyFlyCommand(`fly certs remove ${SITE} -a ${APP} -y`).exitCode, 0);
    assert.equal((await get(sandbox, SITE)).status, 200, 'the wildcard serves again');
    assert.match(applyFlyCommand(`fly certs add ${SITE} -a ${MANAGEMENT}`).stdout, /Awaiting certificates/);
    time += 10_000;
    assert.match(applyFlyCommand(`fly certs show ${SITE} -a ${MANAGEMENT}`).stdout, /Status += Ready/);
    time += 30_000;
    assert.equal((await handshake(sandbox, SITE)).certificate?.subjectaltname, `DNS:${SITE}`);
    assert.equal((await get(sandbox, SITE)).status, 200);
  });

  it('an own record to the tenant’s address: removing the certificate first makes it worse', async () => {
    const sandbox = await startSandbox({ tenants: 2 });
    const { world } = sandbox;
    const [resolver = ''] = sandbox.addresses.resolvers;
    const errorAt = async (address: string) => (await handshake(sandbox, SITE, { address })).error;
    world.zone.add({ name: SITE, type: 'A', data: '127.0.0.2' });
    world.addCertificate(APP, SITE, { effective: 'now' });
    assert.deepEqual((await dnsUdp(resolver, SITE)).answers, ['127.0.0.2']);
    assert.equal((await get(sandbox, SITE, { address: '127.0.0.2' })).status, 200);

    world.removeCertificate(APP, SITE);
    assert.equal(await errorAt('127.0.0.2'), 'ECONNRESET');
    world.zone.remove(SITE, 'A');
    assert.deepEqual((await dnsUdp(resolver, SITE)).answers, ['127.0.0.1']);
    assert.equal(await errorAt('127.0.0.1'), null);
    await sandbox.close();
  });
});

describe('the sandbox as a whole', () => {
  it('leaves nothing behind', async () => {
    const sandbox = await startSandbox({ tenants: 1 });
    assert.ok(existsSync(sandbox.addresses.caFile));
    await sandbox.close();
    assert.ok(!existsSync(sandbox.addresses.caFile));
    const target = { address: '127.0.0.1', port: sandbox.addresses.httpsPort, serverName: SITE };
    await assert.rejects(sendHello(target), { code: 'ECONNREFUSED' });
  });

  const hasIpv6 = Object.values(networkInterfaces())
    .flat()
    .some((one) => one?.address === '::1');
  it('serves IPv6 when it is told to', { skip: hasIpv6 ? false : 'this machine has no ::1' }, async () => {
    const sandbox = await startSandbox({ tenants: 1, ipv6: true });
    assert.deepEqual((await dnsUdp(sandbox.addresses.resolvers[0] ?? '', SITE, 'AAAA')).answers, ['::1']);
    sandbox.faults.on('edge-eof', { at: '127.0.0.1' });
    assert.equal((await handshake(sandbox, SITE, { address: '::1' })).trusted, true);
    assert.equal((await handshake(sandbox, SITE)).error, 'ECONNRESET');
    await sandbox.close();
  });

  it('acts on every fault that it names, and has a test for each', async () => {
    const textOf = async (folder: string, suffix: string): Promise<string> => {
      const names = (await readdir(folder)).filter((name) => name.endsWith(suffix) && name !== 'faults.ts');
      return (await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')))).join('');
    };
    const sources = await textOf(join(import.meta.dirname, '../../src/sandbox'), '.ts');
    const tests = await textOf(import.meta.dirname, '.test.ts');
    const missing = Object.keys(FAULTS).filter(
      (name) => !sources.includes(`'${name}'`) || !tests.includes(`'${name}'`),
    );
    assert.deepEqual(missing, []);
  });

  it('switches off exactly the fault that was switched on', () => {
    const faults = createFaults();
    const off = faults.on('edge-eof', { name: '*.example.io' });
    faults.on('edge-eof', { name: 'b.test' });
    assert.ok(faults.strikes('edge-eof', 'A.example.io'));
    off();
    assert.equal(faults.strikes('edge-eof', 'a.example.io'), undefined);
    assert.ok(faults.strikes('edge-eof', 'b.test'));
  });
});
