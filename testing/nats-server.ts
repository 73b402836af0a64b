import { pollUntil } from '../src/host/os/clock.js';
import { isListening, portBlock } from '../src/host/os/ports.js';
import { spawnDetached } from '../src/host/os/processes.js';
import { requireTool } from '../src/host/os/tools.js';
import { temporaryFolder } from './processes.js';

/** One nats-server that lets everybody in and stores nothing; returns its port. It ends with the test file. */
export async function startNatsServer(): Promise<number> {
  const folder = temporaryFolder();
  const [port = 0] = portBlock(1);
  await spawnDetached({
    command: requireTool('nats-server'),
    args: ['-a', '127.0.0.1', '-p', String(port)],
    env: { ROBUSTMQ_CHAOS_OWNER: `${folder}#nats` },
    cwd: folder,
    logFile: `${folder}/nats-server.log`,
  });
  const up = await pollUntil(async () => (await isListening(port)) || undefined, { limitMs: 15_000, everyMs: 20 });
  if (up === undefined) throw new Error('nats-server did not start');
  return port;
}
