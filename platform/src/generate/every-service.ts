import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Alerts and dashboards; each may have a matcher that names every service, as `job=~"gateway|ocr"`. */
const folders = ['charts/platform/files/alerts', 'platform/src/dashboards']
const list = /\bgateway(?:\|[a-z]+)+/g

/** Files with such a matcher. */
export async function filesOfEveryService(root: string): Promise<string[]> {
  const found: string[] = []
  for (const folder of folders) {
    for (const file of (await readdir(join(root, folder))).filter((name) => /\.(yaml|ts)$/.test(name))) {
      if ((await readFile(join(root, folder, file), 'utf8')).search(list) >= 0)
        found.push(`${folder}/${file}`)
    }
  }
  return found.sort()
}

/** Puts one more at the end of each. */
export const withService = (text: string, name: string): string =>
  text.replace(list, (names) => `${names}|${name}`)

/** Whom they leave out, or name although they are not there: nobody would be told that such a one is down. */
export const wrongIn = (text: string, services: readonly string[]): string[] =>
  [...text.matchAll(list)].flatMap(([names]) => {
    const named = names.split('|')
    return [
      ...services.filter((one) => !named.includes(one)).map((one) => `${one} is missing among ${names}`),
      ...named.filter((one) => !services.includes(one)).map((one) => `there is no service ${one}`),
    ]
  })
