/** The containers of one programme on a real Docker Engine: those named as a worker's are found, doubled, killed, stopped; a stranger beside them is never touched. */
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { createContainerWatch, type ContainerWatch, type ContainerWatchOptions } from '../../../main/provider/containers.ts'
import { belongsTo, isForeign } from '../../../main/provider/containers-belonging.ts'
import type { SoftwareDefinition } from '../../../main/networks/network.ts'
import { createDockerEngine, DockerFault, houseLabel, ownLabel, recordedDocker, type DockerEngine } from '../../../main/system/docker-engine.ts'
import { startDocker, until, type DockerDaemon } from '../../helpers/docker-daemon.ts'

const made = await startDocker()
const whyNot = 'why' in made ? made.why : null
const daemon = made as DockerDaemon

const vc = 'ionetcontainers/io-worker-vc:latest'
const monitor = 'ionetcontainers/io-worker-monitor:latest'
const stranger = 'somebody/database:5'
const forever = 'trap "exit 0" TERM; while true; do sleep 0.05; done'

const worker = {
  programmeId: 'io-net/worker',
  containers: { imagePrefix: 'ionetcontainers/', expected: [{ image: 'ionetcontainers/io-worker-vc', count: 1 }, { image: 'ionetcontainers/io-worker-monitor', count: 1 }] },
} as unknown as SoftwareDefinition

const practice = {
  programmeId: 'practice/worker',
  containers: { imagePrefix: 'idlewatt/practice', label: { name: 'practice', value: 'yes' }, expected: [] },
  ownContainer: { image: 'idlewatt/practice:1', command: ['/bin/sh', '-c', forever], labels: { practice: 'yes' }, env: { A: 'b' }, networkMode: 'none' },
} as unknown as SoftwareDefinition

const house = '0123456789abcdef'
const ownLabels = { [ownLabel]: 'practice/worker', [houseLabel]: house }

interface Watching extends ContainerWatch {
  lines: string[]
  changes(): number
}

function watching(docker: DockerEngine, definition: SoftwareDefinition, more: Partial<ContainerWatchOptions> = {}): Watching {
  const lines: string[] = []
  let changes = 0
  const watch = createContainerWatch({ docker, definition, onChange: () => (changes += 1), onLine: (id, line, stream) => lines.push(`${id.slice(0, 6)} ${stream} ${line}`), follows: true, now: Date.now, house, ...more })
  onTestFinished(() => watch.close())
  return { ...watch, lines, changes: () => changes }
}

const states = (watch: ContainerWatch): string[] => (watch.containers() ?? []).map((one) => `${one.image.replace(/:.*/, '').replace(/.*\//, '')} ${one.state}`).sort()

describe('whose a container is', () => {
  test.each([
    [vc, {}, true],
    ['docker.io/ionetcontainers/io-launch:v0.1', {}, true],
    ['ionetcontainers/io-worker-vc@sha256:0123', {}, true],
    [stranger, {}, false],
    ['fake/ionetcontainers', {}, false],
    [stranger, { [ownLabel]: 'io-net/worker' }, false],
  ])('%s %o: %s', (image, labels, is) => expect(belongsTo(worker, { image, labels }, house)).toBe(is))

  test('by label where one is expected; our own by our label with this very programme', () => {
    const labelled = { ...worker, containers: { imagePrefix: '', label: { name: 'of', value: 'us' }, expected: [] } }
    expect(belongsTo(labelled, { image: stranger, labels: { of: 'us' } }, house)).toBe(true)
    expect(belongsTo(labelled, { image: stranger, labels: { of: 'them' } }, house)).toBe(false)
    expect(belongsTo(practice, { image: stranger, labels: ownLabels }, house)).toBe(true)
    expect(belongsTo(practice, { image: 'idlewatt/practice:1', labels: { ...ownLabels, [ownLabel]: 'practice/other' } }, house)).toBe(false)
  })

  test.each<[string, string, Record<string, string>]>([
    ['of another data folder', 'idlewatt/practice:1', { [ownLabel]: 'practice/worker', [houseLabel]: 'another' }],
    ['of nobody in particular', 'idlewatt/practice:1', { [ownLabel]: 'practice/worker' }],
    ['with the label that is expected alone', stranger, { practice: 'yes' }],
    ['with the image that is expected alone', 'idlewatt/practice:1', {}],
  ])('one like our own, but %s: foreign', (_what, image, labels) => {
    expect(belongsTo(practice, { image, labels }, house)).toBe(false)
    expect(isForeign(practice, { image, labels }, house)).toBe(true)
  })

  test('nothing else is foreign', () => {
    expect(isForeign(practice, { image: stranger, labels: ownLabels }, house)).toBe(false)
    expect(isForeign(practice, { image: stranger, labels: { [ownLabel]: 'practice/other', [houseLabel]: 'another' } }, house)).toBe(false)
    expect(isForeign(worker, { image: vc, labels: {} }, house)).toBe(false)
  })
})

describe.skipIf(whyNot !== null)(`on a real Docker Engine${whyNot === null ? '' : ` (skipped: ${whyNot})`}`, { timeout: 60_000 }, () => {
  let docker: DockerEngine
  let strangerId = ''

  beforeAll(async () => {
    for (const image of [vc, monitor, stranger, 'idlewatt/practice:1']) await daemon.image(image)
    docker = createDockerEngine({ socketPath: daemon.socketPath, now: Date.now })
    strangerId = await daemon.run(stranger, forever, { name: 'amazing_io-worker-vc' })
  })
  afterEach(async () => {
    for (const one of await daemon.docker.listContainers({ all: true })) if (one.Id !== strangerId) await daemon.docker.getContainer(one.Id).remove({ force: true })
    // Whatever was done, the stranger runs on as it was.
    expect((await daemon.docker.getContainer(strangerId).inspect()).State).toMatchObject({ Status: 'running' })
    expect((await daemon.docker.getContainer(strangerId).inspect()).RestartCount).toBe(0)
  })
  afterAll(() => daemon.close())

  test('started, healthy, doubled, killed and removed by somebody else: each is told', async () => {
    const watch = watching(docker, worker)
    await until('the first list', () => watch.containers() !== null)
    expect(watch.containers()).toEqual([])
    const first = await daemon.run(vc, 'echo hello; ' + forever, { Healthcheck: { Test: ['CMD', '/bin/true'], Interval: 1e8, Retries: 1 } } as object)
    await daemon.run(monitor, forever)
    await until('both stand', () => states(watch).join() === 'io-worker-monitor running,io-worker-vc running')
    await until('it is healthy', () => watch.containers()?.some((one) => one.id === first && one.health === 'healthy') === true)
    await until('its line', () => watch.lines.includes(`${first.slice(0, 6)} out hello`))
    expect(watch.containers()?.find((one) => one.id === first)?.startedAt).toBeGreaterThan(Date.now() - 60_000)

    const second = await daemon.run(vc, forever)
    await until('it is doubled', () => states(watch).filter((one) => one === 'io-worker-vc running').length === 2)
    const began = performance.now()
    await daemon.docker.getContainer(second).kill()
    await until('its death is noticed', () => watch.containers()?.find((one) => one.id === second)?.state === 'exited', 1000)
    expect(performance.now() - began).toBeLessThan(1000)
    expect(watch.containers()?.find((one) => one.id === second)?.exitCode).toBe(137)

    await daemon.docker.getContainer(first).remove({ force: true })
    await daemon.docker.getContainer(second).remove({ force: true })
    await until('they are gone', () => states(watch).join() === 'io-worker-monitor running')
  })

  test('what ran before is found, with lines from then on; a stranger is not among it', async () => {
    const id = await daemon.run(vc, 'echo before; test -e /go; while true; do sleep 0.1; echo beat; done')
    await until('its first line', async () => (await daemon.docker.getContainer(id).logs({ stdout: true })).toString().includes('beat'))
    const watch = watching(docker, worker)
    await until('its lines', () => watch.lines.length > 1)
    expect(watch.lines.some((line) => line.includes('before'))).toBe(false)
    expect(watch.containers()?.map((one) => one.id)).toEqual([id])
    const whole = watching(docker, worker, { linesSince: 0 })
    await until('its first line too', () => whole.lines.some((line) => line.endsWith('out before')))
  })

  test('one that restarts itself: each line once, its restarts counted, and it can still be stopped for good', async () => {
    const watch = watching(docker, worker)
    await until('the first list', () => watch.containers() !== null)
    const id = await daemon.run(vc, 'echo begin; sleep 0.05; printf "the reason" >&2; exit 3', { HostConfig: { RestartPolicy: { Name: 'always' } } })
    await until('it was restarted', () => (watch.containers()?.[0]?.restartCount ?? 0) >= 3)
    expect(await watch.stop([id], 1000)).toEqual([])
    expect(watch.containers()).toMatchObject([{ id, state: 'exited' }])
    const printed = (await daemon.docker.getContainer(id).logs({ stdout: true, stderr: true })).toString()
    const countOf = (text: string): number => printed.split(text).length - 1
    const read = (text: string): number => watch.lines.filter((line) => line.endsWith(text)).length
    expect(countOf('begin')).toBeGreaterThanOrEqual(3)
    await until(() => `all of ${countOf('begin')} lines were read, not ${read('out begin')}`, () => read('out begin') === countOf('begin'))
    await until(() => `all of ${countOf('the reason')} last words were read, not ${read('error the reason')}`, () => read('error the reason') === countOf('the reason'))
  })

  test('one that dies at once is told with its last words', async () => {
    const watch = watching(docker, worker)
    await until('the first list', () => watch.containers() !== null)
    const id = await daemon.run(vc, 'printf "no licence" >&2; exit 9')
    await until('its last words', () => watch.lines.some((line) => line.endsWith('error no licence')))
    await until('its end', () => watch.containers()?.[0]?.exitCode === 9)
    expect(watch.containers()?.[0]?.id).toBe(id)
  })

  test('stopping ends exactly those, hard where it must, paused ones too', async () => {
    const deaf = await daemon.run(vc, 'trap "" TERM; while true; do sleep 0.05; done')
    const paused = await daemon.run(monitor, forever)
    await daemon.docker.getContainer(paused).pause()
    const other = await daemon.run(vc, forever)
    const watch = watching(docker, worker)
    expect(await watch.stop([deaf, paused, deaf, 'f'.repeat(64)], 500)).toEqual([])
    const now = new Map(watch.containers()?.map((one) => [one.id, one.state]))
    expect([now.get(deaf), now.get(paused), now.get(other)]).toEqual(['exited', 'exited', 'running'])
  })

  test('an id that is not this programme’s is not touched, whoever asks for it', async () => {
    const watch = watching(docker, worker)
    expect(await watch.stop([strangerId], 0)).toEqual([])
    expect((await docker.inspect(strangerId))?.state).toBe('running')
  })

  test('Docker stopping mid-run: unknown with a reason, never "none"; found again afterwards', async () => {
    const id = await daemon.run(vc, forever, { HostConfig: { RestartPolicy: { Name: 'always' } } })
    const watch = watching(docker, worker)
    await until('it is there', () => states(watch).join() === 'io-worker-vc running')
    await daemon.kill()
    await until('it is unknown', () => watch.containers() === null)
    expect(watch.why()).toMatch(/Docker/)
    await watch.refresh()
    expect(watch.why()).toMatch(/not running.*systemctl start docker/)
    expect(await watch.stop([id], 100)).toEqual([id])
    await expect(watch.startOwn()).rejects.toMatchObject({ name: 'DockerFault' })
    await daemon.start()
    await until('it is there again', () => states(watch).join() === 'io-worker-vc running')
    expect(watch.containers()?.[0]?.id).toBe(id)
    expect(watch.why()).toBeNull()
    await daemon.docker.getContainer(strangerId).inspect().then(async (one) => one.State.Running || daemon.docker.getContainer(strangerId).start())
  })

  test('our own is made once, found again, and removed with its end', async () => {
    const watch = watching(docker, practice)
    const [one, two] = await Promise.all([watch.startOwn(), watch.startOwn()])
    expect(two).toBe(one)
    expect(await watch.startOwn()).toBe(one)
    const another = watching(docker, practice)
    expect(await another.startOwn()).toBe(one)
    const about = await daemon.docker.getContainer(one).inspect()
    expect(about.Config.Labels).toEqual({ practice: 'yes', ...ownLabels })
    expect(about.Name).toBe('/idlewatt-practice-worker-01234567')
    expect(about.Config.Env).toContain('A=b')
    expect(about.HostConfig.NetworkMode).toBe('none')
    expect(watch.containers()?.map((each) => each.id)).toEqual([one])
    expect(await watch.stop([one], 5000)).toEqual([])
    expect(await docker.inspect(one)).toBeNull()
    expect(watch.containers()).toEqual([])
  })

  test('two doors of one data folder that start at the same moment make one', async () => {
    const one = (): Promise<string> => createContainerWatch({ docker, definition: practice, house, onChange() {}, onLine() {}, follows: false, now: Date.now }).startOwn()
    const both = await Promise.allSettled([one(), one()])
    expect(both.some((one) => one.status === 'fulfilled')).toBe(true)
    for (const one of both) if (one.status === 'rejected') expect(one.reason).toMatchObject({ kind: 'conflict' })
    expect((await docker.containers()).filter((one) => one.labels[ownLabel] === 'practice/worker')).toHaveLength(1)
  })

  test('two data folders: each has its own, sees the other\'s as foreign, and never touches it', async () => {
    const [ours, theirs] = [watching(docker, practice), watching(docker, practice, { house: 'fedcba9876543210' })]
    await until('both have looked', () => ours.containers() !== null && theirs.containers() !== null)
    const id = await theirs.startOwn()
    await until('it is told', () => ours.foreign().some((one) => one.id === id && one.state === 'running'))
    expect(ours.containers()).toEqual([])
    expect(ours.changes()).toBeGreaterThan(0)
    expect(await ours.stop([id], 0)).toEqual([])
    const own = await ours.startOwn()
    expect([theirs.containers()?.map((one) => one.id), theirs.foreign().map((one) => one.id)]).toEqual([[id], [own]])
    expect(await ours.stop([own, id], 0)).toEqual([])
    expect(await docker.inspect(own)).toBeNull()
    expect(await docker.inspect(id)).toMatchObject({ state: 'running', restartCount: 0 })
    expect(await theirs.stop([id], 0)).toEqual([])
    await until('its going is told', () => ours.foreign().length === 0)
    const byHand = await daemon.run('idlewatt/practice:1', forever)
    await until('one made by hand', () => ours.foreign().some((one) => one.id === byHand))
    await daemon.docker.getContainer(byHand).kill()
    await until('its end is told', () => ours.foreign()[0]?.state === 'exited')
    const oneShot = watching(docker, practice, { follows: false })
    await oneShot.refresh()
    expect(oneShot.foreign().map((one) => one.id)).toEqual([byHand])
  })

  test('a program of it is told of this very Docker', async () => {
    const watch = watching(docker, worker)
    expect(await watch.environment()).toEqual({ DOCKER_HOST: `unix://${daemon.socketPath}` })
    const none = watching(docker, worker, { follows: false, docker: { ...docker, socketPath: () => null, containers: () => Promise.reject(new DockerFault('It is elsewhere.', 'refused')) } })
    await expect(none.environment()).rejects.toMatchObject({ kind: 'refused' })
  })

  test('what is left of an earlier one is cleared away; without its image it says so', async () => {
    const left = await docker.create({ image: 'idlewatt/practice:1', command: ['/bin/true'], labels: ownLabels, env: {}, networkMode: 'none', name: 'idlewatt-practice-worker-01234567' })
    const watch = watching(docker, practice)
    const id = await watch.startOwn()
    expect(id).not.toBe(left)
    expect(await docker.inspect(left)).toBeNull()
    const imageless = watching(docker, { ...practice, programmeId: 'practice/other', ownContainer: { ...practice.ownContainer, image: 'idlewatt/none:1' } } as SoftwareDefinition)
    await expect(imageless.startOwn()).rejects.toMatchObject({ kind: 'not-found', message: /not on this machine. Repeat the step/ })
  })

  test('a one-shot command looks and follows nothing', async () => {
    const id = await daemon.run(vc, 'echo hello; ' + forever)
    const watch = watching(docker, worker, { follows: false })
    expect(watch.containers()).toBeNull()
    expect(watch.why()).toBe('Docker was not asked yet.')
    await watch.refresh()
    expect(watch.containers()?.map((one) => one.id)).toEqual([id])
    expect(watch.lines).toEqual([])
  })

  test('nothing is told that is not new', async () => {
    await daemon.run(vc, forever)
    const watch = watching(docker, worker)
    await until('it is there', () => states(watch).length === 1)
    const before = watch.changes()
    for (let turn = 0; turn < 5; turn++) await watch.refresh()
    const noise = await daemon.run(stranger, 'true')
    await daemon.docker.getContainer(noise).wait()
    await watch.refresh()
    expect(watch.changes()).toBe(before)
  })
})

test('a recorded machine’s containers are told', async () => {
  const watch = createContainerWatch({ docker: recordedDocker([{ image: vc, state: 'running' }, { image: stranger }], null), definition: worker, onChange() {}, onLine() {}, follows: false, now: Date.now })
  await watch.refresh()
  expect(states(watch)).toEqual(['io-worker-vc running'])
})
