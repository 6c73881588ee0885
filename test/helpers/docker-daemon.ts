/** A real Docker Engine on a socket and in a folder of its own, for one test file; nothing else on the machine is touched. It can be stopped, killed and paused. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Dockerode from 'dockerode'

export interface DockerDaemon {
  socketPath: string
  /** For what only a person does: restart policies, health checks, killing behind our back. */
  docker: Dockerode
  /** Makes an image of a root file system with busybox in it. Its containers run `sh -c <text>`. */
  image(reference: string): Promise<void>
  /** Makes and starts a container that runs `script`; gives its id. */
  run(image: string, script: string, more?: Dockerode.ContainerCreateOptions): Promise<string>
  /** Ends the engine in an orderly way; its containers end with it. */
  stop(): Promise<void>
  /** Ends it hard; its containers go on. */
  kill(): Promise<void>
  /** It hangs: the socket takes connections, nobody answers. */
  pause(): void
  resume(): void
  /** Again after stop or kill, on the same folder. */
  start(): Promise<void>
  /** Ends all of it and cleans up. */
  close(): Promise<void>
}

const busybox = ['/bin/busybox', '/usr/bin/busybox'].find((path) => existsSync(path))
const folders = ['bin', 'dev', 'etc', 'proc', 'sys', 'tmp']

/** In one sentence why no engine can be had here. */
export type NoDocker = { why: string }

/** `diskMegabytes`: of a small disk for its images and containers. For the head of a test file: `const daemon = await startDocker()`, then `describe.skipIf('why' in daemon)`. */
export async function startDocker(options: { diskMegabytes?: number } = {}): Promise<DockerDaemon | NoDocker> {
  const why = impossible()
  if (why !== null) return { why }
  const folder = mkdtempSync(join(tmpdir(), 'idlewatt-docker-'))
  const socketPath = join(folder, 'docker.sock')
  if (options.diskMegabytes !== undefined) {
    mkdirSync(join(folder, 'data'))
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${options.diskMegabytes}m`, 'none', join(folder, 'data')]).status !== 0) return { why: 'a small disk cannot be mounted here' }
  }
  const docker = new Dockerode({ socketPath, host: undefined } as Dockerode.DockerOptions)
  let engine: ChildProcess | null = null
  let said = ''

  async function start(): Promise<void> {
    const words = ['dockerd', '--host', `unix://${socketPath}`, '--data-root', join(folder, 'data'), '--exec-root', join(folder, 'exec'), '--pidfile', join(folder, 'pid'), '--iptables=false', '--ip6tables=false', '--bridge=none']
    // Should the test be killed, the engine ends in its orderly way all the same.
    const [program, ...args] = hasSetpriv ? ['setpriv', '--pdeathsig', 'TERM', ...words] : words
    rmSync(join(folder, 'pid'), { force: true })
    // containerd dies with a killed engine; where nobody collects the dead, the engine would wait for it in vain.
    if (existsSync(containerdPidFile(folder)) && !containerdRuns(folder)) rmSync(containerdPidFile(folder))
    const child = spawn(program as string, args, { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, DOCKER_HOST: '' } })
    child.stderr.on('data', (piece: Buffer) => (said = (said + piece.toString()).slice(-4000)))
    engine = child
    await until(`dockerd answers`, async () => {
      if (child.exitCode !== null || child.signalCode !== null) throw new Error(`dockerd ended: ${said.split('\n').filter(Boolean).slice(-3).join(' | ')}`)
      return answers(socketPath)
    })
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    const child = engine
    engine = null
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const closed = new Promise<void>((done) => child.once('exit', () => done()))
    child.kill('SIGCONT')
    child.kill(signal)
    await closed
  }

  async function close(): Promise<void> {
    // A killed engine leaves containers behind that only an engine can end.
    if (engine === null) await start().catch(() => {})
    engine?.kill('SIGCONT')
    // An engine that ends gives every container ten seconds; here nobody needs them.
    await Promise.race([endContainers(docker), new Promise((done) => setTimeout(done, 5_000).unref())])
    await end('SIGTERM')
    await endLeftovers(folder)
    for (const path of mountsBelow(folder)) spawnSync('umount', ['-l', path])
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }

  try {
    await start()
  } catch (error) {
    await close().catch(() => {})
    return { why: `the Docker Engine does not start here: ${(error as Error).message.slice(0, 400)}` }
  }
  return {
    socketPath,
    docker,
    async image(reference) {
      const archive = join(folder, 'root.tar')
      if (!existsSync(archive)) makeRootFileSystem(join(folder, 'root'), archive)
      const colon = reference.lastIndexOf(':')
      const stream = await docker.importImage(archive, { repo: reference.slice(0, colon), tag: reference.slice(colon + 1) })
      await new Promise<void>((done, failed) => docker.modem.followProgress(stream, (error) => (error ? failed(error) : done())))
    },
    async run(image, script, more = {}) {
      const made = await docker.createContainer({ Image: image, Cmd: ['/bin/sh', '-c', script], ...more, HostConfig: { NetworkMode: 'host', ...more.HostConfig } })
      await made.start()
      return made.id
    },
    stop: () => end('SIGTERM'),
    async kill() {
      await end('SIGKILL')
      // Its containerd dies with it, a moment later; where it lives on, the next engine takes it over.
      await until('containerd has ended', () => !containerdRuns(folder), 3_000).catch(() => {})
    },
    pause: () => void engine?.kill('SIGSTOP'),
    resume: () => void engine?.kill('SIGCONT'),
    start,
    close,
  }
}

/** Hard; one that is ended so is not started again by the engine. */
async function endContainers(docker: Dockerode): Promise<void> {
  const running = await docker.listContainers().catch(() => [])
  await Promise.all(running.map(({ Id }) => docker.getContainer(Id).kill().catch(() => {})))
}

const hasSetpriv = spawnSync('setpriv', ['--pdeathsig', 'TERM', 'true']).status === 0

function impossible(): string | null {
  if (process.platform !== 'linux') return 'a Docker Engine of our own is a matter of Linux'
  if (process.getuid?.() !== 0) return 'only root can start a Docker Engine'
  if (spawnSync('dockerd', ['--version']).status !== 0) return 'there is no dockerd: apt-get install docker.io'
  if (busybox === undefined) return 'there is no busybox for the images: apt-get install busybox-static'
  return null
}

export function makeRootFileSystem(root: string, archive: string): void {
  for (const name of folders) mkdirSync(join(root, name), { recursive: true })
  copyFileSync(busybox as string, join(root, 'bin', 'busybox'))
  for (const name of ['sh', 'sleep', 'echo', 'cat', 'date', 'kill', 'touch', 'test', 'seq', 'head', 'yes', 'printf', 'true', 'false']) symlinkSync('busybox', join(root, 'bin', name))
  const made = spawnSync('tar', ['-C', root, '-cf', archive, '.'])
  if (made.status !== 0) throw new Error(`tar failed: ${String(made.stderr)}`)
}

/** Waits for a state. */
export async function until(what: string | (() => string), isSo: () => boolean | Promise<boolean>, withinMs = 15_000): Promise<void> {
  const endsAt = performance.now() + withinMs
  while (!(await isSo())) {
    if (performance.now() > endsAt) throw new Error(`It did not come to this within ${withinMs} ms: ${typeof what === 'string' ? what : what()}.`)
    await new Promise((done) => setTimeout(done, 20))
  }
}

function answers(socketPath: string): Promise<boolean> {
  return new Promise((done) => {
    const ask = request({ socketPath, path: '/_ping', agent: false, timeout: 1000 }, (answer) => {
      answer.resume()
      done(answer.statusCode === 200)
    })
    ask.on('timeout', () => ask.destroy())
    ask.on('error', () => done(false))
    ask.end()
  })
}

function containerdPidFile(folder: string): string {
  return join(folder, 'exec', 'containerd', 'containerd.pid')
}

/** By the pid that the engine wrote into this very folder. A zombie has no command line. */
function containerdRuns(folder: string): boolean {
  try {
    return readFileSync(`/proc/${containerdPid(folder)}/cmdline`, 'utf8').includes(folder)
  } catch {
    return false
  }
}

function containerdPid(folder: string): number | null {
  if (!existsSync(containerdPidFile(folder))) return null
  const pid = Number(readFileSync(containerdPidFile(folder), 'utf8').trim())
  return Number.isInteger(pid) && pid > 1 ? pid : null
}

/** What an engine that could not be started again would have ended: its containers, by the folder that their shims were given. */
async function endLeftovers(folder: string): Promise<void> {
  for (const shim of shimsOf(folder)) {
    for (const pid of [...childrenOf(shim), shim]) {
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        continue
      }
    }
  }
  const pid = containerdPid(folder)
  if (pid === null || !containerdRuns(folder)) return
  process.kill(pid, 'SIGTERM')
  await until('containerd has ended', () => !containerdRuns(folder), 5_000).catch(() => process.kill(pid, 'SIGKILL'))
}

function shimsOf(folder: string): number[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number).filter((pid) => {
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
      return words.includes('containerd-shim') && words.includes(`${folder}/`)
    } catch {
      return false
    }
  })
}

function childrenOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) => readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number))
  } catch {
    return []
  }
}

function mountsBelow(folder: string): string[] {
  return readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '')
    .filter((path) => path.startsWith(`${folder}/`))
    .sort((one, other) => other.length - one.length)
}
