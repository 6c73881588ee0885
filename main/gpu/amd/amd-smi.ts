/** AMD cards by `amd-smi`, the tool that follows rocm-smi: for what the driver's files in /sys do not tell. */
import type { Problem } from '../../../shared/machine.ts'
import type { CommandResult, MachineSource } from '../../system/machine-source.ts'
import { absent, answered, failed, type CardSeen, type Layer } from '../vendor.ts'
import { amdSmiCard, amdSmiSample, placeOf, type AmdSmiParts } from './amd-smi-card.ts'
import { cardsIn, numberAt, type Json } from './amd-smi-values.ts'
import { breaksOff, jsonIn } from '../json-in-text.ts'
import { notLoadedRemedy } from './values.ts'

const timeoutMs = 10_000
const limitBytes = 8 * 1024 * 1024
const documents = ['list', 'static', 'metric', 'process'] as const
type DocumentName = (typeof documents)[number]
type Documents = Partial<Record<DocumentName, Map<number, Json>>>

/** It is a Python program: each call takes a second or so. What stays is therefore remembered from the look. */
export function createAmdSmiLayer(): Layer {
  const fixed = new WeakMap<MachineSource, Documents>()

  return {
    name: 'amd-smi',
    command: 'amd-smi static; amd-smi metric; amd-smi process',
    async detect(machine, at) {
      if (machine.platform !== 'linux' && machine.platform !== 'win32') return absent('amd-smi')
      const results = await Promise.all(documents.map((name) => runAmdSmi(machine, name)))
      if (results.every(({ kind }) => kind === 'not-found')) return absent('amd-smi')
      const read = readAll(results)
      const found = cardsOf(read)
      if (found.length === 0 && !results.some((result) => isWhole(result))) return failed('amd-smi', problemOf(results))
      // What did not come is asked for again with the samples.
      if (read.list || read.static) fixed.set(machine, { list: read.list, static: read.static })
      return answered('amd-smi', found.map((parts): CardSeen => amdSmiCard(parts, at)), [...groupProblem(results), ...brokenDocuments(results)])
    },
    async sample(machine, at) {
      const before = fixed.get(machine)
      const asked: DocumentName[] = before ? ['metric', 'process'] : [...documents]
      const results = await Promise.all(documents.map((name) => (asked.includes(name) ? runAmdSmi(machine, name) : null)))
      const read = { ...before, ...readAll(results) }
      if (!before && (read.static || read.list)) fixed.set(machine, { list: read.list, static: read.static })
      return cardsOf(read).flatMap((parts) => (parts.metric === undefined ? [] : [{ ...placeOf(parts), sample: amdSmiSample(parts, at) }]))
    },
  }
}

export const amdSmiLayer: Layer = createAmdSmiLayer()

/** A recording may have been made with the words in another order. */
async function runAmdSmi(machine: MachineSource, name: DocumentName): Promise<CommandResult> {
  for (const args of machine.recorded === null ? [[name, '--json']] : [[name, '--json'], ['--json', name], [name, '-j']]) {
    const result = await machine.run('amd-smi', args, { timeoutMs, maxBytes: limitBytes })
    if (result.kind !== 'not-found') return result
  }
  return { kind: 'not-found' }
}

function readAll(results: readonly (CommandResult | null)[]): Documents {
  const read: Documents = {}
  for (const [index, name] of documents.entries()) {
    const result = results[index]
    const document = result?.kind === 'done' ? jsonIn(result.stdout) : undefined
    if (document !== undefined) read[name] = cardsIn(document)
  }
  return read
}

/** One entry per card; the partitions of an accelerator are parts of one. */
function cardsOf(read: Documents): AmdSmiParts[] {
  const indexes = [...new Set([read.static, read.list, read.metric].flatMap((cards) => [...(cards?.keys() ?? [])]))].sort((one, other) => one - other)
  const places = new Set<string>()
  return indexes.flatMap((index): AmdSmiParts[] => {
    const parts: AmdSmiParts = { list: read.list?.get(index), static: read.static?.get(index), metric: read.metric?.get(index), process: read.process?.get(index) }
    const { pciAddress } = placeOf(parts)
    const slot = pciAddress?.replace(/\.\d$/, '')
    const isPartition = slot !== undefined && places.has(slot) && ((numberAt(parts.list, 'partition_id') ?? 0) > 0 || pciAddress?.endsWith('.0') === true)
    if (slot !== undefined) places.add(slot)
    return isPartition ? [] : [parts]
  })
}

function isWhole(result: CommandResult): boolean {
  return result.kind === 'done' && jsonIn(result.stdout) !== undefined
}

/** Without these groups it sees the cards, but not what they do. */
function groupProblem(results: readonly CommandResult[]): Problem[] {
  const text = results.map((result) => (result.kind === 'done' ? `${result.stdout}\n${result.stderr}` : '')).join('\n')
  const groups = /missing the following required groups?:?\s*([\w, ]+)/i.exec(text)?.[1]?.trim()
  if (groups === undefined) return []
  return [{ id: 'amd-groups-missing', sentence: `amd-smi may not read everything: this user is not in the group${groups.includes(',') ? 's' : ''} ${groups}.`, remedy: 'Run `sudo usermod -a -G render,video $USER`, then sign out and in again.' }]
}

/** Some of its documents were whole: then the cards are known, but not all about them. */
function brokenDocuments(results: readonly CommandResult[]): Problem[] {
  const broken = documents.filter((_, index) => {
    const result = results[index]!
    return result.kind === 'done' && (breaksOff(result.stdout) || (result.exitCode === 0 && /^[ \t]*[[{]/m.test(result.stdout) && !isWhole(result)))
  })
  if (broken.length === 0) return []
  const list = broken.map((name) => `\`amd-smi ${name} --json\``).join(' and ')
  return [{ id: 'machine-output-broken', sentence: `What ${list} printed cannot be read: its JSON breaks off or is damaged. What it tells is missing here.`, remedy: 'Run it yourself; if it looks whole there, please report it.' }]
}

function problemOf(results: readonly CommandResult[]): Problem {
  const late = results.find(({ kind }) => kind === 'timed-out')
  if (late) return notAnswering(`amd-smi gave no answer within ${timeoutMs / 1000} s and was ended`)
  const text = results.map((result) => (result.kind === 'done' ? `${result.stdout}\n${result.stderr}` : result.kind === 'failed' ? result.message : '')).join('\n')
  if (/driver (is )?not (initialized|loaded|found)|AMDSMI_STATUS_(DRIVER_NOT_LOADED|NOT_INIT|DRM_ERROR)|not loaded \(amdgpu/i.test(text)) return notAnswering('amd-smi says that the driver (amdgpu) is not loaded', notLoadedRemedy)
  const last = /^\w*(?:Error|Exception): .{1,200}$/m.exec(text)?.[0]
  if (last !== undefined) return { id: 'amd-smi-broken', sentence: `amd-smi does not run here: ${last}`, remedy: 'Install ROCm’s amd-smi anew. Temperatures and use are read from the kernel all the same, where its driver gives them.' }
  const cut = results.some((result) => result.kind === 'done' && breaksOff(result.stdout))
  return { id: 'machine-output-broken', sentence: `What \`amd-smi static --json\` printed cannot be read: ${cut ? 'its JSON breaks off in the middle' : 'it is not its JSON'}.`, remedy: 'Run it yourself; if it looks whole there, please report it.' }
}

function notAnswering(what: string, remedy = 'Look again in a minute. If it stays so, restart the machine.'): Problem {
  return { id: 'driver-not-answering', sentence: `The AMD driver is not answering: ${what}.`, remedy }
}
