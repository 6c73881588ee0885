/** `telemetry.*`: what sampling 1, 8 and 16 GPUs once a second costs with everything that hangs on it (history, health, a viewer), and against nvidia-smi. */
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { parseSmiXml } from '../../main/gpu/nvidia/smi-xml.ts'
import type { StateSnapshot } from '../../shared/state.ts'
import { ask, root, startDoor, type RunningDoor } from './door.ts'
import { exactProcessorSeconds, memoryOf, treeOf } from './process-tree.ts'
import { notMeasured, type Budgets, type Row } from './row.ts'

/** Percent of one core. The plan names the budget for eight cards; the others keep its measure. */
const cpuBudgets: Record<number, number> = { 1: 0.5, 8: 0.5, 16: 1 }
/** Reading and parsing a recorded `nvidia-smi -q -x` of eight cards each second: no process is started. */
const smiPathBudget = 5
const probeBudgetMb = 80
const measuredMs = 20_000
/** Telemetry runs for days: the compiler's work of the first seconds is not its cost. */
const warmUpMs = 10_000
/** The lease of a viewer is 10 s. */
const watchEveryMs = 5_000
/** At the same rhythm as ours: a loop without pauses would find everything in the caches. */
const peerRounds = 20
const peerEveryMs = 1_000

const ids = ['telemetry.cpu-1', 'telemetry.cpu-8', 'telemetry.cpu-16', 'telemetry.smi-path-8', 'telemetry.vs-smi', 'memory.probe']

export const budgets: Budgets = {
  ids,
  async measure(only) {
    const isReal = realCards() > 0
    const folder = mkdtempSync(join(tmpdir(), 'idlewatt-measure-'))
    try {
      const library = isReal ? null : buildLibrary(folder)
      if (!isReal && library === null) return ids.map((id) => notMeasured(id, '', 0, 'no NVIDIA driver here, and no gcc (on Linux) to build the library that stands in for it'))
      const rows: Row[] = []
      for (const count of isReal ? [realCards()] : [1, 8, 16]) {
        const id = `telemetry.cpu-${count}`
        const isPeered = isReal || count === 8
        if (only !== null && only !== id && !(isPeered && ['telemetry.vs-smi', 'memory.probe'].includes(only))) continue
        const ours = await measureOurs([], library === null ? {} : { IDLEWATT_NVML_LIBRARY: library, STUB_DEVICES: String(count) })
        const how = isReal ? `${ours.cards} real cards through NVML` : `${ours.cards} cards through koffi and a library with NVML's entry points in place of the driver's own`
        const percent = ours.share * 100
        const budget = cpuBudgets[count] ?? 0.5
        rows.push({ id, value: percent, unit: '%', budget, ok: percent <= budget, peer: null, note: `of one core, app and probe together with history and health, over ${measuredMs / 1000} s with one viewer, after ${warmUpMs / 1000} s: ${how}` })
        if (!isPeered) continue
        const { probeMb, appMb } = ours
        rows.push({ id: 'memory.probe', value: probeMb, unit: 'MB', budget: probeBudgetMb, ok: probeMb <= probeBudgetMb, peer: { name: 'the app itself, MB', value: appMb }, note: `proportional set size of the probe while it samples ${ours.cards} cards` })
        if (only === null || only === 'telemetry.vs-smi') rows.push(await versusSmi(library === null ? {} : { IDLEWATT_NVML_LIBRARY: library, STUB_DEVICES: String(count) }, isReal, how))
      }
      if (only === null || only === 'telemetry.smi-path-8') {
        const smi = await measureOurs(['--machine', join(root, 'test', 'machines', 'eight-h200')], {})
        const percent = smi.share * 100
        rows.push({ id: 'telemetry.smi-path-8', value: percent, unit: '%', budget: smiPathBudget, ok: percent <= smiPathBudget, peer: null, note: `of one core: the recorded machine eight-h200 answers nvidia-smi each second, ${smi.cards} cards; parse, history and health, without the processor time of nvidia-smi itself` })
      }
      return rows
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
}

/** Reading against reading: neither side keeps, judges or shows what it read. */
async function versusSmi(env: Record<string, string>, isReal: boolean, how: string): Promise<Row> {
  const budget = isReal ? 1 / 50 : 1 / 5
  const share = await measureSamplingAlone(env)
  const peer = await measurePeer(isReal)
  const ratio = share / peer.secondsPerRound
  return {
    id: 'telemetry.vs-smi',
    value: ratio,
    unit: 'ratio',
    budget,
    ok: ratio <= budget,
    peer: { name: `${peer.name}, % of one core`, value: peer.secondsPerRound * 100 },
    note: isReal ? how : `sampling alone, ${(share * 1000).toFixed(2)} ms a second, app and probe: ${how}; beside it \`cat\` of a recorded answer for eight cards in place of nvidia-smi, and its parse`,
  }
}

function realCards(): number {
  const listed = spawnSync('nvidia-smi', ['-L'], { encoding: 'utf8', timeout: 10_000 })
  return listed.status === 0 ? listed.stdout.trim().split('\n').filter((line) => line.startsWith('GPU ')).length : 0
}

/** null: cannot be built here. */
function buildLibrary(folder: string): string | null {
  if (process.platform !== 'linux') return null
  const file = join(folder, 'libnvml-stand-in.so')
  const made = spawnSync('gcc', ['-shared', '-fPIC', '-O1', '-o', file, join(root, 'test', 'native', 'nvml-stub.c')])
  return made.status === 0 ? file : null
}

interface Measured {
  /** Of one core, while a viewer watches. */
  share: number
  /** How many cards really gave samples. */
  cards: number
  /** Largest process but the app itself, and the app. */
  probeMb: number
  appMb: number
}

async function measureOurs(words: string[], env: Record<string, string>): Promise<Measured> {
  const door = await startDoor(words, env)
  try {
    await untilSampled(door)
    await watchFor(door, warmUpMs)
    const pids = treeOf(door.pid)
    const before = processorOf(pids)
    const startedAt = performance.now()
    await watchFor(door, measuredMs)
    const share = (processorOf(pids) - before) / ((performance.now() - startedAt) / 1000)
    const cards = await countSamples(door)
    if (cards === 0) throw new Error('no card gave a sample')
    const { processes } = memoryOf(door.pid)
    const app = processes.find(({ pid }) => pid === door.pid)?.bytes ?? Number.NaN
    const probe = Math.max(0, ...processes.filter(({ pid }) => pid !== door.pid).map(({ bytes }) => bytes))
    return { share, cards, probeMb: probe / 1e6, appMb: app / 1e6 }
  } finally {
    await door.stop()
  }
}

async function measureSamplingAlone(env: Record<string, string>): Promise<number> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'sampling-alone.ts')], { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, ...env } })
  try {
    let cards = 0
    child.stdout.on('data', (data: Buffer) => (cards = Number(/sampling (\d+)\s*$/.exec(String(data))?.[1] ?? cards)))
    await wait(warmUpMs)
    const pids = treeOf(child.pid ?? 0)
    const before = processorOf(pids)
    const startedAt = performance.now()
    await wait(measuredMs)
    if (cards === 0) throw new Error('no card gave a sample')
    return (processorOf(pids) - before) / ((performance.now() - startedAt) / 1000)
  } finally {
    child.kill('SIGTERM')
  }
}

async function watchFor(door: RunningDoor, ms: number): Promise<void> {
  const startedAt = performance.now()
  while (performance.now() - startedAt < ms) {
    await ask(door, 'telemetry.watch', { viewer: 'measure', watching: true })
    await wait(Math.min(watchEveryMs, Math.max(0, ms - (performance.now() - startedAt))))
  }
}

async function untilSampled(door: RunningDoor): Promise<void> {
  for (let i = 0; i < 60; i++) {
    await ask(door, 'telemetry.watch', { viewer: 'measure', watching: true })
    if ((await countSamples(door)) > 0) return
    await wait(500)
  }
  throw new Error('no sample came within 30 s')
}

async function countSamples(door: RunningDoor): Promise<number> {
  const { state } = (await ask(door, 'state.read', null)) as StateSnapshot
  return Object.values(state.telemetry.samples).filter((sample) => sample.takenAt > Date.now() - 5_000 && sample.utilisation !== null).length
}

function processorOf(pids: number[]): number {
  return pids.reduce((sum, pid) => sum + (exactProcessorSeconds(pid) ?? 0), 0)
}

/** Processor seconds of one process and the parse of what it printed: ours and the child's, user and system. */
async function measurePeer(isReal: boolean): Promise<{ name: string; secondsPerRound: number }> {
  const recording = join(root, 'test', 'machines', 'eight-h200', 'nvidia-smi.xml')
  const [program, args] = isReal ? (['nvidia-smi', ['-q', '-x']] as const) : (['cat', [recording]] as const)
  const round = (): void => void parseSmiXml(spawnSync(program, args, { encoding: 'utf8', maxBuffer: 64 * 2 ** 20 }).stdout)
  round()
  const before = processorWithChildren()
  for (let i = 0; i < peerRounds; i++) {
    await wait(peerEveryMs)
    round()
  }
  return { name: isReal ? 'nvidia-smi -q -x each second' : 'a recorded nvidia-smi -q -x each second', secondsPerRound: (processorWithChildren() - before) / peerRounds }
}

function processorWithChildren(): number {
  const { user, system } = process.cpuUsage()
  const stat = readFileSync('/proc/self/stat', 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  // cutime and cstime: of the children that have ended, in ticks of 10 ms.
  return (user + system) / 1e6 + (Number(fields[13]) + Number(fields[14])) / 100
}
