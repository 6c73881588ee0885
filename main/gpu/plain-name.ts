/** Names of cards without what differs from tool to tool: makers, trade marks, punctuation. Pure. */

/** Mesa adds its driver, the chip and versions: "AMD Radeon 890M (radeonsi, gfx1150, LLVM 19.1.1, DRM 3.59)" → "AMD Radeon 890M". */
export function withoutDriverWords(name: string): string {
  const bare = name.replace(/\s*\((?=[^()]*\b(?:radeonsi|radv|r600|nvk|nouveau|zink|iris|llvm|drm \d))[^()]*\)/gi, '').trim()
  return bare === '' ? name : bare
}

/** "NVIDIA GeForce RTX 4090" and "GeForce RTX(TM) 4090" → "geforce rtx 4090". */
export function plainName(name: string | null): string {
  return withoutDriverWords(name ?? '')
    .toLowerCase()
    .replace(/\((r|tm|c)\)|[®™]/g, ' ')
    .replace(/\b(nvidia|amd|ati|intel|corporation|advanced micro devices,? inc\.?)\b/g, ' ')
    .replace(/[^a-z0-9]+/g, ' ')
    .trim()
}

/** Words that make another product of the same number. */
const tellingWords = new Set(['ti', 'super', 'xt', 'xtx', 'gre', 'laptop', 'mobile', 'max', 'q', 'd', 'ada', 'se', 'le'])

/**
 * Whether two names may be of one card: "NVIDIA H200" and "NVIDIA H200 SXM 141GB" may, "RTX 3080" and "RTX 3080 Ti" may not.
 * "RX 7900 XT/7900 XTX" stands for each of its products.
 */
export function namesAgree(one: string, other: string): boolean {
  return variantsOf(withoutDriverWords(one)).some((left) => variantsOf(withoutDriverWords(other)).some((right) => wordsAgree(left, right)))
}

function variantsOf(name: string): string[] {
  const parts = name.split('/').map((part) => part.trim()).filter((part) => part !== '')
  if (parts.length < 2) return [name]
  // The later products leave out what the first one said: its words before the first one with a digit.
  const lead = /^([^\d]*)/.exec(parts[0]!)?.[1] ?? ''
  return [parts[0]!, ...parts.slice(1).map((part) => `${lead} ${part}`)]
}

function wordsAgree(one: string, other: string): boolean {
  const left = wordsOf(one)
  const right = wordsOf(other)
  const [few, many] = left.size <= right.size ? [left, right] : [right, left]
  return [...few].every((word) => many.has(word)) && ![...many].some((word) => !few.has(word) && tellingWords.has(word))
}

function wordsOf(name: string): Set<string> {
  return new Set(plainName(name).split(' ').filter((word) => word !== '' && !['graphics', 'series', 'gpu', 'card', 'adapter'].includes(word)))
}
