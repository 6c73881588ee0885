/** A programme's requirements as check records for this machine: one for each need, judged over all cards that could join. Pure. */
import type { GpuTable } from '../../shared/gpu-table.ts'
import type { Detection } from '../../shared/machine.ts'
import type { NeedResult } from '../../shared/network.ts'
import type { CheckRecord } from '../../shared/preflight.ts'
import type { AnyNetwork, Card, Subject } from '../networks/network.ts'
import { rowsOf } from './compare.ts'
import { measureNeeds, preparedSubject, type EstimateContext } from './estimate-programme.ts'

export interface JudgeOptions extends Pick<EstimateContext, 'prepared' | 'markets'> {
  programmeId: string
  networks: AnyNetwork[]
  detection: Detection
  gpuTable: GpuTable
  /** ms since epoch. */
  at: number
}

/** Best card first: a machine joins with the cards that fit, so a need of the card is met where one meets it. Empty for an unknown programme. */
export function judge(options: JudgeOptions): CheckRecord[] {
  const { programmeId } = options
  const rows = rowsOf(options).filter(({ programme }) => programme.id === programmeId)
  const judged = rows.map((row) => measureNeeds(row.programme.needs, preparedSubject(row.subject, programmeId, options)))
  if (rows.length === 0) return withoutCard(options)
  const best = judged.reduce<NeedResult[]>((one, other) => (one.length === 0 || failures(other) < failures(one) ? other : one), [])
  return best.map((need) => recordOf(need, options))
}

/** The machine's own needs are judged all the same; a programme that needs a card says that there is none. */
function withoutCard(options: JudgeOptions): CheckRecord[] {
  const programme = options.networks.flatMap((network) => network.programmes).find(({ id }) => id === options.programmeId)
  if (!programme) return []
  const subject: Subject = { at: options.at, card: noCard, count: 0, gpusInMachine: 0, modelsInMachine: 0, machine: options.detection.machine }
  const measured = measureNeeds(programme.needs.filter((need) => need.of === 'machine'), preparedSubject(subject, programme.id, options)).map((need) => recordOf(need, options))
  if (!programme.needs.some((need) => need.of === 'card')) return measured
  const why = 'Without a card nothing can be offered. Where one is fitted, the GPUs page says what is wrong with it; for a card that you do not own, try Compare → What if.'
  const card: CheckRecord = { id: 'card', title: 'Graphics card', required: 'a card that the programme takes', actual: 'none found', unit: null, ok: false, why, remedy: null, source: null, measuredAt: options.at, programmeId: programme.id }
  return [card, ...measured]
}

const noCard: Card = { name: 'no card', model: null, facts: null, vendor: 'other', kind: 'gpu', memoryBytes: null, pciDeviceIds: [], driverVersion: null, cudaVersion: null, cudaComputeCapability: null, pcieLanesMax: null, isIntegrated: null, gpu: null }

function recordOf(need: NeedResult, { programmeId, at, prepared }: JudgeOptions): CheckRecord {
  return {
    id: need.id,
    title: need.title,
    actual: need.actual,
    required: need.required,
    unit: need.unit ?? null,
    ok: need.ok,
    why: need.why,
    remedy: need.ok === true ? null : need.remedy,
    source: need.source,
    measuredAt: prepared?.readings?.measuredAt ?? at,
    programmeId,
  }
}

function failures(needs: NeedResult[]): number {
  return needs.reduce((sum, { ok, remedy }) => sum + (ok === false ? (remedy === null ? 100 : 1) : 0), 0)
}
