/** Whether Windows counts the connection as metered. A person sees the same under Settings, Network & internet, "Metered connection". */
import os from 'node:os'
import type { MachineSource } from '../system/machine-source.ts'
import { known, unknown, type PlatformReader, type Readings } from './readers.ts'

/** Windows PowerShell 5.1, which every Windows has; the newer one cannot reach these names. */
export const costScript =
  "$profile = [Windows.Networking.Connectivity.NetworkInformation,Windows.Networking.Connectivity,ContentType=WindowsRuntime]::GetInternetConnectionProfile(); if ($profile -eq $null) { 'None' } else { $cost = $profile.GetConnectionCost(); \"$($cost.NetworkCostType) $($cost.Roaming) $($cost.OverDataLimit)\" }"
/** Starting PowerShell takes half a second of a core: asked anew where an address has changed, else rarely. */
const askAgainMs = 10 * 60_000
const timeoutMs = 15_000

/** "Unrestricted False False", "Fixed …" (a data plan), "Variable …" (paid by the byte). null: not told. Pure. */
export function isMeteredIn(answer: string): boolean | null {
  const [cost, roaming, over] = answer.trim().split(/\s+/)
  if (cost === 'None') return false
  if (cost === 'Fixed' || cost === 'Variable') return true
  if (roaming === 'True' || over === 'True') return true
  return cost === 'Unrestricted' ? false : null
}

export function networkCostReader(source: MachineSource, now: () => number, addresses: () => string = addressesHere): PlatformReader {
  let last: { at: number; addresses: string; readings: Readings } | null = null

  async function ask(at: number): Promise<Readings> {
    const answer = await source.run('powershell.exe', ['-NoProfile', '-NonInteractive', '-Command', costScript], { timeoutMs, maxBytes: 64 * 1024 })
    const isMetered = answer.kind === 'done' && answer.exitCode === 0 ? isMeteredIn(answer.stdout) : null
    return { isMetered: isMetered === null ? unknown('Windows did not tell whether the connection is metered.', at) : known(isMetered, 'Windows', at) }
  }

  return {
    name: 'the connection’s cost',
    fields: ['isMetered'],
    everyMs: 5_000,
    limitMs: timeoutMs + 2_000,
    async read() {
      const [at, seen] = [now(), addresses()]
      // A clock that was set back asks again as well.
      const isFresh = last !== null && last.addresses === seen && at >= last.at && at - last.at < askAgainMs
      if (!isFresh || last === null) last = { at, addresses: seen, readings: await ask(at) }
      return { isMetered: { ...last.readings.isMetered!, at } }
    },
    close() {},
  }
}

function addressesHere(): string {
  return Object.entries(os.networkInterfaces())
    .flatMap(([name, entries]) => (entries ?? []).map(({ address }) => `${name} ${address}`))
    .sort()
    .join()
}
