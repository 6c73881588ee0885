/** The parts of a card's XML that changed their layout over the years: throttle reasons, memory errors, processes. Pure. */
import type { GpuFan, GpuProcess } from '../../../shared/telemetry.ts'
import { known, unknown, valueOf, within, type Reading } from '../reading.ts'
import { inBytes, inPercent, numberAt, plain, wordAt, wordOf } from './smi-values.ts'
import { childOf, listOf, textOf, type XmlNode } from './smi-xml.ts'

/** `clocks_throttle_reasons` to v11, `clocks_event_reasons` from v12. The reasons by NVIDIA's names: "sw_power_cap", "gpu_idle". */
export function throttleOf(gpu: XmlNode): Reading<string[]> {
  for (const kind of ['event', 'throttle']) {
    const block = childOf(gpu, `clocks_${kind}_reasons`)
    if (block === undefined) continue
    const text = textOf(block)
    if (text !== undefined && text !== '') return whyUnknown(text)
    const prefix = `clocks_${kind}_reason_`
    const reasons = listOf(block).flatMap((node) => Object.entries(node)).filter(([name]) => name.startsWith(prefix))
    const stated = reasons.map(([name, node]) => ({ name: name.slice(prefix.length), word: textOf(node) ?? '' }))
    const usable = stated.filter(({ word }) => /^(not )?active$/i.test(word))
    if (usable.length === 0) return stated[0] ? whyUnknown(stated[0].word) : unknown('the driver lists no reasons')
    return known(usable.filter(({ word }) => /^active$/i.test(word)).map(({ name }) => name))
  }
  return unknown('this driver does not tell')
}

function whyUnknown(text: string): { why: string } {
  const word = wordOf(text)
  return 'value' in word ? unknown(`the driver says "${word.value.slice(0, 60)}"`) : word
}

/** Errors since the driver loaded. Single and double bit with a total before Turing; SRAM and DRAM apart since. */
export function eccCount(gpu: XmlNode, kind: 'corrected' | 'uncorrected'): Reading {
  const volatile = childOf(gpu, 'ecc_errors', 'volatile')
  const old = childOf(volatile, kind === 'corrected' ? 'single_bit' : 'double_bit')
  if (old !== undefined) return numberAt(old, plain, 'total')

  const names = kind === 'corrected' ? ['sram_correctable', 'dram_correctable'] : ['sram_uncorrectable', 'sram_uncorrectable_parity', 'sram_uncorrectable_secded', 'dram_uncorrectable']
  const readings = names.filter((name) => childOf(volatile, name) !== undefined).map((name) => numberAt(volatile, plain, name))
  const numbers = readings.map(valueOf).filter((value) => value !== null)
  if (numbers.length > 0) return known(numbers.reduce((sum, value) => sum + value, 0))
  const why = readings[0]
  if (why) return why
  return unknown('this driver does not tell')
}

/** One share for all fans so far; should a schema list them one by one, each counts. Fans may be driven beyond what their maker calls full speed. */
export function fansOf(gpu: XmlNode): Reading<GpuFan[]> {
  const node = childOf(gpu, 'fan_speed')
  const readings = (Array.isArray(node) ? node : [node]).map((speed) => within(numberAt({ speed }, inPercent, 'speed'), 0, 2))
  const shares = readings.map(valueOf)
  if (shares.every((share) => share === null)) return readings.find((reading) => 'why' in reading) ?? unknown('this driver does not tell')
  return known(shares.map((share) => ({ share, rpm: null })))
}

/** nvidia-smi's letters: C computes, G draws, M is a program that shares the card with others (MPS). */
function kindOf(type: string | null): GpuProcess['kind'] {
  const letters = (type ?? '').toUpperCase()
  if (!/^[CGM](\+[CGM])*$/.test(letters)) return null
  const computes = /[CM]/.test(letters)
  return letters.includes('G') ? (computes ? 'both' : 'graphics') : 'compute'
}

/** On Windows the driver gives no memory per process. One process may stand there several times, once per MIG slice. */
export function processesOf(gpu: XmlNode): Reading<GpuProcess[]> {
  // Drivers before 2015 list what computes alone.
  const block = childOf(gpu, 'processes') ?? childOf(gpu, 'compute_processes')
  if (block === undefined) return unknown('this driver does not tell')
  const text = textOf(block)
  if (text !== undefined && text !== '' && !('value' in wordOf(text)) && !/^none$/i.test(text)) return whyUnknown(text)

  const byPid = new Map<number, GpuProcess>()
  for (const node of listOf(childOf(block, 'process_info'))) {
    const pid = valueOf(numberAt(node, plain, 'pid'))
    if (pid === null || pid < 0) continue
    const memoryBytes = valueOf(numberAt(node, inBytes, 'used_memory'))
    const seen = byPid.get(pid)
    const kind = kindOf(valueOf(wordAt(node, 'type')))
    if (seen) {
      seen.memoryBytes = seen.memoryBytes === null ? memoryBytes : seen.memoryBytes + (memoryBytes ?? 0)
      if (seen.kind !== kind) seen.kind = seen.kind && kind ? 'both' : (seen.kind ?? kind ?? null)
    } else byPid.set(pid, { pid, name: programName(valueOf(wordAt(node, 'process_name'))), memoryBytes, ours: null, kind: kind ?? null })
  }
  return known([...byPid.values()])
}

/** The program without its arguments, which may hold folders and secrets. Paths may have blanks in them. */
export function programName(commandLine: string | null): string {
  // Some versions leave bytes there that are no text.
  if (commandLine === null || /[\u0000-\u001f\u007f\ufffd]/.test(commandLine.trim())) return 'unknown program'
  // Windows gives the program's path alone.
  if (/^[a-z]:\\.*\.exe$/i.test(commandLine.trim())) return commandLine.trim().slice(0, 200)
  const words = commandLine.trim().split(/ (?=-{1,2}[A-Za-z])/)
  return (words[0] ?? commandLine).slice(0, 200)
}
