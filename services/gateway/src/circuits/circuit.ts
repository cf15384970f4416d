/** A circuit that is not closed. Times are in milliseconds, by the clock of whoever keeps it. */
export interface Circuit {
  readonly state: 'open' | 'half_open'
  readonly since: number
  /** When trials may begin; nothing of a circuit that was opened by hand, which stays open. */
  readonly until: number
  /** Calls that try whether the upstream is back → when they count as lost. */
  readonly trials: Readonly<Record<string, number>>
  /** Trials that went well. */
  readonly successes: number
  readonly byHand: boolean
  readonly reason: string
}

export type Command =
  | { readonly kind: 'open' | 'open-by-hand'; readonly reason: string }
  | { readonly kind: 'close-by-hand' }
  | { readonly kind: 'trial' | 'success' | 'failure' | 'release'; readonly id: string }

export interface CircuitRules {
  /** Failures in a row, as one gateway sees them, that open a circuit. */
  readonly failures: number
  readonly openMs: number
  /** Trials at once, of all gateways together. */
  readonly trials: number
  /** After so long a trial of which nothing was heard is one of a gateway that died. */
  readonly trialMs: number
  /** Trials that have to go well before the circuit closes. */
  readonly successes: number
}

export interface Step {
  /** undefined: closed. */
  readonly circuit: Circuit | undefined
  /** Whether a call may be made. */
  readonly granted: boolean
}

/** What a command makes of a circuit. change-circuit.lua does the same for all gateways; a test holds them together. */
export function step(
  circuit: Circuit | undefined,
  command: Command,
  { rules, now }: { rules: CircuitRules; now: number },
): Step {
  switch (command.kind) {
    case 'open':
      return { circuit: circuit ?? opened(now, now + rules.openMs, command.reason), granted: false }
    case 'open-by-hand':
      return { circuit: { ...opened(now, 0, command.reason), byHand: true }, granted: false }
    case 'close-by-hand':
      return { circuit: undefined, granted: true }
    case 'trial':
      return circuit ? tried(circuit, command.id, rules, now) : { circuit, granted: true }
    default:
      return { circuit: reported(circuit, command.kind, command.id, rules, now), granted: false }
  }
}

const opened = (since: number, until: number, reason: string): Circuit => ({
  state: 'open',
  since,
  until,
  trials: {},
  successes: 0,
  byHand: false,
  reason,
})

function tried(circuit: Circuit, id: string, rules: CircuitRules, now: number): Step {
  if (circuit.byHand || (circuit.state === 'open' && now < circuit.until)) return { circuit, granted: false }
  const trials = Object.fromEntries(Object.entries(circuit.trials).filter(([, until]) => until > now))
  if (Object.keys(trials).length >= rules.trials) return { circuit: { ...circuit, trials }, granted: false }
  const since = circuit.state === 'open' ? now : circuit.since
  return {
    circuit: { ...circuit, state: 'half_open', since, trials: { ...trials, [id]: now + rules.trialMs } },
    granted: true,
  }
}

/** Of a trial that is not known (any more) nothing is taken. */
function reported(
  circuit: Circuit | undefined,
  kind: 'success' | 'failure' | 'release',
  id: string,
  rules: CircuitRules,
  now: number,
): Circuit | undefined {
  if (circuit?.trials[id] === undefined) return circuit
  if (kind === 'failure') return opened(now, now + rules.openMs, circuit.reason)
  const { [id]: _ended, ...trials } = circuit.trials
  if (kind === 'release') return { ...circuit, trials }
  const successes = circuit.successes + 1
  return successes >= rules.successes ? undefined : { ...circuit, trials, successes }
}
