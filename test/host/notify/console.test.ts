import { afterEach, expect, it, vi } from 'vitest';
import type { Notification } from '../../../src/domain/notification.js';
import { consoleNotifier } from '../../../src/host/notify/console.js';

afterEach(() => vi.restoreAllMocks());

it('a message stands on standard output, word for word and apart from the rest', async () => {
  const written: string[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0);
  await consoleNotifier.send({ text: 'two\nlines' } as Notification, { folder: '/nowhere' });
  expect(written.join('')).toBe('\ntwo\nlines\n\n');
});
