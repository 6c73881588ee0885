/** The registry: one line per network. What a network is stands in its folder alone. */
import type { DerivedUse } from '../../shared/benchmark.ts'
import type { ProgrammeInfo } from '../../shared/network.ts'
import { network as aethir } from './aethir/index.ts'
import { network as akash } from './akash/index.ts'
import { network as ioNet } from './io-net/index.ts'
import type { AnyNetwork, ClientScore } from './network.ts'
import { network as render } from './render/index.ts'

export const networks: AnyNetwork[] = [akash, ioNet, render, aethir]

/** Every programme as a window shows it, in the registry's order. */
export function programmeInfos(): ProgrammeInfo[] {
  return networks.flatMap((network) =>
    network.programmes.map(({ id, title, summary, software, takesWholeMachine, url, duties }) => ({
      id,
      networkId: network.id,
      networkTitle: network.title,
      title,
      summary,
      software,
      takesWholeMachine,
      url,
      duties,
    })),
  )
}

/** Addresses that the networks themselves cite, which may be opened in a browser. */
export function citedUrls(): Set<string> {
  const urls = networks.flatMap((network) => [
    network.url,
    ...network.programmes.flatMap((programme) => [programme.url, ...programme.duties.map((duty) => duty.source.url), ...programme.needs.map((need) => need.source.url)]),
  ])
  return new Set(urls.filter((url) => /^https:\/\//.test(url)))
}

/** By which processes a machine that is listed somewhere can be told. */
export function providerSigns(): { programmeTitle: string; processNames: string[] }[] {
  return networks.flatMap((network) =>
    network.signs.map(({ programmeId, processNames }) => ({ programmeTitle: network.programmes.find((programme) => programme.id === programmeId)?.title ?? network.title, processNames })),
  )
}

/** Titles of the programmes that pay for such work. */
export function paysFor(kind: DerivedUse['kind']): string[] {
  return networks.flatMap((network) => network.programmes.filter((programme) => programme.paysFor.includes(kind)).map((programme) => programme.title))
}

/** The first network whose client wrote such a line. */
export function readClientScore(log: string): ClientScore {
  for (const network of networks) {
    const found = network.readClientScore?.(log) ?? null
    if (found !== null) return found
  }
  return null
}
