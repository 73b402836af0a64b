import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { INTERRUPTS } from '../../src/client/interrupts.js';
import { scratchFolder } from '../../testing/scratch.js';

let program = '';

beforeEach(() => {
  program = join(scratchFolder('interrupts'), 'interrupted.mjs');
  const module = new URL('../../dist/client/interrupts.js', import.meta.url).href;
  writeFileSync(
    program,
    `import { onInterrupt } from '${module}';
const say = (text) => process.stdout.write(text + '\\n');
const interrupts = onInterrupt({
  first: () => say('first'),
  again: () => { say('again, came ' + interrupts.came()); interrupts.off(); say('off'); },
});
let closed = 0;
process.on('SIGHUP', () => say('closed ' + (closed += 1)));
setInterval(() => undefined, 1000);
say('ready, came ' + interrupts.came());
`,
  );
});

/** Sends each signal to a process of its own once the line before it is there; the last one that is not caught ends it. */
async function sent(signals: readonly (readonly [after: string, signal: NodeJS.Signals])[]) {
  const child = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'inherit'] });
  const left = [...signals];
  let said = '';
  child.stdout.on('data', (text: Buffer) => {
    said += text.toString();
    while (left[0] !== undefined && said.includes(left[0][0])) child.kill(left.shift()![1]);
  });
  const [, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  return { said: said.trim().split('\n'), signal };
}

describe('an interrupt', () => {
  test.each(INTERRUPTS)(
    'by %s is the first, another one says to leave, and without the watch it ends the process',
    async (name) => {
      const { said, signal } = await sent([
        ['ready', name],
        ['first', 'SIGINT'],
        ['off', 'SIGTERM'],
      ]);
      const lines = said.filter((line) => !line.startsWith('closed'));
      expect(lines).toEqual(['ready, came false', 'first', 'again, came true', 'off']);
      expect(signal).toBe('SIGTERM');
    },
  );

  test('by a terminal that closes may come more than once, and nobody leaves for that', async () => {
    const { said } = await sent([
      ['ready', 'SIGINT'],
      ['first', 'SIGHUP'],
      ['closed 1', 'SIGHUP'],
      ['closed 2', 'SIGQUIT'],
      ['off', 'SIGTERM'],
    ]);
    expect(said).toEqual(['ready, came false', 'first', 'closed 1', 'closed 2', 'again, came true', 'off']);
  });
});
