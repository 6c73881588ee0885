/** Undoes what a step did, and only that: what was there before, and what belongs to others, stays. */
import { lstat, rm } from 'node:fs/promises'
import { dirname, isAbsolute, join, normalize, relative } from 'node:path'
import type { StepDefinition, StepUndo } from '../networks/network.ts'
import { DockerFault, hasImagePrefix, isMadeFor, type DockerEngine } from '../system/docker-engine.ts'
import { fileErrorWords, hasCode } from '../system/file-errors.ts'
import { fillTemplate } from '../system/fill-template.ts'
import { homeFolder } from '../system/home-folder.ts'
import { NotPossible } from '../system/not-possible.ts'
import { secretName } from './step-answers.ts'
import { StepFault } from './step-fault.ts'
import type { StepTools } from './step-tools.ts'
import { shown } from './step-words.ts'

/** `left-to-user`: it lies on a website or in the user's own hands; the sentence says what to do. `nothing`: there was nothing to undo. */
export interface Undone {
  kind: 'undone' | 'left-to-user' | 'nothing'
  because: string
}

const stopWithinMs = 10 * 60_000
const lookAgainMs = 500

/** Rejects with what `asFault` turns into words; before `begins` is called, nothing has been touched. Again and again gives the same. */
export async function undoStep(step: StepDefinition, tools: StepTools, begins: () => void): Promise<Undone> {
  const { undo } = step
  await refuseUndo(step, tools)
  begins()
  switch (undo.kind) {
    case 'nothing':
      return { kind: 'nothing', because: undo.why }
    case 'website':
      return { kind: 'left-to-user', because: `Left to you, on ${undo.url}: ${listed(undo.todo, tools)}` }
    case 'by-hand':
      return { kind: 'left-to-user', because: `Left to you: ${listed([...(undo.words === '' ? [] : [undo.words]), ...undo.todo], tools)}` }
    case 'stop':
      return stopSoftware(tools)
    case 'forget-answers':
      return forgetAnswers(step, tools)
    case 'remove-file':
      return removeFile(undo.file, tools)
    case 'remove-paths':
      return removePaths(step, undo, tools)
    case 'remove-containers':
      return removeContainers(step, undo.imagePrefix, tools)
    case 'remove-images':
      return removeImages(step, undo.imagePrefix, tools)
  }
}

/** Looks only. Rejects where it cannot even be begun. */
async function refuseUndo({ undo }: StepDefinition, tools: StepTools): Promise<void> {
  // What it prints is cleaned of the secrets that are stored.
  if (undo.kind.startsWith('remove-') || (undo.kind === 'forget-answers' && tools.entry.software?.kind === 'managed')) refuseWhileRunning(tools)
  if (undo.kind === 'remove-file') fileOf(undo.file, tools)
  if (undo.kind === 'remove-paths') pathsOf(undo, tools)
  if (undo.kind === 'remove-containers') await dockerOf(tools).containers()
  if (undo.kind === 'remove-images') await tagsOf(undo.imagePrefix, tools)
}

export function forgetAnswers(step: StepDefinition, tools: StepTools): Undone {
  const record = tools.record(step.id)
  for (const field of step.fields) {
    if (field.kind !== 'secret') continue
    tools.options.secrets.write(secretName(tools.entry.programmeId, field.id), null)
    // At once: the next one may not go.
    delete record.storedSince[field.id]
  }
  record.answers = {}
  record.storedSince = {}
  return { kind: 'undone', because: 'What you entered is forgotten here.' }
}

/** Waits until it has ended. Rejects where it does not. */
export async function stopSoftware(tools: StepTools): Promise<Undone> {
  const { software, clock } = tools.options
  const { programmeId } = tools.entry
  await software.look?.(programmeId)
  const wasRunning = software.isRunning(programmeId)
  try {
    // Also where it does not run: it is not to be started again by itself either.
    await software.stop(programmeId)
  } catch (error) {
    if (wasRunning || !(error instanceof NotPossible)) throw error
  }
  if (!wasRunning) return { kind: 'undone', because: 'The software does not run any more.' }
  const until = clock.now() + stopWithinMs
  while (software.isRunning(programmeId)) {
    if (tools.closing.aborted) throw new StepFault('failed', 'Idlewatt is closing while the software stops; stopping goes on.', 'Start Idlewatt again, then try once more.')
    if (clock.now() >= until) throw new StepFault('failed', 'The software did not stop within ten minutes; stopping goes on.', 'Look at what the programme says of itself, then try again.')
    await tools.pause(lookAgainMs, tools.closing)
    await software.look?.(programmeId)
  }
  return { kind: 'undone', because: 'The software was stopped.' }
}

function refuseWhileRunning(tools: StepTools): void {
  if (tools.options.software.isRunning(tools.entry.programmeId)) throw new StepFault('failed', 'The software still runs, and this is a part of it.', 'Stop it first, then try again.')
}

function fileOf(fileName: string, tools: StepTools): string {
  const path = join(tools.filesFolder, fileName)
  if (dirname(path) !== tools.filesFolder) throw new StepFault('failed', 'That is no file of this programme.', null)
  return path
}

async function removeFile(fileName: string, tools: StepTools): Promise<Undone> {
  const path = fileOf(fileName, tools)
  await removed(path)
  await rm(join(tools.filesFolder, '.quarantine'), { recursive: true, force: true })
  const { tables } = tools.options
  for (const known of tables.downloads()) if (known.path === path) tables.saveDownload({ ...known, path: null })
  return { kind: 'undone', because: `${path} is removed.` }
}

function pathsOf(undo: Extract<StepUndo, { kind: 'remove-paths' }>, tools: StepTools): string[] {
  const paths = undo.paths.map((template) => normalize(fillTemplate(template, tools.values())))
  for (const path of paths) refuseBroad(path, tools)
  return paths
}

async function removePaths(step: StepDefinition, undo: Extract<StepUndo, { kind: 'remove-paths' }>, tools: StepTools): Promise<Undone> {
  const { before } = tools.record(step.id)
  const gone: string[] = []
  const kept: string[] = []
  for (const path of pathsOf(undo, tools)) {
    if (before.includes(path)) kept.push(path)
    else if (await removed(path)) gone.push(path)
  }
  const words = gone.length === 0 ? 'Nothing was left to be removed.' : `Removed: ${gone.join(', ')}.`
  return { kind: 'undone', because: kept.length === 0 ? words : `${words} Was there before Idlewatt began, and stays: ${kept.join(', ')}.` }
}

/** A path that holds more than one programme's things is never removed, whatever an answer filled in. */
function refuseBroad(path: string, tools: StepTools): void {
  const home = homeFolder()
  const holds = (inner: string): boolean => !relative(path, inner).startsWith('..') && !isAbsolute(relative(path, inner))
  const isBroad = !isAbsolute(path) || dirname(path) === path || dirname(dirname(path)) === dirname(path) || (home !== null && holds(home)) || holds(tools.options.folder) || holds(process.execPath)
  if (isBroad) throw new StepFault('failed', `${path} holds more than this programme, so it is not removed.`, 'Remove by hand what you do not need there.')
}

/** Whether there was something. A link is removed itself, not what it leads to. */
async function removed(path: string): Promise<boolean> {
  try {
    await lstat(path)
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return false
    throw new StepFault('failed', `${path} cannot be removed: ${fileErrorWords(error)}.`, 'See to it that this user may write there, then try again.')
  }
  try {
    await rm(path, { recursive: true })
    return true
  } catch (error) {
    throw new StepFault('failed', `${path} cannot be removed: ${fileErrorWords(error)}.`, 'See to it that this user may write there and that nothing uses it, then try again.')
  }
}

async function removeContainers(step: StepDefinition, imagePrefix: string | null, tools: StepTools): Promise<Undone> {
  const docker = dockerOf(tools)
  const { programmeId, software } = tools.entry
  const { before } = tools.record(step.id)
  const house = tools.options.houseId?.() ?? null
  // One that Idlewatt makes itself says whose it is: another Idlewatt's on this Docker stays.
  const isOurs = (container: { image: string; labels: Record<string, string> }): boolean =>
    software?.ownContainer !== undefined ? isMadeFor(container, programmeId, house) : imagePrefix !== null && hasImagePrefix(container.image, imagePrefix)
  const removedNames: string[] = []
  const keptNames: string[] = []
  for (const listed of (await docker.containers()).filter(isOurs)) {
    if (before.includes(listed.id)) {
      keptNames.push(listed.name.replace(/^\//, ''))
      continue
    }
    // Looked at once more by its id: between the list and now it may have become another one's.
    const container = await docker.inspect(listed.id)
    if (container === null || !isOurs(container)) continue
    await docker.stop(container.id, 10_000)
    await docker.remove(container.id)
    removedNames.push(container.name.replace(/^\//, ''))
  }
  const words = removedNames.length === 0 ? 'No container of it was left.' : `Removed: ${removedNames.join(', ')}. No other container was touched.`
  return { kind: 'undone', because: keptNames.length === 0 ? words : `${words} Was there before Idlewatt began, and stays: ${keptNames.join(', ')}.` }
}

/** Of the images with that beginning. Rejects where Docker cannot say. */
async function tagsOf(imagePrefix: string, tools: StepTools): Promise<string[]> {
  const look = await dockerOf(tools).look()
  if (look.value === null) throw new StepFault('failed', look.why, 'Start Docker, then try again.')
  if (!look.value.answers) throw new StepFault('failed', `Docker does not answer: ${look.value.why ?? 'no reason is known'}.`, look.value.remedy)
  return look.value.images.flatMap((image) => image.tags).filter((tag) => hasImagePrefix(tag, imagePrefix))
}

async function removeImages(step: StepDefinition, imagePrefix: string, tools: StepTools): Promise<Undone> {
  const docker = dockerOf(tools)
  const { before } = tools.record(step.id)
  const tags = await tagsOf(imagePrefix, tools)
  const own = tags.filter((tag) => !before.includes(tag))
  const inUse: string[] = []
  for (const tag of own) if (!(await removedImage(docker, tag))) inUse.push(tag)
  const kept = tags.filter((tag) => before.includes(tag))
  const gone = own.filter((tag) => !inUse.includes(tag))
  const words = [
    gone.length === 0 ? 'No image of it was left to be removed.' : `Removed: ${gone.join(', ')}.`,
    ...(kept.length === 0 ? [] : [`Was there before Idlewatt began, and stays: ${kept.join(', ')}.`]),
    ...(inUse.length === 0 ? [] : [`Is used by a container that is not Idlewatt’s to remove, and stays: ${inUse.join(', ')}.`]),
  ]
  return { kind: 'undone', because: words.join(' ') }
}

/** Whether it is gone; false: a container still uses it, and those of this programme are gone by now. */
async function removedImage(docker: DockerEngine, tag: string): Promise<boolean> {
  try {
    await docker.removeImage(tag)
    return true
  } catch (error) {
    if (error instanceof DockerFault && error.kind === 'conflict') return false
    throw error
  }
}

function dockerOf(tools: StepTools): DockerEngine {
  const { docker } = tools.options
  if (docker === null) throw new StepFault('failed', 'There is no Docker here that could be asked.', 'Start Docker, then try again.')
  return docker
}

function listed(todo: readonly string[], tools: StepTools): string {
  return todo.map((line) => shown(line, tools.shownValues())).join(' ')
}
