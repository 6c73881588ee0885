/** Narrows what is shown: to a programme, a kind, a card. */
import { useId } from 'react'
import type { ProgrammeInfo } from '../../../shared/network.ts'
import { ProgrammeOptions } from '../../components/ProgrammeOptions.tsx'
import { detectionOf } from '../../components/Looking.tsx'
import { gpuTitle } from '../../state/gpu-slots.ts'
import { usePart } from '../../state/window-context.ts'
import { eventKinds, kindWords, type ActivityFilter, type EventKind } from './activity-events.ts'

export function ActivityFilters({ filter, programmes, onChange }: { filter: ActivityFilter; programmes: readonly ProgrammeInfo[]; onChange: (filter: ActivityFilter) => void }) {
  const id = useId()
  const all = detectionOf(usePart('gpus'))?.gpus ?? []
  const cards = all.filter((gpu) => gpu.kind === 'gpu')
  return (
    <form className="ledger-filter activity-filter" role="search" aria-label="Choose what to see" onSubmit={(event) => event.preventDefault()}>
      <div className="field">
        <label htmlFor={`${id}-programme`}>Programme</label>
        <select id={`${id}-programme`} className="select" value={filter.programmeId ?? ''} onChange={(event) => onChange({ ...filter, programmeId: event.target.value === '' ? null : event.target.value })}>
          <option value="">all, and what concerns none</option>
          <ProgrammeOptions programmes={programmes} />
        </select>
      </div>
      <div className="field">
        <label htmlFor={`${id}-kind`}>Kind</label>
        <select id={`${id}-kind`} className="select" value={filter.kind ?? ''} onChange={(event) => onChange({ ...filter, kind: event.target.value === '' ? null : (event.target.value as EventKind) })}>
          <option value="">all but programs that came and went</option>
          {eventKinds.map((kind) => (
            <option key={kind} value={kind}>
              {kindWords[kind]}
            </option>
          ))}
        </select>
      </div>
      {cards.length > 1 ? (
        <div className="field">
          <label htmlFor={`${id}-card`}>Card</label>
          <select id={`${id}-card`} className="select" value={filter.gpuId ?? ''} onChange={(event) => onChange({ ...filter, gpuId: event.target.value === '' ? null : event.target.value })}>
            <option value="">all, and the machine</option>
            {cards.map((gpu) => (
              <option key={gpu.id} value={gpu.id}>
                {gpuTitle(gpu, all)}
              </option>
            ))}
          </select>
        </div>
      ) : null}
    </form>
  )
}
