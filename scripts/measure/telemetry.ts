/** `telemetry.*`: what sampling 1, 8 and 16 GPUs once a second costs with everything that hangs on it (history, health, a viewer), and against nvidia-smi. */
import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { parseSmiXml } from '../../main/gpu/nvidia/smi-xml.ts'
import type { StateSnapshot } from '../../shared/state.ts'
import { ask, root, startDoor, type RunningDoor } from './door.ts'
import { exactProcessorSeconds, memoryOf, treeOf } from './process-tree.ts'
import { fields } from './fields.ts'
import { notMeasured, type Budgets, type Row } from './row.ts'

/** Percent of one core. The plan names the budget for eight cards; the others keep its measure. */
const cpuBudgets: Record<number, number> = { 1: 0.5, 8: 0.5, 16: 1 }
/** Parsing a recorded `nvidia-smi -q -x` each second: no process is started. Percent of one core. */
const smiPathBudgets: Record<number, number> = { 1: 1, 8: 5, 16: 10 }
const probeBudgetMb = 80
const appBudgetMb = 110
const measuredMs = 20_000
/** Telemetry runs for days: the compiler's work of the first seconds is not its cost. */
const warmUpMs = 10_000
/** The lease of a viewer is 10 s. */
const watchEveryMs = 5_000
/** At the same rhythm as ours: a loop without pauses would find everything in the caches. */
const peerRounds = 20
const peerEveryMs = 1_000
/** The same values as ours, by nvidia-smi's names. */
const queried = ['uuid', ...fields.map(({ query }) => query)].join(',')

const counts = [1, 8, 16]
const ids = [...counts.flatMap((count) => [`telemetry.cpu-${count}`, `telemetry.smi-path-${count}`]), 'telemetry.vs-smi', 'telemetry.vs-query-gpu', 'memory.probe', 'memory.app']

export const budgets: Budgets = {
  ids,
  async measure(only) {
    const isReal = realCards() > 0
    const folder = mkdtempSync(join(tmpdir(), 'idlewatt-measure-'))
    try {
      const library = isReal ? null : buildLibrary(folder)
      if (!isReal && library === null) return ids.map((id) => notMeasured(id, '', 0, 'no NVIDIA driver here, and no gcc (on Linux) to build the library that stands in for it'))
      const rows: Row[] = []
      for (const count of isReal ? [realCards()] : counts) {
        const id = `telemetry.cpu-${count}`
        const isPeered = isReal || count === 8
        if (only !== null && only !== id && !(isPeered && /^memory|^telemetry\.vs/.test(only))) continue
        const ours = await measureOurs([], library === null ? {} : { IDLEWATT_NVML_LIBRARY: library, STUB_DEVICES: String(count) })
        const how = isReal ? `${ours.cards} real cards through NVML` : `${ours.cards} cards through koffi and a library with NVML's entry points in place of the driver's own`
        const percent = ours.share * 100
        const budget = cpuBudgets[count] ?? 0.5
        rows.push({ id, value: percent, unit: '%', budget, ok: percent <= budget, peer: null, note: `of one core, app and probe together with history and health, over ${measuredMs / 1000} s with one viewer, after ${warmUpMs / 1000} s: ${how}` })
        if (!isPeered) continue
        const { probeMb, appMb } = ours
        rows.push({ id: 'memory.probe', value: probeMb, unit: 'MB', budget: probeBudgetMb, ok: probeMb <= probeBudgetMb, peer: null, note: `resident memory of the probe while it samples ${ours.cards} cards, what it shares with others in proportion (PSS)` })
        rows.push({ id: 'memory.app', value: appMb, unit: 'MB', budget: appBudgetMb, ok: appMb <= appBudgetMb, peer: null, note: 'the app itself meanwhile, counted the same way' })
        if (only === null || only.startsWith('telemetry.vs')) rows.push(...(await versusSmi(library === null ? {} : { IDLEWATT_NVML_LIBRARY: library, STUB_DEVICES: String(count) }, isReal, how)))
      }
      for (const count of counts) {
        const id = `telemetry.smi-path-${count}`
        if (only !== null && only !== id) continue
        const smi = await measureOurs(['--machine', recordSmi(folder, count)], {})
        const percent = smi.share * 100
        const budget = smiPathBudgets[count] ?? 5
        rows.push({ id, value: percent, unit: '%', budget, ok: percent <= budget, peer: null, note: `of one core: a recorded machine answers \`nvidia-smi -q -x\` each second for ${smi.cards} cards; parse, history and health, without the processor time of nvidia-smi itself` })
      }
      return rows
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
}

/** Reading against reading: neither side keeps, judges or shows what it read. */
async function versusSmi(env: Record<string, string>, isReal: boolean, how: string): Promise<Row[]> {
  const budget = isReal ? 1 / 50 : 1 / 5
  const share = await measureSamplingAlone(env)
  const recording = join(root, 'test', 'machines', 'eight-h200', 'nvidia-smi.xml')
  const peer = isReal ? await measurePeer('nvidia-smi', ['-q', '-x'], 'nvidia-smi -q -x each second') : await measurePeer('cat', [recording], 'a recorded nvidia-smi -q -x each second')
  const ratio = share / peer.secondsPerRound
  const row: Row = {
    id: 'telemetry.vs-smi',
    value: ratio,
    unit: 'ratio',
    budget,
    ok: ratio <= budget,
    peer: { name: `${peer.name}, % of one core`, value: peer.secondsPerRound * 100 },
    note: isReal ? how : `sampling alone, ${(share * 1000).toFixed(2)} ms a second, app and probe: ${how}; beside it \`cat\` of a recorded answer for eight cards in place of nvidia-smi, and its parse`,
  }
  if (!isReal) return [row, notMeasured('telemetry.vs-query-gpu', 'ratio', budget, 'no NVIDIA driver here')]
  const query = await measurePeer('nvidia-smi', [`--query-gpu=${queried}`, '--format=csv,noheader,nounits'], 'nvidia-smi --query-gpu each second')
  const queryRatio = share / query.secondsPerRound
  return [row, { ...row, id: 'telemetry.vs-query-gpu', value: queryRatio, ok: queryRatio <= budget, peer: { name: `${query.name}, % of one core`, value: query.secondsPerRound * 100 } }]
}

/** The same cards, one after another, as a machine of its own that has nvidia-smi alone; cards beyond the recorded ones sit on other buses. */
function recordSmi(folder: string, count: number): string {
  const text = readFileSync(join(root, 'test', 'machines', 'eight-h200', 'nvidia-smi.xml'), 'utf8')
  const blocks = text.match(/\t<gpu id=[\s\S]*?\n\t<\/gpu>\n/g) ?? []
  const head = text.slice(0, text.indexOf('\t<gpu id=')).replace(/<attached_gpus>\d+/, `<attached_gpus>${count}`)
  const cards = Array.from({ length: count }, (_, n) => (blocks[n % blocks.length] ?? '').replace(/00000000:(?=[0-9A-F]{2}:)/g, `0000000${Math.floor(n / blocks.length)}:`).replace(/GPU-[0-9a-f]{8}/g, `GPU-${n.toString(16).padStart(8, '0')}`))
  const machine = join(folder, `smi-${count}`)
  mkdirSync(machine, { recursive: true })
  writeFileSync(join(machine, 'nvidia-smi.xml'), `${head}${cards.join('')}</nvidia_smi_log>\n`)
  writeFileSync(join(machine, 'machine.json'), JSON.stringify({ platform: 'linux', commands: [{ run: 'nvidia-smi -q -x', stdout: 'nvidia-smi.xml' }] }))
  return machine
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
async function measurePeer(program: string, args: readonly string[], name: string): Promise<{ name: string; secondsPerRound: number }> {
  const round = (): void => {
    const { stdout } = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 64 * 2 ** 20 })
    if (stdout.startsWith('<')) parseSmiXml(stdout)
    else stdout.split('\n').map((line) => line.split(', '))
  }
  round()
  const before = processorWithChildren()
  for (let i = 0; i < peerRounds; i++) {
    await wait(peerEveryMs)
    round()
  }
  return { name, secondsPerRound: (processorWithChildren() - before) / peerRounds }
}

function processorWithChildren(): number {
  const { user, system } = process.cpuUsage()
  const stat = readFileSync('/proc/self/stat', 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  // cutime and cstime: of the children that have ended, in ticks of 10 ms.
  return (user + system) / 1e6 + (Number(fields[13]) + Number(fields[14])) / 100
}
