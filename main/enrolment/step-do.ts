/** Does what a step does, once it may be done. Rejects with a StepFault (or what `asFault` turns into one). */
import { access } from 'node:fs/promises'
import { join } from 'node:path'
import type { StepAction, StepDefinition } from '../networks/network.ts'
import { hasImagePrefix } from '../system/docker-engine.ts'
import { fillTemplate } from '../system/fill-template.ts'
import { NotPossible } from '../system/not-possible.ts'
import { download } from './download.ts'
import { ownFile, ownScheme } from './download-own.ts'
import { lookAtDownload, lookAtImage, strangersOf, strangersRemedy, strangersSentence } from './probe-step.ts'
import { runCommand } from './step-command.ts'
import { StepFault } from './step-fault.ts'
import { isOver } from './step-record.ts'
import { wordsIn, type StepTools } from './step-tools.ts'
import { isByHand } from './step-words.ts'

export async function perform(step: StepDefinition, tools: StepTools, signal: AbortSignal): Promise<void> {
  const { do: action } = step
  if (isByHand(action)) return
  switch (action.kind) {
    case 'download':
      return performDownload(action, tools, signal)
    case 'command': {
      await tools.unchanged(wordsIn(action.command))
      const { exitCode, said: words } = await runCommand(action.command, { ...tools.command(signal), timeoutMs: action.timeoutMs })
      if (exitCode === 0) return
      throw new StepFault('failed', `${action.command.program} ended with exit code ${exitCode}.${words === '' ? '' : ` It said: ${words}`}`, `All that it printed is in ${join(tools.folder, 'enrolment.log')}. Mend what it says, then try again.`)
    }
    case 'image':
      return performImage(action, tools, signal)
    case 'start':
      await readyToStart(tools)
      await tools.options.software.start(tools.entry.programmeId)
      return
    case 'ask':
    case 'website':
    case 'by-hand':
    case 'check':
      return
  }
}

async function performDownload(action: Extract<StepAction, { kind: 'download' }>, tools: StepTools, signal: AbortSignal): Promise<void> {
  const { options } = tools
  const key = tools.downloadKey(action)
  const done = await download(
    { key, url: action.url, fileName: action.file, version: action.version, sha256: action.sha256, bytes: action.bytes, mostBytes: action.mostBytes, hosts: action.hosts, isExecutable: action.isExecutable, folder: tools.filesFolder },
    {
      resourcesFolder: options.resourcesFolder,
      loopback: options.loopback,
      refusal: options.refusal,
      known: tools.known,
      now: options.clock.now,
      pause: tools.pause,
      signal,
      onProgress: tools.onProgress,
    },
  )
  options.tables.saveDownload(done)
}

async function performImage(action: Extract<StepAction, { kind: 'image' }>, tools: StepTools, signal: AbortSignal): Promise<void> {
  const { docker } = tools.options
  if (docker === null) throw new StepFault('failed', 'There is no Docker here that could be asked.', 'Install Docker, or start it, then try again.')
  if (action.archive === null) return docker.pull(action.reference, { signal, onProgress: tools.onProgress })
  const archive = fillTemplate(action.archive, tools.values())
  const path = archive.startsWith(ownScheme) ? ownFile(archive, tools.options.resourcesFolder) : join(tools.filesFolder, archive)
  const isThere = await access(path).then(() => true, () => false)
  if (!isThere) throw new StepFault('failed', `${path}, of which the image is made, is not there.`, 'Do the step that downloads it again.')
  await tools.unchanged([archive])
  // What is run is said when a container is made.
  await docker.importImage(path, action.reference, [])
}

/**
 * The last look before software is started, each time: what was downloaded is still that file, the image was made of
 * it, and no container of others is where it might be removed. Throws StepFault, and DockerFault where Docker does not answer.
 */
export async function readyToStart(tools: StepTools): Promise<void> {
  for (const step of tools.entry.definition.steps) {
    if (tools.isLeftOut(step) !== null) continue
    const on = tools.probing(step, tools.closing)
    if (step.do.kind === 'download' && tools.record(step.id).phase === 'done') {
      const found = await lookAtDownload(step.do.file, on)
      if (found.ok !== true) throw new StepFault('failed', found.because, found.remedy)
    }
    if (step.do.kind === 'image' && step.do.archive !== null && isOver(tools.record(step.id).phase)) {
      const found = await lookAtImage(step.do.reference, on)
      if (found.ok === false) throw new StepFault('failed', found.because, found.remedy ?? `Do “${step.title}” again.`)
    }
    const alone = [step.check, step.verify].find((what) => what.kind === 'no-strangers')
    if (alone?.kind !== 'no-strangers') continue
    if (tools.options.docker === null) throw new StepFault('blocked', 'There is no Docker to be asked here for containers of others.', strangersRemedy)
    const strangers = await strangersOf(tools.options.docker, alone.imagePrefix)
    if (strangers.length > 0) throw new StepFault('blocked', strangersSentence(strangers), strangersRemedy)
  }
}

/** What is there already of all that the undo would remove: it is not ours, and stays. */
export async function alreadyThere({ undo, do: action }: Pick<StepDefinition, 'undo' | 'do'>, tools: StepTools): Promise<string[]> {
  if (undo.kind === 'remove-paths') {
    const paths = undo.paths.flatMap((path) => filledOrNothing(path, tools.values()))
    const found = await Promise.all(paths.map((path) => access(path).then(() => [path], () => [])))
    return found.flat()
  }
  const { docker } = tools.options
  if (docker === null) return []
  if (undo.kind === 'remove-images') {
    const look = await docker.look()
    // The name that the step itself gives goes over to what it makes.
    return look.value === null ? [] : look.value.images.flatMap((image) => image.tags).filter((tag) => action.kind !== 'image' || tag !== action.reference)
  }
  if (undo.kind === 'remove-containers' && undo.imagePrefix !== null && tools.entry.software?.ownContainer === undefined) {
    const { imagePrefix } = undo
    return (await docker.containers()).filter((container) => hasImagePrefix(container.image, imagePrefix)).map((container) => container.id)
  }
  return []
}

export function filledOrNothing(template: string, values: Record<string, string>): string[] {
  try {
    return [fillTemplate(template, values)]
  } catch (error) {
    if (error instanceof NotPossible) return []
    throw error
  }
}

