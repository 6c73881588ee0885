/** This machine as it is: programs, files and facts. A recorded machine answers the same questions from a folder. */
import { readFile } from 'node:fs'
import { readdir, statfs } from 'node:fs/promises'
import { request } from 'node:http'
import os from 'node:os'
import { join } from 'node:path'
import type { Platform } from '../../shared/machine.ts'
import { placesHere } from './docker-sockets.ts'
import { openGraphicsFiles } from './open-graphics-files.ts'
import { unknownFacts, versionIn } from './machine-facts.ts'
import type { MachineFacts, MachineSource } from './machine-source.ts'
import { runProgram } from './run-program.ts'
import { isVirtualIn, surroundingsOf } from './surroundings.ts'

/** A system file larger than this is not one of those we read. */
const fileLimitBytes = 1024 * 1024
const dockerTimeoutMs = 1_000
const factTimeoutMs = 4_000

/** `dataFolder` says which volume's free space counts. */
export function createThisMachine(options: { dataFolder: string }): MachineSource {
  const platform = platformOf(process.platform)
  const machine: MachineSource = {
    platform,
    arch: process.arch,
    recorded: null,
    run: runProgram,
    readFile: readSmallFile,
    readBytes: readSmallBytes,
    openGraphicsFiles,
    async listFolder(path) {
      try {
        return (await readdir(path)).sort()
      } catch {
        return []
      }
    },
    facts: () => readThisMachine(machine, options.dataFolder),
    recordedLayer: async () => null,
  }
  return machine
}

function platformOf(name: string): Platform {
  return (['linux', 'win32', 'darwin', 'freebsd', 'openbsd'] as const).find((known) => known === name) ?? 'unknown'
}

async function readSmallFile(path: string): Promise<string | null> {
  return (await readSmallBytes(path))?.toString('utf8') ?? null
}

/** The callback form costs half the time of the one with promises, and cards are read by some twenty files a second each. */
function readSmallBytes(path: string): Promise<Buffer | null> {
  return new Promise((done) => readFile(path, (error, bytes) => done(error || bytes.length > fileLimitBytes ? null : bytes)))
}

async function readThisMachine(machine: MachineSource, dataFolder: string): Promise<MachineFacts> {
  const { platform } = machine
  const [name, disk, hasDocker, cpuCores, isVirtual, memoryBytes, surroundings] = await Promise.all([
    osName(platform),
    diskOf(dataFolder),
    dockerAnswers(),
    physicalCores(platform),
    readIsVirtual(platform),
    memoryTotal(platform),
    surroundingsOf(machine, { env: process.env }),
  ])
  return {
    ...unknownFacts,
    os: name,
    osVersion: platform === 'win32' ? os.release() : versionIn(name),
    cpuName: os.cpus()[0]?.model.trim() || null,
    cpuCores,
    memoryBytes,
    ...disk,
    isVirtual: isVirtual ?? isVirtualIn(surroundings),
    uptimeSeconds: Math.floor(os.uptime()),
    surroundings,
    isWsl: platform === 'linux' ? /microsoft/i.test(os.release()) : false,
    hasDocker,
  }
}

/** "Ubuntu 24.04", "Windows 11 Pro", "macOS 15.5"; a person sees the same with `cat /etc/os-release`, `winver`, `sw_vers`. */
async function osName(platform: Platform): Promise<string | null> {
  if (platform === 'linux') {
    const text = (await readSmallFile('/etc/os-release')) ?? (await readSmallFile('/usr/lib/os-release')) ?? ''
    const value = (key: string): string | undefined => new RegExp(`^${key}=["']?(.*?)["']?\\s*$`, 'm').exec(text)?.[1]
    const version = value('VERSION_ID')
    const name = value('NAME')?.replace(/ (GNU\/)?Linux$/, '')
    return name && version ? `${name} ${version}` : (value('PRETTY_NAME') ?? `Linux ${os.release()}`)
  }
  if (platform === 'darwin') {
    const answer = await runProgram('sw_vers', ['-productVersion'], { timeoutMs: factTimeoutMs })
    return answer.kind === 'done' && answer.stdout.trim() ? `macOS ${answer.stdout.trim()}` : `macOS (Darwin ${os.release()})`
  }
  return os.version() || null
}

/** Where the data folder does not exist yet, the volume of the nearest folder above counts. */
async function diskOf(folder: string): Promise<{ diskFreeBytes: number | null; diskTotalBytes: number | null }> {
  for (let path = folder, last = ''; path !== last; last = path, path = join(path, '..')) {
    try {
      const about = await statfs(path)
      return { diskFreeBytes: about.bavail * about.bsize, diskTotalBytes: about.blocks * about.bsize }
    } catch {
      continue
    }
  }
  return { diskFreeBytes: null, diskTotalBytes: null }
}

/** In a container the limit that was set for it counts, not what the host has. */
async function memoryTotal(platform: Platform): Promise<number> {
  const total = os.totalmem()
  if (platform !== 'linux') return total
  const limit = Number((await readSmallFile('/sys/fs/cgroup/memory.max'))?.trim())
  return Number.isFinite(limit) && limit > 0 && limit < total ? limit : total
}

/** Asks the Docker Engine for its `/_ping`; a person types `docker version`. */
async function dockerAnswers(): Promise<boolean> {
  const answers = await Promise.all(placesHere().sockets.map(pings))
  return answers.includes(true)
}

function pings(socketPath: string): Promise<boolean> {
  return new Promise((done) => {
    const ask = request({ socketPath, path: '/_ping', timeout: dockerTimeoutMs }, (answer) => {
      answer.resume()
      done(answer.statusCode === 200)
    })
    ask.on('timeout', () => ask.destroy())
    ask.on('error', () => done(false))
    ask.end()
  })
}

async function physicalCores(platform: Platform): Promise<number | null> {
  if (platform === 'linux') {
    const text = (await readSmallFile('/proc/cpuinfo')) ?? ''
    const cores = new Set<string>()
    for (const block of text.split(/\n\s*\n/)) {
      const socket = /^physical id\s*:\s*(\d+)/m.exec(block)?.[1]
      const core = /^core id\s*:\s*(\d+)/m.exec(block)?.[1]
      if (socket !== undefined && core !== undefined) cores.add(`${socket}/${core}`)
    }
    return cores.size > 0 ? cores.size : null
  }
  if (platform === 'darwin') {
    const answer = await runProgram('sysctl', ['-n', 'hw.physicalcpu'], { timeoutMs: factTimeoutMs })
    return answer.kind === 'done' && /^\d+/.test(answer.stdout) ? parseInt(answer.stdout, 10) : null
  }
  return null
}

async function readIsVirtual(platform: Platform): Promise<boolean | null> {
  if (platform !== 'linux') return null
  const flags = (await readSmallFile('/proc/cpuinfo')) ?? ''
  if (flags === '') return null
  return /^flags\s*:.*\bhypervisor\b/m.test(flags)
}
