/** Keeps watch: every turn of samples goes to the history and to health, whether somebody looks or not. Part of the wiring. */
import { hostname } from 'node:os'
import { findingEventIds, type HistoryEvent } from '../shared/history.ts'
import type { Settings } from '../shared/settings.ts'
import type { SampleTurn } from '../shared/telemetry.ts'
import type { Gpus } from './gpu/index.ts'
import type { Health } from './health/index.ts'
import type { History } from './history/index.ts'
import { readDiskSpace } from './system/disk-space.ts'
import type { Log } from './system/log.ts'
import type { MachineSource } from './system/machine-source.ts'

export interface Watch {
  /** After the first look, so that there are cards to sample. Again: nothing. */
  begin(): void
  /** Events of the cards themselves: lost, returned, driver changed. */
  note(events: HistoryEvent[]): void
  settingsChanged(): void
  tellRecording(): void
  stop(): void
}

export interface WatchOptions {
  /** False for a command that ends at once. */
  isOn: boolean
  gpus: Gpus
  history: History
  health: Health
  takeEvents(turn: SampleTurn): HistoryEvent[]
  settings(): Settings
}

const switchedOff = 'Recording is switched off in Settings: charts show nothing of the time it was off.'

export function keepWatch({ isOn, gpus, history, health, takeEvents, settings }: WatchOptions): Watch {
  let release: (() => void) | null = null

  /** What the cards went through is kept also where samples are not, and by a command that ends at once: it is little, and a fault explains itself by it. */
  function note(events: HistoryEvent[]): void {
    if (events.length === 0) return
    history.addEvents(events)
    if (isOn) health.note(events)
  }

  function take(turn: SampleTurn): void {
    if (settings().recordHistory) history.record(turn)
    note(takeEvents(turn))
    health.take(turn)
  }

  function tellRecording(): void {
    health.setRecording(history.recording())
  }

  return {
    begin() {
      if (!isOn || release) return
      release = gpus.record(take)
      health.begin()
      if (!settings().recordHistory) history.pauseRecording(switchedOff)
      tellRecording()
    },
    note,
    settingsChanged() {
      if (!isOn) return
      if (!settings().recordHistory && history.recording().phase !== 'off') history.pauseRecording(switchedOff)
      tellRecording()
      health.settingsChanged()
    },
    tellRecording() {
      if (isOn) tellRecording()
    },
    stop() {
      release?.()
      release = null
    },
  }
}

/** What a message calls this machine. */
export function machineNameOf(recorded: string | null): string {
  return recorded === null ? hostname() : `${recorded} (a recording)`
}

/** A recording says what its disk had; here the file system is asked alone, since the other facts cost far more. */
export async function diskOf(source: MachineSource, folder: string): Promise<{ freeBytes: number | null; totalBytes: number | null }> {
  if (source.recorded === null) return readDiskSpace(folder)
  const { diskFreeBytes, diskTotalBytes } = await source.facts()
  return { freeBytes: diskFreeBytes, totalBytes: diskTotalBytes }
}

/** Findings that cannot be read are none; a command that does not need them goes on. */
export function findingsOf(history: History, log: Log): HistoryEvent[] {
  try {
    return history.events({ from: 0, to: 8.64e15, limit: 2000, ids: findingEventIds }).reverse()
  } catch (error) {
    log.warn('what was found of the cards before cannot be read', { error: error instanceof Error ? error.message : String(error) })
    return []
  }
}
