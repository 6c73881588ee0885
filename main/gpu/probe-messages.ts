/** What passes between the app and the probe's process. */
import type { DetectionLayer } from '../../shared/machine.ts'
import type { CardKey, LayerAnswer, SampleSeen } from './vendor.ts'

export type ProbeQuestion = { kind: 'detect'; layer: DetectionLayer; at: number } | { kind: 'sample'; layer: DetectionLayer; at: number; cards: CardKey[] }

export type ProbeReply<Question extends ProbeQuestion> = Question['kind'] extends 'detect' ? LayerAnswer : SampleSeen[]

export type ToProbe = { kind: 'ask'; id: number; question: ProbeQuestion } | { kind: 'stop' }

export type FromProbe = { kind: 'answer'; id: number; ok: true; value: unknown } | { kind: 'answer'; id: number; ok: false; message: string } | { kind: 'beat' }

/** So often the probe says that its loop still turns. */
export const beatMs = 2_000
