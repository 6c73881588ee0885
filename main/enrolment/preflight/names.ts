/** Whether names are resolved here, and what the names asked about resolve to; a person types `nslookup NAME`. */
import { isIP } from 'node:net'
import type { Known, MachineReadings } from '../../../shared/preflight.ts'
import { hasCode } from '../../system/file-errors.ts'
import { isLoopback, readServer } from './addresses.ts'
import { known, notKnown } from './known.ts'
import type { PartContext } from './part.ts'

/** A name of this kind is asked about; anything else is no name. */
const isName = (name: string): boolean => /^(?=.{1,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.?$/i.test(name)

export async function readDns(context: PartContext): Promise<MachineReadings['dns']> {
  const refusal = context.rules.refusal()
  const names = [context.servers.ntp, context.servers.stun, hostOf(context.servers.bandwidth)]
    .map((text) => (text === null ? null : (readServer(text, 1)?.host ?? null)))
    .filter((name): name is string => name !== null && isIP(name) === 0 && !isLoopback(name))
  // Under a loopback nobody outside is asked: the name that every system knows stands for all.
  const asked = context.rules.loopback !== null ? ['localhost'] : [...new Set(names)]
  if (refusal !== null && context.rules.loopback === null) return notKnown(refusal)
  if (asked.length === 0) return notKnown('No server is named that a name could be resolved for.')
  const answers = await Promise.all(asked.map(async (name) => ({ name, failure: await failureOf(context, name) })))
  const good = answers.find(({ failure }) => failure === null)
  if (good) return known({ works: true, how: `${good.name} was resolved` })
  return known({ works: false, how: `${answers.map(({ name }) => name).join(' and ')} could not be resolved (${answers[0]?.failure})` })
}

export async function readNames(context: PartContext): Promise<MachineReadings['names']> {
  const entries = await Promise.all([...new Set(context.names)].map(async (name) => [name, await resolved(context, name)] as const))
  return Object.fromEntries(entries)
}

/** An empty list: names are resolved here, and there is none such. */
async function resolved(context: PartContext, name: string): Promise<Known<string[]>> {
  if (isIP(name) !== 0) return known([name])
  if (!isName(name)) return notKnown(`"${name.slice(0, 100)}" is no name of a host.`)
  const refusal = context.rules.refusal()
  if (refusal !== null && !isLoopback(name)) return notKnown(refusal)
  try {
    return known([...new Set(await context.resolve(name))].sort())
  } catch (error) {
    if (hasCode(error, 'ENOTFOUND', 'ENODATA')) {
      if ((await context.other('dns')).value?.works === true) return known([])
      return notKnown(`${name} could not be resolved, and whether names are resolved here at all is not known.`)
    }
    return notKnown(`${name} could not be resolved (${codeOf(error)}).`)
  }
}

async function failureOf(context: PartContext, name: string): Promise<string | null> {
  try {
    return (await context.resolve(name)).length > 0 ? null : 'no address'
  } catch (error) {
    return codeOf(error)
  }
}

function codeOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException | null)?.code
  return code === 'ENOTFOUND' ? 'there is no such name' : code === 'EAI_AGAIN' || code === 'ETIMEOUT' || code === 'ECONNREFUSED' ? 'the name server does not answer' : (code ?? 'for an unknown reason')
}

function hostOf(address: string | null): string | null {
  return address !== null && URL.canParse(address) ? new URL(address).hostname : null
}
