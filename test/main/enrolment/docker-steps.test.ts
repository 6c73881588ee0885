/** Steps on a real Docker Engine: containers of others block and are never touched, images and containers of ours come and go. */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { practiceEnrolment } from '../../../main/networks/practice/enrolment.ts'
import { practiceSoftware } from '../../../main/networks/practice/software.ts'
import { archiveLabel, createDockerEngine, houseLabel, ownLabel } from '../../../main/system/docker-engine.ts'
import { makeRootFileSystem, startDocker } from '../../helpers/docker-daemon.ts'
import { newFolder } from '../../helpers/files.ts'
import { file, startFileServer } from './file-server.ts'
import { makes, programmeId, reading, starts, step, world } from './support.ts'

const daemon = await startDocker()
const why = 'why' in daemon ? daemon.why : null
afterAll(async () => {
  if (!('why' in daemon)) await daemon.close()
})

describe.skipIf(why !== null)(`with Docker${why === null ? '' : ` (skipped: ${why})`}`, () => {
  if ('why' in daemon) return
  const docker = createDockerEngine({ socketPath: daemon.socketPath, now: Date.now })
  const noStrangers = step('alone', { check: { kind: 'none' }, do: { kind: 'check' }, verify: { kind: 'no-strangers', imagePrefix: 'maker/' } })
  const running = async (): Promise<string[]> => (await docker.containers()).filter((one) => one.state === 'running').map((one) => one.id)

  it('a container of somebody else blocks, with its name, also between the check and the start', async () => {
    await daemon.image('maker/worker:1')
    await daemon.image('somebody/database:1')
    const own = await daemon.run('maker/worker:1', 'exec sleep 600')
    const of = world({ folder: newFolder(), definition: {}, docker, steps: [noStrangers, starts()] })
    await of.agree()
    await of.enrolment.doStep(programmeId, 'alone')
    expect(of.stepState('alone').phase).toBe('done')

    const stranger = await daemon.run('somebody/database:1', 'exec sleep 600', { name: 'my-database' })
    await of.enrolment.doStep(programmeId, 'start')
    expect(of.stepState('start')).toMatchObject({ phase: 'blocked', can: { retry: true } })
    expect(of.stepState('start').because).toContain('my-database (somebody/database:1)')
    expect(of.software.asked).toEqual([])
    expect(await of.enrolment.beforeStart(programmeId)).toContain('my-database')
    const report = await of.report()
    expect(report.strangers).toEqual([{ id: stranger, name: expect.stringContaining('my-database'), image: 'somebody/database:1', state: 'running' }])
    expect(report.blocked).toContain('my-database')
    expect(await running()).toEqual(expect.arrayContaining([own, stranger]))

    await docker.kill(stranger)
    await docker.remove(stranger)
    expect(await of.enrolment.beforeStart(programmeId)).toBeNull()
    await of.enrolment.doStep(programmeId, 'start')
    expect(of.stepState('start').phase).toBe('done')
    await docker.kill(own)
    await docker.remove(own)
  })

  it('an engine that does not answer blocks as well: nothing is taken for nobody', async () => {
    const of = world({ folder: newFolder(), docker: createDockerEngine({ socketPath: join(newFolder(), 'none.sock'), now: Date.now }), steps: [noStrangers] })
    await of.enrolment.doStep(programmeId, 'alone')
    expect(of.stepState('alone').phase).toBe('blocked')
    expect(of.stepState('alone').because).toMatch(/^It cannot be told/)
  })

  it('removes containers and images of its own, and no other', async () => {
    await daemon.image('maker/tool:1')
    await daemon.image('makers/other:1')
    const folder = newFolder()
    const done = join(folder, 'made')
    const of = world({ folder, docker, definition: {}, steps: [makes('images', done, { undo: { kind: 'remove-images', imagePrefix: 'maker/' } }), makes('containers', join(folder, 'second'), { undo: { kind: 'remove-containers', imagePrefix: 'maker/' } })] })
    await of.agree()
    // `maker/tool` and `maker/worker` were there before; `maker/new` comes with it.
    await of.enrolment.doStep(programmeId, 'images')
    await of.enrolment.doStep(programmeId, 'containers')
    await daemon.image('maker/new:1')
    const own = await daemon.run('maker/new:1', 'trap "exit 0" TERM; sleep 600 & wait')
    const others = [await daemon.run('makers/other:1', 'exec sleep 600'), await daemon.run('somebody/database:1', 'exec sleep 600', { Labels: { maker: 'maker/' } })]
    await of.enrolment.leave(programmeId)
    expect(of.state().phase).toBe('left')
    expect(await docker.inspect(own)).toBeNull()
    expect(await running()).toEqual(expect.arrayContaining(others))
    expect(await docker.hasImage('maker/new:1')).toBe(false)
    expect([await docker.hasImage('maker/tool:1'), await docker.hasImage('makers/other:1')]).toEqual([true, true])
    for (const id of others) {
      await docker.kill(id)
      await docker.remove(id)
    }
  })

  it('leaves what was there before, and what another Idlewatt made', async () => {
    const folder = newFolder()
    const before = await daemon.run('maker/worker:1', 'exec sleep 600', { name: 'from-before' })
    const look = step('look', { check: { kind: 'none' }, do: { kind: 'check' }, verify: { kind: 'none' }, undo: { kind: 'remove-containers', imagePrefix: 'maker/' } })
    const of = world({ folder, docker, definition: {}, steps: [look] })
    await of.enrolment.doStep(programmeId, 'look')
    const since = await daemon.run('maker/worker:1', 'trap "exit 0" TERM; sleep 600 & wait')
    // Looked at again, what came since is still not from before.
    await of.enrolment.doStep(programmeId, 'look')
    await of.enrolment.leave(programmeId)
    expect(of.stepState('look').because).toMatch(/Was there before Idlewatt began, and stays: from-before\.$/)
    expect(await docker.inspect(since)).toBeNull()
    expect(await running()).toContain(before)

    const made = (house: string | null): Promise<string> => daemon.run('maker/worker:1', 'trap "exit 0" TERM; sleep 600 & wait', { Labels: { [ownLabel]: programmeId, ...(house === null ? {} : { [houseLabel]: house }) } })
    const [mine, others, nobodys] = [await made('0011223344556677'), await made('8899aabbccddeeff'), await made(null)]
    const own = { image: 'maker/worker:1', command: [], labels: {}, networkMode: 'none' as const }
    const two = world({ folder: newFolder(), docker, houseId: () => '0011223344556677', definition: { ownContainer: own }, steps: [look] })
    await two.enrolment.doStep(programmeId, 'look')
    await two.enrolment.leave(programmeId)
    expect(await docker.inspect(mine)).toBeNull()
    expect(await running()).toEqual(expect.arrayContaining([before, others, nobodys]))
    for (const id of [before, others, nobodys]) {
      await docker.kill(id)
      await docker.remove(id)
    }
  })

  it('does not undo what a container of another one still uses', async () => {
    await daemon.image('maker/shared:1')
    const folder = newFolder()
    const done = join(folder, 'made')
    const of = world({ folder, docker, definition: {}, steps: [makes('images', done, { undo: { kind: 'remove-images', imagePrefix: 'maker/shared' } })] })
    await docker.removeImage('maker/shared:1')
    await of.agree()
    await of.enrolment.doStep(programmeId, 'images')
    await daemon.image('maker/shared:1')
    const user = await daemon.run('maker/shared:1', 'exec sleep 600')
    await of.enrolment.leave(programmeId)
    expect(of.state().phase).toBe('left')
    expect(of.stepState('images').because).toMatch(/Is used by a container .* and stays: maker\/shared:1\.$/)
    await docker.kill(user)
    await docker.remove(user)
  })

  it('an image of the right name that was made of something else is not taken for ours', async () => {
    const archive = join(newFolder(), 'root.tar')
    const [one, two] = ['one', 'two'].map((name) => {
      const root = join(newFolder(), name)
      makeRootFileSystem(root, `${archive}.${name}`)
      writeFileSync(join(root, 'which'), name)
      execFileSync('tar', ['-C', root, '-cf', `${archive}.${name}`, '.'])
      return readFileSync(`${archive}.${name}`)
    }) as [Buffer, Buffer]
    const server = await startFileServer()
    server.on('/files.example.org/root.tar', file(one))
    const there = { kind: 'image', reference: 'ours/root:1' } as const
    const got = { kind: 'download', file: 'root.tar' } as const
    const of = world({
      folder: newFolder(), docker, definition: {}, loopback: server.base, refusal: () => null,
      steps: [
        step('get', { check: got, verify: got, do: { kind: 'download', url: 'https://files.example.org/root.tar', file: 'root.tar', version: '1', sha256: null, bytes: null, mostBytes: 1e8, hosts: [], isExecutable: false }, undo: { kind: 'remove-file', file: 'root.tar' } }),
        step('image', { check: there, verify: there, do: { kind: 'image', reference: 'ours/root:1', archive: 'root.tar' }, undo: { kind: 'remove-images', imagePrefix: 'ours/' } }),
        starts(),
      ],
    })
    // Somebody's, of that very name.
    await daemon.image('ours/root:1')
    await of.agree()
    await of.enrolment.doStep(programmeId, 'get')
    await of.enrolment.doStep(programmeId, 'image')
    expect(of.stepState('image').phase).toBe('done')
    expect(await docker.imageLabel('ours/root:1', archiveLabel)).toBe(createHash('sha256').update(one).digest('hex'))
    expect(await of.enrolment.beforeStart(programmeId)).toBeNull()

    // The name goes over to another one: nothing is started of it, and the step makes it anew.
    writeFileSync(`${archive}.two`, two)
    await docker.importImage(`${archive}.two`, 'ours/root:1', [])
    expect(await of.enrolment.beforeStart(programmeId)).toContain('Docker has an image of the name ours/root:1, and it is another one. It was made of a file with the SHA-256')
    await of.enrolment.doStep(programmeId, 'start')
    expect(of.stepState('start').phase).toBe('failed')
    expect(of.software.asked).toEqual([])

    // The file of which it is made was swapped as well: nothing is made of it.
    const path = join(of.own, 'files', 'root.tar')
    appendFileSync(path, 'more')
    await of.enrolment.doStep(programmeId, 'image')
    expect(of.stepState('image').because).toMatch(/root\.tar in .* is not the file that was downloaded/)
    writeFileSync(path, one)
    await of.enrolment.doStep(programmeId, 'image')
    expect(of.stepState('image').phase).toBe('done')
    expect(await of.enrolment.beforeStart(programmeId)).toBeNull()
    await of.enrolment.leave(programmeId)
    expect(await docker.hasImage('ours/root:1')).toBe(false)
  })

  it('practice goes through every step with real downloads, a real command and a real image, and leaves nothing', async () => {
    const folder = newFolder()
    const beside = await daemon.run('somebody/database:1', 'exec sleep 600')
    const practiceId = practiceEnrolment.programmeId
    const of = world({ folder, docker, steps: [], definition: practiceSoftware, entry: { programmeId: practiceId, title: 'Practice', definition: practiceEnrolment, software: practiceSoftware, isPractice: true } })
    const report = await of.enrolment.report(practiceId)
    expect(report.blocked).toBeNull()
    await of.enrolment.consent(practiceId, report.hash)
    await of.enrolment.confirm(practiceId, 'read')
    await of.enrolment.answer(practiceId, 'details', { name: 'rig', behaviour: 'usual', token: 'made-up-password' })
    of.software.reading = reading
    for (const each of of.state().steps) if (!['done', 'found-done', 'left-out'].includes(each.phase)) await of.enrolment.doStep(practiceId, each.id)
    expect(of.state().steps.filter((each) => !['done', 'left-out'].includes(each.phase)).map((each) => [each.id, each.phase, each.because])).toEqual([])
    expect(of.state().phase).toBe('set-up')
    expect((await docker.look()).value?.images.flatMap((image) => image.tags).some((tag) => tag.includes('practice'))).toBe(true)

    // A file that was changed behind our back is not started.
    const worker = join(folder, 'providers', 'practice-worker', 'files', process.platform === 'win32' ? 'practice-worker.ps1' : 'practice-worker.sh')
    expect(await of.enrolment.beforeStart(practiceId)).toBeNull()
    writeFileSync(worker, 'echo something else')
    expect(await of.enrolment.beforeStart(practiceId)).toMatch(/is not the file that was downloaded/)

    await of.enrolment.leave(practiceId)
    expect(of.state()).toMatchObject({ phase: 'left', blocked: null })
    expect((await docker.look()).value?.images.flatMap((image) => image.tags).filter((tag) => tag.includes('practice'))).toEqual([])
    expect(await running()).toContain(beside)
  })
})
