#!/usr/bin/env node
// Loads on any Node: no static imports, no syntax newer than Node 12. Imports are hoisted, so a static import of a
// native module would crash an old Node before this check could speak.
const major = Number(process.versions.node.split('.')[0]);
if (major < 24) {
  console.error(
    `tenantwatch: needs Node.js 24 or newer, this is ${process.version} (in a checkout: npm run tenantwatch).`,
  );
  process.exit(2);
}
const { enableCompileCache } = await import('node:module');
// A gate starts often and runs briefly: what was compiled once is read from the cache of the user's temporary folder.
enableCompileCache();
const { main } = await import('./main.ts');
const { endOnCrash } = await import('./wiring/crash.ts');
endOnCrash();
process.exitCode = await main(process.argv.slice(2));

export {};
