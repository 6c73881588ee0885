/** Reads a score of OctaneBench out of what it, or a network's client, wrote: log, JSON or CSV. Pure. */

export type OctaneReading = { ok: true; score: number; version: string | null; measuredAt: number | null } | { ok: false; sentence: string }

/** How a client's own log is read; null: it is none of its logs. Handed in by the wiring, since clients belong to networks. */
export type ReadClientScore = (log: string) => OctaneReading | null

/** The fastest single cards of 2026 score some 2,000; machines with many, some ten times that. */
const mostScore = 100_000

export function readOctaneLog(text: string, readClientScore: ReadClientScore = () => null): OctaneReading {
  const plain = text.replace(/^\uFEFF/, '').replaceAll('\0', '')
  if (plain.trim() === '') return no('This is empty.')
  if (/^\s*<(!doctype|html)/i.test(plain)) return no('This is a web page, not a log of OctaneBench.')
  const found = fromJson(plain) ?? fromLog(plain) ?? fromCsv(plain)
  if (found === null) return readClientScore(plain) ?? no('No total score is in this text. OctaneBench writes a line "Total score" once all its scenes are done; a run that was stopped has none.')
  const score = number(found.score)
  if (score === null) return no(`The total score in this text, "${found.score.slice(0, 40)}", is not a number.`)
  if (score <= 0 || score > mostScore) return no(`A score of ${found.score.slice(0, 40)} cannot be: the fastest cards score about 2,000.`)
  return { ok: true, score, version: found.version ?? versionIn(plain), measuredAt: found.measuredAt ?? timeIn(plain) }
}

interface Found {
  score: string
  version: string | null
  measuredAt: number | null
}

function no(sentence: string): OctaneReading {
  return { ok: false, sentence }
}

/** "1274.53", "1,274.53" and "1274,53"; null: anything else. */
function number(text: string): number | null {
  const bare = text.trim().replace(/^"|"$/g, '')
  const plain = /^\d{1,3}(,\d{3})+(\.\d+)?$/.test(bare) ? bare.replaceAll(',', '') : /^\d+,\d{1,2}$/.test(bare) ? bare.replace(',', '.') : bare
  return /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(plain) ? Number(plain) : null
}

function fromJson(text: string): Found | null {
  if (!/^\s*[[{]/.test(text)) return null
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return null
  }
  const score = keyOf(value, /^total[ _]?score$|^totalscore$/i) ?? keyOf(value, /^score$/i)
  if (score === null) return null
  const version = keyOf(value, /^(octane[ _]?bench[ _]?)?version$/i)
  const time = keyOf(value, /^(date|time|timestamp|measured_?at)$/i)
  const measuredAt = time === null ? NaN : Date.parse(time)
  return { score, version, measuredAt: Number.isFinite(measuredAt) ? measuredAt : null }
}

/** The value of the first key that fits, nearest to the top; nested six deep at most. */
function keyOf(value: unknown, name: RegExp, depth = 0): string | null {
  if (value === null || typeof value !== 'object' || depth > 6) return null
  for (const [key, one] of Object.entries(value)) if (name.test(key) && (typeof one === 'number' || typeof one === 'string')) return String(one)
  for (const one of Object.values(value)) {
    const found = keyOf(one, name, depth + 1)
    if (found !== null) return found
  }
  return null
}

/** "Total score: 1274.53", or the words alone with the figure on the next line that has any. The last one holds. */
function fromLog(text: string): Found | null {
  const lines = text.split(/\r?\n/)
  let score: string | null = null
  lines.forEach((line, index) => {
    const named = /\btotal score\b\s*[:=]?\s*(.*)$/i.exec(line)
    if (!named || /[,;\t]/.test(line.slice(0, named.index))) return
    const rest = (named[1] ?? '').trim()
    const next = rest !== '' ? rest : (lines.slice(index + 1).find((one) => one.trim() !== '') ?? '').trim()
    const value = /^["']?(-?[\d.,]+(?:e[+-]?\d+)?)\b/i.exec(next)
    if (value) score = value[1] ?? null
    else if (rest !== '' && !/[,;\t]/.test(rest)) score = rest
  })
  return score === null ? null : { score, version: null, measuredAt: null }
}

function fromCsv(text: string): Found | null {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '')
  for (const separator of [';', '\t', ',']) {
    const rows = lines.map((line) => line.split(separator).map((cell) => cell.trim().replace(/^"|"$/g, '')))
    const at = rows.findIndex((row) => row.length > 1 && row.some((cell) => /^total[ _]?score$/i.test(cell)))
    if (at < 0) continue
    const head = rows[at] as string[]
    const column = head.findIndex((cell) => /^total[ _]?score$/i.test(cell))
    const row = rows.at(-1) as string[]
    if (rows.length === at + 1) return head[column + 1] === undefined ? null : { score: head[column + 1] as string, version: null, measuredAt: null }
    const version = head.findIndex((cell) => /version/i.test(cell))
    return row[column] === undefined ? null : { score: row[column], version: version < 0 ? null : (row[version] ?? null), measuredAt: null }
  }
  return null
}

/** "OctaneBench 2020.1.5", "OctaneBench_2020_1_5", "OctaneRender 2020.1.5 (8001000)". */
function versionIn(text: string): string | null {
  const found = /octane(?:bench|render)?[ _](?:\S+ )?v?(\d{1,4}(?:[._]\d+){1,3}[a-z]?)/i.exec(text)
  return found ? (found[1] as string).replaceAll('_', '.') : null
}

/** The first whole date and time in the text, taken as of the zone of this machine unless it names one. */
function timeIn(text: string): number | null {
  const found = /\b(\d{4})[-/.](\d{2})[-/.](\d{2})[ T](\d{2}:\d{2}(?::\d{2})?(?:\.\d+)?(?:Z|[+-]\d{2}:?\d{2})?)/.exec(text)
  const at = found ? Date.parse(`${found[1]}-${found[2]}-${found[3]}T${found[4]}`) : NaN
  return Number.isFinite(at) ? at : null
}
