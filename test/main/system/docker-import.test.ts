/** Images made of a file on a real engine: labelled with the file's hash, refused where the file is missing, none, or changes. */
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { archiveLabel, createDockerEngine, DockerFault, type DockerEngine } from '../../../main/system/docker-engine.ts'
import { startDocker, until, type DockerDaemon } from '../../helpers/docker-daemon.ts'
import { newFolder } from '../../helpers/files.ts'

const made = await startDocker()
const whyNot = 'why' in made ? made.why : null
const daemon = made as DockerDaemon
const image = 'example/worker:1'

/** One file through a pipe. */
function write(pipe: string, file: string): Promise<unknown> {
  const writing = spawn('/bin/sh', ['-c', 'cat "$1" > "$2"', 'sh', file, pipe], { stdio: 'ignore' })
  onTestFinished(() => void writing.kill('SIGKILL'))
  return new Promise((done) => writing.once('exit', done))
}

function linkOf(path: string): string | null {
  try {
    return readlinkSync(path)
  } catch {
    return null
  }
}

describe.skipIf(whyNot !== null)(`with a real Docker Engine${whyNot === null ? '' : ` (skipped: ${whyNot})`}`, { timeout: 60_000 }, () => {
  let docker: DockerEngine
  beforeAll(async () => {
    await daemon.image(image)
    docker = createDockerEngine({ socketPath: daemon.socketPath, now: Date.now })
  })
  afterAll(() => daemon.close())

  test('an image is made of a tar, found, and removed unless it is used', async () => {
    const folder = newFolder()
    writeFileSync(join(folder, 'hello'), 'hello')
    spawnSync('tar', ['-C', folder, '-cf', join(folder, 'root.tar'), 'hello'])
    expect(await docker.hasImage('example/made:2')).toBe(false)
    await docker.importImage(join(folder, 'root.tar'), 'example/made:2', ['/hello', 'a "b"'])
    expect(await docker.hasImage('example/made:2')).toBe(true)
    expect((await daemon.docker.getImage('example/made:2').inspect()).Config.Entrypoint).toEqual(['/hello', 'a "b"'])
    const sha256 = createHash('sha256').update(readFileSync(join(folder, 'root.tar'))).digest('hex')
    expect(await docker.imageLabel('example/made:2', archiveLabel)).toBe(sha256)
    expect(await docker.imageLabel('example/made:2', 'another')).toBeNull()
    expect(await docker.imageLabel(image, archiveLabel)).toBeNull()
    const id = await docker.create({ image: 'example/made:2', command: [], labels: {}, env: {}, networkMode: 'none' })
    await expect(docker.removeImage('example/made:2')).rejects.toMatchObject({ kind: 'conflict' })
    await docker.remove(id)
    await docker.removeImage('example/made:2')
    await docker.removeImage('example/made:2')
    expect(await docker.hasImage('example/made:2')).toBe(false)
    expect(await docker.imageLabel('example/made:2', archiveLabel)).toBeNull()
  })

  test('a tar that changes while it is read makes no image', async () => {
    const folder = newFolder()
    const [first, other, tar] = [join(folder, 'first.tar'), join(folder, 'other.tar'), join(folder, 'root.tar')]
    for (const [archive, words] of [[first, 'hello'], [other, 'jello']] as const) {
      writeFileSync(join(folder, 'hello'), words)
      spawnSync('tar', ['-C', folder, '-cf', archive, 'hello'])
    }
    // A pipe gives one file to the first reader and another one to the second.
    spawnSync('mkfifo', [tar])
    const importing = docker.importImage(tar, 'example/odd:1', ['/hello']).catch((error: unknown) => error)
    await write(tar, first)
    await until('the first reader is through', () => !readdirSync('/proc/self/fd').some((fd) => linkOf(`/proc/self/fd/${fd}`) === tar))
    await write(tar, other)
    expect(await importing).toMatchObject({ kind: 'refused', message: /changed while it was read/ })
    expect(await docker.hasImage('example/odd:1')).toBe(false)
  })

  test('a tar that is missing or none is refused', async () => {
    const folder = newFolder()
    await expect(docker.importImage(join(folder, 'none.tar'), 'example/x:1', ['/x'])).rejects.toMatchObject({ kind: 'not-found', message: /does not exist/ })
    writeFileSync(join(folder, 'odd.tar'), Buffer.alloc(4096, 'x'))
    await expect(docker.importImage(join(folder, 'odd.tar'), 'example/x:1', ['/x'])).rejects.toBeInstanceOf(DockerFault)
    expect(await docker.hasImage('example/x:1')).toBe(false)
  })
})
