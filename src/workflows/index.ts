/** Every workflow under the name that `temporal workflow start --type` takes. */
export { chaosRunWorkflow as ChaosRunWorkflow } from './chaos-run.js';
export { clusterWorkflow as ClusterWorkflow } from './cluster.js';
export { versionsWorkflow as VersionsWorkflow } from './versions.js';
export { scenarioWorkflow as ScenarioWorkflow } from './scenario.js';
