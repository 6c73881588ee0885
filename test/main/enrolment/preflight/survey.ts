/** What a part of preflight is handed in tests: a machine that is written down, and nothing else unless a test says so. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll } from 'vitest'
import { createPreflight, type Preflight, type PreflightOptions } from '../../../../main/enrolment/preflight/index.ts'
import type { PartContext } from '../../../../main/enrolment/preflight/part.ts'
import { noReadings, type MachineReadings, type ReadingId } from '../../../../shared/preflight.ts'
import { systemClock } from '../../../../main/system/clock.ts'
import { createLog } from '../../../../main/system/log.ts'
import type { MachineSource } from '../../../../main/system/machine-source.ts'
import { openRecordedMachine } from '../../../../main/system/recorded-machine.ts'
import { createThisMachine } from '../../../../main/system/this-machine.ts'

const folders: string[] = []
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })))

export function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'idlewatt-preflight-'))
  folders.push(folder)
  return folder
}

export const resourcesFolder = fileURLToPath(new URL('../../../../resources', import.meta.url))

export function recordedMachine(recording: Record<string, unknown>): MachineSource {
  const folder = join(emptyFolder(), 'written-down')
  mkdirSync(folder)
  writeFileSync(join(folder, 'machine.json'), JSON.stringify(recording))
  return openRecordedMachine(folder, systemClock)
}

/** Commands are answered as in a recording, but the machine counts as this one: it has a network. */
export function liveMachine(recording: Record<string, unknown>): MachineSource {
  return { ...recordedMachine(recording), recorded: null }
}

export const thisMachine = (folder = emptyFolder()): MachineSource => createThisMachine({ dataFolder: folder })

/** Everything outside is refused; what a test needs it names. `known`: what other parts found. */
export function context(given: Partial<PartContext> = {}, known: Partial<MachineReadings> = {}): PartContext {
  const readings = { ...noReadings(0), ...known }
  return {
    source: liveMachine({ platform: 'linux' }),
    docker: null,
    clock: systemClock,
    folder: emptyFolder(),
    tables: { downloads: () => [] },
    rules: { refusal: () => null, loopback: null },
    servers: { bandwidth: null, stun: null, ntp: null },
    signs: [],
    programmes: [],
    isOurs: () => false,
    isRunning: () => false,
    names: [],
    reaches: [],
    interfaces: () => [{ name: 'eth0', address: '192.168.1.5' }],
    resolve: async () => [],
    gateway: null,
    lineMs: 300,
    speedFileBytes: 8 * 2 ** 20,
    signal: new AbortController().signal,
    timeoutMs: 5_000,
    other: async <Id extends ReadingId>(id: Id) => readings[id],
    ...given,
  }
}

export interface Watched {
  preflight: Preflight
  logged: string[]
  saved: Record<string, unknown>[]
}

export function preflightOf(given: Partial<PreflightOptions> = {}, before: Record<string, unknown> | null = null): Watched {
  const logged: string[] = []
  const saved: Record<string, unknown>[] = []
  const preflight = createPreflight({
    folder: emptyFolder(),
    resourcesFolder,
    source: liveMachine({ platform: 'linux' }),
    docker: null,
    clock: systemClock,
    log: createLog('debug', (line) => void logged.push(line)),
    refusal: () => 'Nobody is asked in this test.',
    loopback: null,
    servers: () => ({ bandwidth: null, stun: null, ntp: null }),
    signs: [],
    isOurs: () => false,
    entries: [],
    tables: { downloads: () => [], readings: () => saved.at(-1) ?? before, saveReadings: (document) => void saved.push(document) },
    ...given,
    stands: { lineMs: 300, speedFileBytes: 8 * 2 ** 20, interfaces: () => [], resolve: async () => [], ...given.stands },
  })
  return { preflight, logged, saved }
}
