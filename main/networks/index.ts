/** The registry: one line per network. What a network is stands in its folder alone. */
import type { DerivedUse } from '../../shared/benchmark.ts'
import type { Platform } from '../../shared/machine.ts'
import type { ProgrammeInfo, Source } from '../../shared/network.ts'
import type { ProgrammeDemands } from '../../shared/policy-state.ts'
import { network as aethir } from './aethir/index.ts'
import { network as akash } from './akash/index.ts'
import { network as ioNet } from './io-net/index.ts'
import type { AnyNetwork, ClientScore, SoftwareDefinition, SoftwareFacts, StepDefinition } from './network.ts'
import { network as practice } from './practice/index.ts'
import { network as render } from './render/index.ts'

export const networks: AnyNetwork[] = [akash, ioNet, render, aethir]

/** Earns nothing and stands apart: only what sets software up and runs it knows it. */
export { practice }

/** Every programme of these networks as a window shows it, in the registry's order. */
export function programmeInfos(of: readonly AnyNetwork[] = networks): ProgrammeInfo[] {
  return of.flatMap((network) =>
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

/** A network's software with the command of this very system. */
export function softwareOn(network: AnyNetwork, platform: Platform): SoftwareDefinition[] {
  return network.software.map((definition) => ({ ...definition, command: definition.commandOn?.[platform] ?? definition.command }))
}

/** Addresses that the networks themselves cite, which may be opened in a browser. */
export function citedUrls(): Set<string> {
  const urls = [...networks, practice].flatMap((network) => [
    network.url,
    ...network.programmes.flatMap((programme) => [programme.url, ...[...programme.duties, ...programme.needs].map(({ source }) => source.url), ...demandSources(programme.demands).map(({ url }) => url)]),
    ...network.enrolments.flatMap((enrolment) => enrolment.steps.flatMap(urlsOfStep)),
    ...network.software.flatMap((definition) => [definition.source.url, ...definition.endpoints.map((endpoint) => endpoint.source.url), ...stopPriceUrls(definition)]),
  ])
  return new Set(urls.filter((url) => /^https:\/\//.test(url)))
}

function demandSources({ exclusiveSource, ceilings, uptime }: ProgrammeDemands): Source[] {
  return [exclusiveSource, ...ceilings.map(({ source }) => source), ...(uptime === null ? [] : [uptime.source])]
}

function urlsOfStep(step: StepDefinition): string[] {
  const sources: Source[] = [step.source, ...step.traps.map((trap) => trap.source)]
  const website = step.do.kind === 'website' ? [step.do.url] : []
  const leaving = step.undo.kind === 'website' ? [step.undo.url] : []
  return [...sources.map((source) => source.url), ...website, ...leaving, ...(step.publisher === null ? [] : [step.publisher.url])]
}

/** A price has the same source whatever it comes to. */
function stopPriceUrls(definition: SoftwareDefinition): string[] {
  const nothing: SoftwareFacts = { at: 0, signs: [], lastLineAt: null, isProcessThere: null, containers: null, services: {}, endpoints: {}, registry: null, cards: [], answers: {}, startedAt: null }
  const source = definition.stopPrice(nothing).source
  return source === null ? [] : [source.url]
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
