/** `telemetry.cpu-8` and `telemetry.vs-smi`: what sampling eight GPUs once a second costs, alone and against a process of nvidia-smi. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { parseSmiXml } from '../../main/gpu/nvidia/smi-xml.ts'
import type { StateSnapshot } from '../../shared/state.ts'
import { ask, root, startDoor, type RunningDoor } from './door.ts'
import { exactProcessorSeconds, treeOf } from './process-tree.ts'
import { notMeasured, type Budgets, type Row } from './row.ts'

const cpuBudget = 0.5
const measuredMs = 20_000
/** Telemetry runs for days: the compiler's work of the first seconds is not its cost. */
const warmUpMs = 10_000
/** The lease of a viewer is 10 s. */
const watchEveryMs = 5_000
/** At the same rhythm as ours: a loop without pauses would find everything in the caches. */
const peerRounds = 20
const peerEveryMs = 1_000

export const budgets: Budgets = {
  ids: ['telemetry.cpu-8', 'telemetry.vs-smi'],
  async measure() {
    const isReal = realCards() > 0
    const vsBudget = isReal ? 1 / 50 : 1 / 5
    const folder = mkdtempSync(join(tmpdir(), 'idlewatt-measure-'))
    try {
      const library = isReal ? null : buildLibrary(folder)
      if (!isReal && library === null) return ['telemetry.cpu-8', 'telemetry.vs-smi'].map((id) => notMeasured(id, id === 'telemetry.cpu-8' ? '%' : 'ratio', id === 'telemetry.cpu-8' ? cpuBudget : vsBudget, 'no NVIDIA driver here, and no gcc (on Linux) to build the library that stands in for it'))
      const ours = await measureOurs(library)
      const peer = await measurePeer(isReal)
      const how = isReal ? `${ours.cards} real cards through NVML` : `${ours.cards} cards through koffi and a library with NVML's entry points in place of the driver's own`
      const percent = ours.share * 100
      const ratio = ours.share / peer.secondsPerRound
      return [
        { id: 'telemetry.cpu-8', value: percent, unit: '%', budget: cpuBudget, ok: percent <= cpuBudget, peer: null, note: `of one core, app and probe together, over ${measuredMs / 1000} s with one viewer, after ${warmUpMs / 1000} s: ${how}` },
        { id: 'telemetry.vs-smi', value: ratio, unit: 'ratio', budget: vsBudget, ok: ratio <= vsBudget, peer: { name: `${peer.name}, % of one core`, value: peer.secondsPerRound * 100 }, note: isReal ? how : `${how}; beside it \`cat\` of a recorded answer for eight cards in place of nvidia-smi, and its parse` },
      ] satisfies Row[]
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
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

/** Share of one core while a viewer watches, and how many cards really gave samples. */
async function measureOurs(library: string | null): Promise<{ share: number; cards: number }> {
  const door = await startDoor([], library === null ? {} : { IDLEWATT_NVML_LIBRARY: library, STUB_DEVICES: '8' })
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
    return { share, cards }
  } finally {
    await door.stop()
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
