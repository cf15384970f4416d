import { parseArgs } from 'node:util'

// Before anything of the kit is loaded: its log goes to standard output, where the tables belong.
process.env.LOG_LEVEL ??= 'warn'

const { values } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    long: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    peers: { type: 'string', default: '' },
  },
})

const list = (text: string): readonly string[] => text.split(',').filter((part) => part !== '')

/** Fewer and shorter rounds: for a look, not for quoting. */
export const { short } = values
/** Five minutes for each system, and ten with a transaction held open. */
export const { long } = values
/** Writes docs/benchmarks.md and its pictures; otherwise the run only prints. */
export const { write } = values
/** Parts of the run, by name; empty for all. */
export const only = list(values.only)
/** Parts of names of the systems that Alta is measured beside; empty for all, `none` for Alta by itself. */
export const peers = list(values.peers.toLowerCase())

/** Rounds that count, after one that warms up. */
export const rounds = short ? 2 : 5
