/** What `detect` prints: the machine, its cards at a glance, then a block for each with everything that is known of it. Pure. */
import type { Detection, Gpu, Machine, Problem } from '../../shared/machine.ts'
import type { GpuSample } from '../../shared/telemetry.ts'
import { factsOf, type Fact } from './card-facts.ts'
import { breakLongWords, bullet, drawTable, memoryText, percentText, unknown, widest, wrap, type Column } from './output.ts'
import { spanText, timeText } from './times.ts'
import { printable } from './watch-text.ts'

export function detectionText(detection: Detection): string {
  const { machine, gpus, problems } = detection
  const parts = [machineText(machine)]
  if (gpus.length > 1) parts.push(drawTable(columns, gpus.map(gpuRow)))
  if (!gpus.some((gpu) => gpu.lostSince === null)) parts.push('No GPU was found.')
  parts.push(...alikeCards(gpus).map((alike) => blockText(alike, detection.detectedAt)))
  const all = [...problems.map((problem) => problemText(problem)), ...cardProblemTexts(detection)]
  if (all.length > 0) parts.push(all.join('\n'))
  return printableLines(parts.join('\n\n'))
}

/** The id is wide enough for a UUID, since it is what one copies into `--gpu`. */
const columns: Column[] = [
  { head: 'Card and id', flexible: true, least: 40 },
  { head: 'Memory', align: 'right' },
  { head: 'Driver', flexible: true, least: 8 },
  { head: 'PCI address', least: 12 },
  { head: 'Now', flexible: true, least: 11 },
]

function gpuRow(gpu: Gpu): string[] {
  const lost = gpu.lostSince === null ? '' : '\nnot here'
  return [`${printable(gpu.name)}${kindText(gpu)}\n${gpu.id}`, memoryText(gpu.memoryBytes), gpu.driverVersion ?? unknown, gpu.pciAddress ?? unknown, lost === '' ? glanceText(gpu.sample) : lost.trim()]
}

function kindText({ kind }: Gpu): string {
  return kind === 'cpu-device' ? ' (a processor, not a GPU)' : kind === 'virtual' ? ' (virtual)' : ''
}

/** Two lines, as the first column has two. */
function glanceText(sample: GpuSample | null): string {
  if (sample === null) return unknown
  const first = [sample.temperatureC === null ? null : `${Math.round(sample.temperatureC)} °C`, sample.powerW === null ? null : `${Math.round(sample.powerW)} W`]
  const lines = [first.filter((reading) => reading !== null).join(', '), sample.utilisation === null ? '' : `${percentText(sample.utilisation)} busy`]
  return lines.filter((line) => line !== '').join('\n') || unknown
}

function machineText(machine: Machine): string {
  const facts = [
    machine.os ?? machine.platform,
    machine.cpuName,
    machine.memoryBytes === null ? null : `${memoryText(machine.memoryBytes)} memory`,
    machine.diskFreeBytes === null ? null : `${memoryText(machine.diskFreeBytes)} free disk`,
    machine.uptimeSeconds === null ? null : `up ${spanText(machine.uptimeSeconds * 1000)}`,
  ]
  const line = facts.filter((fact) => fact !== null).join(' · ')
  return [wrap(machine.recorded === null ? line : `Recorded machine "${machine.recorded}": ${line}`), ...surroundingsTexts(machine)].join('\n')
}

function surroundingsTexts({ surroundings }: Machine): string[] {
  if (surroundings === null) return []
  const more = [
    surroundings.isLaptop === true ? 'A laptop.' : '',
    surroundings.onBattery === true ? 'It runs on its battery now.' : '',
    // The sentence may say it already.
    surroundings.remoteSession === null || surroundings.sentence.toLowerCase().includes(surroundings.remoteSession) ? '' : `Looked at from another machine (${surroundings.remoteSession.toUpperCase()}).`,
  ].filter((one) => one !== '' && !surroundings.sentence.includes(one))
  return [wrap([surroundings.sentence, ...more].join(' '))]
}

/** Cards of one name, in the order of the first; lost ones by themselves, since nothing of them is true now. */
function alikeCards(gpus: readonly Gpu[]): Gpu[][] {
  const groups = new Map<string, Gpu[]>()
  for (const gpu of gpus) {
    const key = JSON.stringify([gpu.name, gpu.kind, gpu.lostSince === null ? 'here' : gpu.id])
    groups.set(key, [...(groups.get(key) ?? []), gpu])
  }
  return [...groups.values()]
}

/** What all of them have in common is said once, what differs card by card. */
function blockText(gpus: readonly Gpu[], at: number): string {
  const [first] = gpus
  if (first === undefined) return ''
  const facts = gpus.map((gpu) => factsOf(gpu, at))
  const titles = [...new Set(facts.flatMap((all) => all.map((fact) => fact.title)))]
  const isCommon = (title: string): boolean => {
    const texts = facts.map((all) => all.find((fact) => fact.title === title)?.text)
    return texts[0] !== undefined && texts.every((text) => text === texts[0])
  }
  const name = `${printable(first.name)}${kindText(first)}`
  if (gpus.length === 1) return [headText(`${name}  ${first.id}`, first), ...factLines(facts[0] ?? [], '  ')].join('\n')
  const common = (facts[0] ?? []).filter((fact) => isCommon(fact.title))
  const own = titles.filter((title) => !isCommon(title))
  return [
    `${gpus.length} × ${name}, alike in:`,
    ...factLines(common, '  '),
    ...gpus.flatMap((gpu, i) => ['', `  ${gpu.id}`, ...factLines(own.flatMap((title) => (facts[i] ?? []).filter((fact) => fact.title === title)), '    ')]),
  ].join('\n')
}

function headText(name: string, gpu: Gpu): string {
  if (gpu.lostSince === null) return name
  return `${name}\n${wrap(`  Lost since ${timeText(gpu.lostSince)}: it was here before, and is gone or no longer answers. This is what was known of it.${forgetText(gpu)}`, '  ')}`
}

/** One that the driver still lists would be back with the next look. */
function forgetText(gpu: Gpu): string {
  return gpu.problems.some(({ id }) => id === 'card-lost') ? ` Where it is gone for good: \`idlewatt detect --forget ${gpu.id}\`.` : ''
}

const titleWidth = 14

/** The title in a column of its own, the text hanging beside it. */
function factLines(facts: readonly Fact[], indent: string): string[] {
  const hang = `${indent}${' '.repeat(titleWidth)}`
  return facts.flatMap(({ title, text }) => text.split('\n').map((line, i) => `${indent}${(i === 0 ? title : '').padEnd(titleWidth)}${wrap(breakLongWords(printable(line), widest - hang.length), hang).slice(hang.length)}`))
}

/** What several cards share is said once, and what the machine's own problems say already not at all. */
function cardProblemTexts({ gpus, problems }: Detection): string[] {
  const shared = new Map<string, { problem: Problem; cards: Gpu[] }>()
  for (const gpu of gpus) {
    for (const problem of gpu.problems) {
      if (problems.some(({ id, sentence }) => id === problem.id && sentence === problem.sentence)) continue
      const key = JSON.stringify([problem.sentence, problem.remedy])
      const same = shared.get(key)
      if (same) same.cards.push(gpu)
      else shared.set(key, { problem, cards: [gpu] })
    }
  }
  return [...shared.values()].map(({ problem, cards }) => problemText(problem, cardsText(cards, gpus)))
}

/** "8 × NVIDIA H200, each"; where only some of that name are meant, by their places. */
function cardsText(cards: Gpu[], all: Gpu[]): string {
  const texts = [...new Set(cards.map(({ name }) => name))].map((name) => {
    const mine = cards.filter((gpu) => gpu.name === name)
    const isEvery = mine.length === all.filter((gpu) => gpu.name === name).length
    if (!isEvery) return `${name} (${mine.map(({ pciAddress, id }) => pciAddress ?? id).join(', ')})`
    return mine.length === 1 ? name : `${mine.length} × ${name}`
  })
  return `${texts.join(', ')}${cards.length > 1 ? ', each' : ''}`
}

export function problemText(problem: Problem, of?: string): string {
  return bullet([of === undefined ? null : `${of}:`, problem.sentence, problem.remedy].filter(Boolean).join(' '))
}

/** Drivers' words are shown as they are, but a terminal must not obey them. */
function printableLines(text: string): string {
  return text.split('\n').map((line) => printable(line).trimEnd()).join('\n')
}
