/** Looks whether a step is done: at files, answers, readings, containers, the software itself. Changes nothing. */
import { access } from 'node:fs/promises'
import { join } from 'node:path'
import type { KnownDownload } from '../../shared/enrolment.ts'
import type { MachineReadings, ReadingId } from '../../shared/preflight.ts'
import type { ContainerFacts, SoftwareReading } from '../../shared/provider.ts'
import type { CommandTemplate, StepDefinition, StepProbe } from '../networks/network.ts'
import { archiveLabel, hasImagePrefix, type DockerEngine } from '../system/docker-engine.ts'
import { fillTemplate } from '../system/fill-template.ts'
import { changed, gone } from './download-faults.ts'
import { hashOfFile } from './download-part.ts'
import { watchedReadings } from './probe-use.ts'
import { missingFields } from './step-answers.ts'
import type { CommandDone } from './step-command.ts'
import { asFault } from './step-fault.ts'
import type { StepRecord } from './step-record.ts'

/** `ok: null`: it cannot be told. */
export interface Found {
  ok: boolean | null
  because: string
  remedy: string | null
}

export interface ProbeSurroundings {
  step: StepDefinition
  record: StepRecord
  /** `<data>/providers/<programme>/files`. */
  filesFolder: string
  values: Record<string, string>
  answers: Record<string, string>
  docker: DockerEngine | null
  downloadKey: string | null
  known(key: string): KnownDownload | null
  /** Of the file that the step's image is made of; null: it is made of none, or that is not here yet. */
  archiveHash(): Promise<string | null>
  run(command: CommandTemplate): Promise<CommandDone>
  readings(): MachineReadings
  /** Takes these parts anew and gives all. */
  takeReadings(wanted: { only: ReadingId[]; names: string[]; reaches: string[]; measures: boolean }): Promise<MachineReadings>
  softwareReading(): SoftwareReading | null
}

/** Never rejects. */
export async function probe(what: StepProbe, on: ProbeSurroundings): Promise<Found> {
  try {
    return await look(what, on)
  } catch (error) {
    const fault = asFault(error)
    return { ok: null, because: fault.message, remedy: fault.remedy }
  }
}

async function look(what: StepProbe, on: ProbeSurroundings): Promise<Found> {
  switch (what.kind) {
    case 'file': {
      const path = fillTemplate(what.path, on.values)
      const isThere = await access(path).then(() => true, () => false)
      return isThere ? yes(`${path} is there.`) : no(`${path} is not there.`)
    }
    case 'download':
      return lookAtDownload(what.file, on)
    case 'answered': {
      const missing = missingFields(on.step, on.record, what.fields)
      return missing.length === 0 ? yes('All that is asked for is entered.') : no(`Still to be entered: ${missing.map((field) => `“${field.label}”`).join(', ')}.`)
    }
    case 'confirmed':
      return on.record.confirmedAt === null ? no('You have not said yet that it is done.') : yes('You said that it is done.')
    case 'command': {
      const { exitCode, output, said } = await on.run(what.command)
      if (exitCode !== what.exitCode) return no(`${what.command.program} ended with ${exitCode}, not ${what.exitCode}.${saying(said)}`)
      if (what.says !== undefined && !output.includes(what.says)) return no(`${what.command.program} did not say “${what.says}”.${saying(said)}`)
      return yes(`${what.command.program} says so.`)
    }
    case 'image':
      return lookAtImage(what.reference, on)
    case 'reading':
      return lookAtReadings(what, on)
    case 'no-strangers': {
      if (on.docker === null) return unknown('There is no Docker to be asked here.')
      const strangers = await strangersOf(on.docker, what.imagePrefix)
      return strangers.length === 0 ? yes('No other containers are on this Docker.') : no(strangersSentence(strangers), strangersRemedy)
    }
    case 'software':
      return { ...what.isSo(on.softwareReading()), remedy: null }
    case 'none':
      return no('There is nothing to look at.')
  }
}

/** An image of that name may be another one's: what ours is made of stands in its label. Rejects with DockerFault. */
export async function lookAtImage(reference: string, on: Pick<ProbeSurroundings, 'step' | 'docker' | 'archiveHash'>): Promise<Found> {
  if (on.docker === null) return unknown('There is no Docker to be asked here.')
  if (!(await on.docker.hasImage(reference))) return no(`Docker does not have the image ${reference}.`)
  if (on.step.do.kind !== 'image' || on.step.do.archive === null || on.step.do.reference !== reference) return yes(`Docker has the image ${reference}.`)
  const hash = await on.archiveHash()
  const madeOf = await on.docker.imageLabel(reference, archiveLabel)
  if (hash !== null && madeOf === hash) return yes(`Docker has the image ${reference}, made of the file with the SHA-256 ${hash}.`)
  const because = madeOf === null ? 'It does not say what it was made of' : hash === null ? 'The file that it should be made of is not here' : `It was made of a file with the SHA-256 ${madeOf}, and should be of ${hash}`
  return no(`Docker has an image of the name ${reference}, and it is another one. ${because}.`, `Do “${on.step.title}” again: it is made anew under that name.`)
}

export async function lookAtDownload(fileName: string, on: Pick<ProbeSurroundings, 'downloadKey' | 'known' | 'filesFolder'>): Promise<Found> {
  const known = on.downloadKey === null ? null : on.known(on.downloadKey)
  const path = join(on.filesFolder, fileName)
  if (known === null || known.path !== path) return no(`${fileName} has not been downloaded yet.`)
  let now: string | null
  try {
    now = await hashOfFile(path)
  } catch {
    return no(`${fileName} is there and cannot be read: an antivirus program may bar it.`, `Look into the antivirus program's list. If the file is harmless, allow ${on.filesFolder} there, then try again.`)
  }
  const fault = now === null ? gone(fileName, on.filesFolder, known.firstSeenAt) : now === known.sha256 ? null : changed(fileName, on.filesFolder, { then: known.sha256, now })
  return fault === null ? yes(`${fileName} is there, with the SHA-256 ${known.sha256}.`) : no(fault.message, fault.remedy)
}

/** Judges twice: what it looked at the first time is measured for the second. */
async function lookAtReadings(what: Extract<StepProbe, { kind: 'reading' }>, on: ProbeSurroundings): Promise<Found> {
  const { readings, used } = watchedReadings(on.readings())
  what.isSo(readings, on.answers)
  const only: ReadingId[] = [...used.ids]
  if (used.names.size > 0) only.push('names')
  if (used.reaches.size > 0) only.push('reaches')
  // A step that only looks is done by the user's own word, so it may also measure what costs something.
  const fresh = await on.takeReadings({ only, names: [...used.names], reaches: [...used.reaches], measures: on.step.do.kind === 'check' })
  return { ...what.isSo(fresh, on.answers), remedy: null }
}

/** Containers on the same Docker that are neither the programme's nor our own short tries, running or not. Rejects with DockerFault. */
export async function strangersOf(docker: DockerEngine, imagePrefix: string): Promise<ContainerFacts[]> {
  return (await docker.containers()).filter((container) => !hasImagePrefix(container.image, imagePrefix) && !isCardTry(container))
}

/** The label of preflight/card-in-container.ts: it lasts for seconds and removes itself. */
function isCardTry({ labels }: ContainerFacts): boolean {
  return labels['idlewatt.check'] === 'card'
}

export function strangersSentence(strangers: readonly Pick<ContainerFacts, 'name' | 'image'>[]): string {
  const named = strangers.slice(0, 10).map((container) => `${container.name.replace(/^\//, '')} (${container.image})`)
  const more = strangers.length > named.length ? ` and ${strangers.length - named.length} more` : ''
  return `${strangers.length === 1 ? 'A container' : `${strangers.length} containers`} of something else ${strangers.length === 1 ? 'is' : 'are'} on this Docker, and the software may remove ${strangers.length === 1 ? 'it' : 'them'}: ${named.join(', ')}${more}.`
}

export const strangersRemedy = 'Move them to another machine or give this programme a Docker of its own. Remove one only if you need neither it nor what it holds. Idlewatt touches none of them.'

function saying(words: string): string {
  return words === '' ? '' : ` It said: ${words}`
}
function yes(because: string): Found {
  return { ok: true, because, remedy: null }
}
function no(because: string, remedy: string | null = null): Found {
  return { ok: false, because, remedy }
}
function unknown(because: string): Found {
  return { ok: null, because, remedy: null }
}
