"""Every workload of contract version 2 that this client has. docs/adding-a-workload.md says how a new one is added."""

from workload import Workload
from workloads.failover import Failover
from workloads.qos_mix import QosMix
from workloads.retained import Retained
from workloads.sessions import Sessions
from workloads.shared import Shared
from workloads.wills import Wills

WORKLOADS: dict[str, type[Workload]] = {each.name: each for each in (QosMix, Sessions, Retained, Wills, Failover, Shared)}
