/** Folds what the service and its log say of a checker into one reading. Pure. Nothing is asked of the network: above one request a minute it blocks the address. */
import type { SoftwareReading, StopPrice } from '../../../shared/provider.ts'
import type { SoftwareFacts } from '../network.ts'
import sources from './sources.json' with { type: 'json' }

export const serviceName = 'aethir-checker'

const hour = 3_600_000

export function read(facts: SoftwareFacts): SoftwareReading {
  const service = facts.services[serviceName] ?? null
  const start = facts.signs.findLastIndex(({ event }) => event === 'started')
  const session = start === -1 ? facts.signs : facts.signs.slice(start)
  const licences = session.findLast(({ event }) => event === 'licences')?.figures ?? null
  const shutOut = session.findLast(({ event, at }) => event === 'too-old' || (event === 'blacklisted' && facts.at - at < 24 * hour))
  const evidence = [
    `service: ${service ?? 'cannot be told'}`,
    ...(facts.isProcessThere === null ? [] : [`process: ${facts.isProcessThere ? 'running' : 'not found'}`]),
    ...(licences === null ? [] : [`log: ${Object.entries(licences).map(([name, value]) => `${value} ${name}`).join(', ')}`]),
    ...(shutOut ? [`log: ${shutOut.event}`] : []),
  ]
  const base = { evidence, job: null, at: facts.at }
  const isRunning = isUp(service, facts.isProcessThere)
  if (isRunning === false) {
    const how = service === 'failed' ? 'has failed' : 'is not running'
    return { ...base, activity: service === 'failed' ? 'unhealthy' : 'unknown', earning: false, cause: 'broken-here', sentence: `The checker's service ${how}. Look with "systemctl status ${serviceName}", and start it with "sudo systemctl start ${serviceName}".` }
  }
  if (isRunning === null) return { ...base, activity: 'unknown', earning: null, cause: null, sentence: 'Whether the checker runs cannot be told on this machine.' }
  if (shutOut) return { ...base, activity: 'unhealthy', earning: false, cause: 'broken-here', sentence: shutOut.sentence }
  if (licences === null) {
    const isNew = session.length > 0 || (facts.startedAt !== null && facts.at - facts.startedAt < 10 * 60_000)
    return { ...base, activity: isNew ? 'starting' : 'ready', earning: null, cause: null, sentence: 'The checker runs; its licences have not shown in the log yet. A new wallet is registered only once a licence was delegated to it.' }
  }
  const of = (name: string): number => licences[name] ?? 0
  const licencesOf = (name: string): string => `${of(name)} ${of(name) === 1 ? 'licence is' : 'licences are'}`
  const pending = of('pending') > 0 ? ` ${of('pending')} ${of('pending') === 1 ? 'licence waits' : 'licences wait'} for your approval: run "aethir license approve --all" in the client.` : ''
  const banned = of('banned') > 0 ? `${of('banned')} ${of('banned') === 1 ? 'licence was' : 'licences were'} banned, for wrong results or for being offline. The owner sees why in the portal.` : ''
  if (of('checking') > 0) return { ...base, activity: 'working', earning: true, cause: null, sentence: `${licencesOf('checking')} checking.${banned === '' ? '' : ` ${banned}`}${pending}` }
  if (banned !== '') return { ...base, activity: 'unhealthy', earning: false, cause: 'not-eligible', sentence: `${banned}${pending}` }
  if (of('ready') > 0) return { ...base, activity: 'idle', earning: null, cause: null, sentence: `${licencesOf('ready')} ready, without something to check now.${pending}` }
  if (of('delegated') > 0) return { ...base, activity: 'idle', earning: false, cause: 'unknown', sentence: `${licencesOf('delegated')} delegated to this checker, but none is checking.${pending}` }
  return { ...base, activity: 'idle', earning: false, cause: 'not-eligible', sentence: `No licence works here.${pending === '' ? ' Delegate one to this checker in the owner\'s portal.' : pending}` }
}

/** The service is believed before the process; without systemd the process alone tells. */
function isUp(service: string | null, isProcessThere: boolean | null): boolean | null {
  if (service === 'active' || service === 'activating') return true
  if (isProcessThere === true) return true
  return service === null ? isProcessThere : false
}

export function stopPrice(facts: SoftwareFacts): StopPrice {
  const licences = facts.signs.findLast(({ event }) => event === 'licences')?.figures
  const working = licences?.['checking'] ?? null
  const now = working === null ? '' : ` ${working} ${working === 1 ? 'licence is' : 'licences are'} checking now.`
  return { sentence: `While the checker is stopped, its licences are offline and earn nothing; long absences may get them banned.${now}`, usd: null, finishMinutes: null, source: sources.checkerClient }
}
