/** AMD cards by `rocm-smi -a --json`, for where the driver's files in /sys say too little. The parser is pure. */
import type { Problem } from '../../../shared/machine.ts'
import type { CommandResult, MachineSource } from '../../system/machine-source.ts'
import { hexWord, pciAddressOf } from '../../system/pci-address.ts'
import { known, mapReading, sampleOf, unknown, valueOf, within, type Reading } from '../reading.ts'
import { absent, answered, blankCard, failed, type CardSeen, type Layer } from '../vendor.ts'
import { uniqueId } from './sysfs.ts'

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
    const cards = parseRocmSmi(result.stdout, at)
    return cards === null ? failed('rocm-smi', broken(result.from)) : answered('rocm-smi', cards)
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

/** null: not what rocm-smi prints. Warnings before the document are skipped. Names of its fields change their capitals from version to version. */
export function parseRocmSmi(text: string, at: number): CardSeen[] | null {
  const start = text.search(/^\s*\{/m)
  if (start === -1) return null
  let document: unknown
  try {
    document = JSON.parse(text.slice(start))
  } catch {
    return null
  }
  if (typeof document !== 'object' || document === null || Array.isArray(document)) return null
  const entries = Object.entries(document).filter((entry): entry is [string, object] => typeof entry[1] === 'object' && entry[1] !== null)
  const system = fieldsOf(entries.find(([name]) => name.toLowerCase() === 'system')?.[1] ?? {})
  const driverVersion = system('driver version')
  return entries.filter(([name]) => /^card\d+$/i.test(name)).map(([, card]) => cardOf(fieldsOf(card), driverVersion, at))
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

function cardOf(field: Fields, driverVersion: string | null, at: number): CardSeen {
  const memory = numberIn(field('vram total memory (b)'))
  const limit = numberIn(field('max graphics package power (w)'))
  const link = /([\d.]+)\s*GT\/s\s*x(\d+)/i.exec(field('pcie clock level') ?? '')
  const generation = link ? generationBySpeed[link[1]!] : undefined
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
    pciAddress: pciAddressOf(field('pci bus')),
    pciDeviceId: id === null ? null : `1002:${id}`,
    pciRevision: hexWord(field('device rev'))?.slice(2) ?? null,
    powerLimitW: valueOf(limit),
    sample: sampleOf(at, {
      readings: {
        utilisation: percent(field('gpu use (%)')),
        memoryUtilisation: percent(field('gpu memory read/write activity (%)', 'gpu memory use (%)')),
        memoryUsedBytes: numberIn(field('vram total used memory (b)')),
        memoryTotalBytes: memory,
        temperatureC: degrees(field('temperature (sensor edge) (c)', 'temperature (sensor junction) (c)')),
        hotspotC: degrees(field('temperature (sensor junction) (c)')),
        memoryC: degrees(field('temperature (sensor memory) (c)')),
        powerW: within(numberIn(field('average graphics package power (w)', 'current socket graphics package power (w)', 'current graphics package power (w)')), 0, 20_000),
        powerLimitW: limit,
        coreClockMhz: clock(field('sclk clock speed:', 'sclk clock level')),
        memoryClockMhz: clock(field('mclk clock speed:', 'mclk clock level')),
        fan: percent(field('fan speed (%)')),
        pcieGeneration: generation === undefined ? unknown(notTold) : known(generation),
        pcieLanes: link ? known(Number(link[2])) : unknown(notTold),
      },
      throttle: unknown(notTold),
      processes: unknown(notTold),
      otherwise: notTold,
    }),
  }
}

const generationBySpeed: Record<string, number> = { '2.5': 1, '5.0': 2, '5': 2, '8.0': 3, '8': 3, '16.0': 4, '16': 4, '32.0': 5, '32': 5, '64.0': 6, '64': 6 }

/** "Navi 22 [Radeon RX 6700 XT]" → "Radeon RX 6700 XT"; an id alone is no name. */
function personName(text: string | null): string | null {
  if (text === null || /^0x[0-9a-f]+$/i.test(text)) return null
  return /\[([^\]]+)\]/.exec(text)?.[1]?.trim() ?? text
}
function numberIn(text: string | null): Reading {
  return text !== null && /^-?\d+(\.\d+)?$/.test(text) ? known(Number(text)) : unknown(notTold)
}
function percent(text: string | null): Reading {
  return within(mapReading(numberIn(text), (value) => value / 100), 0, 2)
}
function degrees(text: string | null): Reading {
  return within(numberIn(text), -40, 200)
}
/** "(1200Mhz)" or "0 (300Mhz)". */
function clock(text: string | null): Reading {
  const megahertz = /(\d+(?:\.\d+)?)\s*mhz/i.exec(text ?? '')?.[1]
  return megahertz === undefined ? unknown(notTold) : known(Number(megahertz))
}

function notAnswering(what: string): Problem {
  return { id: 'driver-not-answering', sentence: `The AMD driver is not answering: ${what}.`, remedy: 'Look again in a minute. If it stays so, restart the machine.' }
}
function broken(from: string | undefined): Problem {
  return { id: 'machine-output-broken', sentence: `What \`rocm-smi -a --json\`${from ? ` (${from})` : ''} printed cannot be read: it is not its JSON.`, remedy: 'Run it yourself; if it looks whole there, please report it.' }
}
