/** What the stub host is asked for, in order, before, around and after the scenarios of a run that passes. */
const CONTROL_RUN = ['startClients control', 'collectClients control', 'killClients control'];
export const BEFORE = ['preparePlan', 'acquireCluster', 'preCheck', 'startCluster', 'tendCluster', ...CONTROL_RUN];
/** What follows a report. */
export const AFTER = ['recordOutcome', 'releaseCluster', 'publishReport', 'announce verdict', 'removeOld'];
export const END = ['stopCluster', 'writeReport', ...AFTER];
