#!/usr/bin/env node
// Brings a fresh clone to the point where everything runs: see docs/architecture.md. Plain Node, because node_modules may not exist yet.

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 3)) {
  console.error(
    `set-up: Node ${process.versions.node} is too old, 20.3 or newer is needed: install Debian 13's nodejs, or Node 22 with nvm.`,
  );
  process.exit(1);
}
const { runSetup } = await import('./setup/cli.mjs');
process.exitCode = await runSetup(process.argv.slice(2));
