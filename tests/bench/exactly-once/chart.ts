import { median, milliseconds, percentile, perSecond } from '../figures.ts'
import type { Comparison, Standing } from './comparison.ts'
import { rates } from './exactly-once.bench.ts'

const WIDTH = 860
const ROW = 30
const TOP = 58
const NAMES = 300
const RATES = { left: NAMES, width: 220 }
const DELAYS = { left: 600, width: 180 }

/** Bars of all systems: effects a second from zero, and p50 from commit to effect on a logarithmic scale. */
export function chartOf({ standings }: Comparison): string {
  const measured = standings.filter(({ sustained }) => sustained.length > 0)
  const most = Math.max(...measured.map((one) => median(rates(one))))
  const slowest = Math.max(...measured.map((one) => percentile(one.half.committed, 0.5)))
  const height = TOP + measured.length * ROW + 30
  const rows = measured.map((one, index) => rowOf(one, TOP + index * ROW, most, slowest))
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" font-family="system-ui, sans-serif" font-size="13">
<title>Effects a second, and milliseconds from commit to effect</title>
<style>
  text { fill: #1f2328 } .faint { fill: #656d76 } .ours { fill: #0969da } .peer { fill: #8c959f } .inner { fill: #d0d7de }
  @media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .faint { fill: #8d96a0 } .ours { fill: #4493f8 } .inner { fill: #484f58 } }
</style>
<text x="${RATES.left}" y="22" font-weight="600">effects a second</text>
<text x="${RATES.left}" y="40" class="faint">from zero; more is better</text>
<text x="${DELAYS.left}" y="22" font-weight="600">commit → effect, p50, at half the rate</text>
<text x="${DELAYS.left}" y="40" class="faint">ms, logarithmic; less is better</text>
${rows.join('\n')}
<text x="0" y="${height - 8}" class="faint">light: stays in the database, crosses no broker</text>
</svg>
`
}

function rowOf(one: Standing, y: number, most: number, slowest: number): string {
  const { name, hop } = one.contestant
  const rate = median(rates(one))
  const delay = percentile(one.half.committed, 0.5)
  const kind = hop === 'database' ? 'inner' : name === 'Alta' ? 'ours' : 'peer'
  const rateWidth = Math.max(1, (rate / most) * RATES.width)
  const delayWidth = Math.max(1, (Math.log10(1 + delay) / Math.log10(1 + slowest)) * DELAYS.width)
  const bar = (x: number, width: number, label: string) =>
    `<rect class="${kind}" x="${x}" y="${y}" width="${width.toFixed(1)}" height="18" rx="2"/>` +
    `<text x="${(x + width + 6).toFixed(1)}" y="${y + 14}">${label}</text>`
  return [
    `<text x="0" y="${y + 14}">${name}</text>`,
    bar(RATES.left, rateWidth, perSecond(rate)),
    bar(DELAYS.left, delayWidth, milliseconds(delay)),
  ].join('')
}
