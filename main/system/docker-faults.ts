/** What can go wrong with a Docker Engine, in words for the user: what happened, and what mends it. Pure. */

export type DockerFaultKind = 'not-there' | 'no-permission' | 'not-found' | 'conflict' | 'disk-full' | 'timed-out' | 'refused' | 'cancelled'

/** The message is for the user. */
export class DockerFault extends Error {
  override name = 'DockerFault'
  readonly kind: DockerFaultKind
  /** In a few words, for a table: "not running". null: the message alone says it. */
  readonly why: string | null
  /** What mends it; also the end of the message. null: nothing that could be said in general. */
  readonly remedy: string | null
  constructor(message: string, kind: DockerFaultKind, more: { why?: string | null; remedy?: string | null } = {}) {
    super(message)
    this.kind = kind
    this.why = more.why ?? null
    this.remedy = more.remedy ?? null
  }
}

export interface FaultContext {
  platform: NodeJS.Platform
  socketPath: string
  /** What it was asked for, as the end of "asked for …". */
  what: string
  limitMs: number
  /** Whether a Docker could be found on this machine at all; null: not looked. */
  isInstalled: boolean | null
}

function fault(kind: DockerFaultKind, why: string, sentence: string, remedy: string): DockerFault {
  return new DockerFault(`${sentence} ${remedy}`, kind, { why, remedy })
}

function startIt(platform: NodeJS.Platform): string {
  return platform === 'linux' ? 'Start it with “sudo systemctl start docker”.' : 'Start Docker Desktop and wait until it says that it is running.'
}

function installIt(platform: NodeJS.Platform): string {
  return platform === 'linux' ? 'Install Docker Engine as https://docs.docker.com/engine/install tells for this system.' : 'Install Docker Desktop from https://docs.docker.com/desktop and start it.'
}

export function timedOut(on: FaultContext): DockerFault {
  const seconds = Math.round(on.limitMs / 100) / 10
  const remedy = on.platform === 'linux' ? 'If it goes on, restart it with “sudo systemctl restart docker”; that stops running containers.' : 'If it goes on, restart Docker Desktop; that stops running containers.'
  return fault('timed-out', `no answer within ${seconds} s`, `Docker did not answer within ${seconds} s when it was asked for ${on.what}: it is overloaded or hangs.`, remedy)
}

export function cancelled(on: Pick<FaultContext, 'what'>): DockerFault {
  return new DockerFault(`Cancelled: ${on.what}.`, 'cancelled')
}

/** Node's error of a connection, or dockerode's of an HTTP status. What is a DockerFault already comes back as it is. */
export function faultOf(error: unknown, on: FaultContext): DockerFault {
  if (error instanceof DockerFault) return error
  const { code, statusCode } = error as { code?: string; statusCode?: number }
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    if (on.isInstalled === false) return fault('not-there', 'not installed', 'Docker is not installed on this machine.', installIt(on.platform))
    const remedy = on.isInstalled === true ? startIt(on.platform) : `${startIt(on.platform)} Where it is not installed: ${installIt(on.platform)}`
    return fault('not-there', 'not running', `Docker is not running: there is no socket at ${on.socketPath}.`, remedy)
  }
  if (code === 'ECONNREFUSED') return fault('not-there', 'not running', `Docker is not running: nobody answers at ${on.socketPath}.`, startIt(on.platform))
  if (code === 'EACCES' || code === 'EPERM') return noPermission(on)
  if (code === 'ECONNRESET' || code === 'EPIPE' || code === 'ECONNABORTED') return fault('not-there', 'stopped', `Docker stopped while it was asked for ${on.what}.`, startIt(on.platform))
  return answered(textOf(error), statusCode ?? null, on)
}

function noPermission(on: FaultContext): DockerFault {
  const remedy =
    on.platform === 'linux'
      ? 'Add the user to the group “docker” with “sudo usermod -aG docker "$USER"”, then sign out and in again. Whoever is in that group has the rights of the administrator.'
      : 'Start Docker Desktop as this user, or let the administrator add the user to the group “docker-users”.'
  return fault('no-permission', 'permission denied', `This user may not use Docker: ${on.socketPath} refused the connection.`, remedy)
}

/** What the engine itself answered, by status where there is one, else by its words (a pull tells its faults in the middle of the stream). */
export function answered(text: string, status: number | null, on: FaultContext): DockerFault {
  const said = text.replace(/\s+/g, ' ').trim().slice(0, 300)
  if (/no space left on device|disk quota exceeded/i.test(said)) {
    return fault('disk-full', 'the disk is full', `The disk that Docker keeps its images and containers on is full: ${on.what} was not possible.`, 'Make room there, then try again; “docker system df” shows what takes it up.')
  }
  if (/toomanyrequests|rate limit/i.test(said)) return fault('refused', 'too many downloads', 'The registry lets this address download no more images for now.', 'Try again in some hours, or sign in there with “docker login”.')
  if (/no such host|connection refused|i\/o timeout|TLS handshake timeout|network is unreachable|Client\.Timeout|server misbehaving|unexpected EOF|connection reset/i.test(said)) {
    return fault('refused', 'the registry was not reached', `Docker could not reach the registry: ${said}.`, 'Check the connection to the internet, then try again; what was downloaded is kept.')
  }
  const isMissing = status === 404 || /manifest unknown|pull access denied|no such image/i.test(said) || (status === null && /not found|does not exist/i.test(said))
  if (isMissing) return new DockerFault(`What Docker was asked for is not there (${on.what}): ${said}.`, 'not-found', { why: 'not found' })
  if (status === 409) return new DockerFault(`Docker could not do it (${on.what}), because something else is in the way: ${said}.`, 'conflict', { why: 'in use' })
  return new DockerFault(`Docker refused (${on.what}): ${said}.`, 'refused', { why: 'refused' })
}

/** dockerode writes "(HTTP code 404) no such container - No such container: x "; what the engine said stands at the end. */
function textOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return message.replace(/^\(HTTP code \d+\) [^-]*- /, '').replace(/[.\s]+$/, '')
}
