/** Distributions of Linux inside Windows and which version of WSL each has; a person types `wsl -l -v`. */
import type { MachineReadings } from '../../../shared/preflight.ts'
import { known, notKnown } from './known.ts'
import type { PartContext } from './part.ts'

export async function readWsl({ source, signal, timeoutMs }: PartContext): Promise<MachineReadings['wsl2']> {
  if (source.platform !== 'win32') return notKnown('WSL is a part of Windows, and this is none.')
  const answer = await source.run('wsl', ['-l', '-v'], { timeoutMs: timeoutMs - 500, signal })
  if (answer.kind === 'not-found' && source.recorded !== null) return notKnown('The recording does not tell the distributions of WSL.')
  if (answer.kind === 'not-found') return known({ distributions: [] })
  if (answer.kind !== 'done') return notKnown('wsl did not answer in time.')
  return known({ distributions: distributionsIn(answer.stdout) })
}

/** It prints UTF-16, which arrives with zeros between; headings are in the user's language, so rows are told by their last figure. Pure. */
export function distributionsIn(text: string): { name: string; version: 1 | 2 }[] {
  const plain = text.replaceAll('\0', '').replace(/[\ufeff\ufffd]/g, '')
  return plain.split(/\r?\n/).flatMap((line) => {
    const match = /^[* ]\s+(\S(?:.*?\S)?)\s{2,}\S.*?\s+([12])\s*$/.exec(line)
    return match ? [{ name: match[1] ?? '', version: match[2] === '1' ? (1 as const) : (2 as const) }] : []
  })
}
