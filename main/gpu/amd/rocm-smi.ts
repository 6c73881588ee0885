/** AMD cards by `rocm-smi -a --json`, for where the driver's files in /sys say too little. The parser is pure. */
import type { Problem } from '../../../shared/machine.ts'
import type { GpuProcess } from '../../../shared/telemetry.ts'
import type { CommandResult, MachineSource } from '../../system/machine-source.ts'
import { hexWord, pciAddressOf } from '../../system/pci-address.ts'
import { clockLevels } from '../linux-files.ts'
import { mostRpm } from '../linux-sensors.ts'
import { firstKnown, known, mapReading, sampleOf, unknown, valueOf, within, type Reading } from '../reading.ts'
import { absent, answered, blankCard, failed, type CardSeen, type Layer } from '../vendor.ts'
import { breaksOff, jsonIn } from '../json-in-text.ts'
import { namesOf } from './throttle.ts'
import { generationBySpeed, isProcessorChip, notLoadedRemedy, uniqueId } from './values.ts'

const timeoutMs = 10_000
const limitBytes = 8 * 1024 * 1024
const notTold = 'rocm-smi does not tell'

export const rocmSmiLayer: Layer = {
  name: 'rocm-smi',
  command: 'rocm-smi -a --json',
  async detect(machine, at) {
    if (machine.platform !== 'linux') return absent('rocm-smi')
    const result = await runRocmSmi(machine)
    if (result.kind === 'not-found') return absent('rocm-smi')
    if (result.kind === 'timed-out') return failed('rocm-smi', notAnswering(`rocm-smi gave no answer within ${timeoutMs / 1000} s and was ended`))
    if (result.kind === 'failed') return failed('rocm-smi', notAnswering(`rocm-smi failed: ${result.message}`))
    const cards = parseRocmSmi(result.stdout, at) ?? (await askForLess(machine, at))
    if (cards === null && saysNone(result)) return answered('rocm-smi', [])
    return cards === null ? failed('rocm-smi', problemOf(result)) : answered('rocm-smi', cards)
  },
  async sample(machine, at) {
    const answer = await rocmSmiLayer.detect(machine, at)
    return answer.cards.flatMap(({ uuid, pciAddress, sample }) => (sample ? [{ uuid, pciAddress, sample }] : []))
  },
}

/** A recording may have been made with the same words in another order or at length. */
const recordedCalls = [['-a', '--json'], ['--json', '-a'], ['--showallinfo', '--json'], ['--json', '--showallinfo']]

async function runRocmSmi(machine: MachineSource): Promise<CommandResult> {
  for (const args of machine.recorded === null ? recordedCalls.slice(0, 1) : recordedCalls) {
    const result = await machine.run('rocm-smi', args, { timeoutMs, maxBytes: limitBytes })
    if (result.kind !== 'not-found') return result
  }
  return { kind: 'not-found' }
}

/** With `-a` some versions (ROCm 7.2) die over the tables for overclocking; these questions leave them out. */
const fewerQuestions = ['--showid', '--showproductname', '--showuniqueid', '--showvbios', '--showdriverversion', '--showbus', '--showuse', '--showmemuse', '--showmeminfo', 'vram', '--showtemp', '--showpower', '--showmaxpower', '--showfan', '--showclocks', '--json']

async function askForLess(machine: MachineSource, at: number): Promise<CardSeen[] | null> {
  const result = await machine.run('rocm-smi', fewerQuestions, { timeoutMs, maxBytes: limitBytes })
  return result.kind === 'done' ? parseRocmSmi(result.stdout, at) : null
}

/** null: not what rocm-smi prints. Warnings before the document are skipped. Names of its fields change their capitals from version to version. */
export function parseRocmSmi(text: string, at: number): CardSeen[] | null {
  const document = jsonIn(text)
  if (document === undefined || Array.isArray(document)) return null
  const entries = Object.entries(document).filter((entry): entry is [string, object] => typeof entry[1] === 'object' && entry[1] !== null)
  const system = fieldsOf(entries.find(([name]) => name.toLowerCase() === 'system')?.[1] ?? {})
  const driverVersion = system('driver version')
  const cards = entries.filter(([name]) => /^card\d+$/i.test(name))
  // Programs are listed for the machine as a whole: whose they are is plain where there is one card.
  const processes = cards.length === 1 ? processesIn(entries.find(([name]) => name.toLowerCase() === 'system')?.[1]) : unknown('rocm-smi tells which programs use the cards, but not which card')
  return cards.map(([, card]) => cardOf(fieldsOf(card), driverVersion, processes, at))
}

/** Lines "PID710898": "python3, 1, 200145596416, 2735289460695, 88": name, cards, memory, copies, occupancy. */
function processesIn(system: object | undefined): Reading<GpuProcess[]> {
  const found = Object.entries(system ?? {}).flatMap(([key, value]): GpuProcess[] => {
    const pid = /^PID(\d+)$/i.exec(key)?.[1]
    const parts = typeof value === 'string' ? value.split(',').map((part) => part.trim()) : []
    if (pid === undefined || parts.length < 3) return []
    const memory = parts.at(-3)!
    return [{ pid: Number(pid), name: parts.slice(0, -4).join(', ') || `process ${pid}`, memoryBytes: /^\d+$/.test(memory) ? Number(memory) : null, ours: null, kind: 'compute', utilisation: null }]
  })
  return found.length === 0 ? unknown(notTold) : known(found)
}

/** A field's text by its name in lower case; null: absent or one of its words for "unknown". */
type Fields = (...names: string[]) => string | null

function fieldsOf(raw: object): Fields {
  const byName = new Map(Object.entries(raw).map(([name, value]) => [name.toLowerCase(), value as unknown]))
  return (...names) => {
    for (const name of names) {
      const value = byName.get(name)
      const text = typeof value === 'number' ? String(value) : typeof value === 'string' ? value.trim() : ''
      if (text !== '' && !/^(n\/a|none|not supported|unknown)$/i.test(text)) return text
    }
    return null
  }
}

function cardOf(field: Fields, driverVersion: string | null, processes: Reading<GpuProcess[]>, at: number): CardSeen {
  const memory = within(numberIn(field('vram total memory (b)')), 1, Number.MAX_SAFE_INTEGER)
  const limit = cap(field('current power cap (w)', 'max graphics package power (w)'))
  const most = cap(field('max graphics package power (w)'))
  const energy = numberIn(field('accumulated energy (uj)'))
  const architecture = /^gfx[0-9a-f]+$/i.exec(field('gfx version') ?? '')?.[0].toLowerCase() ?? null
  const link = /([\d.]+)\s*GT\/s\s*x(\d+)/i.exec(field('pcie clock level') ?? '')
  const generation = generationBySpeed(link ? Number(link[1]) : valueOf(mapReading(numberIn(field('pcie_link_speed (0.1 gt/s)')), (tenths) => tenths / 10)))
  const lanes = link ? known(Number(link[2])) : within(numberIn(field('pcie_link_width (lanes)')), 1, 32)
  const fan = { share: percent(field('fan speed (%)', 'fan level')), rpm: within(numberIn(field('fan rpm', 'current_fan_speed (rpm)')), 0, mostRpm) }
  const hasFan = 'value' in fan.share || 'value' in fan.rpm
  const device = hexWord(field('device id')) ?? hexWord(field('gpu id'))
  // Until ROCm 6.1 "Device ID" may be missing and "Card model" holds it; for some cards that one is the subsystem's.
  const id = device ?? hexWord(field('card model'))
  return {
    ...blankCard('rocm-smi'),
    uuid: uniqueId(field('unique id')),
    name: personName(field('card series', 'device name')) ?? personName(field('device name')),
    vendor: 'amd',
    memoryBytes: valueOf(memory),
    driverVersion,
    vbiosVersion: field('vbios version'),
    // Some builds write more behind it: "0000:06:00.0 --> SN: …".
    pciAddress: pciAddressOf(field('pci bus', 'pcie bus')?.split(/\s/)[0]),
    pciDeviceId: id === null ? null : `1002:${id}`,
    pciRevision: hexWord(field('device rev'))?.slice(2) ?? null,
    powerLimitW: valueOf(limit),
    powerLimitMaxW: field('current power cap (w)') === null ? null : valueOf(most),
    powerLimitMinW: valueOf(within(numberIn(field('min graphics package power (w)')), 0, 20_000)),
    architecture,
    isIntegrated: isProcessorChip(architecture),
    sample: sampleOf(at, {
      readings: {
        utilisation: percent(field('gpu use (%)', 'average_gfx_activity (%)')),
        memoryUtilisation: percent(field('gpu memory read/write activity (%)', 'gpu memory use (%)', 'average_umc_activity (%)')),
        memoryUsedBytes: within(numberIn(field('vram total used memory (b)')), 0, Number.MAX_SAFE_INTEGER),
        memoryTotalBytes: memory,
        temperatureC: degrees(field('temperature (sensor edge) (c)', 'temperature_edge (c)', 'temperature (sensor junction) (c)', 'temperature_hotspot (c)')),
        hotspotC: degrees(field('temperature (sensor junction) (c)', 'temperature_hotspot (c)')),
        memoryC: firstKnown(degrees(field('temperature (sensor memory) (c)', 'temperature (sensor mem) (c)', 'temperature_mem (c)')), hottestStack(field)),
        powerW: within(numberIn(field('average graphics package power (w)', 'current socket graphics package power (w)', 'current graphics package power (w)', 'current_socket_power (w)', 'average_socket_power (w)')), 0, 20_000),
        powerLimitW: limit,
        coreClockMhz: clock(field('sclk clock speed:', 'sclk clock level', 'current_gfxclk (mhz)')),
        memoryClockMhz: clock(field('mclk clock speed:', 'mclk clock level', 'current_uclk (mhz)')),
        videoClockMhz: clock(field('vclk0 clock speed:', 'vclk clock speed:', 'current_vclk0 (mhz)')),
        fan: fan.share,
        fanRpm: fan.rpm,
        // 0 stands for a card without the counter.
        energyJ: 'value' in energy && energy.value > 0 ? known(energy.value / 1e6) : unknown(notTold),
        pcieReplays: within(numberIn(field('pcie replay count', 'pcie_replay_count_acc (count)')), 0, Number.MAX_SAFE_INTEGER),
        pcieGeneration: generation === null ? unknown(notTold) : known(generation),
        pcieLanes: lanes,
      },
      throttle: throttleIn(field('indep_throttle_status')),
      processes,
      fans: hasFan ? known([{ share: valueOf(fan.share), rpm: valueOf(fan.rpm) }]) : unknown(notTold),
      otherwise: notTold,
    }),
  }
}

/** Accelerators tell the temperature of each stack of memory: the hottest counts. */
function hottestStack(field: Fields): Reading {
  const stacks = Array.from({ length: 8 }, (_, index) => valueOf(degrees(field(`temperature (sensor hbm ${index}) (c)`)))).filter((value) => value !== null)
  return stacks.length === 0 ? unknown(notTold) : known(Math.max(...stacks))
}

/** The driver's 64 bits in decimal; all of them set means that it cannot tell. */
function throttleIn(text: string | null): Reading<string[]> {
  if (text === null || !/^\d{1,20}$/.test(text)) return unknown(notTold)
  const bits = BigInt(text)
  return bits >= (1n << 64n) - 1n ? unknown(notTold) : known(namesOf(bits))
}

/** "Navi 22 [Radeon RX 6700 XT]" → "Radeon RX 6700 XT"; an id alone is no name. */
function personName(text: string | null): string | null {
  if (text === null || /^0x[0-9a-f]+$/i.test(text)) return null
  return /\[([^\]]+)\]/.exec(text)?.[1]?.trim() ?? text
}
function numberIn(text: string | null): Reading {
  const digits = /^(-?\d+(?:\.\d+)?)\s*(?:%|°?c|w|b|rpm|mhz)?$/i.exec(text ?? '')?.[1]
  return digits === undefined ? unknown(notTold) : known(Number(digits))
}
/** A cap of 0 is none: the second half of an MI250 has no power of its own. */
function cap(text: string | null): Reading {
  return within(numberIn(text), 1, 20_000)
}
function percent(text: string | null): Reading {
  return within(mapReading(numberIn(text), (value) => value / 100), 0, 2)
}
function degrees(text: string | null): Reading {
  return within(numberIn(text), -40, 200)
}
/** "(1200Mhz)", "0 (300Mhz)", "1200", or all levels with a star at the one that is on. */
function clock(text: string | null): Reading {
  const level = clockLevels(text).now
  if (level !== null) return within(known(level), 0, 20_000)
  const megahertz = /(\d+(?:\.\d+)?)\s*mhz/i.exec(text ?? '')?.[1] ?? /^\d+(?:\.\d+)?$/.exec(text ?? '')?.[0]
  return megahertz === undefined ? unknown(notTold) : within(known(Number(megahertz)), 0, 20_000)
}

function notAnswering(what: string, remedy = 'Look again in a minute. If it stays so, restart the machine.'): Problem {
  return { id: 'driver-not-answering', sentence: `The AMD driver is not answering: ${what}.`, remedy }
}
/** Where the driver is loaded but has no card, rocm-smi writes warnings in place of its document. */
function saysNone({ stdout, stderr }: CommandResult & { kind: 'done' }): boolean {
  return /no AMD GPUs specified|no JSON data to report/i.test(`${stdout}\n${stderr}`) && !isBroken(`${stdout}\n${stderr}`)
}
function isBroken(text: string): boolean {
  return /driver not initialized|amdgpu not found in modules|Traceback \(most recent/i.test(text)
}
function problemOf({ stdout, stderr, from }: CommandResult & { kind: 'done' }): Problem {
  const text = `${stdout}\n${stderr}`
  if (/driver not initialized|amdgpu not found in modules|no AMD GPUs? (detected|found)/i.test(text)) return notAnswering('rocm-smi says that the driver (amdgpu) is not loaded', notLoadedRemedy)
  const last = /^\w*(?:Error|Exception): .{1,200}$/m.exec(text)?.[0]
  if (last !== undefined) return { id: 'rocm-smi-broken', sentence: `rocm-smi does not run here: ${last}`, remedy: 'Install ROCm’s rocm-smi anew. Temperatures and use are read from the kernel all the same, where its driver gives them.' }
  const why = breaksOff(stdout) ? 'its JSON breaks off in the middle' : 'it is not its JSON'
  return { id: 'machine-output-broken', sentence: `What \`rocm-smi -a --json\`${from ? ` (${from})` : ''} printed cannot be read: ${why}.`, remedy: 'Run it yourself; if it looks whole there, please report it.' }
}
