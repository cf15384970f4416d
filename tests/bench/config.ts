import { parseArgs } from 'node:util'

// Before anything of the kit is loaded: its log goes to standard output, where the tables belong.
process.env.LOG_LEVEL ??= 'warn'

const { values } = parseArgs({ options: { short: { type: 'boolean', default: false } } })

/** Fewer and shorter rounds: for a look, not for quoting. */
export const short = values.short

/** Rounds that count, after one that warms up. */
export const rounds = short ? 2 : 5
