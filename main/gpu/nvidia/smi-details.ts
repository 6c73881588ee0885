/** The parts of a card's XML that changed their layout over the years: throttle reasons, memory errors, processes. Pure. */
import type { GpuProcess } from '../../../shared/telemetry.ts'
import { known, unknown, valueOf, type Reading } from '../reading.ts'
import { inBytes, numberAt, plain, wordAt, wordOf } from './smi-values.ts'
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
    if (seen) seen.memoryBytes = seen.memoryBytes === null ? memoryBytes : seen.memoryBytes + (memoryBytes ?? 0)
    else byPid.set(pid, { pid, name: programName(valueOf(wordAt(node, 'process_name'))), memoryBytes, ours: null })
  }
  return known([...byPid.values()])
}

/** The program without its arguments, which may hold folders and secrets. Paths may have blanks in them. */
export function programName(commandLine: string | null): string {
  if (commandLine === null) return 'unknown program'
  // Windows gives the program's path alone.
  if (/^[a-z]:\\.*\.exe$/i.test(commandLine.trim())) return commandLine.trim().slice(0, 200)
  const words = commandLine.trim().split(/ (?=-{1,2}[A-Za-z])/)
  return (words[0] ?? commandLine).slice(0, 200)
}
