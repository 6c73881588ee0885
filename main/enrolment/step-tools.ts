/** What doing, looking and undoing need of one programme, made once. */
import { join } from 'node:path'
import type { KnownDownload } from '../../shared/enrolment.ts'
import type { MachineReadings } from '../../shared/preflight.ts'
import type { CommandTemplate, StepAction, StepDefinition } from '../networks/network.ts'
import { fillTemplate, templateValues } from '../system/fill-template.ts'
import { ownFile, ownScheme } from './download-own.ts'
import { hashOfFile } from './download-part.ts'
import type { EnrolmentOptions, ProgrammeEntry } from './index.ts'
import type { Preflight } from './preflight/index.ts'
import { lookAtDownload, type ProbeSurroundings } from './probe-step.ts'
import { readSecret } from './step-answers.ts'
import { runCommand, type CommandSurroundings } from './step-command.ts'
import { StepFault } from './step-fault.ts'
import { answersOf, stepOf, type EnrolmentRecord, type StepRecord } from './step-record.ts'
import { shownValues } from './step-words.ts'

export interface StepTools {
  entry: ProgrammeEntry
  options: EnrolmentOptions
  folder: string
  filesFolder: string
  values(): Record<string, string>
  /** For showing: what is not known yet is said to be so. */
  shownValues(): Record<string, string>
  record(stepId: string): StepRecord
  /** Why the step does not concern this machine; null: it does. */
  isLeftOut(step: StepDefinition): string | null
  downloadKey(action: Extract<StepAction, { kind: 'download' }>): string
  known(key: string): KnownDownload | null
  /** Throws StepFault where a downloaded file that these words name is not that file any more: nothing may run it. */
  unchanged(words: readonly string[]): Promise<void>
  /** Idlewatt is ending. */
  closing: AbortSignal
  pause(ms: number, signal: AbortSignal): Promise<void>
  onProgress(doneBytes: number, totalBytes: number | null): void
  command(signal: AbortSignal): CommandSurroundings
  probing(step: StepDefinition, signal: AbortSignal): ProbeSurroundings
}

export interface ToolsOptions {
  entry: ProgrammeEntry
  options: EnrolmentOptions
  preflight: Preflight
  /** The newest one: it may be replaced. */
  document(): EnrolmentRecord
  closing: AbortSignal
  onProgress(doneBytes: number, totalBytes: number | null): void
}

/** Of a command that only looks. */
const lookMs = 30_000

export function createTools({ entry, options, preflight, document, closing, onProgress }: ToolsOptions): StepTools {
  const folder = join(options.folder, folderName(entry.programmeId))
  const known = (key: string): KnownDownload | null => options.tables.downloads().find((each) => each.key === key) ?? null
  const values = (): Record<string, string> => templateValues({ answers: answersOf(document()), folder, cards: options.cards?.() ?? null })
  const downloadKey = (action: Extract<StepAction, { kind: 'download' }>): string => `${entry.programmeId}/${action.file}@${action.version}`
  const downloads = (): { step: StepDefinition; action: Extract<StepAction, { kind: 'download' }> }[] =>
    entry.definition.steps.flatMap((step) => (step.do.kind === 'download' && isLeftOut(step) === null ? [{ step, action: step.do }] : []))
  const isLeftOut: StepTools['isLeftOut'] = (step) => step.leftOut?.({ platform: options.source.platform, arch: options.source.arch, readings: preflight.readings(), answers: answersOf(document()) }) ?? null

  async function unchanged(words: readonly string[]): Promise<void> {
    for (const { action } of downloads()) {
      if (!words.some((word) => namesFile(word, action.file))) continue
      const found = await lookAtDownload(action.file, { downloadKey: downloadKey(action), known, filesFolder: join(folder, 'files') })
      if (found.ok !== true) throw new StepFault('failed', found.because, found.remedy ?? 'Do the step that downloads it again.')
    }
  }

  async function archiveHash(step: StepDefinition): Promise<string | null> {
    if (step.do.kind !== 'image' || step.do.archive === null) return null
    const archive = fillTemplate(step.do.archive, values())
    if (archive.startsWith(ownScheme)) return hashOfFile(ownFile(archive, options.resourcesFolder))
    const from = downloads().find(({ action }) => action.file === archive)
    return from === undefined ? null : (known(downloadKey(from.action))?.sha256 ?? null)
  }

  const command = (signal: AbortSignal): CommandSurroundings => ({
    folder,
    values: values(),
    secret: (field) => readSecret(options.secrets, entry.programmeId, field),
    signal,
    timeoutMs: lookMs,
    now: options.clock.now,
    onTrouble: (why) => options.log.warn('the log of a step’s command cannot be kept', { programmeId: entry.programmeId, why }),
  })
  return {
    entry,
    options,
    folder,
    filesFolder: join(folder, 'files'),
    values,
    record: (stepId) => stepOf(document(), stepId),
    shownValues: () => shownValues(entry.definition.steps, values()),
    isLeftOut,
    downloadKey,
    known,
    unchanged,
    closing,
    pause: (ms, signal) => pause(options, ms, signal),
    onProgress,
    command,
    probing: (step, signal) => ({
      step,
      record: stepOf(document(), step.id),
      filesFolder: join(folder, 'files'),
      values: values(),
      answers: answersOf(document()),
      docker: options.docker,
      downloadKey: downloadOf(entry, step, downloadKey),
      known,
      archiveHash: () => archiveHash(step),
      async run(template) {
        await unchanged(wordsIn(template))
        return runCommand(template, command(signal))
      },
      readings: preflight.readings,
      takeReadings: (wanted) => preflight.take({ ...withKnownNames(wanted, preflight.readings()), signal }),
      softwareReading: () => options.software.reading(entry.programmeId),
    }),
  }
}

/** "network/word" → "network-word". */
export function folderName(programmeId: string): string {
  return programmeId.replaceAll('/', '-')
}

/** All that says what it works with. */
export function wordsIn(command: CommandTemplate): string[] {
  return [command.program, ...command.args, command.cwd ?? '', ...Object.values(command.env ?? {})]
}

/** As a name of its own, or as the end of a path, not as a part of another word. */
function namesFile(word: string, file: string): boolean {
  const isOfWord = (letter: string | undefined): boolean => letter !== undefined && /[\w.-]/.test(letter)
  for (let at = word.indexOf(file); at !== -1; at = word.indexOf(file, at + 1)) if (!isOfWord(word[at - 1]) && !isOfWord(word[at + file.length])) return true
  return false
}

/** A step may look at the file that another one downloads. */
function downloadOf(entry: ProgrammeEntry, step: StepDefinition, keyOf: StepTools['downloadKey']): string | null {
  const wanted = [step.check, step.verify].find((probe) => probe.kind === 'download')?.file
  const action = entry.definition.steps.map((each) => each.do).find((each) => each.kind === 'download' && (step.do.kind === 'download' ? each === step.do : each.file === wanted))
  return action?.kind === 'download' ? keyOf(action) : null
}

function pause(options: EnrolmentOptions, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const end = (): void => {
      cancel()
      signal.removeEventListener('abort', end)
      done()
    }
    const cancel = options.clock.after(ms, end)
    signal.addEventListener('abort', end)
    if (signal.aborted) end()
  })
}

/** What is taken replaces what was known: names asked about before are asked about again with the others. */
export function withKnownNames<T extends { names: string[]; reaches: string[] }>(wanted: T, known: MachineReadings): T {
  return { ...wanted, names: [...new Set([...Object.keys(known.names), ...wanted.names])], reaches: [...new Set([...Object.keys(known.reaches), ...wanted.reaches])] }
}
