/** The checks of the machine as such: what preflight measured, judged and worded as check records. Pure. */
import type { Gpu, Machine, Platform } from '../../shared/machine.ts'
import type { CheckRecord, MachineReadings, ReadingId } from '../../shared/preflight.ts'
import { machineCheckList } from './checks-machine-list.ts'

export interface CheckedMachine {
  readings: MachineReadings
  platform: Platform
  isRecorded: boolean
  /** What was detected last; null: not looked yet. */
  detected: { machine: Machine; gpus: Gpu[] } | null
  /** ms since epoch. */
  takenAt(id: ReadingId): number
}

/** What one check found. `ok: null`: not measured, or something is not there that only some programmes want. */
export interface Found {
  ok: boolean | null
  actual: string | null
  why: string
  remedy?: string | null
}

export interface MachineCheck {
  id: string
  title: string
  required: string
  unit?: string
  /** The reading that it judges; null: detection. */
  reading: ReadingId | null
  /** On which systems it means something; left out: on all. */
  platforms?: Platform[]
  judge(machine: CheckedMachine): Found
}

export function machineChecks(machine: CheckedMachine): CheckRecord[] {
  return machineCheckList
    .filter(({ platforms }) => platforms === undefined || platforms.includes(machine.platform))
    .map(({ id, title, required, unit, reading, judge }) => {
      const { ok, actual, why, remedy } = judge(machine)
      return { id, title, actual, required, unit: unit ?? null, ok, why, remedy: remedy ?? null, source: null, measuredAt: reading === null ? machine.readings.measuredAt : machine.takenAt(reading), programmeId: null }
    })
}

/** What a reading is told by besides itself. */
const builtOn: Partial<Record<ReadingId, ReadingId>> = { containerToolkit: 'docker', cardInContainer: 'docker', software: 'docker', cgnat: 'publicAddress', secureShell: 'listening' }

/** Which readings a check of the machine needs to be taken anew, none for one of detection; null: there is no such check. */
export function readingsOfCheck(id: string): ReadingId[] | null {
  const check = machineCheckList.find((one) => one.id === id)
  if (check === undefined) return null
  const first = check.reading === null ? undefined : builtOn[check.reading]
  return [first, check.reading].filter((reading) => reading !== undefined && reading !== null)
}
