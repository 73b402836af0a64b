import type { VersionsPlan } from '../../src/domain/versions-plan.js';

/** Two versions, two rounds each. */
export const seriesPlan: VersionsPlan = {
  series: 'chaos-series-local-20261122T000000Z',
  cluster: 'local',
  hostQueue: 'chaos',
  dataRoot: '/srv/chaos',
  configPath: '/srv/chaos/config.yml',
  versions: [
    { label: 'A', path: '/opt/a/broker' },
    { label: 'B', path: '/opt/b/broker' },
  ],
  rounds: 2,
  scenarios: ['broker-kill-single'],
  sdks: ['go', 'python'],
};
