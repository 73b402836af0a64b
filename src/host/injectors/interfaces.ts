import type { NetworkInterface, FaultCluster } from '../drivers/contract.js';

/** The interfaces by which a cluster's brokers send; none where the driver knows of none. */
export const interfacesOf = ({ dir, driver }: FaultCluster): readonly NetworkInterface[] =>
  driver.network(dir)?.interfaces() ?? [];

/** Those of them that a scenario's `target` means: by their own name, or by that of the device. */
export const interfacesNamed = (target: string, cluster: FaultCluster): readonly NetworkInterface[] =>
  interfacesOf(cluster).filter((each) => each.name === target || each.device === target);
