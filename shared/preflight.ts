/** What is measured of a machine before software is set up: readings that requirements are judged by, and the check records that come of them. */
import type { Source } from './network.ts'

/** One check, as every door shows it. `ok: null`: could not be measured here; `why` says why. */
export interface CheckRecord {
  id: string
  title: string
  /** As text with its unit; null: not known. */
  actual: string | null
  required: string
  /** Of the figure in `actual` and `required`: "GB", "Mbit/s"; null: it has none. */
  unit: string | null
  ok: boolean | null
  why: string
  /** null: nothing mends it, or nothing is wrong. */
  remedy: string | null
  /** null: a check of Idlewatt's own. */
  source: Source | null
  /** ms since epoch. */
  measuredAt: number
  /** Whose requirement it is; null: of the machine as such. */
  programmeId: string | null
}

/** A value that may be unknown: then `why` says why. */
export type Known<T> = { value: T; why: null } | { value: null; why: string }

export interface DockerReading {
  answers: boolean
  /** Why it does not: "not installed", "permission denied", "not running". null: it does. */
  why: string | null
  /** What mends that. */
  remedy: string | null
  version: string | null
  isDesktop: boolean | null
  /** Runtimes by name, and folders of CDI specifications where the engine tells. */
  runtimes: string[]
  hasNvidiaRuntime: boolean | null
  /** Every container, running or not. */
  containers: { id: string; name: string; image: string; state: string; labels: Record<string, string> }[]
  images: { id: string; tags: string[]; bytes: number }[]
  rootFolder: string | null
}

/** One port and whether somebody of this machine listens there. */
export interface PortReading {
  port: number
  protocol: 'tcp' | 'udp'
  listener: string | null
}

export interface ForeignSoftware {
  programmeId: string
  programmeTitle: string
  /** "process worker.exe (4711)", "container 1f2e… (maker/worker)", "service worker". */
  what: string
  /** Started by Idlewatt itself. */
  isOurs: boolean
}

/** All that preflight knows. Each part has its own time; a part that was not measured is null with a reason. */
export interface MachineReadings {
  measuredAt: number
  docker: Known<DockerReading>
  /** NVIDIA container toolkit: its version, and what `docker run --gpus` would do by what is set up. */
  containerToolkit: Known<{ isThere: boolean; version: string | null; how: string }>
  /** A card inside a container, tried for real (only with the user's word): what it saw. */
  cardInContainer: Known<{ works: boolean; said: string }>
  disk: Known<{ freeBytes: number; totalBytes: number; kind: 'nvme' | 'ssd' | 'hdd' | null; folder: string }>
  /** Measured with a file of our own that is removed again; only on request. */
  diskSpeed: Known<{ readMBps: number; writeMBps: number }>
  /** Against the server the user chose. */
  line: Known<{ downMbps: number; upMbps: number; latencyMs: number; server: string }>
  publicAddress: Known<{ address: string; how: string }>
  /** Carrier-grade NAT: the router itself has no public address. */
  cgnat: Known<{ isBehind: boolean; because: string }>
  clock: Known<{ offMs: number; how: string }>
  dns: Known<{ works: boolean; how: string }>
  /** What each name asked about resolves to. */
  names: Record<string, Known<string[]>>
  listening: Known<PortReading[]>
  /** By "host:port". */
  reaches: Record<string, Known<boolean>>
  sleep: Known<{ mayIdleSleep: boolean; how: string }>
  remoteSession: Known<string | null>
  secureShell: Known<boolean>
  software: Known<ForeignSoftware[]>
  /** Files that Idlewatt installed and that are gone or changed. */
  missingFiles: Known<{ path: string; what: 'gone' | 'changed' }[]>
  wsl2: Known<{ distributions: { name: string; version: 1 | 2 }[] }>
  cpuThreads: Known<number>
}

export type ReadingId = Exclude<keyof MachineReadings, 'measuredAt'>

/** Reasons why a part is not there, before anything was measured. */
export function noReadings(at: number, why = 'Not measured yet.'): MachineReadings {
  const none = { value: null, why } as const
  return {
    measuredAt: at, docker: none, containerToolkit: none, cardInContainer: none, disk: none, diskSpeed: none, line: none, publicAddress: none, cgnat: none, clock: none, dns: none,
    names: {}, listening: none, reaches: {}, sleep: none, remoteSession: none, secureShell: none, software: none, missingFiles: none, wsl2: none, cpuThreads: none,
  }
}
