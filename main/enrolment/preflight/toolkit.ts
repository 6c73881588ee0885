/** NVIDIA's container toolkit, and what `docker run --gpus all` would do by what is set up. A person types `nvidia-ctk --version` and `docker info`. */
import type { DockerReading, MachineReadings } from '../../../shared/preflight.ts'
import type { CommandResult } from '../../system/machine-source.ts'
import { commandWords, known, notKnown } from './known.ts'
import type { PartContext } from './part.ts'

/** Where the engine finds devices described for it (CDI specifications). */
const deviceFolders = ['/etc/cdi', '/var/run/cdi']
/** The engine offers cards where this program lies on its path (moby, daemon/nvidia_linux.go). */
const hookProgram = 'nvidia-container-runtime-hook'
/** A shell's word for a program that is not there, as a recording may have it. */
const notFoundCode = 127

export async function readToolkit(context: PartContext): Promise<MachineReadings['containerToolkit']> {
  const { source, signal, timeoutMs } = context
  if (source.platform === 'darwin') return known({ isThere: false, version: null, how: 'On macOS containers reach no card.' })
  const docker = (await context.other('docker')).value
  if (source.platform === 'win32') {
    if (docker === null) return notKnown('Docker was not asked, and on Windows it brings what cards in containers need.')
    const isThere = docker.isDesktop === true
    return known({ isThere, version: null, how: isThere ? 'Docker Desktop brings it along where it runs over WSL2.' : 'Docker Desktop, which would bring it along, does not answer.' })
  }
  if (source.platform !== 'linux') return notKnown('There is no container toolkit for this system.')
  const limits = { timeoutMs: Math.min(3_000, timeoutMs - 500), signal }
  const [ctk, cli, hook, ...folders] = await Promise.all([
    source.run('nvidia-ctk', ['--version'], limits),
    source.run('nvidia-container-cli', ['--version'], limits),
    source.run(hookProgram, ['-version'], limits),
    ...deviceFolders.map((folder) => source.listFolder(folder)),
  ])
  const devices = folders.flatMap((names, index) => names.filter((name) => /nvidia.*\.(ya?ml|json)$/i.test(name)).map((name) => `${deviceFolders[index]}/${name}`))
  const mute = [ctk, cli, hook].find((answer) => answer.kind === 'timed-out' || answer.kind === 'failed')
  const hasHook = hook.kind === 'done' && hook.exitCode !== notFoundCode
  const isThere = hasHook || [ctk, cli].some((answer) => answer.kind === 'done' && answer.exitCode !== notFoundCode)
  if (!isThere && mute !== undefined) return notKnown(commandWords('The NVIDIA container toolkit', mute))
  // Recordings made before this was looked at hold none of its programs.
  if (!isThere && devices.length === 0 && source.recorded !== null && [ctk, cli, hook].every((answer) => answer.kind === 'not-found')) return notKnown('The recording does not say whether the NVIDIA container toolkit is there.')
  const version = versionIn(ctk) ?? versionIn(cli)
  return known({ isThere, version, how: howItWouldGo({ isThere, hasHook, devices, docker }) })
}

/** "NVIDIA Container Toolkit CLI version 1.17.4", "cli-version: 1.17.4". */
function versionIn(answer: CommandResult): string | null {
  return answer.kind === 'done' ? (/version:?\s+v?(\d+(?:\.\d+)+)/i.exec(answer.stdout)?.[1] ?? null) : null
}

/** Pure. One sentence or two for the user. */
export function howItWouldGo(found: { isThere: boolean; hasHook: boolean; devices: string[]; docker: DockerReading | null }): string {
  const { isThere, hasHook, devices, docker } = found
  if (!isThere) return 'The NVIDIA container toolkit is not installed: `docker run --gpus all` would be refused.'
  const parts = [hasHook ? '`docker run --gpus all` finds its hook.' : devices.length > 0 ? '`docker run --gpus all` finds no hook; newer engines use the device description instead.' : 'Its hook is not on the path and no device is described: `docker run --gpus all` would be refused.']
  if (docker?.hasNvidiaRuntime === true) parts.push('Docker knows the runtime "nvidia".')
  if (docker?.hasNvidiaRuntime === false) parts.push('Docker does not know the runtime "nvidia" (`nvidia-ctk runtime configure` would add it).')
  if (devices.length > 0) parts.push(`Described for containers: ${devices.join(', ')}.`)
  return parts.join(' ')
}
