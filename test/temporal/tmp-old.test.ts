import { it } from 'vitest';
import { createRig } from '../../testing/workflows/rig.js';
it('x', async () => {
  const rig = await createRig({ isOld: true });
  for (let i = 0; i < 6; i += 1) { const t = Date.now(); const c = process.cpuUsage(); const { handle } = await rig.startRun(); await handle.result(); const u = process.cpuUsage(c); console.log('old run', i, Date.now() - t, 'cpu', Math.round((u.user + u.system) / 1000)); }
  await rig.close();
}, 100000);
