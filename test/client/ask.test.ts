import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { beforeEach, describe, expect, test } from 'vitest';
import { scratchFolder } from '../../testing/scratch.js';

let program = '';

beforeEach(() => {
  program = join(scratchFolder('ask'), 'ask.mjs');
  const module = new URL('../../dist/client/ask.js', import.meta.url).href;
  writeFileSync(
    program,
    `import { agreed } from '${module}';\nconsole.log('answer=' + (await agreed('Start it?')));\n`,
  );
});

/** Asks in a process of its own; `script` gives it a terminal, on which `keys` are typed once the question is there. */
async function answerOf(keys: string): Promise<string> {
  const terminal = execa('script', ['-qec', `'${process.execPath}' '${program}'`, '/dev/null']);
  let shown = '';
  for await (const text of terminal.iterable({ binary: true, preserveNewlines: true })) {
    const before = shown;
    shown += Buffer.from(text).toString();
    if (!before.includes('[y/N] ') && shown.includes('[y/N] ')) terminal.stdin.write(keys);
  }
  return /answer=(\w+)/.exec(shown)?.[1] ?? shown;
}

describe('a question on a terminal', () => {
  test.each(['y\r', 'yes\r', ' Y \r'])('is a yes by %j', async (keys) => {
    expect(await answerOf(keys)).toBe('true');
  });

  test.each(['n\r', '\r', 'yesterday\r', '\u0003', '\u0004'])('is a no by %j', async (keys) => {
    expect(await answerOf(keys)).toBe('false');
  });

  test('is not asked where there is no terminal', async () => {
    const { stdout, stderr } = await execa(process.execPath, [program], { stdin: 'ignore' });
    expect([stdout, stderr]).toEqual(['answer=true', '']);
  });
});
