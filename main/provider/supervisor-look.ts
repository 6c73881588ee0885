/** Looks at process and containers and says what has become of the run. */
import { hasContainers, isSameHandle, standsOnContainers, type Presence } from './fold-presence.ts'
import { isActive, type LifecycleEvent, type LifecycleStatus } from './lifecycle-status.ts'
import type { Body } from './supervisor-body.ts'
import type { Duplicates } from './supervisor-duplicates.ts'
import type { SupervisorOptions } from './supervisor-layers.ts'
import type { Senses } from './supervisor-senses.ts'
import { findRun } from './supervisor-take-up.ts'

export interface LookOptions {
  options: SupervisorOptions
  senses: Senses
  body: Body
  duplicates: Duplicates
  /** null: nothing is to be looked at (yet). */
  status(): LifecycleStatus | null
  isSpawning(): boolean
  dispatch(event: LifecycleEvent): void
}

export function createLook({ options, senses, body, duplicates, status, isSpawning, dispatch }: LookOptions): () => void {
  const { definition } = options.entry

  function look(): void {
    if (status() === null) return
    lookAtEngine()
    let now = status()
    if (now !== null) duplicates.notice(now)
    now = status()
    if (now === null) return
    if (now.run !== null) return lookAtRun(now)
    if (now.phase === 'waiting' && body.wereRemoved()) dispatch({ kind: 'removed-by-others' })
    adoptContainers()
  }

  function lookAtEngine(): void {
    const now = status()
    if (now === null || !hasContainers(definition) || senses.watch() === null || !senses.hasLookedAtContainers()) return
    if (senses.containers() === null) {
      if (now.engineLost === null && now.run !== null) body.engineLost()
      dispatch({ kind: 'engine-lost', why: senses.watch()?.why() ?? 'Docker does not answer.' })
    } else if (now.engineLost !== null) {
      body.engineBack(options.steadyMs())
      options.clock.after(body.settleMs, look)
      dispatch({ kind: 'engine-back' })
    }
  }

  function lookAtRun(before: LifecycleStatus): void {
    const presence = body.presence(options.steadyMs())
    if (standsOnContainers(definition)) dispatch({ kind: 'stood', ids: body.stood() })
    const alone = presence.kind === 'standing' ? (presence.containersAlone ?? []) : []
    if (before.run !== null && alone.length > 0 && !isSameHandle(before.run, alone)) dispatch({ kind: 'handed-over', ids: alone })
    const isEnding = before.phase === 'stopping' || before.phase === 'stop-failed'
    if (presence.kind === 'ended' && !(presence.isPart && isLeftAlone(before))) dispatch({ kind: 'ended', sentence: sentenceOf(presence, before), counts: presence.counts, isGone: body.isGone() })
    else if (isEnding && body.isGone()) dispatch({ kind: 'ended', sentence: 'It is stopped.', counts: false, isGone: true })
    senses.readSoon()
  }

  /** Half of it is gone: what nobody asked to run, and what works or is being ended, is not ended for that. */
  function isLeftAlone({ wanted, phase, reading }: LifecycleStatus): boolean {
    return wanted !== 'run' || (phase !== 'starting' && phase !== 'running') || reading?.activity === 'working' || (reading?.job ?? null) !== null
  }

  /** Of a launcher that left nothing behind its own words say most. */
  function sentenceOf(presence: Extract<Presence, { kind: 'ended' }>, { reading }: LifecycleStatus): string {
    if (presence.by !== 'nothing') return presence.sentence
    const why = reading?.activity === 'unhealthy' ? reading.sentence : senses.lastWords()
    return why === null ? presence.sentence : `${presence.sentence} ${why}`
  }

  /** Containers of the programme that somebody else has started. One of Idlewatt's own without its process is ended by the next look. */
  function adoptContainers(): void {
    const now = status()
    if (now === null || isActive(now) || !now.isSetUp || isSpawning() || !standsOnContainers(definition)) return
    const { run } = findRun({ ...definition, command: null }, null, senses.containers(), options.layers, options.clock.now())
    if (run === null) return
    body.take(null, run)
    dispatch({ kind: 'adopted', run })
    // Not taken over where nothing may be done about it.
    if (status()?.run === run) look()
  }

  return look
}
