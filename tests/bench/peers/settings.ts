/** What a process of a system is told, as JSON in the variable BENCH; Python reads the same. */
export interface PeerSettings {
  /** Where the sender takes its changes. */
  port: number
  /** Database of the service that makes changes, and of the one that has the effects. */
  sender: string
  receiver: string
  broker: string
  queue: string
  effectLog: string
}

export const readPeerSettings = <Settings = PeerSettings>(): Settings => JSON.parse(process.env.BENCH ?? '')
