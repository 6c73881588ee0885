/** Where payouts arrive: addresses, checked for their chain, with what lies there. */
import { useEffect, useId, useRef, useState, type FormEvent } from 'react'
import type { WalletStatus } from '../../../shared/ledger.ts'
import { Age } from '../../components/Moment.tsx'
import { Notice } from '../../components/Notice.tsx'
import { formatMoney, moneyFormat } from '../../format/money.ts'
import { count, formatNumber } from '../../format/numbers.ts'
import { asSentence } from '../../format/words.ts'
import { useAsk, usePart } from '../../state/window-context.ts'
import { amountWords } from './ledger-words.ts'

export function WalletsTab() {
  const ask = useAsk()
  const { changes, isReading, lastReadAt, faults } = usePart('ledger')
  const [wallets, setWallets] = useState<WalletStatus[] | null>(null)
  const [failure, setFailure] = useState<string | null>(null)
  const [said, setSaid] = useState('')
  useEffect(() => {
    let isOver = false
    void ask('wallets.read', {}).then((reply) => {
      if (isOver) return
      setFailure(reply.ok ? null : reply.failure.message)
      if (reply.ok) setWallets(reply.value)
    })
    return () => void (isOver = true)
  }, [ask, changes, isReading])

  async function refresh(): Promise<void> {
    setSaid('')
    const reply = await ask('ledger.refresh', {})
    setSaid(reply.ok ? `${reply.value.added === 0 ? 'No new payouts' : count(reply.value.added, 'new payout')}; ${reply.value.known === 0 ? 'none were known' : `${formatNumber(reply.value.known, 0)} known already`}.` : reply.failure.message)
  }

  return (
    <>
      <p className="muted section-note">Receive addresses only. Idlewatt never needs a seed phrase or a private key, refuses them in every field, and cannot move anything.</p>
      {failure ? <Notice level="error" title={failure} /> : null}
      {wallets === null ? (
        <p role="status">Reading the wallets …</p>
      ) : (
        <div className="stack">
          {wallets.map((wallet) => (
            <Wallet key={wallet.networkId} wallet={wallet} onChange={setWallets} />
          ))}
        </div>
      )}
      {wallets?.some((wallet) => wallet.address !== null) ? (
        <div className="form-go">
          <button type="button" className="button" aria-disabled={isReading ? true : undefined} onClick={() => void (isReading ? null : refresh())}>
            {isReading ? 'Reading …' : 'Read payouts and balances now'}
          </button>
          <span role="status" className="small">
            {said}
            {said === '' && lastReadAt !== null ? (
              <>
                Last read <Age at={lastReadAt} />
              </>
            ) : null}
          </span>
        </div>
      ) : null}
      {faults.filter((fault) => !(wallets ?? []).some((wallet) => wallet.fault !== null && fault.includes(wallet.fault))).map((fault) => (
        <Notice key={fault} level="warning" title={fault} />
      ))}
    </>
  )
}

/** What an address of a kind of chain looks like. */
const addressHints: Record<string, string> = { evm: '0x and 40 digits or letters a to f', solana: '32 to 44 letters and digits', bech32: 'a short word, 1, then letters and digits' }

function Wallet({ wallet, onChange }: { wallet: WalletStatus; onChange: (wallets: WalletStatus[]) => void }) {
  const ask = useAsk()
  const id = useId()
  const money = moneyFormat(usePart('settings'))
  const { networks } = usePart('networks')
  const [typed, setTyped] = useState('')
  const field = useRef<HTMLInputElement>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const title = networks.find((network) => network.id === wallet.networkId)?.title ?? wallet.networkId

  async function save(address: string | null): Promise<void> {
    const reply = await ask('wallets.set', { networkId: wallet.networkId, address })
    setProblem(reply.ok ? null : reply.failure.message)
    // What was refused is not kept either: it may have been what should never be typed here.
    setTyped('')
    // The button to remove it goes with the address.
    if (reply.ok) field.current?.focus()
    if (reply.ok) onChange(reply.value)
  }
  function submit(event: FormEvent): void {
    event.preventDefault()
    if (typed.trim() === '') return setProblem('Enter an address.')
    void save(typed.trim())
  }

  return (
    <article className="card wallet" aria-labelledby={`${id}-title`}>
      <header className="wallet-head">
        <h2 id={`${id}-title`}>{title}</h2>
        {wallet.title === title ? null : <span className="muted small">{wallet.title}</span>}
      </header>
      {wallet.address === null ? null : (
        <p className="wallet-address">
          <code>{wallet.address}</code>
        </p>
      )}
      {wallet.balances.length > 0 ? (
        <dl className="facts">
          {wallet.balances.map((balance) => (
            <div key={balance.asset}>
              <dt>There now</dt>
              <dd>
                {amountWords({ kind: 'income', asset: balance.asset }, balance.amount)}
                <span className="row-sub">{balance.usd === null ? 'price not known' : formatMoney(balance.usd, money)}</span>
              </dd>
            </div>
          ))}
        </dl>
      ) : null}
      {wallet.fault ? <p className="field-problem">{asSentence(wallet.fault)}</p> : null}
      {wallet.remark ? <p className="muted small">{wallet.remark}</p> : null}
      <form className="wallet-form" onSubmit={submit} noValidate>
        <div className={problem ? 'field field-wrong' : 'field'}>
          <label htmlFor={id}>{wallet.address === null ? 'Address' : 'Another address'}</label>
          <input ref={field} id={id} className="input input-wide" maxLength={500} placeholder={addressHints[wallet.chain]} autoComplete="off" spellCheck={false} value={typed} aria-invalid={problem ? true : undefined} aria-describedby={problem ? `${id}-problem` : undefined} onChange={(event) => { setTyped(event.target.value); setProblem(null) }} />
          {problem ? (
            <span id={`${id}-problem`} className="field-problem" role="alert">
              {problem}
            </span>
          ) : null}
        </div>
        <button type="submit" className="button button-small">
          Save<span className="visually-hidden"> the address of {title}</span>
        </button>
        {wallet.address === null ? null : (
          <button type="button" className="button button-small" onClick={() => void save(null)}>
            Remove<span className="visually-hidden"> the address of {title}</span>
          </button>
        )}
      </form>
    </article>
  )
}
