/** What each token costs: the price in use with its age, and what every service says of it or why that does not count. */
import type { TokenPriceStatus } from '../../../shared/market-data.ts'
import { Icon } from '../../components/Icon.tsx'
import { Age } from '../../components/Moment.tsx'
import { ScrollBox, Section } from '../../components/Page.tsx'
import { Confidence } from '../../components/Verdict.tsx'
import { formatExact } from '../../format/numbers.ts'
import { asSentence } from '../../format/words.ts'
import { usePart } from '../../state/window-context.ts'

export function TokenPrices() {
  const { tokens } = usePart('networks')
  if (tokens.length === 0) return null
  return (
    <Section title="Token prices" aside="USD for one token">
      <p className="muted section-note">Each service is asked by itself and held against the others: one that is far off the rest, too old, or not a price does not count.</p>
      <ScrollBox label="Token prices by service">
        <table className="table table-small token-prices">
          <caption className="visually-hidden">Token prices in USD: what is in use, and what each service says</caption>
          <thead>
            <tr>
              <th scope="col">Token</th>
              <th scope="col" className="number">In use</th>
              <th scope="col">How sure</th>
              <th scope="col">What the services say</th>
            </tr>
          </thead>
          <tbody>
            {tokens.map((token) => (
              <TokenRow key={token.symbol} token={token} />
            ))}
          </tbody>
        </table>
      </ScrollBox>
    </Section>
  )
}

function TokenRow({ token }: { token: TokenPriceStatus }) {
  return (
    <tr>
      <th scope="row">{token.symbol}</th>
      <td className="number">
        {token.usd === null ? <span className="muted">the bundled one</span> : formatExact(token.usd)}
        <span className="row-sub">{token.usd === null ? 'no live price was ever taken' : token.takenAt === null ? 'age not known' : <Age at={token.takenAt} />}</span>
      </td>
      <td>
        <Confidence level={token.confidence} />
      </td>
      <td className="wrap">
        {token.services.length === 0 ? (
          <span className="muted">No service has said a price yet.</span>
        ) : (
          <ul className="token-services">
            {token.services.map((service) => (
              <li key={service.sourceId}>
                <Icon name={service.refused === null ? 'yes' : 'no'} className={service.refused === null ? 'icon-counts' : 'icon-faint'} />
                <span>
                  {service.title}: {service.usd === null ? <span className="muted">no price</span> : formatExact(service.usd)}
                  {service.at === null ? '' : ', '}
                  {service.at === null ? null : <Age at={service.at} />}
                  {service.refused === null ? <span className="visually-hidden">, counts</span> : <span className="muted">; does not count: {service.refused.replace(/\.$/, '')}</span>}
                </span>
              </li>
            ))}
          </ul>
        )}
        {token.note === null ? null : <span className="row-sub">{asSentence(token.note)}</span>}
      </td>
    </tr>
  )
}
