import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { describe, it } from 'node:test';
import { CATALOGUE } from '../../src/diagnosis/catalogue.ts';
import { PROBLEM_CODES } from '../../src/model/problem.ts';

const folder = new URL('../../docs/runbooks/', import.meta.url);
const read = (file: string): string => readFileSync(new URL(file, folder), 'utf8');
const pages = readdirSync(folder).filter((file) => file !== 'README.md');

const SECTIONS = [
  'What users see',
  'What it is',
  'How it is told apart',
  'Confirm by hand',
  'Repair',
  'Does waiting help?',
  'What not to do',
];

describe('the runbooks', () => {
  it('have a page for every problem and a problem for every page', () => {
    assert.deepEqual(pages.toSorted(), PROBLEM_CODES.map((code) => `${code}.md`).toSorted());
  });
  it('are all in the index, under their title and with the catalogue’s word on waiting', () => {
    const index = read('README.md').replace(/ +/g, ' ');
    for (const { code, title, curedByWaiting } of Object.values(CATALOGUE)) {
      assert.ok(
        index.includes(`| [\`${code}\`](${code}.md) | ${title} | ${curedByWaiting ? 'yes' : 'no'} |`),
        code,
      );
    }
  });
  for (const { code, title, scope, curedByWaiting } of Object.values(CATALOGUE)) {
    it(`${code} has the catalogue’s title and every section`, () => {
      const page = read(`${code}.md`);
      assert.ok(page.startsWith(`# ${title}\n\n\`${code}\`, scope ${scope}\n`));
      assert.deepEqual(
        [...page.matchAll(/^## (.+)$/gm)].map((match) => match[1]),
        SECTIONS,
      );
      for (const section of page.split(/^## .+$/m).slice(1))
        assert.ok(section.trim().length > 2, 'no section is empty');
    });
    it(`${code} does not promise a cure by waiting that the gate does not wait for`, () => {
      const [, answer = ''] = /## Does waiting help\?\n\n(\w+)/.exec(read(`${code}.md`)) ?? [];
      assert.equal(['No', 'Not', 'It'].includes(answer), !curedByWaiting, answer);
    });
    it(`${code} names only problems that exist`, () => {
      const known: readonly string[] = PROBLEM_CODES;
      for (const [, name = ''] of read(`${code}.md`).matchAll(/`([a-z]+(?:-[a-z]+)+)`/g)) {
        assert.ok(known.includes(name) || ['management-api-prod', 'fly-request-id'].includes(name), name);
      }
    });
  }
});

/** Every manual command of the operating guide, which the playbook maps to what does it here. */
const GUIDE = [
  "dig +short '*.systemprompt.io' A",
  'dig +short {tenant-id}.systemprompt.io A',
  'systemprompt cloud certs list',
  'systemprompt cloud certs show',
  'systemprompt cloud certs add',
  'systemprompt cloud certs remove',
  'curl -sI https://sp-{tenant-id}.fly.dev/',
  'fly certs list -a sp-{tenant-id}',
  'fly certs list -a management-api-prod',
  'fly certs remove {subdomain}.systemprompt.io -a sp-{tenant-id} -y',
  'fly certs remove {subdomain}.systemprompt.io -a management-api-prod -y',
  'fly certs add {subdomain}.systemprompt.io -a management-api-prod',
  'fly certs show {subdomain}.systemprompt.io -a management-api-prod',
  'systemprompt cloud status',
  'systemprompt cloud logs',
  'fly ips list -a management-api-prod',
  'curl -v https://{tenant-id}.systemprompt.io/',
  'curl -sI https://{subdomain}.systemprompt.io/',
  'fly logs -a management-api-prod | grep {tenant-id}',
];

describe('the playbook', () => {
  const playbook = readFileSync(new URL('../playbook.md', folder), 'utf8');
  for (const command of GUIDE) {
    it(`says what does “${command}” here`, () => {
      assert.ok(playbook.replace(/\\\|/g, '|').includes(command));
    });
  }
  it('links only to pages that exist', () => {
    for (const [, target = ''] of playbook.matchAll(/\]\(([^)#]+)\)/g)) {
      if (!target.startsWith('http')) readFileSync(new URL(`../${target}`, folder));
    }
  });
});
