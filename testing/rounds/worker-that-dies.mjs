// A worker as the program's own, but for its death by SIGKILL at one point of the third run: `node worker-that-dies.mjs <config> <marks> <point>…`.
// A file in the folder of marks is written a moment before: a worker that finds it goes on like any other, and dies at the next point.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { serve } from './serve.mjs';

/** @import { Activities } from '../../src/activities/index.js' */
/** @import { AnnounceRequest } from '../../src/messages/requests.js' */

const [config = '', marks = '', ...points] = process.argv.slice(2);

/**
 * Ends this process with nothing said to anybody, and never resolves. Nothing if that was done before.
 * @param {string} point
 */
async function die(point, note = () => '') {
  const mark = join(marks, point);
  if (!points.includes(point) || existsSync(mark)) return;
  writeFileSync(mark, note());
  process.kill(process.pid, 'SIGKILL');
  await new Promise(() => undefined);
}

/**
 * What has been told, as it stands in the run's folder; then it is forgotten that it was told.
 * @param {AnnounceRequest['run']} run
 */
function forgetSent({ runDir }) {
  const folder = join(runDir, 'notifications');
  rmSync(join(folder, 'breaker.sent.json'));
  return readFileSync(join(folder, 'breaker.json'), 'utf8');
}

const runs = new Set();

/** @type {(activities: Activities) => Activities} */
const alter = ({ recordOutcome, pauseSchedule, announce, ...others }) => ({
  ...others,
  recordOutcome: async (request) => {
    runs.add(request.ending.runId);
    if (runs.size === 3) await die('before the count');
    const outcome = await recordOutcome(request);
    if (outcome.pauses) await die('after the count');
    return outcome;
  },
  pauseSchedule: async (request) => {
    const done = await pauseSchedule(request);
    await die('after the pause of the schedule');
    return done;
  },
  announce: async (request) => {
    await announce(request);
    if (request.message !== 'breaker') return;
    await die('between the urgent message and its mark', () => forgetSent(request.run));
    await die('after the urgent message');
  },
});

await serve(config, { alter });
