/** What is pure of the door to Docker: names, facts, lines, faults, sockets, recorded machines. */
import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { answered, faultOf, timedOut, type FaultContext } from '../../../main/system/docker-faults.ts'
import { eventOf, factsOfInspected, factsOfListed } from '../../../main/system/docker-facts.ts'
import { createBareReader, createFrameReader, type DockerLine } from '../../../main/system/docker-lines.ts'
import { hasImagePrefix, houseLabel, isImageId, isMadeFor, ownLabel, repositoryOf, splitTag } from '../../../main/system/docker-names.ts'
import { dockerHostOf, dockerPlaces, type DockerPlaces } from '../../../main/system/docker-sockets.ts'
import { recordedDocker } from '../../../main/system/docker-engine.ts'

const on: FaultContext = { platform: 'linux', socketPath: '/var/run/docker.sock', what: 'the list of containers', limitMs: 5000, isInstalled: true }

describe('names of images', () => {
  test.each([
    ['ionetcontainers/io-worker-vc', 'ionetcontainers/io-worker-vc'],
    ['ionetcontainers/io-worker-vc:latest', 'ionetcontainers/io-worker-vc'],
    ['docker.io/ionetcontainers/io-worker-vc:2@sha256:ab', 'ionetcontainers/io-worker-vc'],
    ['index.docker.io/library/busybox:1.36', 'busybox'],
    ['localhost:5000/a/b', 'localhost:5000/a/b'],
    ['localhost:5000/a/b:1', 'localhost:5000/a/b'],
  ])('%s is of the repository %s', (reference, repository) => expect(repositoryOf(reference)).toBe(repository))

  test('another registry, a longer name and an empty prefix are not meant', () => {
    expect(hasImagePrefix('docker.io/ionetcontainers/io-worker-vc:1', 'ionetcontainers/')).toBe(true)
    expect(hasImagePrefix('ghcr.io/ionetcontainers/io-worker-vc', 'ionetcontainers/')).toBe(false)
    expect(hasImagePrefix('my-ionetcontainers/io-worker-vc', 'ionetcontainers/')).toBe(false)
    expect(hasImagePrefix('anything', '')).toBe(false)
  })

  test('an id in place of a name', () => {
    expect(isImageId(`sha256:${'a'.repeat(64)}`)).toBe(true)
    expect(isImageId('0123456789ab')).toBe(true)
    expect(isImageId('busybox')).toBe(false)
    expect(splitTag('localhost:5000/a/b')).toEqual({ repository: 'localhost:5000/a/b', tag: 'latest' })
    expect(splitTag('a/b:1')).toEqual({ repository: 'a/b', tag: '1' })
  })
})

describe('facts', () => {
  test('of a list: what it does not tell is null, never 0', () => {
    expect(factsOfListed({ Id: 'a', Names: ['/odd_name'], Image: 'x/y', State: 'exited', Status: 'Exited (137) 3 seconds ago', Labels: null })).toEqual({ id: 'a', name: 'odd_name', image: 'x/y', state: 'exited', labels: {}, startedAt: null, exitCode: 137, restartCount: null, health: null })
    expect(factsOfListed({ Id: 'a', Status: 'Up 5 minutes (healthy)', State: 'running' }).health).toBe('healthy')
    expect(factsOfListed({ Id: 'a', Status: 'Up 2 seconds (health: starting)', State: 'running' }).health).toBe('starting')
  })

  test('of a closer look: a running one has no exit code, one that never started no start', () => {
    const running = factsOfInspected({ Id: 'a', Name: '/n', RestartCount: 2, Config: { Image: 'x', Labels: { k: 'v' } }, State: { Status: 'running', StartedAt: '2026-11-23T10:00:00.5Z', ExitCode: 0, Health: { Status: 'unhealthy' } } })
    expect(running).toEqual({ id: 'a', name: 'n', image: 'x', state: 'running', labels: { k: 'v' }, startedAt: Date.UTC(2026, 10, 23, 10, 0, 0, 500), exitCode: null, restartCount: 2, health: 'unhealthy' })
    expect(factsOfInspected({ Id: 'a', State: { Status: 'created', StartedAt: '0001-01-01T00:00:00Z' } }).startedAt).toBeNull()
    expect(factsOfInspected({ Id: 'a', State: { Status: 'exited', ExitCode: 3 } }).exitCode).toBe(3)
  })

  test('events: containers alone, with their exit code', () => {
    expect(eventOf({ Type: 'container', Action: 'die', timeNano: 1_700_000_000_123_456_789, Actor: { ID: 'a', Attributes: { image: 'x', exitCode: '137' } } })).toEqual({ kind: 'container', id: 'a', what: 'die', image: 'x', at: 1_700_000_000_123, exitCode: 137 })
    expect(eventOf({ Type: 'image', Action: 'pull' })).toBeNull()
    expect(eventOf(null)).toBeNull()
    expect(eventOf({ Type: 'container', Action: 'die', Actor: {} })).toBeNull()
  })
})

function frame(stream: number, text: string | Buffer): Buffer {
  const body = Buffer.from(text)
  const head = Buffer.alloc(8)
  head[0] = stream
  head.writeUInt32BE(body.length, 4)
  return Buffer.concat([head, body])
}

describe('lines', () => {
  const stamp = '2026-11-23T16:00:00.123456789Z'
  function read(pieces: Buffer[]): DockerLine[] {
    const lines: DockerLine[] = []
    const reader = createFrameReader((line) => lines.push(line))
    for (const piece of pieces) reader.add(piece)
    reader.end()
    return lines
  }

  test('whatever the pieces that arrive are cut into, the lines are the same', () => {
    const bytes = Buffer.concat([frame(1, `${stamp} first ü\r\n`), frame(2, `${stamp} oh\n`), frame(1, `${stamp} last`)])
    const whole = read([bytes])
    expect(whole).toEqual([{ text: 'first ü', stream: 'out', stamp }, { text: 'oh', stream: 'error', stamp }, { text: 'last', stream: 'out', stamp }])
    for (let size = 1; size < bytes.length; size++) {
      const pieces: Buffer[] = []
      for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size))
      expect(read(pieces)).toEqual(whole)
    }
  })

  test('a line that came in parts is one; one of more than 1 MB is given in pieces', () => {
    expect(read([frame(1, `${stamp} ${'a'.repeat(16384)}`), frame(1, `${stamp} b\n`)])).toEqual([{ text: `${'a'.repeat(16384)}b`, stream: 'out', stamp }])
    const parts = read(Array.from({ length: 80 }, () => frame(1, `${stamp} ${'x'.repeat(16384)}`)))
    expect(parts.map((one) => one.text.length)).toEqual([1024 * 1024, 16 * 16384])
  })

  test('two ends without a line’s end are two lines', () => {
    expect(read([frame(2, `${stamp} the reason`), frame(2, `${stamp} the reason`)]).map((one) => one.text)).toEqual(['the reason', 'the reason'])
  })

  test('invalid UTF-8 costs letters, not lines; a letter cut in two is whole', () => {
    const [broken] = read([frame(1, Buffer.concat([Buffer.from(`${stamp} a`), Buffer.from([0xff, 0xfe]), Buffer.from('b\n')]))])
    expect(broken?.text).toBe('a\ufffd\ufffdb')
    const letter = Buffer.from('ü')
    expect(read([frame(1, Buffer.concat([Buffer.from(`${stamp} ${'x'.repeat(16383)}`), letter.subarray(0, 1)])), frame(1, Buffer.concat([Buffer.from(`${stamp} `), letter.subarray(1), Buffer.from('\n')]))])[0]?.text).toBe(`${'x'.repeat(16383)}ü`)
  })

  test('a terminal has no frames', () => {
    const lines: DockerLine[] = []
    const reader = createBareReader((line) => lines.push(line))
    reader.add(Buffer.from(`${stamp} one\r\n${stamp} t`))
    reader.add(Buffer.from('wo\r\n'))
    expect(lines).toEqual([{ text: 'one', stream: 'out', stamp }, { text: 'two', stream: 'out', stamp }])
  })
})

describe('faults say what happened and what to do', () => {
  test.each([
    [{ code: 'ENOENT' }, {}, 'not-there', /no socket at .*systemctl start docker/],
    [{ code: 'ENOENT' }, { isInstalled: false }, 'not-there', /not installed.*docs\.docker\.com\/engine/],
    [{ code: 'ENOENT' }, { platform: 'win32' }, 'not-there', /Start Docker Desktop/],
    [{ code: 'ECONNREFUSED' }, {}, 'not-there', /nobody answers/],
    [{ code: 'EACCES' }, {}, 'no-permission', /usermod -aG docker.*rights of the administrator/],
    [{ code: 'ECONNRESET' }, {}, 'not-there', /stopped while/],
    [Object.assign(new Error('(HTTP code 404) no such container - No such container: x '), { statusCode: 404 }), {}, 'not-found', /No such container: x\.$/],
    [Object.assign(new Error('(HTTP code 409) conflict - name in use '), { statusCode: 409 }), {}, 'conflict', /in the way/],
    [Object.assign(new Error('(HTTP code 500) server error - write /x: no space left on device '), { statusCode: 500 }), {}, 'disk-full', /full.*docker system df/],
  ] as const)('%o', (error, more, kind, words) => {
    const fault = faultOf(error, { ...on, ...more })
    expect(fault.kind).toBe(kind)
    expect(fault.message).toMatch(words)
  })

  test('a hanging engine, and what a registry says', () => {
    expect(timedOut(on).message).toMatch(/within 5 s when it was asked for the list of containers/)
    expect(answered('manifest for a/b:1 not found: manifest unknown', null, on).kind).toBe('not-found')
    expect(answered('Get https://registry-1.docker.io/v2/: dial tcp: lookup registry-1.docker.io: no such host', null, on).message).toMatch(/Check the connection/)
    expect(answered('toomanyrequests: You have reached your pull rate limit', null, on).message).toMatch(/some hours/)
  })
})

test('whose a container is: label of the programme and of the data folder', () => {
  const labels = { [ownLabel]: 'a/b', [houseLabel]: 'one' }
  expect(isMadeFor({ labels }, 'a/b', 'one')).toBe(true)
  for (const [programme, house] of [['a/b', 'two'], ['a/b', null], ['a/c', 'one']] as const) expect(isMadeFor({ labels }, programme, house)).toBe(false)
  expect(isMadeFor({ labels: { [ownLabel]: 'a/b' } }, 'a/b', 'one')).toBe(false)
})

describe('where an engine is looked for: where Docker itself would ask', () => {
  const meta = (name: string): string => `/home/a/.docker/contexts/meta/${createHash('sha256').update(name).digest('hex')}/meta.json`
  const context = (host: unknown): string => JSON.stringify({ Name: 'x', Metadata: {}, Endpoints: { docker: { Host: host, SkipTLSVerify: false } } })
  const config = '/home/a/.docker/config.json'
  function places(env: NodeJS.ProcessEnv, files: Record<string, string> = {}, platform: NodeJS.Platform = 'linux'): DockerPlaces {
    return dockerPlaces({ platform, env, home: '/home/a', readFile: (path) => files[path] ?? null })
  }
  const sockets = (...of: Parameters<typeof places>): string[] => places(...of).sockets

  test('the usual places, and what DOCKER_HOST or the chosen context says', () => {
    expect(sockets({ XDG_RUNTIME_DIR: '/run/user/1000' })).toEqual(['/var/run/docker.sock', '/run/user/1000/docker.sock', '/home/a/.docker/run/docker.sock', '/home/a/.docker/desktop/docker.sock'])
    expect(sockets({}, {}, 'win32')[0]).toBe('//./pipe/docker_engine')
    expect(sockets({ DOCKER_HOST: 'unix:///x.sock', DOCKER_CONTEXT: 'far' })).toEqual(['/x.sock'])
    expect(sockets({ DOCKER_HOST: 'npipe:////./pipe/docker_engine' }, {}, 'win32')).toEqual(['//./pipe/docker_engine'])
    const files = { [config]: '{"auths":{},"currentContext":"rootless"}', [meta('rootless')]: context('unix:///run/user/1000/docker.sock'), [meta('far')]: context('ssh://me:HIDE@far') }
    expect(sockets({}, files)).toEqual(['/run/user/1000/docker.sock'])
    expect(sockets({ DOCKER_HOST: '' , DOCKER_CONTEXT: 'default' }, files)[0]).toBe('/var/run/docker.sock')
    expect(sockets({ DOCKER_CONFIG: '/other' }, { '/other/config.json': '{}', ...files })[0]).toBe('/var/run/docker.sock')
    for (const odd of ['', '{', 'null', '[]', '{"currentContext":5}']) expect(sockets({}, { [config]: odd })[0]).toBe('/var/run/docker.sock')
  })

  test.each<[string, NodeJS.ProcessEnv, Record<string, string>, RegExp]>([
    ['DOCKER_HOST by network', { DOCKER_HOST: 'tcp://10.0.0.9:2375' }, {}, /^DOCKER_HOST leads to an address \(tcp:\/\/…\), not to a socket, .* Remove that setting/],
    ['DOCKER_HOST by SSH, with a password', { DOCKER_HOST: 'ssh://me:HIDE@far' }, {}, /ssh:\/\/…/],
    ['DOCKER_HOST that is a word', { DOCKER_HOST: 'far' }, {}, /an address \(…\)/],
    ['a context far away', {}, { [config]: '{"currentContext":"far"}', [meta('far')]: context('ssh://me:HIDE@far') }, /context “far”, which leads to an address \(ssh:\/\/…\).*docker context use default/],
    ['a context by environment', { DOCKER_CONTEXT: 'far' }, { [meta('far')]: context('tcp://far:2376') }, /Remove the setting DOCKER_CONTEXT/],
    ['a context that is gone', {}, { [config]: '{"currentContext":"../gone"}' }, /“..\/gone”, of which nothing is to be found/],
    ['a context without an address', {}, { [config]: '{"currentContext":"far"}', [meta('far')]: context(5) }, /nothing is to be found/],
  ])('%s: nobody is asked, and it is said', (_what, env, files, sentence) => {
    const { sockets: none, elsewhere } = places(env, files)
    expect(none).toEqual([])
    expect(`${elsewhere?.sentence} ${elsewhere?.remedy}`).toMatch(sentence)
    expect(elsewhere?.sentence).not.toContain('HIDE')
  })

  test('and as a program is told of it', () => {
    expect(dockerHostOf('/run/a.sock', 'linux')).toBe('unix:///run/a.sock')
    expect(dockerHostOf('//./pipe/docker_engine', 'win32')).toBe('npipe:////./pipe/docker_engine')
  })
})

describe('a recorded machine', () => {
  test('tells of its containers, in any of the usual shapes, and changes nothing', async () => {
    const docker = recordedDocker([{ image: 'x/y:1', name: 'n', state: 'running', labels: { a: 'b', odd: 1 } }, { Id: 'q', Names: ['/m'], Image: 'z', State: 'exited' }, { Id: 'r', Name: '/o', Config: { Image: 'w' }, State: { Status: 'running' } }, 'odd', null], null)
    const look = await docker.look()
    expect(look.value?.answers).toBe(true)
    expect(look.value?.containers.map((one) => [one.id, one.name, one.image, one.state])).toEqual([['recorded-1', 'n', 'x/y:1', 'running'], ['q', 'm', 'z', 'exited'], ['r', 'o', 'w', 'running']])
    expect((await docker.inspect('q'))?.name).toBe('m')
    expect(await docker.inspect('nobody')).toBeNull()
    await expect(docker.stop('q', 0)).rejects.toMatchObject({ kind: 'refused', message: /recorded machine/ })
  })

  test('unknown is null with a reason; no Docker is an answer', async () => {
    expect(await recordedDocker([], null).look()).toEqual({ value: null, why: 'The recording does not say whether Docker is there.' })
    const none = recordedDocker([], false)
    expect((await none.look()).value).toMatchObject({ answers: false, why: 'not running' })
    await expect(none.containers()).rejects.toMatchObject({ kind: 'not-there' })
  })
})
