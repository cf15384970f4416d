import { existsSync, watch } from 'node:fs'
import type { Plan } from './plan.ts'

/** Calls `restart` for the services whose source changed, once per burst of changes. Tests are not source. */
export function watchSources(plan: Plan, restart: (service: string) => void, settle = 200): void {
  const waiting = new Set<string>()
  let timer: NodeJS.Timeout | undefined
  for (const { folder, services } of plan.watch) {
    if (!existsSync(folder)) continue
    watch(folder, { recursive: true }, (_event, file) => {
      if (!file?.endsWith('.ts') || file.endsWith('.test.ts')) return
      for (const service of services) waiting.add(service)
      clearTimeout(timer)
      timer = setTimeout(() => {
        for (const service of waiting) restart(service)
        waiting.clear()
      }, settle)
    })
  }
}
