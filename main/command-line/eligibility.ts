/** `idlewatt eligibility`: which programmes this machine may join, and what stands in the way. */
import type { Estimate } from '../../shared/earnings.ts'
import type { NeedResult, ProgrammeVerdict, Verdict } from '../../shared/network.ts'
import { networks, type App } from '../app.ts'
import { detectWith, findGpu, openApp, programmeTitles, sayNotices, type Call } from './open-app.ts'
import { bullet, drawTable, wrap } from './output.ts'
import { readOneOf } from './words.ts'

export const verdictWords: Record<Verdict, string> = { eligible: 'eligible', fixable: 'fixable', 'not-eligible': 'not eligible', unknown: 'unknown' }

/** 0 whatever the verdicts are: they are answers. 1 where there is no card to judge. */
export async function eligibility(call: Call): Promise<number> {
  const networkId = call.common.network === null ? null : readNetwork(call.common.network)
  const app = openApp(call, 'command-line')
  const detection = await detectWith(app)
  const gpuId = call.common.gpu === null ? null : findGpu(detection, call.common.gpu).id
  const rows = app.estimates({ only: { ...(networkId === null ? {} : { networkId }), ...(gpuId === null ? {} : { gpuId }) } })
  sayNotices(app, call.terminal)
  if (call.common.json) await call.terminal.document({ verdicts: rows.map(verdictRow) })
  else if (rows.length > 0) await call.terminal.print(eligibilityText(rows, app))
  if (rows.length > 0) return 0
  sayNoCard(call, detection.problems.map((problem) => [problem.sentence, problem.remedy].filter(Boolean).join(' ')))
  return 1
}

/** The id of a network, however it was capitalised. Throws WrongWords with those there are. */
export function readNetwork(typed: string): string {
  return readOneOf('network', typed, networks.map((network) => network.id))
}

/** Why there is nothing to judge or to estimate, on stderr. */
export function sayNoCard(call: Call, problems: string[]): void {
  call.terminal.say(wrap(problems.length > 0 ? problems.join(' ') : 'There is no GPU in this machine that could be contributed.'))
}

function verdictRow(row: Estimate): ProgrammeVerdict & { gpuName: string } {
  return { gpuIds: row.gpuIds, networkId: row.networkId, programmeId: row.programmeId, verdict: row.verdict, needs: row.needs, gpuName: row.gpuName }
}

export function eligibilityText(rows: Estimate[], app: App): string {
  const titles = programmeTitles(app)
  return groupByCards(rows).map((group) => cardText(group, titles)).join('\n\n')
}

function cardText(rows: Estimate[], titles: Map<string, string>): string {
  const [first] = rows
  if (!first) return ''
  const heading = `${first.gpuCount > 1 ? `${first.gpuCount} × ` : ''}${first.gpuName}`
  const table = drawTable(
    [{ head: 'Programme', flexible: true }, { head: 'Verdict' }, { head: 'Not met', align: 'right' }, { head: 'To check', align: 'right' }],
    rows.map((row) => [titles.get(row.programmeId) ?? row.programmeId, verdictWords[row.verdict], String(row.needs.filter((need) => need.ok === false).length), String(row.needs.filter((need) => need.ok === null).length)]),
  )
  const details = rows.filter((row) => row.needs.some((need) => need.ok !== true)).map((row) => needsText(titles.get(row.programmeId) ?? row.programmeId, row.needs))
  return [heading, table, ...details].join('\n\n')
}

function needsText(title: string, needs: NeedResult[]): string {
  const failed = needs.filter((need) => need.ok === false).map((need) => bullet(failedText(need)))
  const open = needs.filter((need) => need.ok === null).map((need) => need.title)
  return [title, ...failed, ...(open.length > 0 ? [bullet(`To check: ${open.join('; ')}.`)] : [])].join('\n')
}

function failedText(need: NeedResult): string {
  const has = need.actual === null ? '' : ` (here: ${need.actual})`
  const source = `Source: ${need.source.url}${need.source.date ? `, ${need.source.date}` : ''}.`
  return `${need.title}: needs ${need.required}${has}. ${sentence(need.why)} ${need.remedy === null ? 'Nothing mends this.' : `Remedy: ${sentence(need.remedy)}`} ${source}`
}

function sentence(text: string): string {
  return /[.!?]$/.test(text.trim()) ? text.trim() : `${text.trim()}.`
}

/** Rows of the same cards together, in the order in which the cards first come. */
export function groupByCards(rows: Estimate[]): Estimate[][] {
  const groups = new Map<string, Estimate[]>()
  for (const row of rows) {
    const key = row.gpuIds.length > 0 ? row.gpuIds.join(' ') : `${row.gpuName} ${row.gpuCount}`
    groups.set(key, [...(groups.get(key) ?? []), row])
  }
  return [...groups.values()]
}
