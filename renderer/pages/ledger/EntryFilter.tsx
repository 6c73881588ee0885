/** Narrows the entries: by kind, network, programme, card, token, days and words; by what there is more than one of. */
import { useId, useRef, type ReactNode } from 'react'
import { ledgerKinds, type LedgerFilter, type LedgerKind } from '../../../shared/ledger.ts'
import { ProgrammeOptions } from '../../components/ProgrammeOptions.tsx'
import { usePart } from '../../state/window-context.ts'
import { kindWords } from './ledger-words.ts'
import { useLedgerCards } from './use-ledger.ts'

/** Whether it leaves anything out. */
export function isAny(filter: LedgerFilter): boolean {
  return Object.values(filter).some((value) => value !== undefined)
}

/** `assets`: tokens and currencies that were met among the entries. */
export function EntryFilter({ filter, assets, onChange }: { filter: LedgerFilter; assets: readonly string[]; onChange: (filter: LedgerFilter) => void }) {
  const id = useId()
  const { programmes, networks, tokens } = usePart('networks')
  const { values } = usePart('settings')
  const cards = useLedgerCards()
  const symbols = [...new Set([...assets, ...tokens.map((token) => token.symbol), values.currency])].sort()
  const shown = filter.networkId === undefined ? programmes : programmes.filter((info) => info.networkId === filter.networkId)
  const first = useRef<HTMLSelectElement>(null)
  const set = (part: Partial<LedgerFilter>): void => {
    const next = { ...filter, ...part }
    onChange(Object.fromEntries(Object.entries(next).filter(([, value]) => value !== undefined && value !== '')) as LedgerFilter)
  }
  return (
    <form className="ledger-filter" role="search" aria-label="Filter the entries" onSubmit={(event) => event.preventDefault()}>
      <div className="field">
        <label htmlFor={`${id}-kind`}>Kind</label>
        <select ref={first} id={`${id}-kind`} className="select" value={filter.kinds?.[0] ?? ''} onChange={(event) => set({ kinds: event.target.value === '' ? undefined : [event.target.value as LedgerKind] })}>
          <option value="">every kind</option>
          {ledgerKinds.map((kind) => (
            <option key={kind} value={kind}>
              {kindWords[kind]}
            </option>
          ))}
        </select>
      </div>
      {networks.length > 1 ? (
        <Choice id={`${id}-network`} label="Network" every="every network" value={filter.networkId} onChange={(networkId) => set({ networkId, programmeId: programmes.some((info) => info.id === filter.programmeId && (networkId === '' || info.networkId === networkId)) ? filter.programmeId : undefined })}>
          {networks.map((network) => (
            <option key={network.id} value={network.id}>
              {network.title}
            </option>
          ))}
        </Choice>
      ) : null}
      <Choice id={`${id}-programme`} label="Programme" every="every programme" value={filter.programmeId} onChange={(programmeId) => set({ programmeId })}>
        <ProgrammeOptions programmes={shown} />
      </Choice>
      {cards.length > 1 ? (
        <Choice id={`${id}-card`} label="Card" every="every card" value={filter.gpuId} onChange={(gpuId) => set({ gpuId })}>
          {cards.map((card) => (
            <option key={card.id} value={card.id}>
              {card.title}
            </option>
          ))}
        </Choice>
      ) : null}
      {symbols.length > 1 ? (
        <Choice id={`${id}-asset`} label="Token or currency" every="each" value={filter.asset} onChange={(asset) => set({ asset })}>
          {symbols.map((symbol) => (
            <option key={symbol} value={symbol}>
              {symbol}
            </option>
          ))}
        </Choice>
      ) : null}
      <div className="field">
        <label htmlFor={`${id}-from`}>From</label>
        <input id={`${id}-from`} className="input" type="date" value={filter.from ?? ''} max={filter.to} onChange={(event) => set({ from: event.target.value })} />
      </div>
      <div className="field">
        <label htmlFor={`${id}-to`}>To</label>
        <input id={`${id}-to`} className="input" type="date" value={filter.to ?? ''} min={filter.from} onChange={(event) => set({ to: event.target.value })} />
      </div>
      <div className="field">
        <label htmlFor={`${id}-text`}>Note or reference</label>
        <input id={`${id}-text`} className="input" type="search" maxLength={200} value={filter.text ?? ''} onChange={(event) => set({ text: event.target.value })} />
      </div>
      {isAny(filter) ? (
        <button type="button" className="button button-small" onClick={() => { onChange({}); first.current?.focus() }}>
          Show all
        </button>
      ) : null}
    </form>
  )
}

function Choice({ id, label, every, value, onChange, children }: { id: string; label: string; every: string; value: string | undefined; onChange: (value: string) => void; children: ReactNode }) {
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select id={id} className="select" value={value ?? ''} onChange={(event) => onChange(event.target.value)}>
        <option value="">{every}</option>
        {children}
      </select>
    </div>
  )
}
