import { exposition } from '../telemetry/metrics.ts'

/**
 * The value of one series of this process, as a scrape would show it.
 * @param series name with its labels as they are written, as `alta_inbox_parked` or `alta_component_up{component="files"}`
 * @returns undefined when there is no such series
 */
export async function metricValue(series: string): Promise<number | undefined> {
  const { body } = await exposition(undefined)
  const line = body.split('\n').find((each) => each.startsWith(`${series} `))
  return line === undefined ? undefined : Number(line.slice(series.length + 1))
}
