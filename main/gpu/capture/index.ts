/** Writes a machine down as a recorded machine (`idlewatt record-machine`): what its layers read, with everything personal replaced. */
import { hostname, userInfo } from 'node:os'
import type { DetectionLayer } from '../../../shared/machine.ts'
import type { Clock } from '../../system/clock.ts'
import type { CommandResult, LayerName, MachineSource } from '../../system/machine-source.ts'
import type { RecordedAnswer, RecordedCommand } from '../../system/recording.ts'
import { surroundingsOf } from '../../system/surroundings.ts'
import { createLayers, noLibraries } from '../layers.ts'
import type { Layer } from '../vendor.ts'
import { keepOfAnswer, keepOfFile } from './personal.ts'
import { createRecorder, unreadEntries, type Noted } from './recorder.ts'
import { createReplacer, type People, type Replaced } from './secrets.ts'

export interface MachineCapture {
  /** File name → content; `machine.json` is among them. */
  files: Record<string, string>
  /** What was replaced by made-up values, and how many different ones. */
  replaced: Replaced[]
  /** What could not be captured, for the user. */
  notes: string[]
}

export interface CaptureOptions {
  source: MachineSource
  clock: Clock
  /** Asks the probe for what a library answers, as a recording holds it; null: it is not on this machine. Not asked of a recorded machine. */
  askLibrary(layer: LayerName): Promise<unknown>
  /** Whose names must not be in it; left out: those of this process's user and machine. */
  people?: People
}

const libraryFiles: Record<LayerName, { file: string; title: string }> = {
  nvml: { file: 'nvml.json', title: 'NVIDIA’s library (NVML)' },
  opencl: { file: 'opencl.json', title: 'OpenCL' },
  systeminformation: { file: 'systeminformation.json', title: 'The system’s own list of graphics adapters' },
}
/** A driver that hangs must not hold up everything else. */
const layerDeadlineMs = 60_000

/** Never rejects but on our own bugs: what cannot be read is left out, with a note. */
export async function captureMachine(options: CaptureOptions): Promise<MachineCapture> {
  const { source, clock } = options
  const recorder = createRecorder(source)
  const notes: string[] = []
  const layers = Object.values(createLayers(noLibraries))
  const [facts, libraries] = await Promise.all([
    source.facts(),
    readLibraries(options, notes),
    surroundingsOf(recorder.source),
    ...layers.map((layer) => inTime(clock, readLayer(layer, recorder.source, clock), `${layer.name} did not answer in time; what it had not told by then is missing.`, notes)),
  ])

  const { surroundings: _told, ...plainFacts } = facts
  const replacer = createReplacer(options.people ?? (source.recorded === null ? ownPeople() : { hostName: null, userName: null }))
  const answers = new Map([...recorder.commands].map(([line, results]) => [line, results.map((result) => kept(line, result))]))
  const files = new Map([...recorder.files].map(([path, content]) => [path, typeof content === 'string' ? keepOfFile(path, content) : content]))
  const libraryTexts = new Map([...libraries].map(([layer, answer]) => [layer, `${JSON.stringify(answer, bareProcesses(replacer.program), 2)}\n`]))

  const texts = [...libraryTexts.values(), ...[...files].map(([path, text]) => (typeof text === 'string' ? labelled(path, text) : '')), ...[...answers.values()].flat().flatMap((result) => (result.kind === 'done' ? [result.stdout, result.stderr] : []))]
  for (const text of texts) replacer.learn(text)
  const written: Record<string, string> = {}
  const commands = writeCommands(answers, replacer.apply, written, notes)
  for (const [layer, text] of libraryTexts) written[libraryFiles[layer].file] = replacer.apply(text)
  const fileTexts = Object.fromEntries(
    [...files].sort(([one], [other]) => (one < other ? -1 : 1)).map(([path, content]) => [path, typeof content === 'string' ? unlabelled(path, replacer.apply(labelled(path, content))) : { base64: Buffer.from(content).toString('base64') }]),
  )
  const machine = {
    platform: source.platform,
    arch: source.arch,
    commands,
    files: { ...fileTexts, ...Object.fromEntries(unreadEntries({ ...recorder, files } satisfies Noted).map((path) => [`${path}/`, ''])) },
    facts: plainFacts,
    layers: Object.fromEntries([...libraryTexts.keys()].map((layer) => [layer, libraryFiles[layer].file])),
    registry: {},
    containers: [],
  }
  written['machine.json'] = `${JSON.stringify(machine, null, 2)}\n`
  return { files: written, replaced: replacer.counts(), notes }
}

/** Detects, and takes a sample of what was found: some tools are asked for samples alone. */
async function readLayer(layer: Layer, machine: MachineSource, clock: Clock): Promise<void> {
  const { cards } = await layer.detect(machine, clock.now())
  const keys = cards.map(({ uuid, pciAddress, pciDeviceId }) => ({ uuid, pciAddress, pciDeviceId }))
  // The first sample is often one of the difference to nothing.
  if (keys.length > 0 || samplesWithoutCards.includes(layer.name)) await layer.sample?.(machine, clock.now(), keys)
}

/** Windows' counters are read for cards that other layers found. */
const samplesWithoutCards: DetectionLayer[] = ['os']

async function readLibraries(options: CaptureOptions, notes: string[]): Promise<Map<LayerName, unknown>> {
  const found = await Promise.all(
    (Object.keys(libraryFiles) as LayerName[]).map(async (layer): Promise<[LayerName, unknown][]> => {
      try {
        const answer = options.source.recorded === null ? await options.askLibrary(layer) : await options.source.recordedLayer(layer)
        return answer === null || answer === undefined ? [] : [[layer, withoutScreens(answer)]]
      } catch (error) {
        notes.push(`${libraryFiles[layer].title} could not be captured: ${firstLine(error)}.`)
        return []
      }
    }),
  )
  return new Map(found.flat())
}

/** Screens carry serial numbers and names of their owners; no layer looks at them. */
function withoutScreens(answer: unknown): unknown {
  if (typeof answer !== 'object' || answer === null || Array.isArray(answer)) return answer
  const { displays: _screens, ...rest } = answer as Record<string, unknown>
  return 'graphics' in rest ? { ...rest, graphics: withoutScreens(rest['graphics']) } : rest
}

/** For JSON.stringify: a process is known by its `pid`; of what it was started with, the program's name is kept. */
function bareProcesses(program: (words: string) => string) {
  return (_key: string, value: unknown): unknown => {
    if (typeof value !== 'object' || value === null || !('pid' in value) || !('name' in value) || typeof value.name !== 'string') return value
    return { ...value, name: program(value.name) }
  }
}

function kept(line: string, result: CommandResult): CommandResult {
  return result.kind === 'done' ? { ...result, stdout: keepOfAnswer(line, result.stdout), stderr: keepOfAnswer(line, result.stderr) } : result
}

/** Answers go into files of their own; several of one command become a series. */
function writeCommands(answers: ReadonlyMap<string, CommandResult[]>, clean: (text: string) => string, written: Record<string, string>, notes: string[]): RecordedCommand[] {
  return [...answers].flatMap(([run, all], place): RecordedCommand[] => {
    // Where nothing changed from one time to the next, one answer stands for all.
    const results = all.every((result) => JSON.stringify(result) === JSON.stringify(all[0])) ? all.slice(0, 1) : all
    const recorded: RecordedAnswer[] = []
    for (const result of results) {
      if (result.kind === 'timed-out') recorded.push({ hangs: true })
      if (result.kind === 'failed') notes.push(`\`${run.length > 60 ? `${run.slice(0, 60)}…` : run}\` could not be captured: ${result.message}.`)
      if (result.kind !== 'done') continue
      const name = (part: string): string => `${run.split(' ')[0]!.replace(/\.exe$/i, '').replace(/[^\w-]/g, '')}-${place + 1}${results.length > 1 ? `-${recorded.length + 1}` : ''}${part}`
      const answer: RecordedAnswer = { exitCode: result.exitCode }
      for (const part of ['stdout', 'stderr'] as const) {
        if (result[part].trim() === '') continue
        const text = clean(result[part])
        const file = name(part === 'stderr' ? '-errors.txt' : /^\s*</.test(text) ? '.xml' : /^\s*[[{]/.test(text) ? '.json' : '.txt')
        written[file] = text
        answer[part] = file
      }
      recorded.push(answer)
    }
    if (recorded.length === 0) return []
    return [recorded.length === 1 ? { run, ...recorded[0] } : { run, ...recorded[0], series: recorded }]
  })
}

/** Some files hold nothing but a serial number: their name says so, and is put before for the replacer to see. */
const telling = /\/(unique_id|serial(?:_?number)?|\w*_serial|uuid)$/
function labelled(path: string, text: string): string {
  const name = telling.exec(path)?.[1]
  return name === undefined ? text : `${name}: ${text}`
}
function unlabelled(path: string, text: string): string {
  return telling.test(path) ? text.slice(text.indexOf(': ') + 2) : text
}

function inTime(clock: Clock, work: Promise<void>, otherwise: string, notes: string[]): Promise<void> {
  return new Promise((done) => {
    const cancel = clock.after(layerDeadlineMs, () => {
      notes.push(otherwise)
      done()
    })
    // A layer that does not answer has its own words in the detection; here its commands are what counts.
    work.catch((error: unknown) => void notes.push(`A layer could not be read to its end: ${firstLine(error)}.`)).finally(() => {
      cancel()
      done()
    })
  })
}

function ownPeople(): People {
  try {
    return { hostName: hostname() || null, userName: userInfo().username || null }
  } catch {
    return { hostName: hostname() || null, userName: null }
  }
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0]!.replace(/\.$/, '')
}
