/**
 * The machine that is looked at: this one, or a recorded one (`--machine DIR`). Everything that reads hardware
 * reads it through here, so that a recording goes through the same code as the real thing.
 */
import type { Machine, Platform } from '../../shared/machine.ts'

export type CommandResult =
  /** `from`: the recording's file that was replayed, for sentences about it. */
  | { kind: 'done'; exitCode: number; stdout: string; stderr: string; from?: string }
  | { kind: 'not-found' }
  | { kind: 'timed-out'; afterMs: number }
  | { kind: 'failed'; message: string }

/** Facts that no file or command answers alike everywhere. null: unknown. Keys of a recording's `facts`. */
export type MachineFacts = Omit<Machine, 'platform' | 'arch' | 'recorded'>

/** Libraries that are read in process. A recording holds what they answered. */
export type LayerName = 'nvml' | 'opencl' | 'systeminformation'

/** Open files below /dev/dri. What each one does stands in `/proc/<pid>/fdinfo/<fd>`. */
export interface OpenGraphicsFiles {
  files: { pid: number; fd: number }[]
  /** False: other users' programs could not be looked at, so some may be missing. */
  isComplete: boolean
}

export interface MachineSource {
  platform: Platform
  arch: string
  /** Folder name of the recording; null: this machine. */
  recorded: string | null
  /** Runs a program without a shell. Never rejects. */
  run(program: string, args: string[], options: { timeoutMs: number; maxBytes?: number; signal?: AbortSignal }): Promise<CommandResult>
  /** Text of a file; null: absent or unreadable. */
  readFile(path: string): Promise<string | null>
  /** A file that is no text, as it is (amdgpu's `gpu_metrics`); null: absent or unreadable. */
  readBytes(path: string): Promise<Uint8Array | null>
  /** Names in a folder; empty: absent. */
  listFolder(path: string): Promise<string[]>
  /** Linux: who holds a graphics card's device file open, told without reading what they do with it. */
  openGraphicsFiles(): Promise<OpenGraphicsFiles>
  facts(): Promise<MachineFacts>
  /** What a recorded library answered; null: library missing, or this is the real machine (which loads the library). */
  recordedLayer(name: LayerName): Promise<unknown>
  /** Of a recording: its containers in its own words, and whether its Docker answers (null: not said). Left out: this machine. */
  recordedContainers?: { containers: unknown[]; hasDocker: boolean | null }
}
