import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { trackedFiles } from './tracked.ts'

/** GitHub's anchor of a heading. */
export const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[`*_]/g, '')
    .replace(/[^\p{L}\p{N}\s-]/gu, '')
    .trim()
    .replace(/\s/g, '-')

/** Relative links in Markdown text: target path (empty = this file) and anchor. */
export function relativeLinks(markdown: string): { path: string; anchor: string }[] {
  const prose = markdown.replace(/```[\s\S]*?```/g, '').replace(/`[^`\n]*`/g, '')
  return [...prose.matchAll(/\[[^\]]*\]\(([^)\s]+)(?:\s+"[^"]*")?\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/i.test(target))
    .map((target) => {
      const [path = '', anchor = ''] = target.split('#')
      return { path, anchor }
    })
}

/** Links in the repository's Markdown files that lead nowhere. */
export async function brokenLinks(root: string): Promise<string[]> {
  const broken: string[] = []
  for (const file of await trackedFiles(root, ['.md'])) {
    for (const { path, anchor } of relativeLinks(await readFile(join(root, file), 'utf8'))) {
      const target = path === '' ? join(root, file) : join(root, dirname(file), decodeURIComponent(path))
      if (!existsSync(target)) broken.push(`${file}: ${path} does not exist`)
      else if (anchor && target.endsWith('.md') && !(await anchors(target)).has(anchor)) {
        broken.push(`${file}: ${path}#${anchor} has no such heading`)
      }
    }
  }
  return broken
}

async function anchors(file: string): Promise<Set<string>> {
  const headings = (await readFile(file, 'utf8')).replace(/```[\s\S]*?```/g, '').matchAll(/^#+\s+(.+)$/gm)
  return new Set([...headings].map(([, heading = '']) => anchorOf(heading)))
}
