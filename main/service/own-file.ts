/** The file by which a boot system starts Idlewatt: only one that carries our mark is replaced, removed or believed. */
import { readFileSync } from 'node:fs'
import { NotPossible } from '../system/not-possible.ts'
import { ownMark, type BootStatus } from './plan.ts'

/** Whether there is one to replace. Throws NotPossible where somebody else made it. */
export function replacesOwn(file: string): boolean {
  const old = readText(file)
  if (old !== null && !old.includes(ownMark)) throw new NotPossible(`${file} is there already, and Idlewatt did not make it. Move it away first.`)
  return old !== null
}

/** Whether there is one to remove. Throws NotPossible where somebody else made it. */
export function hasOwn(file: string): boolean {
  const old = readText(file)
  if (old !== null && !old.includes(ownMark)) throw new NotPossible(`Idlewatt did not make ${file}, so it leaves it alone.`)
  return old !== null
}

/** What the file alone says. `text` null: that is all there is to say, since nothing of ours is installed. */
export function statusByFile(system: BootStatus['system'], file: string, callOf: (text: string) => BootStatus['call']): { text: string | null; status: BootStatus } {
  const text = readText(file)
  const nothing: BootStatus = { system, isInstalled: false, where: null, call: null, startsAt: null, isRunning: null, pid: null, problems: [] }
  if (text === null) return { text: null, status: nothing }
  if (!text.includes(ownMark)) return { text: null, status: { ...nothing, where: file, problems: [`${file} was not made by Idlewatt.`] } }
  return { text, status: { ...nothing, isInstalled: true, where: file, call: callOf(text) } }
}

/** null: absent. */
function readText(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw new NotPossible(`${file} cannot be read: ${(error as Error).message}.`)
  }
}
