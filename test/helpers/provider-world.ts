/** A world for the supervisor that ends where ours does: processes, containers, Docker and a disk that do as a test says. */
import type { HistoryEvent } from '../../shared/history.ts'
import type { ContainerFacts } from '../../shared/provider.ts'
import type { SoftwareDefinition } from '../../main/networks/network.ts'
import type { OwnedProcess, ProcessEnd, ProcessWanted } from '../../main/provider/process.ts'
import type { ProviderLayers, Supervisor } from '../../main/provider/supervisor-layers.ts'
import { createSupervisor } from '../../main/provider/supervisor.ts'
import { createLog } from '../../main/system/log.ts'
import type { MachineSource } from '../../main/system/machine-source.ts'
import { createWorldDocker } from './provider-world-docker.ts'

export { container, launcherDefinition, ownContainerDefinition, pairDefinition, processDefinition } from './provider-definitions.ts'

export interface WorldProcess {
  pid: number
  mark: string
  isAlive: boolean
  isChild: boolean
}

export type Manner = 'obeys' | 'ignores signals' | 'cannot be killed'

export interface World {
  supervisor: Supervisor
  processes: WorldProcess[]
  containers: Map<string, ContainerFacts>
  /** Of the container that the programme has. */
  ownId: string
  ownImage: string
  events: HistoryEvent[]
  documents: Map<string, Record<string, unknown>>
  /** Of another Idlewatt, with the same own container. */
  foreign: Map<string, ContainerFacts>
  /** What its log is left with. */
  kept: string[]
  /** Printed, and read only once its output is read to the end. */
  unread: string[]
  /** What the key store holds for it, and what its log was told of that. */
  stored: string[]
  secretsOfLog(): string[]
  secretLooks: number
  /** What was found wrong while it ran: two at once, a start without a wish. */
  violations: string[]
  /** Steady times of starts and of deaths. */
  spawnedAt: number[]
  set: { manner: Manner; start: Error | null; isDockerAway: boolean; isDiskFull: boolean; isSetUp: boolean; startDelayMs: number; copies: number; mayStart: boolean; inTheWay: string | null }
  now(): number
  steadyMs(): number
  advance(ms: number): Promise<void>
  jump(ms: number): void
  end(process: WorldProcess, end?: ProcessEnd): void
  fork(): void
  print(line: string): void
  changeContainers(): void
  /** Of anybody's. */
  removeContainer(id: string): void
  /** Docker starts again by itself what was stopped. */
  comeBack(): void
  alive(): WorldProcess[]
  /** kill -9 of Idlewatt at this very moment, and a new one on the same disk. */
  restart(keepsWatch?: boolean): void
}

export function createWorld(definition: SoftwareDefinition, keepsWatch = true): World {
  let steady = 1000
  let offset = Date.UTC(2026, 10, 23)
  let timers: { at: number; run: () => void }[] = []
  let generation = 0
  let nextPid = 100
  let listeners: { pid: number; tell(end: ProcessEnd): void }[] = []
  let ends = new Map<number, ProcessEnd>()
  let followers: ((line: string) => void)[] = []

  async function settle(): Promise<void> {
    for (let turn = 0; turn < 3; turn += 1) await new Promise((done) => setImmediate(done))
  }
  const clock = {
    now: () => steady + offset,
    after(ms: number, run: () => void) {
      const born = generation
      const timer = { at: steady + ms, run: () => void (born === generation && run()) }
      timers.push(timer)
      return () => void (timers = timers.filter((other) => other !== timer))
    },
  }

  function die(process: WorldProcess, end: ProcessEnd): void {
    if (!process.isAlive) return
    process.isAlive = false
    ends.set(process.pid, end)
    for (const listener of listeners.filter(({ pid }) => pid === process.pid)) listener.tell(end)
    listeners = listeners.filter(({ pid }) => pid !== process.pid)
  }
  function own(leader: WorldProcess): OwnedProcess {
    const family = (): WorldProcess[] => world.processes.filter(({ mark, isAlive }) => mark === leader.mark && isAlive)
    return {
      handle: { kind: 'process', pid: leader.pid, processStartedAt: clock.now(), startTicks: `t:${leader.pid}`, program: 'worker' },
      onEnd(listener) {
        const end = ends.get(leader.pid)
        if (end) queueMicrotask(() => listener(end))
        else listeners.push({ pid: leader.pid, tell: listener })
      },
      isAlive: () => leader.isAlive,
      pids: () => family().map(({ pid }) => pid),
      signal(name) {
        if (world.set.manner === 'obeys') for (const one of family()) die(one, { code: null, signal: name })
      },
      async kill() {
        await settle()
        if (world.set.manner !== 'cannot be killed') for (const one of family()) die(one, { code: null, signal: 'SIGKILL' })
        return family().map(({ pid }) => pid)
      },
      letGo: () => void (listeners = listeners.filter(({ pid }) => pid !== leader.pid)),
    }
  }
  const docker = createWorldDocker({ definition, world: () => world, now: clock.now, settle })
  const layers: ProviderLayers = {
    async startProcess(wanted: ProcessWanted) {
      const born = generation
      if (world.set.start) throw world.set.start
      if (world.alive().length > 0) world.violations.push(`started beside ${world.alive().length} at ${steady}`)
      if (!world.set.isSetUp) world.violations.push(`started while not set up at ${steady}`)
      if (world.set.inTheWay !== null) world.violations.push(`started though something was in the way at ${steady}`)
      if (definition.ownContainer && world.foreign.size > 0 && !world.set.isDockerAway) world.violations.push(`started beside another Idlewatt's container at ${steady}`)
      if (!world.set.mayStart) world.violations.push(`started without a wish at ${steady}`)
      if (!JSON.stringify([...world.documents.values()]).includes(wanted.mark)) world.violations.push('started before it was written down')
      const process: WorldProcess = { pid: (nextPid += 1), mark: wanted.mark, isAlive: true, isChild: false }
      world.processes.push(process)
      world.spawnedAt.push(steady)
      if (world.set.startDelayMs > 0) await new Promise<void>((done) => clock.after(world.set.startDelayMs, done))
      // A killed Idlewatt hears nothing of it any more.
      if (born !== generation) await new Promise(() => {})
      return own(process)
    },
    adoptProcess: (handle) => {
      const process = world.processes.find(({ pid, isAlive }) => pid === handle.pid && isAlive)
      return process ? own(process) : null
    },
    adoptMarked: (mark) => {
      const process = world.processes.find((one) => one.mark === mark && one.isAlive)
      return process ? own(process) : null
    },
    findCopies: () => Array.from({ length: world.set.copies }, (_, index) => ({ pid: 9000 + index, program: '/home/somebody/worker' })),
    createContainerWatch: docker.watchOf,
    createObserver: () => {
      throw new Error('nothing is observed here')
    },
    openProgrammeLog: ({ secrets }) => ({
      add(stream, text) {
        world.secretsOfLog = secrets
        if (stream !== 'note') world.kept.push(text)
      },
      page: () => ({ lines: world.kept.slice(-20).map((text, no) => ({ no, at: 0, stream: 'out', text })), hasOlder: false, bytes: 0 }),
      close: () => {},
    }),
    followFile({ onLine }) {
      followers.push(onLine)
      let isOpen = true
      return {
        look: async () => {},
        async drain() {
          await settle()
          for (const line of isOpen ? world.unread.splice(0) : []) onLine(line)
        },
        close() {
          isOpen = false
          followers = followers.filter((other) => other !== onLine)
        },
      }
    },
    cleanLine: (line) => line,
  }

  function storedNow(): string[] {
    world.secretLooks += 1
    return world.stored
  }

  function born(watchful: boolean): Supervisor {
    return createSupervisor({
      entry: { definition, title: 'Test worker', isPractice: false },
      folder: '/nowhere/test-worker',
      tables: {
        provider: (id) => world.documents.get(id) ?? null,
        saveProvider(id, document) {
          if (world.set.isDiskFull) throw new Error('database or disk is full')
          if (document === null) world.documents.delete(id)
          else world.documents.set(id, JSON.parse(JSON.stringify(document)) as Record<string, unknown>)
        },
      },
      docker: docker.engine,
      source: { platform: 'linux', recorded: null } as MachineSource,
      clock,
      log: createLog('silent', () => {}),
      steadyMs: () => steady,
      enrolled: () => ({ isSetUp: world.set.isSetUp, answers: { name: 'rig' }, secret: () => 'hush', secrets: storedNow }),
      request: () => null,
      cards: () => [],
      beforeStart: async () => world.set.inTheWay,
      keepsWatch: watchful,
      layers: { ...layers, startProcess: (wanted) => layers.startProcess(wanted) },
      onChange: () => {},
      onEvents: (events) => void world.events.push(...events),
    })
  }

  const world: World = {
    supervisor: undefined as unknown as Supervisor,
    processes: [],
    containers: new Map(),
    ownId: definition.ownContainer ? 'own' : 'c1',
    ownImage: definition.ownContainer?.image ?? 'maker/work:1',
    events: [],
    documents: new Map(),
    foreign: new Map(),
    kept: [],
    unread: [],
    stored: [],
    secretsOfLog: () => [],
    secretLooks: 0,
    violations: [],
    spawnedAt: [],
    set: { manner: 'obeys', start: null, isDockerAway: false, isDiskFull: false, isSetUp: true, startDelayMs: 0, copies: 0, mayStart: true, inTheWay: null },
    now: clock.now,
    steadyMs: () => steady,
    async advance(ms) {
      const until = steady + ms
      await settle()
      for (;;) {
        const due = timers.filter(({ at }) => at <= until).sort((one, other) => one.at - other.at)[0]
        if (!due) break
        timers = timers.filter((timer) => timer !== due)
        steady = Math.max(steady, due.at)
        due.run()
        await settle()
      }
      steady = until
      await settle()
    },
    jump: (ms) => void (offset += ms),
    end: (process, end = { code: 1, signal: null }) => die(process, end),
    fork() {
      const [first] = world.alive()
      if (first) world.processes.push({ pid: (nextPid += 1), mark: first.mark, isAlive: true, isChild: true })
    },
    print: (line) => followers.forEach((tell) => tell(line)),
    changeContainers: docker.tellChange,
    removeContainer: docker.remove,
    comeBack: docker.comeBack,
    alive: () => world.processes.filter(({ isAlive }) => isAlive),
    restart(watchful = keepsWatch) {
      generation += 1
      timers = []
      listeners = []
      ends = new Map(ends)
      docker.forgetListeners()
      followers = []
      world.supervisor = born(watchful)
    },
  }
  world.restart()
  return world
}

/** Set up, started and ready. */
export async function runningWorld(definition: SoftwareDefinition): Promise<World> {
  const world = createWorld(definition)
  await world.supervisor.begin()
  void world.supervisor.start()
  await world.advance(10)
  world.print('ready')
  await world.advance(2000)
  if (world.supervisor.state().phase !== 'running') throw new Error(`it is ${world.supervisor.state().phase}: ${world.supervisor.state().because}`)
  return world
}
