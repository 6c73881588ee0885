/** One attempt at a start: written down first, then made; tells what came of it as events. */
import { NotPossible } from '../system/not-possible.ts'
import { notSetUp, type LifecycleEvent, type LifecycleStatus } from './lifecycle-status.ts'
import { barOf, type Bar } from './supervisor-bars.ts'
import type { Body } from './supervisor-body.ts'
import type { Keeper } from './supervisor-keeper.ts'
import type { SupervisorOptions } from './supervisor-layers.ts'
import type { Senses } from './supervisor-senses.ts'
import { outputFileOf, spawnRun, startFault } from './supervisor-spawn.ts'

const notWritten = 'It was not started, as Idlewatt could not write that down: a crash would leave it running unknown. Free some space on the disk and start it again.'

/** `copy`: that another one runs, in words. Never rejects. */
export async function attempt(id: string, on: { options: SupervisorOptions; keeper: Keeper; senses: Senses; body: Body; status: LifecycleStatus; copy: string | null }): Promise<LifecycleEvent[]> {
  const { options, keeper, senses, body, copy } = on
  if (copy !== null) return [{ kind: 'duplicate', sentence: copy }, { kind: 'could-not-start', sentence: copy, isFinal: false, counts: false }]
  try {
    keeper.marks = [id]
    keeper.save(on.status)
    if (keeper.fault() !== null) throw new NotPossible(notWritten)
    const bar = await barOf(options)
    if (bar !== null) return eventsOf(bar)
    const enrolled = options.enrolled()
    if (!enrolled.isSetUp) return [{ kind: 'enrolment-changed', isSetUp: false }, { kind: 'could-not-start', sentence: notSetUp, isFinal: false, counts: false }]
    senses.open()
    senses.follow(outputFileOf(options.folder))
    const { run, process } = await spawnRun({
      definition: options.entry.definition,
      id,
      folder: options.folder,
      enrolled,
      cards: options.cards().length || null,
      containers: senses.watch(),
      layers: options.layers,
      now: options.clock.now,
    })
    senses.runBegan()
    body.take(process, run)
    return [{ kind: 'spawned', run }]
  } catch (error) {
    const { sentence, isFinal, isEngineLost } = startFault(error)
    const failed: LifecycleEvent = { kind: 'could-not-start', sentence, isFinal, counts: !isEngineLost }
    return isEngineLost ? [{ kind: 'engine-lost', why: sentence }, failed] : [failed]
  }
}

function eventsOf({ sentence, passes }: Bar): LifecycleEvent[] {
  if (passes === 'by-itself') return [{ kind: 'barred', sentence }]
  const failed: LifecycleEvent = { kind: 'could-not-start', sentence, isFinal: passes === 'never', counts: false }
  return passes === 'with-docker' ? [{ kind: 'engine-lost', why: sentence }, failed] : [failed]
}
