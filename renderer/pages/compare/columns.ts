/** What a comparison is sorted by, column by column. Pure. */
import { createColumnHelper, createSortedRowModel, rowSortingFeature, tableFeatures } from '@tanstack/react-table'
import type { Confidence, Estimate } from '../../../shared/earnings.ts'
import type { ProgrammeInfo } from '../../../shared/network.ts'
import { joiningOf, type Joining } from '../../state/joining.ts'
import { findProgramme, programmeName } from '../../state/programmes.ts'

export const features = tableFeatures({ rowSortingFeature, sortedRowModel: createSortedRowModel() })
export type ComparisonFeatures = typeof features

const joiningOrder: Record<Joining, number> = { can: 0, 'takes-card': 1, may: 2, fixable: 3, unknown: 4, cannot: 5 }
const confidenceOrder: Record<Confidence, number> = { none: 0, low: 1, medium: 2, high: 3 }

/** The figure a row is ranked by within its group: the middle, else the hopeful end. */
export function rankOf(estimate: Estimate): number | undefined {
  return estimate.net.expected ?? estimate.net.high ?? undefined
}

/** What must be locked, in USD; undefined where it is not known. */
export function capitalUsd(estimate: Estimate): number | undefined {
  if (estimate.capital.some((item) => item.usd === null)) return undefined
  return estimate.capital.reduce((sum, item) => sum + (item.usd ?? 0), 0)
}

export type ColumnId = 'programme' | 'verdict' | 'net' | 'capital' | 'confidence'

export function comparisonColumns(programmes: readonly ProgrammeInfo[]) {
  const helper = createColumnHelper<ComparisonFeatures, Estimate>()
  const byNumber = { sortUndefined: 'last' as const, sortDescFirst: true }
  return helper.columns([
    helper.accessor((row) => programmeName(findProgramme(programmes, row.programmeId), row.programmeId), { id: 'programme', header: 'Programme', sortFn: (a, b, id) => a.getValue<string>(id).localeCompare(b.getValue<string>(id)) }),
    helper.accessor((row) => joiningOrder[joiningOf(row)], { id: 'verdict', header: 'Can it join?', sortFn: (a, b, id) => a.getValue<number>(id) - b.getValue<number>(id), sortDescFirst: false }),
    helper.accessor((row) => rankOf(row), { id: 'net', header: 'Net', sortFn: (a, b, id) => a.getValue<number>(id) - b.getValue<number>(id), ...byNumber }),
    helper.accessor((row) => capitalUsd(row), { id: 'capital', header: 'To lock up', sortFn: (a, b, id) => a.getValue<number>(id) - b.getValue<number>(id), sortUndefined: 'last', sortDescFirst: false }),
    helper.accessor((row) => confidenceOrder[row.confidence], { id: 'confidence', header: 'How sure', sortFn: (a, b, id) => a.getValue<number>(id) - b.getValue<number>(id), ...byNumber }),
  ])
}
