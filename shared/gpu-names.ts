/** Reads a card's name: what makes it that card and no other, apart from the words makers and drivers put around it. */

export interface GpuName {
  /** What is left when makers' words and the memory size are gone: "rtx 4060 ti", "a100 sxm4", "rtx 4090 mobile". */
  core: string
  /** "16GB" in the name; null: the name does not say. */
  memoryGb: number | null
}

/** Words that say nothing about which card it is. "Instinct", "Tesla" and "Quadro" come and go between driver versions. */
const noise = new Set(['nvidia', 'amd', 'ati', 'intel', 'apple', 'corporation', 'corp', 'inc', 'advanced', 'micro', 'devices'])
const productLines = new Set(['geforce', 'radeon', 'instinct', 'tesla', 'quadro', 'graphics', 'gpu', 'card', 'generation', 'edition', 'series', 'accelerator'])

/** A slice of a card, or a card that a hypervisor made up: never the physical card whose name it carries. */
const slices = [/\bmig\b/i, /\bvgpu\b/i, /\bgrid\b/i, /-\d+(-\d+)?[abcq]\b/i, /\bvws\b/i, /\bvirtual\b/i]

export function isSlice(name: string): boolean {
  return slices.some((pattern) => pattern.test(name))
}

/**
 * The names a text may stand for, each read. Mostly one. pci.ids and lspci list several:
 * "Navi 22 [Radeon RX 6700/6700 XT / 6800M]" gives three.
 */
export function readGpuNames(text: string): GpuName[] {
  const bracket = /\[([^\]]+)\]\s*(?:\(rev [0-9a-f]+\))?\s*$/i.exec(text.trim())
  const inner = bracket?.[1] ?? text
  if (!bracket || !inner.includes('/')) return [readGpuName(inner)]
  const parts = inner.split('/').map((part) => part.trim())
  const first = parts[0] ?? ''
  const line = /^\D*?(?=\b[a-z]*\d)/i.exec(first)?.[0] ?? ''
  return parts.filter((part) => part !== '').map((part, index) => readGpuName(index === 0 || /^[a-z]{2,}\s/i.test(part) ? part : `${line}${part}`))
}

/** A comparison reads the same few hundred names over and over; more than this many are not kept. */
const mostKept = 4096
const kept = new Map<string, Readonly<GpuName>>()

/** Pure. "NVIDIA GeForce RTX 4060 Ti 16GB" and "rtx4060ti 16 gb" read the same. */
export function readGpuName(text: string): Readonly<GpuName> {
  const known = kept.get(text)
  if (known) return known
  if (kept.size >= mostKept) kept.clear()
  const name = Object.freeze(workOut(text))
  kept.set(text, name)
  return name
}

function workOut(text: string): GpuName {
  let memoryGb: number | null = null
  const plain = text
    .toLowerCase()
    .replace(/\((r|tm|c)\)|[®™©]/g, ' ')
    .replace(/\blaptop gpu\b|\blaptop\b|\bmobile\b|\bnotebook\b/g, ' mobile ')
    .replace(/\bmax-?q\b/g, ' maxq ')
    .replace(/\b(\d+)[\s-]*(?:gpu[\s-]+)?cores?\b/g, ' $1 core ')
    .replace(/(?<![a-z\d.])(\d+(?:\.\d+)?)\s*(?:gb|gib|g)\b/g, (_, size: string) => {
      memoryGb = Number(size)
      return ' '
    })
    .replace(/[()[\],_/-]+/g, ' ')
    .replace(/\b(rtx|gtx|gt|rx|arc|mx)\s*(?=[abt]?\d)/g, '$1 ')
    .replace(/\b(\d{3,4})(ti|super|xtx|xt|gre|d|mobile)(?=\b|ti|super)/g, '$1 $2 ')
    .replace(/\bti\s*super\b/g, 'ti super')
  const words = plain.split(/\s+/).filter((word) => word !== '' && !noise.has(word))
  const telling = words.filter((word) => !productLines.has(word))
  return { core: telling.join(' ').trim(), memoryGb }
}

/** "m3 max 40 core" → "m3 max": Apple sells one chip with several counts of cores. */
export function withoutCores(core: string): string {
  return core.replace(/ \d+ core$/, '')
}

/** The driver has no name for the card, or only one that says nothing: "Graphics Device", "Microsoft Basic Display Adapter". */
export function isNameless(name: string): boolean {
  return readGpuNames(name).every(({ core }) => core === '' || /^(device|unknown|display|vga|microsoft basic|basic|standard vga|gfx\d|0x)/.test(core))
}
