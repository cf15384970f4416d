import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Say } from '../../console/steps.ts'
import { run } from '../../system/run.ts'
import { hashOf } from './hash.ts'
import { buildFrom, type ImageShop, registry } from './shop.ts'

/** Holds a pod's namespaces and buries its orphans; the usual one comes from a registry. */
const pauseSource = `
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
static void end(int signal) { _exit(0); }
static void bury(int signal) { while (waitpid(-1, 0, WNOHANG) > 0) ; }
int main(void) { signal(SIGINT, end); signal(SIGTERM, end); signal(SIGCHLD, bury); for (;;) pause(); }
`
const pauseDockerfile = 'FROM scratch\nCOPY pause /pause\nENTRYPOINT ["/pause"]\n'

export async function ensurePause(shop: ImageShop, say: Say): Promise<string> {
  const tag = `${registry}/pause:${await hashOf([], [pauseSource, pauseDockerfile])}`
  await shop.once(tag, say, async (work) => {
    await writeFile(join(work, 'pause.c'), pauseSource)
    const compiler = ['-static', '-Os', '-s', '-o', 'pause', 'pause.c']
    const { code, stderr } = await run('gcc', compiler, { cwd: work })
    if (code !== 0) throw new Error(`pause.c: ${stderr}`)
    await buildFrom(shop, work, pauseDockerfile, tag)
  })
  return tag
}
