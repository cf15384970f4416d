import type { Fault } from './fault.ts'
import { brokenBroker } from './faults/broken-broker.ts'
import { brokenDatabase } from './faults/broken-database.ts'
import { brokenNetwork } from './faults/broken-network.ts'
import { deliveries } from './faults/deliveries.ts'
import { killedProcesses } from './faults/killed-processes.ts'
import { lostDisks } from './faults/lost-disks.ts'
import { machine } from './faults/machine.ts'
import { restoredDatabase } from './faults/restored-database.ts'

/** Every fault that can be tried, by its number. */
export const faults: readonly Fault[] = [
  ...killedProcesses,
  ...brokenBroker,
  ...brokenDatabase,
  ...lostDisks,
  ...brokenNetwork,
  ...deliveries,
  ...machine,
  ...restoredDatabase,
].sort((a, b) => Number(a.id.slice(1)) - Number(b.id.slice(1)))
