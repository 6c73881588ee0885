/** Which servers preflight may ask: the user's choice, else the named defaults of resources/preflight-servers.json. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Source } from '../../../shared/network.ts'
import type { Servers } from './part.ts'

interface ServersFile {
  stun: { address: string; source: Source }
  ntp: { address: string; source: Source }
}

/** As the settings have them: null means the named default, "off": not asked. A line is measured against no server but the user's. */
export function preflightServers(resourcesFolder: string, chosen: Servers): Servers {
  const standard = JSON.parse(readFileSync(join(resourcesFolder, 'preflight-servers.json'), 'utf8')) as ServersFile
  const pick = (choice: string | null, given: string): string | null => (choice === null || choice.trim() === '' ? given : choice.trim().toLowerCase() === 'off' ? null : choice.trim())
  return { bandwidth: chosen.bandwidth, stun: pick(chosen.stun, standard.stun.address), ntp: pick(chosen.ntp, standard.ntp.address) }
}
