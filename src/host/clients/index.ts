/** The clients of a phase: started, stopped, and what became of them. */
export { outcomesOf, waitForClients } from './collect.js';
export { killClients, stopClients } from './end.js';
export { scriptProblems } from './script.js';
export { startClients } from './start.js';
export type { PhaseRequest } from './phase.js';
