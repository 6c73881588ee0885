/** Acts for one programme's software: turns what happens into events of the lifecycle, and does what each change calls for. */
import { randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import type { HistoryEvent } from '../../shared/history.ts'
import type { SoftwareReading } from '../../shared/provider.ts'
import { NotPossible } from '../system/not-possible.ts'
import { lifecycle } from './lifecycle.ts'
import { actionsOf, isSpawning, toldOf, type LifecycleAction } from './lifecycle-actions.ts'
import { isThereByFacts, observedStatus } from './lifecycle-observed.ts'
import { graceOf, endedUnseen, isActive, newStatus, type LifecycleEvent, type LifecycleRules, type LifecycleStatus } from './lifecycle-status.ts'
import { stateOf } from './state-of.ts'
import { createSenses } from './supervisor-senses.ts'
import { createKeeper } from './supervisor-keeper.ts'
import type { Supervisor, SupervisorOptions } from './supervisor-layers.ts'
import { attempt } from './supervisor-attempt.ts'
import { takeUpRun } from './supervisor-take-up.ts'
import { createBars } from './supervisor-bars.ts'
import { createBody } from './supervisor-body.ts'
import { createDuplicates } from './supervisor-duplicates.ts'
import { foreseen } from './supervisor-foresee.ts'
import { createJumps } from './supervisor-jumps.ts'
import { createLook } from './supervisor-look.ts'
import { createTimers } from './supervisor-timers.ts'
import { hintOf, refusalOf } from './supervisor-words.ts'

export function createSupervisor(options: SupervisorOptions): Supervisor {
  const { entry, clock } = options
  const { definition } = entry
  const { programmeId } = definition
  const isManaged = definition.kind === 'managed'
  const rules: LifecycleRules = { readyWithinMs: definition.readyWithinMs, graceMs: graceOf(definition), finish: definition.finish }

  let status: LifecycleStatus | null = null
  let takingUp: Promise<void> | null = null
  let resumed = false
  let isClosed = false
  let spawning: Promise<void> | null = null
  const waiters: (() => void)[] = []
  let isTurning = false
  let hasRestOnly = false
  let news: HistoryEvent[] = []
  const events: LifecycleEvent[] = []

  const keeper = createKeeper(options)
  const jumped = createJumps(clock, options.steadyMs)
  const timers = createTimers({
    clock,
    rules,
    keepsWatch: options.keepsWatch,
    onTick: tick,
    onBeat: beat,
    onEndLook: () => void (evaluate(), arm()),
  })
  const senses = createSenses({ ...options, onReading: gotReading, onContainers: evaluate, run: () => status?.run ?? null, process: () => body.process(), hasCopies: () => duplicates.hasCopies() })
  const body = createBody({ definition, containers: () => senses.containers(), watch: () => senses.watch(), onEnd: () => (senses.drain(), evaluate()) })
  const duplicates = createDuplicates({ options, senses, body, dispatch })
  const lookNow = createLook({ options, senses, body, duplicates, dispatch, isSpawning: () => spawning !== null, status: () => (isClosed || !isManaged ? null : status) })
  const bars = createBars({
    ...options,
    onBar(bar) {
      if (bar?.passes === 'by-itself') return dispatch({ kind: 'barred', sentence: bar.sentence })
      dispatch(bar?.passes === 'with-docker' ? { kind: 'engine-lost', why: bar.sentence } : { kind: 'unbarred' })
      evaluate()
    },
  })

  function evaluate(): void {
    lookNow()
  }

  function current(): LifecycleStatus {
    return status ?? newStatus(options.enrolled().isSetUp, clock.now())
  }

  /** A one-shot command that only looks leaves everything as it is, on disk too; it acts from the first wish on. */
  function mayAct(): boolean {
    return options.keepsWatch || resumed
  }

  function foresee(after: LifecycleStatus): void {
    if (status?.run != null && after.run === null && isManaged) act('let-go')
    status = after
    options.onChange()
  }

  /** One after the other: what an action brings about at once waits until the change before is carried out. */
  function dispatch(event: LifecycleEvent): void {
    if (!mayAct()) return foresee(foreseen(current(), event, clock.now(), rules))
    events.push(event)
    if (isTurning) return
    isTurning = true
    try {
      for (let next = events.shift(); next !== undefined && !isClosed; next = events.shift()) {
        noticeJump()
        apply(lifecycle(current(), next, clock.now(), rules))
      }
    } finally {
      isTurning = false
    }
  }

  function noticeJump(): void {
    const ms = jumped()
    if (ms === 0) return
    senses.shift(ms)
    if (status !== null) apply(lifecycle(status, { kind: 'clock-jumped', ms }, clock.now(), rules))
  }

  /** What is wanted is on disk before anything is done about it. */
  function apply(after: LifecycleStatus): void {
    const before = current()
    if (after === status) return
    status = after
    if (after.run === null && !isSpawning(after) && after.phase !== 'stopping') keeper.marks = []
    if (isManaged) keeper.save(after)
    const told = toldOf(before, after).map(({ id, sentence }): HistoryEvent => ({ at: clock.now(), id, gpuId: null, programmeId, sentence }))
    if (told.length > 0) {
      options.onEvents(told)
      for (const event of told) if (event.id !== 'provider-unhealthy') senses.note(event.sentence)
    }
    for (const action of isManaged ? actionsOf(before, after, rules) : []) act(action)
    if (isActive(before) && !isActive(after) && !after.isSetUp) void senses.shut()
    bars.set(after.isBarred)
    arm()
    options.onChange()
    for (const waiter of waiters.splice(0)) waiter()
  }

  function act(action: LifecycleAction): void {
    if (action === 'spawn') spawning ??= spawn().finally(() => void (spawning = null))
    else if (action === 'ask-to-finish') body.askToFinish()
    else if (action === 'ask-to-end') void body.askToEnd(rules.graceMs).then(endFault, fault)
    else if (action === 'kill') void body.kill().then(endFault, fault)
    else {
      body.letGo()
      senses.runEnded()
    }
  }

  /** What a kill has left behind, in words; null: nothing that is known of. */
  function endFault(left: string | null): void {
    evaluate()
    if (left !== null && status?.stopStep !== null && status?.run !== null) dispatch({ kind: 'kill-failed', sentence: left })
  }

  function fault(error: unknown): void {
    options.log.error(`${programmeId}: ending it failed`, { error: String(error) })
  }

  async function spawn(): Promise<void> {
    const id = randomUUID()
    // An earlier step of this very turn may still be letting go of the last run.
    await Promise.resolve()
    for (const event of await attempt(id, { options, keeper, senses, body, status: current(), copy: duplicates.now() })) dispatch(event)
    evaluate()
  }

  function gotReading(reading: SoftwareReading): void {
    // Of a process that is gone and whose end is told in a moment, a reading would speak as of one that stays away.
    if (isManaged) return body.isEndUntold() ? undefined : dispatch({ kind: 'reading', reading })
    if (isClosed) return
    noticeJump()
    const before = current()
    if (!before.isSetUp && before.run === null) return
    const take = mayAct() ? apply : foresee
    take(observedStatus(before, reading, isThereByFacts(senses.facts(), reading), clock.now()))
  }

  function arm(): void {
    if (!isClosed && status !== null) timers.arm(status)
  }

  function tick(): void {
    dispatch({ kind: 'tick' })
    if (status !== null && status.isBarred && status.engineLost === null && status.duplicate === null && clock.now() >= (status.retryAt ?? 0)) bars.look()
  }

  function beat(): void {
    tick()
    // What has been amiss for a while is told by looking alone.
    if (status?.run != null) evaluate()
    if (status?.run !== null || !isManaged) senses.readSoon()
    if (isManaged && spawning === null) duplicates.beat(current())
  }

  function takeUp(): Promise<void> {
    takingUp ??= takeUpRun({ options, keeper, senses, body }).then((taken) => {
      if (isClosed) return
      status = taken.status
      hasRestOnly = taken.isRest
      news = taken.news
    })
    return takingUp
  }

  /** Carries on what was under way; once, and only where something is to be done. */
  function resume(): void {
    if (resumed || status === null || !isManaged) return
    resumed = true
    keeper.save(status)
    if (news.length > 0) options.onEvents(news)
    if (status.stopStep !== null) act('ask-to-end')
    else if (hasRestOnly) dispatch(endedUnseen)
    else if (status.phase === 'finishing' && rules.finish.how === 'signal') body.askToFinish()
    evaluate()
    arm()
  }

  async function asked(event: LifecycleEvent, isDone: () => boolean): Promise<void> {
    await takeUp()
    if (!isManaged) throw new NotPossible(`${entry.title} is only looked at by Idlewatt. Start and stop it in its own programme.`)
    resume()
    dispatch(event)
    // A start answers once it has come about or failed; a wish to stop waits for nothing.
    if (event.kind === 'asked-start') await spawning
    while (!options.keepsWatch && !isClosed && !isDone()) await new Promise<void>((done) => waiters.push(done))
  }

  return {
    async begin() {
      await takeUp()
      if (isClosed || !options.keepsWatch || !timers.begin()) return
      senses.begin()
      resume()
      senses.readNow()
      options.onChange()
    },
    async look() {
      await takeUp()
      await senses.refresh()
      evaluate()
      if (current().run !== null || !isManaged) senses.readNow()
      if (!mayAct() && hasRestOnly) dispatch(endedUnseen)
    },
    state: () => stateOf(programmeId, definition.kind, current(), senses.containers(), hintOf(current(), { isWatched: options.keepsWatch || !isManaged, mayAct: mayAct(), fault: keeper.fault() })),
    async start() {
      rules.graceMs = graceOf(definition)
      await takeUp()
      const refusal = refusalOf(entry, options, current())
      if (refusal !== null) throw new NotPossible(refusal)
      if (!isActive(current()) && !senses.hasLookedAtContainers()) {
        senses.open()
        await senses.refresh()
      }
      const copy = isActive(current()) ? null : duplicates.now()
      if (!isActive(current())) dispatch({ kind: 'duplicate', sentence: copy })
      if (copy !== null) throw new NotPossible(copy)
      await asked({ kind: 'asked-start' }, () => !isSpawning(current()) && current().phase !== 'stopping')
      if (current().phase === 'failed') throw new NotPossible(current().because)
    },
    async finish() {
      await takeUp()
      resume()
      if (!options.keepsWatch && current().run !== null) senses.readNow()
      await asked({ kind: 'asked-finish' }, () => current().phase !== 'stopping')
    },
    stop(how) {
      const graceMs = graceOf(definition, how)
      // Somebody may wait for it already.
      rules.graceMs = current().phase === 'stopping' ? Math.min(rules.graceMs, graceMs) : graceMs
      arm()
      return asked({ kind: 'asked-stop' }, () => current().phase !== 'stopping')
    },
    stopPrice: () => senses.stopPrice(),
    reading: () => current().reading,
    logs: (query) => senses.page(query),
    isOurs: (pid) => body.has(pid, options.steadyMs()),
    enrolmentChanged() {
      const { isSetUp } = options.enrolled()
      if (status === null) return
      dispatch({ kind: 'enrolment-changed', isSetUp })
      if (isSetUp) {
        senses.open()
        if (options.keepsWatch) senses.begin()
        void senses.refresh().then(evaluate)
      } else if (!isActive(status)) void senses.shut()
      if (!isManaged && !isSetUp && status.run !== null) apply({ ...newStatus(false, clock.now()) })
    },
    async forget() {
      await takeUp()
      if (isManaged && (isActive(current()) || spawning !== null)) throw new NotPossible(`${entry.title} is still running. Stop it first.`)
      await senses.shut()
      keeper.forget()
      status = newStatus(options.enrolled().isSetUp, clock.now())
      senses.forgetLog()
      rmSync(options.folder, { recursive: true, force: true })
      options.onChange()
    },
    async close() {
      // A start that is under way is written down, so that the next Idlewatt finds it.
      await spawning
      isClosed = true
      timers.close()
      bars.close()
      body.letGo()
      senses.close()
      for (const waiter of waiters.splice(0)) waiter()
    },
  }
}
