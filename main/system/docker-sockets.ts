/** Where the Docker Engine of this machine listens, as Docker's own programme would choose it, and whether one is installed at all. */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { homeFolder } from './home-folder.ts'

export interface DockerPlaces {
  /** In the order in which they are tried. */
  sockets: string[]
  /** The user's settings lead to no socket of this machine: then nobody is asked, as what others start would ask another Docker than we do. */
  elsewhere: { why: string; sentence: string; remedy: string } | null
}

export interface PlacesOn {
  platform: NodeJS.Platform
  env: NodeJS.ProcessEnv
  home: string | null
  /** null: there is none, or it cannot be read. */
  readFile(path: string): string | null
}

const ownAlone = 'Idlewatt works with the Docker of this machine alone'

/** DOCKER_HOST goes before DOCKER_CONTEXT, and that before the context that was chosen with `docker context use`. */
export function dockerPlaces(on: PlacesOn): DockerPlaces {
  const asked = on.env['DOCKER_HOST'] ?? ''
  if (asked !== '') return socketIn(asked) ?? elsewhere('DOCKER_HOST leads to no socket of this machine', `DOCKER_HOST leads to ${kindOf(asked)}, and ${ownAlone}.`, 'Remove that setting, then start Idlewatt again.')
  const folder = on.env['DOCKER_CONFIG'] || (on.home === null ? null : join(on.home, '.docker'))
  const fromEnv = on.env['DOCKER_CONTEXT'] ?? ''
  const context = fromEnv || (folder === null ? '' : textIn(on.readFile(join(folder, 'config.json')), 'currentContext'))
  if (context === '' || context === 'default') return { sockets: usual(on), elsewhere: null }
  const remedy = fromEnv === '' ? 'Choose another one with “docker context use default”, then start Idlewatt again.' : 'Remove the setting DOCKER_CONTEXT, then start Idlewatt again.'
  const host = folder === null ? '' : textIn(on.readFile(join(folder, 'contexts', 'meta', createHash('sha256').update(context).digest('hex'), 'meta.json')), 'Endpoints', 'docker', 'Host')
  const named = `Docker is set to its context “${context.slice(0, 80)}”`
  const why = 'its chosen context leads to no socket of this machine'
  if (host === '') return elsewhere(why, `${named}, of which nothing is to be found on this machine.`, remedy)
  return socketIn(host) ?? elsewhere(why, `${named}, which leads to ${kindOf(host)}, and ${ownAlone}.`, remedy)
}

export function placesHere(): DockerPlaces {
  return dockerPlaces({ platform: process.platform, env: process.env, home: homeFolder(), readFile: readQuietly })
}

/** As DOCKER_HOST names a socket. */
export function dockerHostOf(socketPath: string, platform: NodeJS.Platform = process.platform): string {
  return `${platform === 'win32' ? 'npipe' : 'unix'}://${socketPath}`
}

function usual({ platform, env, home }: PlacesOn): string[] {
  if (platform === 'win32') return ['//./pipe/docker_engine', '//./pipe/dockerDesktopLinuxEngine']
  const runtime = env['XDG_RUNTIME_DIR']
  return [
    '/var/run/docker.sock',
    ...(runtime ? [join(runtime, 'docker.sock')] : []),
    ...(home === null ? [] : [join(home, '.docker/run/docker.sock'), join(home, '.docker/desktop/docker.sock')]),
  ]
}

function socketIn(host: string): DockerPlaces | null {
  const path = /^(?:unix|npipe):\/\/(.+)$/.exec(host)?.[1]
  return path === undefined ? null : { sockets: [path], elsewhere: null }
}

function elsewhere(why: string, sentence: string, remedy: string): DockerPlaces {
  return { sockets: [], elsewhere: { why, sentence, remedy } }
}

/** An address may hold a name and a password. */
function kindOf(host: string): string {
  return `an address (${/^[a-z]{1,10}:\/\//i.exec(host)?.[0] ?? ''}…), not to a socket`
}

/** "" where it is not there or no text. */
function textIn(json: string | null, ...path: string[]): string {
  try {
    let value: unknown = JSON.parse(json ?? 'null')
    for (const name of path) value = (value as Record<string, unknown> | null)?.[name]
    return typeof value === 'string' ? value : ''
  } catch {
    return ''
  }
}

function readQuietly(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}

/** Looks for the engine's own files; a person types `which dockerd docker`. */
export function isDockerInstalled(): boolean {
  if (process.platform === 'darwin') return existsSync('/Applications/Docker.app') || isOnPath('docker')
  if (process.platform === 'win32') return existsSync(join(process.env['ProgramFiles'] ?? 'C:\\Program Files', 'Docker', 'Docker', 'Docker Desktop.exe')) || isOnPath('docker.exe')
  return isOnPath('dockerd', '/usr/sbin', '/usr/local/sbin') || isOnPath('docker')
}

function isOnPath(program: string, ...more: string[]): boolean {
  return [...(process.env['PATH'] ?? '').split(delimiter), ...more].some((folder) => folder !== '' && existsSync(join(folder, program)))
}
