/** Finds what of an earlier run still runs when Idlewatt starts, and takes it up. Ends nothing. */
import { randomUUID } from 'node:crypto'
import type { HistoryEvent } from '../../shared/history.ts'
import type { ContainerFacts, ProviderRun } from '../../shared/provider.ts'
import type { SoftwareDefinition } from '../networks/network.ts'
import { isUp, standsOnContainers } from './fold-presence.ts'
import type { OwnedProcess } from './process.ts'
import type { LifecycleStatus } from './lifecycle-status.ts'
import { takenUp, type ProviderRecord } from './record.ts'
import type { Body } from './supervisor-body.ts'
import type { Keeper } from './supervisor-keeper.ts'
import type { ProviderLayers, SupervisorOptions } from './supervisor-layers.ts'
import type { Senses } from './supervisor-senses.ts'
import { outputFileOf } from './supervisor-spawn.ts'

export interface Found {
  run: ProviderRun | null
  process: OwnedProcess | null
  /** The process itself is gone and only what it started is left. */
  isRest: boolean
}

/** `containers`: of the programme; null: Docker does not answer. */
export function findRun(definition: SoftwareDefinition, record: ProviderRecord | null, containers: ContainerFacts[] | null, layers: ProviderLayers, now: number): Found {
  const run = record?.run ?? null
  if (run?.handle.kind === 'process') {
    const process = layers.adoptProcess(run.handle, run.id)
    if (process !== null) return { run: { ...run, adopted: true }, process, isRest: false }
  }
  for (const mark of record?.marks ?? []) {
    const process = layers.adoptMarked(mark)
    if (process === null) continue
    // No run was written down: Idlewatt ended between the start and the note of it.
    return { run: { id: mark, startedAt: run?.startedAt ?? process.handle.processStartedAt, handle: process.handle, adopted: true }, process, isRest: run?.id === mark && definition.endsAfterLaunch !== true }
  }
  if (!standsOnContainers(definition)) return nothing
  if (containers === null) {
    // It is not known to be gone, so it is taken as there until Docker answers.
    const wasActive = record !== null && run?.handle.kind === 'containers' && ['starting', 'running', 'finishing', 'stopping', 'stop-failed'].includes(record.phase)
    return wasActive ? { run: { ...run, adopted: true }, process: null, isRest: false } : nothing
  }
  const up = containers.filter(isUp)
  if (up.length === 0) return nothing
  // Beside a process that is gone, or that was never started: Idlewatt ended just then.
  const isRest = definition.command !== null && definition.endsAfterLaunch !== true
  return { run: { id: run?.id ?? randomUUID(), startedAt: run?.startedAt ?? up[0]?.startedAt ?? now, handle: { kind: 'containers', ids: up.map(({ id }) => id) }, adopted: true }, process: null, isRest }
}

const nothing: Found = { run: null, process: null, isRest: false }

/** The status to go on from, and what is to be told of it once it is acted on. Looks and listens; nothing is started or ended. */
export async function takeUpRun(on: { options: SupervisorOptions; keeper: Keeper; senses: Senses; body: Body }): Promise<{ status: LifecycleStatus; isRest: boolean; news: HistoryEvent[] }> {
  const { options, keeper, senses, body } = on
  const { definition } = options.entry
  const isManaged = definition.kind === 'managed'
  const record = isManaged ? keeper.load() : null
  const { isSetUp } = options.enrolled()
  if (isSetUp || record?.run) {
    senses.open()
    await senses.refresh()
  }
  const now = options.clock.now()
  const found = isManaged ? findRun(definition, record, senses.containers(), options.layers, now) : nothing
  const status = takenUp(record, found.run, isSetUp, now)
  const { run } = status
  if (run === null) return { status, isRest: false, news: [] }
  senses.reread(run.startedAt)
  if (run.handle.kind === 'process') senses.follow(outputFileOf(options.folder))
  body.take(found.process, run, status.seenIds)
  // What was watched until the end of the last Idlewatt is no news.
  const isNews = !found.isRest && (record?.run?.id !== run.id || !['running', 'finishing', 'starting'].includes(record.phase))
  const news: HistoryEvent[] = isNews ? [{ at: now, id: 'provider-adopted', gpuId: null, programmeId: definition.programmeId, sentence: status.because }] : []
  return { status, isRest: found.isRest, news }
}
