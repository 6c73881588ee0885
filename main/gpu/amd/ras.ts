/** Errors of an AMD card's memory and units, as the driver counts them (RAS). A person types `cat /sys/class/drm/card0/device/ras/umc_err_count`. */
import type { RetiredPages } from '../../../shared/machine.ts'
import type { MachineSource } from '../../system/machine-source.ts'
import { known, unknown, type Reading } from '../reading.ts'

const none = 'this card has no error counters, or the driver does not tell'

/** Sums over every unit that counts: memory (umc), compute (gfx), copy (sdma), … */
export async function eccIn(machine: MachineSource, folder: string): Promise<{ corrected: Reading; uncorrected: Reading }> {
  const names = (await machine.listFolder(`${folder}/ras`)).filter((name) => name.endsWith('_err_count'))
  const texts = await Promise.all(names.map((name) => machine.readFile(`${folder}/ras/${name}`)))
  return { corrected: sumOf(texts, 'ce'), uncorrected: sumOf(texts, 'ue') }
}

/** Lines "ue: 0" and "ce: 3". */
function sumOf(texts: readonly (string | null)[], name: 'ce' | 'ue'): Reading {
  const counts = texts.flatMap((text) => new RegExp(`^${name}:\\s*(\\d+)\\s*$`, 'm').exec(text ?? '')?.[1] ?? [])
  return counts.length === 0 ? unknown(none) : known(counts.reduce((sum, count) => sum + Number(count), 0))
}

/** Error correction is on where the memory's errors are counted; null: the card has none, or it does not show. */
export async function eccEnabled(machine: MachineSource, folder: string): Promise<boolean | null> {
  const mask = /feature mask:\s*0x([0-9a-f]+)/i.exec((await machine.readFile(`${folder}/ras/features`)) ?? '')?.[1]
  // Bit 0 is the memory (umc).
  if (mask !== undefined) return (parseInt(mask.slice(-1), 16) & 1) === 1
  return (await machine.readFile(`${folder}/ras/umc_err_count`)) === null ? null : true
}

/** Lines "0x0000a8f1 : 0x00001000 : R": R is set aside, P will be, F could not be. null: no such list. */
export async function retiredPages(machine: MachineSource, folder: string): Promise<RetiredPages | null> {
  const text = await machine.readFile(`${folder}/ras/gpu_vram_bad_pages`)
  if (text === null) return null
  const marks = [...text.matchAll(/^0x[0-9a-f]+\s*:\s*0x[0-9a-f]+\s*:\s*([RPF])/gim)].map((match) => match[1]!.toUpperCase())
  return { singleBit: null, doubleBit: marks.filter((mark) => mark === 'R').length, pending: marks.includes('P') || marks.includes('F') }
}
