/** What such cards cost by the hour at the large clouds, each with its source and date. */
import type { CloudPrice } from '../../../shared/network-health.ts'
import { Age } from '../../components/Moment.tsx'
import { ScrollBox } from '../../components/Page.tsx'
import { SourceLink } from '../../components/SourceLink.tsx'
import { moneyFormat } from '../../format/money.ts'
import { count } from '../../format/numbers.ts'
import { usePart } from '../../state/window-context.ts'
import { sayPrice } from './PriceBand.tsx'

export function Clouds({ clouds }: { clouds: readonly CloudPrice[] }) {
  const money = moneyFormat(usePart('settings'))
  if (clouds.length === 0) return null
  return (
    <details className="folded">
      <summary>{count(clouds.length, 'price')} of large clouds, with sources</summary>
      <ScrollBox label="Prices of large clouds">
        <table className="table table-small">
          <caption className="visually-hidden">What renting a card by the hour costs at a large cloud, on demand, in {money.code} per GPU</caption>
          <thead>
            <tr>
              <th scope="col">Model</th>
              <th scope="col">Cloud</th>
              <th scope="col">Instance and region</th>
              <th scope="col" className="number">{money.code} per GPU-hour</th>
              <th scope="col">Age</th>
              <th scope="col">Source</th>
            </tr>
          </thead>
          <tbody>
            {clouds.map((cloud) => (
              <tr key={`${cloud.cloud} ${cloud.instance} ${cloud.region} ${cloud.model}`}>
                <th scope="row">{cloud.model}</th>
                <td>{cloud.cloud}</td>
                <td className="wrap">
                  {cloud.instance}
                  <span className="row-sub">
                    {cloud.region}, {count(cloud.gpus, 'GPU')}
                  </span>
                </td>
                <td className="number">{sayPrice(cloud.usdPerGpuHour, money)}</td>
                <td><Age at={cloud.takenAt} /></td>
                <td className="wrap"><SourceLink source={cloud.source} /></td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollBox>
    </details>
  )
}
