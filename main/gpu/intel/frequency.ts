/** Clocks, sleep and throttle reasons of Intel's graphics: each driver, and each of its ages, has other files for them. */
import type { MachineSource } from '../../system/machine-source.ts'
import { readerBelow, type LinuxCard, type ReadBelow } from '../linux-files.ts'
import { numberIn, numberOf } from '../linux-sensors.ts'
import { known, unknown, type Reading } from '../reading.ts'

export interface FrequencyFiles {
  now(): Promise<number | null>
  max(): Promise<number | null>
  /** Clock of the unit that plays and records films; null: it has none of its own. */
  media(): Promise<number | null>
  /** How long the card has slept since its driver was loaded; null: not told. */
  asleepMs(): Promise<number | null>
  /** Folder → names of files that hold 0 or 1, one for each reason. */
  reasons: { read: ReadBelow; names: string[]; hasList: boolean }[]
}

export async function frequencyFiles(machine: MachineSource, { folder, drmFolder }: LinuxCard): Promise<FrequencyFiles | null> {
  return (await xeFiles(machine, folder)) ?? (drmFolder === null ? null : i915Files(machine, drmFolder))
}

/** xe: `device/tile0/gt0/freq0/act_freq`; the second gt of a tile is for media. */
async function xeFiles(machine: MachineSource, folder: string): Promise<FrequencyFiles | null> {
  const tiles = (await machine.listFolder(folder)).filter((name) => /^tile\d+$/.test(name))
  const places: string[] = []
  for (const tile of tiles) {
    for (const gt of await machine.listFolder(`${folder}/${tile}`)) {
      if (/^gt\d+$/.test(gt)) places.push(`${tile}/${gt}`)
    }
  }
  const first = places[0]
  if (first === undefined) return null
  const read = readerBelow(machine, folder)
  const media = places.find((place) => place.startsWith(`${first.split('/')[0]}/`) && place !== first)
  return {
    now: () => numberIn(read, `${first}/freq0/act_freq`),
    max: async () => (await numberIn(read, `${first}/freq0/rp0_freq`)) ?? numberIn(read, `${first}/freq0/max_freq`),
    media: async () => (media === undefined ? null : numberIn(read, `${media}/freq0/act_freq`)),
    asleepMs: () => numberIn(read, `${first}/gtidle/idle_residency_ms`),
    reasons: await Promise.all(places.map((place) => reasonsIn(machine, `${folder}/${place}/freq0/throttle`, /^reason_/))),
  }
}

/** i915: `gt_act_freq_mhz`, since Linux 5.18 also `gt/gt0/rps_act_freq_mhz`. */
async function i915Files(machine: MachineSource, drmFolder: string): Promise<FrequencyFiles | null> {
  const read = readerBelow(machine, drmFolder)
  const gts = (await machine.listFolder(`${drmFolder}/gt`)).filter((name) => /^gt\d+$/.test(name))
  const firstOf = async (...names: string[]): Promise<number | null> => {
    for (const name of names) {
      const value = await numberIn(read, name)
      if (value !== null) return value
    }
    return null
  }
  if (gts.length === 0 && (await firstOf('gt_act_freq_mhz', 'gt_cur_freq_mhz')) === null) return null
  return {
    now: () => firstOf('gt_act_freq_mhz', 'gt/gt0/rps_act_freq_mhz', 'gt_cur_freq_mhz'),
    max: () => firstOf('gt_RP0_freq_mhz', 'gt/gt0/rps_RP0_freq_mhz', 'gt_max_freq_mhz'),
    media: async () => (gts.length > 1 ? numberIn(read, 'gt/gt1/rps_act_freq_mhz') : null),
    asleepMs: () => firstOf('gt/gt0/rc6_residency_ms', 'power/rc6_residency_ms'),
    reasons: await Promise.all((gts.length > 0 ? gts.map((gt) => `gt/${gt}`) : ['.']).map((gt) => reasonsIn(machine, gt === '.' ? drmFolder : `${drmFolder}/${gt}`, /^(gt_)?throttle_reason_/))),
  }
}

async function reasonsIn(machine: MachineSource, folder: string, names: RegExp): Promise<FrequencyFiles['reasons'][number]> {
  const all = await machine.listFolder(folder)
  return { read: readerBelow(machine, folder), names: all.filter((name) => names.test(name) && !/_status$/.test(name)), hasList: all.includes('reasons') }
}

/** Reasons by the driver's names: "pl1", "thermal", "prochot". */
export async function throttleNow({ reasons }: FrequencyFiles): Promise<Reading<string[]>> {
  const on = new Set<string>()
  let isTold = false
  for (const { read, names, hasList } of reasons) {
    // Newer kernels give all of them at once, so that none is missed between two files.
    const list = hasList ? await read('reasons') : null
    if (list !== null) {
      isTold = true
      for (const word of list.split(/\s+/)) if (word !== 'none') on.add(word)
      continue
    }
    const texts = await Promise.all(names.map(read))
    for (const [index, name] of names.entries()) {
      const value = numberOf(texts[index] ?? null)
      if (value === null) continue
      isTold = true
      if (value !== 0) on.add(name.replace(/^(gt_)?(throttle_)?reason_/, ''))
    }
  }
  return isTold ? known([...on].sort()) : unknown('this version of Intel’s driver does not tell why the card is slowed down')
}
