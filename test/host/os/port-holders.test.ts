import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { whoHolds } from '../../../src/host/os/port-holders.js';
import { listenOn } from '../../../testing/listener.js';
import { shell, temporaryFolder, until } from '../../../testing/processes.js';

const held = (port: number, owner: number | null = null): string | undefined =>
  whoHolds({ ports: [1, port], address: '127.0.0.1', owner })?.who;

describe('a port', () => {
  it('is held by who listens there, and by nobody once that has ended', async () => {
    const { port, close } = await listenOn(0);
    expect(held(port)).toMatch(new RegExp(`^process ${process.pid} \\(.*node`));
    expect(held(port, process.pid)).toBeUndefined();
    await close();
    expect(held(port)).toBeUndefined();
  });

  it('is held by who uses it for a connection of its own', async () => {
    const { port: there } = await listenOn(0);
    const socket: Socket = connect({ port: there, host: '127.0.0.1', allowHalfOpen: true });
    onTestFinished(() => void socket.destroy());
    await once(socket, 'connect');
    expect(held(socket.localPort ?? 0)).toContain(`process ${process.pid} `);
  });

  it('of a process is held by another one that shares it', async () => {
    const folder = temporaryFolder();
    const script = `require('net').createServer().listen(0, '127.0.0.1', function () { require('fs').writeFileSync('port', String(this.address().port)) })`;
    const { pid } = await shell(folder, `exec ${process.execPath} -e "${script}"`);
    const file = join(folder, 'port');
    await until('it listens', () => existsSync(file) && readFileSync(file, 'utf8') !== '');
    const port = Number(readFileSync(file, 'utf8'));
    expect(held(port)).toContain(`process ${pid} (`);
    expect(held(port, process.pid)).toContain(`process ${pid} (`);
    expect(held(port, pid)).toBeUndefined();
  });
});
