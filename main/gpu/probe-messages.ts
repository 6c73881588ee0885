/** What passes between the app and the probe's process. */
import type { DetectionLayer } from '../../shared/machine.ts'
import type { LayerName } from '../system/machine-source.ts'
import type { LayerAnswer, SampleSeen } from './vendor.ts'

export type ProbeQuestion =
  | { kind: 'detect'; layer: DetectionLayer; at: number }
  /** `cards`: JSON of CardKey[]; the same every second, and as text it need not be read again. */
  | { kind: 'sample'; layer: DetectionLayer; at: number; cards: string }
  /** What a library answers, as a recording holds it. */
  | { kind: 'capture'; layer: LayerName }

export type ProbeReply<Question extends ProbeQuestion> = Question['kind'] extends 'detect' ? LayerAnswer : Question['kind'] extends 'sample' ? SampleSeen[] : unknown

export type ToProbe = { kind: 'ask'; id: number; question: ProbeQuestion } | { kind: 'stop' }

export type FromProbe =
  | { kind: 'answer'; id: number; ok: true; value: unknown }
  /** Samples, every second: as text they cost a quarter of what structured clone takes to read them. */
  | { kind: 'samples'; id: number; json: string }
  /** `isDriver`: the driver's own trouble, in words for the user; else a fault of ours. */
  | { kind: 'answer'; id: number; ok: false; message: string; isDriver: boolean }
  /** `rssBytes`: the process's resident memory: a library that leaks is seen by it. */
  | { kind: 'beat'; rssBytes: number }

/** So often the probe says that its loop still turns. */
export const beatMs = 2_000
/** Answers are signs of life as well: beside them a beat so often tells the memory. */
export const memoryBeatMs = 5_000
