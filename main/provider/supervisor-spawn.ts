/** Starts a run: the process, the container that is Idlewatt's own, or both. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { ProviderRun } from '../../shared/provider.ts'
import type { SoftwareDefinition } from '../networks/network.ts'
import { DockerFault } from '../system/docker-engine.ts'
import { fillTemplate, namesIn, templateValues } from '../system/fill-template.ts'
import { NotPossible } from '../system/not-possible.ts'
import type { ContainerWatch } from './containers.ts'
import type { EnrolledSoftware } from './index.ts'
import type { OwnedProcess, ProcessWanted } from './process.ts'
import type { ProviderLayers } from './supervisor-layers.ts'

export interface SpawnOptions {
  definition: SoftwareDefinition
  /** The run's id, also its mark. */
  id: string
  folder: string
  enrolled: EnrolledSoftware
  /** How many could join; null: not known. */
  cards: number | null
  containers: ContainerWatch | null
  layers: Pick<ProviderLayers, 'startProcess'>
  now(): number
}

export function outputFileOf(folder: string): string {
  return join(folder, 'output.txt')
}

/** Where one of both cannot be started, the other does not stay. Rejects with NotPossible or DockerFault. */
export async function spawnRun(options: SpawnOptions): Promise<{ run: ProviderRun; process: OwnedProcess | null }> {
  const { definition, containers, id } = options
  const startedAt = options.now()
  const inDocker = definition.command === null || containers === null ? {} : await containers.environment()
  const wanted = definition.command === null ? null : processWanted(options, inDocker)
  if (definition.ownContainer !== undefined && containers === null) throw new NotPossible('It needs Docker, which is not available here.')
  const own = definition.ownContainer === undefined || containers === null ? null : await containers.startOwn()
  if (wanted === null) {
    if (own === null) throw new NotPossible('There is nothing to start: this software is only looked at.')
    return { run: { id, startedAt, handle: { kind: 'containers', ids: [own] }, adopted: false }, process: null }
  }
  try {
    const process = await options.layers.startProcess(wanted)
    return { run: { id, startedAt, handle: process.handle, adopted: false }, process }
  } catch (error) {
    if (own !== null) await containers?.stop([own], 0).catch(() => undefined)
    throw error
  }
}

/** How a start that failed goes on. `isEngineLost`: it waits for Docker, and that is no failure of the provider. */
export function startFault(error: unknown): { sentence: string; isFinal: boolean; isEngineLost: boolean } {
  const sentence = error instanceof Error ? error.message : String(error)
  if (error instanceof NotPossible) return { sentence, isFinal: true, isEngineLost: false }
  if (!(error instanceof DockerFault)) return { sentence: `It could not be started: ${sentence}`, isFinal: false, isEngineLost: false }
  return { sentence, isFinal: ['no-permission', 'not-found', 'refused'].includes(error.kind), isEngineLost: error.kind === 'not-there' || error.kind === 'timed-out' }
}

/** `inDocker`: so that it uses the Docker that is watched, and no other. */
function processWanted({ definition, id, folder, enrolled, cards }: SpawnOptions, inDocker: Record<string, string>): ProcessWanted | null {
  const { command } = definition
  if (command === null) return null
  if (command.isElevated === true) throw new NotPossible('It needs administrator rights, which Idlewatt never uses. Start it as its set-up describes.')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const values = templateValues({ answers: enrolled.answers, folder, cards })
  const env = Object.entries(command.env ?? {}).map(([name, template]) => [name, fillTemplate(template, { ...values, ...secretsIn(template, enrolled) })])
  return {
    program: fillTemplate(command.program, values),
    args: command.args.map((word) => fillTemplate(word, values)),
    env: { ...Object.fromEntries(env), ...inDocker },
    cwd: command.cwd === undefined ? folder : fillTemplate(command.cwd, values),
    outputFile: outputFileOf(folder),
    mark: id,
    needsTerminal: command.needsTerminal === true,
  }
}

function secretsIn(template: string, enrolled: EnrolledSoftware): Record<string, string> {
  const names = namesIn(template).filter((name) => name.startsWith('secret:'))
  return Object.fromEntries(names.map((name) => [name, enrolled.secret(name.slice('secret:'.length)) ?? '']))
}
