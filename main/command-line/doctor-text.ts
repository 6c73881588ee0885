/** What `doctor` prints: tables of checks with what was found and what mends it. Pure. */
import type { Detection } from '../../shared/machine.ts'
import type { CheckRecord } from '../../shared/preflight.ts'
import type { CheckResult } from './doctor.ts'
import { count, drawTable, wrap } from './output.ts'
import type { NamedProgramme } from './programme-words.ts'

export interface Examined {
  /** All that counts for the exit code. */
  results: CheckResult[]
  /** Of the installation. */
  own: CheckResult[]
  records: CheckRecord[]
  programmes: NamedProgramme[]
  /** Empty: no programme was named; then their needs are told in a line each. */
  asked: NamedProgramme[]
  /** Only some checks were wanted. */
  isPart: boolean
  detection: Detection | null
}

const marks = { true: 'ok', false: 'WRONG', null: 'note' }

export function doctorText(examined: Examined, told: { asksOutside: boolean; measures: boolean }): string {
  const { own, records, programmes, asked, isPart } = examined
  const ofMachine = records.filter(({ programmeId }) => programmeId === null)
  const parts = [
    own.length > 0 ? `This installation\n${ownTable(own)}` : null,
    ofMachine.length > 0 ? `This machine\n${recordTable(ofMachine)}` : null,
    ...(asked.length > 0 || isPart ? programmes.flatMap((programme) => programmeText(programme, records)) : [summary(programmes, records)]),
    isPart ? null : unjudged(asked, records),
    wrap([recordedWords(examined.detection), verdict(examined.results), isPart ? '' : advice(told)].filter((part) => part !== '').join(' ')),
  ]
  return parts.filter((part) => part !== null && part !== '').join('\n\n')
}

function ownTable(results: CheckResult[]): string {
  return table(results.map(({ ok, title, what, remedy }) => ({ ok, title, found: remedy === null ? what : `${what}\n${remedy}` })))
}

function recordTable(records: CheckRecord[]): string {
  return table(
    records.map((record) => {
      const lines = [[record.actual, record.why].filter((part) => part !== null && part !== '').join('. '), record.ok === true ? null : record.remedy, sourceWords(record)]
      return { ok: record.ok, title: record.title, found: lines.filter((line) => line !== null && line !== '').join('\n') || 'not known' }
    }),
  )
}

/** Of what is wrong, where the rule stands. */
function sourceWords({ ok, source, required }: CheckRecord): string | null {
  return ok === false && source !== null ? `Needed: ${required} (${source.url}${source.date === null ? '' : `, ${source.date}`})` : null
}

function table(rows: { ok: boolean | null; title: string; found: string }[]): string {
  return drawTable(
    [{ head: '' }, { head: 'Check' }, { head: 'Found', flexible: true }],
    rows.map(({ ok, title, found }) => [marks[`${ok}`], title, found]),
  )
}

function programmeText({ id, title }: NamedProgramme, records: CheckRecord[]): string[] {
  const own = records.filter(({ programmeId }) => programmeId === id)
  return own.length === 0 ? [] : [`${title} (${id})\n${recordTable(own)}`]
}

/** Needs are judged by cards: without one there is nothing to tell. */
function unjudged(asked: NamedProgramme[], records: CheckRecord[]): string | null {
  const without = asked.filter(({ id }) => !records.some(({ programmeId }) => programmeId === id))
  return without.length === 0 ? null : wrap(`What ${without.map(({ title }) => title).join(', ')} ${without.length === 1 ? 'needs' : 'need'} could not be judged: no card was found here that could join.`)
}

/** A line for each programme: how many needs are met, and what stands in the way. */
function summary(programmes: NamedProgramme[], records: CheckRecord[]): string | null {
  const rows = programmes.flatMap(({ id, title }) => {
    const own = records.filter(({ programmeId }) => programmeId === id)
    if (own.length === 0) return []
    const titlesOf = (ok: boolean | null): string => own.filter((record) => record.ok === ok).map((record) => record.title).join(', ')
    const [failed, open] = [titlesOf(false), titlesOf(null)]
    return [[title, `${own.filter(({ ok }) => ok === true).length} of ${own.length}`, [failed === '' ? null : `Not met: ${failed}.`, open === '' ? null : `To check: ${open}.`].filter((part) => part !== null).join('\n') || 'all met']]
  })
  if (rows.length === 0) return null
  return `What programmes need (\`idlewatt doctor --programme ID\` says more)\n${drawTable([{ head: 'Programme', flexible: true }, { head: 'Met', align: 'right' }, { head: 'Stands in the way', flexible: true }], rows)}`
}

function recordedWords(detection: Detection | null): string {
  return detection?.machine.recorded ? `The cards are those of the recorded machine "${detection.machine.recorded}".` : ''
}

function verdict(results: CheckResult[]): string {
  const bad = results.filter((result) => result.ok === false).length
  if (results.length > 0 && results.every(({ ok }) => ok === null)) return 'Nothing could be told for certain.'
  return bad === 0 ? 'Nothing is wrong.' : bad === 1 ? 'One thing is wrong.' : `${bad} things are wrong.`
}

function advice({ asksOutside, measures }: { asksOutside: boolean; measures: boolean }): string {
  const more = [asksOutside ? null : '--outside also asks servers for the address, the clock and names', measures ? null : '--measure also measures the line and the disk'].filter((part) => part !== null)
  return more.length === 0 ? '' : `${more.join('; ')}.`
}

export function listText(rows: { id: string; title: string; required: string }[]): string {
  return [drawTable([{ head: 'Id' }, { head: 'Check', flexible: true }, { head: 'In order when', flexible: true }], rows.map(({ id, title, required }) => [id, title, required])), `${count(rows.length, 'check')}. \`idlewatt doctor --only ID\` runs one alone.`].join('\n\n')
}
