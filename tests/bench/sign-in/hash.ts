// A process of its own, so that its peak of memory is that of its hashes. Arguments: rounds, then sets as 47104/1.
import { argon2Sync, randomBytes } from 'node:crypto'

const [rounds = '1', ...sets] = process.argv.slice(2)
const times = new Map<string, number[]>(sets.map((set) => [set, []]))

// In turns, so that what else the machine does meets all of them alike.
for (let round = 0; round < Number(rounds); round += 1) {
  for (const set of sets) {
    const [memory = 0, passes = 1] = set.split('/').map(Number)
    const nonce = randomBytes(16)
    const before = process.cpuUsage()
    argon2Sync('argon2id', {
      message: 'correct horse battery staple',
      nonce,
      tagLength: 32,
      memory,
      passes,
      parallelism: 1,
    })
    const { user, system } = process.cpuUsage(before)
    times.get(set)?.push((user + system) / 1_000)
  }
}
process.stdout.write(
  JSON.stringify({ times: Object.fromEntries(times), peakKiB: process.resourceUsage().maxRSS }),
)
