import { readlinkSync } from 'node:fs'
import { mkdir, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { StepFailed } from '../../console/steps.ts'

/** Gone after a restart of the machine, as everything is that a node has changed about it. */
export const runFolder = '/run/alta-cluster'

/**
 * Makes the machine's one node that of a folder. A link is made with what it says or not at all, so that of two who
 * begin at once one is told of the other.
 * @throws {StepFailed} naming the folder whose node there is
 */
export async function claimNode(folder: string, place = runFolder): Promise<void> {
  await mkdir(place, { recursive: true, mode: 0o700 })
  try {
    await symlink(folder, ownerIn(place))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    throw new StepFailed(
      `this machine has a node already, that of ${ownerOf(place)}`,
      'make cluster-down in the checkout of that folder',
    )
  }
}

/** Whether the machine's node is that of this folder, whole or not. */
export const isOwner = (folder: string, place = runFolder): boolean => ownerOf(place) === folder

/** Once nothing of the node is left. */
export const releaseNode = (place = runFolder): Promise<void> => rm(place, { recursive: true, force: true })

const ownerIn = (place: string): string => join(place, 'owner')

function ownerOf(place: string): string | undefined {
  try {
    return readlinkSync(ownerIn(place))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return undefined
  }
}
