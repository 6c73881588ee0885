/** A card inside a container, tried for real: `docker run --rm --pull never --network none --gpus all IMAGE nvidia-smi -L`, with an image that is there already. */
import { randomUUID } from 'node:crypto'
import { readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { MachineReadings } from '../../../shared/preflight.ts'
import { dockerHostOf } from '../../system/docker-sockets.ts'
import { commandWords, known, notKnown } from './known.ts'
import type { PartContext } from './part.ts'

/** Images in which a program of the driver, lent by the toolkit, runs: those with the usual C library. */
const fitting = [/^(docker\.io\/)?nvidia\/cuda:/, /^nvcr\.io\/nvidia\/cuda:/, /^(docker\.io\/)?(library\/)?(ubuntu|debian|rockylinux|fedora):/]

export async function readCardInContainer(context: PartContext): Promise<MachineReadings['cardInContainer']> {
  const { source, signal, timeoutMs } = context
  if (source.recorded !== null) return notKnown('A recorded machine runs no container.')
  const docker = await context.other('docker')
  if (docker.value === null || !docker.value.answers) return notKnown(`Docker does not answer, so nothing could be tried: ${docker.value?.why ?? docker.why ?? 'not running'}`.replace(/\.?$/, '.'))
  const tags = docker.value.images.flatMap((image) => image.tags)
  const image = fitting.map((pattern) => tags.find((tag) => pattern.test(tag))).find((tag) => tag !== undefined)
  if (image === undefined) return notKnown('There is no image here that it could be tried with, and none is fetched for it. `docker pull ubuntu:24.04` brings one (30 MB).')
  const idFile = join(tmpdir(), `idlewatt-card-check-${randomUUID()}`)
  try {
    const words = [...theSame(context), 'run', '--rm', '--pull', 'never', '--network', 'none', '--cidfile', idFile, '--label', 'idlewatt.check=card', '--gpus', 'all', '--env', 'NVIDIA_DRIVER_CAPABILITIES=utility', image, 'nvidia-smi', '-L']
    const answer = await source.run('docker', words, { timeoutMs: timeoutMs - 1_500, signal })
    if (answer.kind === 'done' && answer.exitCode === 0 && /^GPU \d+:/m.test(answer.stdout)) return known({ works: true, said: answer.stdout.trim().split('\n')[0]?.replace(/ \(UUID.*$/, '') ?? '' })
    if (answer.kind === 'done') return known({ works: false, said: commandWords('docker run --gpus all', answer) })
    return notKnown(commandWords('docker', answer))
  } finally {
    await removeOwn(context, idFile)
  }
}

/** Whatever the user's settings say: the Docker whose images were looked at. */
function theSame({ docker }: PartContext): string[] {
  const path = docker?.socketPath() ?? null
  return path === null ? [] : ['--host', dockerHostOf(path)]
}

/** Where the try was cut off, its container may still be there: by the id that Docker wrote down for us. */
async function removeOwn(context: PartContext, idFile: string): Promise<void> {
  const id = await readFile(idFile, 'utf8').catch(() => '')
  if (/^[0-9a-f]{64}$/.test(id.trim())) await context.source.run('docker', [...theSame(context), 'rm', '-f', id.trim()], { timeoutMs: 1_400 })
  await rm(idFile, { force: true })
}
