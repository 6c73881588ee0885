/** What `idlewatt enrol --dry-run` prints: everything that setting a programme up would do. Pure. */
import type { EnrolmentReport, StepEffects, StepField, StepState, Trap } from '../../shared/enrolment.ts'
import type { CheckRecord } from '../../shared/preflight.ts'
import { heading, phaseWords } from './enrol-text.ts'
import { bullet, wrap } from './output.ts'
import { leavingLines } from './providers-text.ts'

const trapWords: Record<Trap['severity'], string> = { danger: 'DANGER', warning: 'Warning', note: 'Note' }

/** `again`: flags of this call that the next one needs too, as a shell takes them. */
export function reportText(report: EnrolmentReport, again = ''): string {
  const concerned = report.steps.filter(({ phase }) => phase !== 'left-out')
  const leftOut = report.steps.filter(({ phase }) => phase === 'left-out')
  const parts = [
    heading(`${report.networkTitle}: ${report.title}`),
    wrap(report.summary),
    ...(report.blocked === null ? [] : [wrap(`IN THE WAY NOW: ${report.blocked}`)]),
    section('Altogether', altogether(concerned)),
    section('Checks', [...checkLines(report.checks), ...unjudged(report)]),
    section('What is locked or may be lost', report.capital.map(capitalText)),
    section('What you take on', ownDuties(report).map(({ title, sentence }) => bullet(`${title}: ${sentence}`))),
    section('Know this before', uniqueTraps(report.traps).map(trapText)),
    section('Containers of others on the same Docker', report.strangers.map(({ id, name, image, state }) => bullet(`${name} (${image}, ${state}, ${id.slice(0, 12)})`.replaceAll('\n', ' ')))),
    ...concerned.map((step, index) => stepText(step, index + 1)),
    section('Left out here', leftOut.map(({ title, id, because }) => bullet(`${title} (${id}): ${because ?? 'does not concern this machine.'}`))),
    section('Leaving undoes, last first', leavingLines(report)),
    `Hash of this report: ${report.hash}\nTo agree to exactly this: idlewatt enrol ${report.programmeId} --agree ${report.hash}${again}`,
  ]
  return parts.filter((part) => part !== '').map(harmless).join('\n\n')
}

/** All that the steps do taken together; what there is none of is said too. */
function altogether(steps: StepState[]): string[] {
  const all = (of: (effects: StepEffects) => string[]): string[] => [...new Set(steps.flatMap(({ effects }) => of(effects)))]
  // Two steps may name the same images: a sum would count them twice.
  const sizes = (of: (step: StepState) => string | null): string[] => steps.flatMap((step) => (of(step) === null ? [] : [`${of(step)} in “${step.title}”`]))
  const publishers = new Map(steps.flatMap(({ publisher }) => (publisher === null ? [] : [[publisherText(publisher), true]])))
  const rows: [string, string[], string][] = [
    ['Publishers', [...publishers.keys()], 'none'],
    ['Commands run', steps.flatMap(({ command, title }) => (command === null ? [] : [`in “${title}”`])), 'none'],
    ['Left to you', steps.filter(({ where }) => where !== 'here').map(({ title }) => title), 'nothing'],
    ['Folders', all(({ folders }) => folders), 'none'],
    ['Files', all(({ files }) => files), 'none'],
    ['Rights', all(({ rights }) => rights.filter((right) => right !== 'none')), 'none beyond your own'],
    ['Ports', all(({ ports }) => ports), 'none'],
    ['Images', all(({ image }) => (image === null ? [] : [image])), 'none'],
    ['Downloads', sizes((step) => (isOfUnknownSize(step) ? 'size not published' : someSize(step.effects.downloadBytes))), 'none'],
    ['Disk', sizes(({ effects }) => someSize(effects.diskBytes)), 'nothing to speak of'],
    ['Other software', all(({ otherSoftware }) => otherSoftware), 'stays as it is'],
    ['Cost, lock-up', all(({ costs }) => costs), 'none'],
  ]
  return rows.flatMap(([name, values, none]) => (values.length === 0 ? [none] : values).map((value, no) => `  ${(no === 0 ? name : '').padEnd(16)}${wrap(value, ' '.repeat(18)).trimStart()}`))
}

function stepText(step: StepState, no: number): string {
  const lines = [
    `${no}. ${step.title}  (${step.id}, ${phaseWords[step.phase]})`,
    wrap(step.what, '   '),
    ...(step.publisher === null ? [] : [wrap(`From: ${publisherText(step.publisher)}`, '   ')]),
    ...(step.command === null ? [] : [`   Runs: ${step.command.map(shellWord).join(' ')}`]),
    ...(step.environment ?? []).map((one) => `   With: ${one}`),
    ...(step.byHand === null ? [] : ['   For you to run:', ...step.byHand.split('\n').map((line) => `     ${line}`)]),
    ...(step.url === null ? [] : [`   ${step.where === 'website' ? 'Website' : 'Address'}: ${addressText(step.url)}`]),
    ...step.todo.map((one) => wrap(`To do: ${one}`, '   ')),
    ...step.fields.map((field) => wrap(`Asks: ${fieldText(field)}`, '   ')),
    ...effectLines(step).map((one) => wrap(one, '   ')),
    wrap(`Done when: ${step.noticedBy}`, '   '),
    wrap(`Undo: ${step.undo}`, '   '),
    ...step.remains.map((one) => wrap(`Remains after that: ${one}`, '   ')),
    wrap(`Source: ${sourceText(step.source)}`, '   '),
  ]
  return lines.join('\n')
}

function fieldText({ label, id, kind, isRequired, choices }: StepField): string {
  const kept = kind === 'secret' ? ', kept in the key store' : ''
  const words = choices.length === 0 ? '' : `: ${choices.map(({ value }) => value).join(', ')}`
  return `${label} (${id}${kept}${isRequired ? '' : ', may be left out'})${words}`
}

/** Our own files have no address outside. */
function addressText(url: string): string {
  return url.startsWith('own:') ? `${url.slice(4)}, a part of Idlewatt` : url
}

function sourceText({ url, date, note }: StepState['source']): string {
  return [addressText(url), date ?? 'undated', ...(note === undefined ? [] : [note])].join(', ')
}

function publisherText({ name, url }: NonNullable<StepState['publisher']>): string {
  return url.startsWith('own:') ? `${name} itself` : `${name}, ${url}`
}

function isOfUnknownSize({ effects }: StepState): boolean {
  return effects.downloadBytes === null && effects.hash !== null
}

function effectLines(step: StepState): string[] {
  const { effects } = step
  const list = (title: string, values: string[]): string[] => (values.length === 0 ? [] : [`${title}: ${values.join('; ')}`])
  const [download, disk] = [someSize(effects.downloadBytes), someSize(effects.diskBytes)]
  const sizes = [
    ...(download === null ? [] : [`Download: ${download}`]),
    ...(isOfUnknownSize(step) ? ['Download: its size is not published'] : []),
    ...(disk === null ? [] : [`Disk: ${disk}`]),
  ]
  return [
    ...list('Files', effects.files),
    ...list('Folders', effects.folders),
    ...list('Rights', effects.rights),
    ...list('Ports', effects.ports),
    ...list('Image', effects.image === null ? [] : [effects.image]),
    ...sizes,
    ...list('Hash', effects.hash === null ? [] : [effects.hash]),
    ...list('Other software', effects.otherSoftware),
    ...list('Cost and lock-up', effects.costs),
  ]
}

/** null: none, or not published. */
function someSize(bytes: number | null): string | null {
  return bytes === null || bytes === 0 ? null : sizeText(bytes)
}

/** Downloads go from a thousand bytes to tens of gigabytes. */
function sizeText(bytes: number): string {
  const [unit, size] = bytes >= 1e9 ? ['GB', 1e9] : bytes >= 1e6 ? ['MB', 1e6] : bytes >= 1e3 ? ['kB', 1e3] : ['bytes', 1]
  return `${Number((bytes / Number(size)).toPrecision(3))} ${unit}`
}

/** What is wrong first, then what is not known; the same reason is given once. */
function checkLines(checks: CheckRecord[]): string[] {
  const marks = { true: 'ok ', false: 'NO ', null: '?  ' }
  const rank = ({ ok }: CheckRecord): number => (ok === false ? 0 : ok === null ? 1 : 2)
  const reasons = Map.groupBy(checks.filter(({ ok, actual }) => ok === null && actual === null), reasonOf)
  const lines: string[] = []
  for (const check of [...checks].sort((one, other) => rank(one) - rank(other))) {
    const alike = check.ok === null && check.actual === null ? (reasons.get(reasonOf(check)) ?? []) : []
    if (alike.length > 1) {
      if (alike[0] === check) lines.push(hanging(marks.null, `${alike.map(({ title }) => title).join(', ')}: not known`), wrap(reasonOf(check), '       '))
      continue
    }
    lines.push(hanging(marks[`${check.ok}`], `${check.title}: ${check.actual ?? 'not known'}${check.ok === true ? '' : ` (needed: ${check.required})`}`))
    if (check.ok !== true && reasonOf(check) !== '') lines.push(wrap(reasonOf(check), '       '))
    if (check.ok === false && check.source !== null) lines.push(`       ${addressText(check.source.url)}`)
  }
  return lines
}

/** Needs are judged by cards: without one there is nothing to tell. */
function unjudged({ checks, programmeId }: EnrolmentReport): string[] {
  return checks.some((check) => check.programmeId === programmeId) ? [] : [wrap('What the programme itself needs could not be judged: no card was found here that could join.', '  ')]
}

function reasonOf({ why, remedy }: CheckRecord): string {
  return [why, remedy].filter((part) => part !== null && part !== '').join(' ')
}

function hanging(mark: string, sentence: string): string {
  return `  ${mark} ${wrap(sentence, '      ').trimStart()}`
}

function capitalText({ asset, amount, lockDays, slashable, why }: EnrolmentReport['capital'][number]): string {
  const much = amount === null ? `${asset}, amount not published` : `${amount} ${asset}`
  const lock = lockDays === null ? 'lock-up not known' : lockDays === 0 ? 'not locked' : `locked for ${lockDays} days after leaving`
  const slash = slashable === null ? 'slashing not known' : slashable ? 'may be slashed' : 'not slashed'
  return bullet(`${much}: ${lock}, ${slash}. ${why}`)
}

function trapText({ severity, sentence, source }: Trap): string {
  return bullet(`${trapWords[severity]}: ${sentence} (${[addressText(source.url), ...(source.note === undefined ? [] : [source.note])].join(', ')})`)
}

/** What is said among the warnings in the same words is not said twice. */
function ownDuties({ duties, traps }: EnrolmentReport): EnrolmentReport['duties'] {
  return duties.filter((duty) => !traps.some((trap) => trap.sentence === duty.sentence))
}

function uniqueTraps(traps: Trap[]): Trap[] {
  return traps.filter((trap, index) => traps.findIndex(({ sentence }) => sentence === trap.sentence) === index)
}

function section(title: string, lines: string[]): string {
  return lines.length === 0 ? '' : [title, ...lines].join('\n')
}

/** What others have named is in it: without what moves a terminal's cursor, turns the reading order or is not seen. */
function harmless(text: string): string {
  return text.replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g, '')
}

/** As a shell takes it; only for showing. What is still to be entered is no word of it. */
function shellWord(word: string): string {
  return word !== '' && /^[\w@%+=:,./-]*$/.test(word.replace(/\(to be entered\)|\(the number of cards\)/g, '')) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}
