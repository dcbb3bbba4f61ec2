import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startSandbox } from '../../src/sandbox/index.ts';
import type { Sandbox } from '../../src/sandbox/index.ts';
import { shellWords } from '../../src/sandbox/shell-words.ts';

const APP = 'sp-999bc6549a64';
const SITE = '999bc6549a64.systemprompt.io';
const MANAGEMENT = 'management-api-prod';

describe('shell words (POSIX quoting)', () => {
  const words: readonly (readonly [string, readonly string[]])[] = [
    ['fly certs list -a x', ['fly', 'certs', 'list', '-a', 'x']],
    ["'*.example.io'", ['*.example.io']],
    ['"*.example.io"', ['*.example.io']],
    [String.raw`\*.example.io`, ['*.example.io']],
    [`a'b c'"d e"\\ f`, ['ab cd e f']],
    [String.raw`"a\"b\\c\d"`, [String.raw`a"b\c\d`]],
    ["'' x", ['', 'x']],
    ['--app=x', ['--app=x']],
    ['  a\t b ', ['a', 'b']],
    ['a#b', ['a#b']],
  ];
  for (const [text, expected] of words)
    it(`${text} is ${JSON.stringify(expected)}`, () => {
      assert.deepEqual(shellWords(text), { ok: true, words: expected });
    });

  const refused = [
    '*.io',
    'a;b',
    'a && b',
    'a|b',
    '$HOME',
    '"$HOME"',
    '`id`',
    'a>b',
    '# x',
    '~',
    'A=b c',
    "'open",
    '"open',
    'a\\',
    'a\nb',
    '{a,b}',
  ];
  for (const text of refused)
    it(`${JSON.stringify(text)} is refused`, () => {
      assert.equal(shellWords(text).ok, false);
    });
});

describe('fly commands', () => {
  let sandbox: Sandbox;
  before(async () => {
    sandbox = await startSandbox({ tenants: 1 });
  });
  after(() => sandbox.close());

  it('the post-mortem’s commands do what they did then', () => {
    const run = (command: string): string => {
      const { exitCode, stdout, stderr } = sandbox.applyFlyCommand(command);
      assert.equal(exitCode, 0, stderr);
      return stdout;
    };
    sandbox.world.addCertificate(APP, SITE);
    assert.match(
      run(`fly certs list -a ${APP}`),
      /^Host Name +Status\n999bc6549a64\.systemprompt\.io +Awaiting configuration\n$/,
    );
    run(`fly certs remove ${SITE} -a ${APP} -y`);
    assert.equal(sandbox.world.app(APP).certificates.size, 0);
    run(`fly certs add ${SITE} -a ${MANAGEMENT}`);
    assert.match(run(`fly certs show ${SITE} -a ${MANAGEMENT}`), /Status += Ready/);
    assert.deepEqual(JSON.parse(run(`fly certs list --app ${APP} --json`)), []);
  });

  it('a quoted wildcard is one host name', () => {
    sandbox.world.addCertificate(APP, '*.systemprompt.io');
    assert.equal(sandbox.applyFlyCommand(`fly certs remove '*.systemprompt.io' -a ${APP} -y`).exitCode, 0);
    assert.equal(sandbox.world.app(APP).certificates.size, 0);
  });

  it('show is a re-validation, and is counted as one', () => {
    const checks = sandbox.world.revalidations();
    sandbox.applyFlyCommand(`fly certs show systemprompt.io -a ${MANAGEMENT}`);
    assert.equal(sandbox.world.revalidations(), checks + 1);
  });

  it('list shows fifty and stops', () => {
    sandbox.world.addApp('full');
    for (let index = 0; index < 60; index += 1)
      sandbox.world.addCertificate('full', `host${index}.example.com`);
    assert.equal(sandbox.applyFlyCommand('fly certs list -a full').stdout.trim().split('\n').length, 51);
  });

  const errors: readonly (readonly [string, RegExp])[] = [
    [`fly certs remove ${SITE} -a ${APP}`, /Could not find Certificate/],
    [`fly certs remove systemprompt.io -a ${MANAGEMENT}`, /non interactive/],
    [`fly certs remove *.systemprompt.io -a ${MANAGEMENT} -y`, /unquoted "\*"/],
    [`fly certs add ${SITE} -a ${APP}; true`, /unquoted ";"/],
    [`fly certs add $(id) -a ${APP}`, /unquoted "\$"/],
    [`fly certs add ${SITE}`, /app name/],
    [`fly certs add ${SITE} -a -y`, /app name/],
    [`fly certs add a_b -a ${APP}`, /no host name/],
    [`fly certs add one.example two.example -a ${APP}`, /exactly one/],
    [`fly certs add ${SITE} -a sp-nobody`, /Could not find App/],
    [`fly certs add ${SITE} -a ${APP} --force`, /unknown flag/],
    [`fly certs list ${SITE} -a ${APP}`, /takes no host name/],
    [`fly certs import ${SITE} -a ${APP}`, /unknown command/],
    [`fly deploy -a ${APP}`, /fly certs only/],
    ['rm -rf x', /fly certs only/],
    ['', /fly certs only/],
  ];
  for (const [command, message] of errors)
    it(`${JSON.stringify(command)} is an error and changes nothing`, () => {
      const before = JSON.stringify(
        [...sandbox.world.apps.values()].map(({ certificates }) => [...certificates.keys()]),
      );
      const { exitCode, stdout, stderr } = sandbox.applyFlyCommand(command);
      assert.deepEqual([exitCode, stdout], [1, '']);
      assert.match(stderr, message);
      const now = JSON.stringify(
        [...sandbox.world.apps.values()].map(({ certificates }) => [...certificates.keys()]),
      );
      assert.equal(now, before);
    });
});
