/** What systeminformation's answers in a recording tell of the surroundings: its `system`, `chassis` and `battery`. Pure. */
import { hypervisorOf } from './hypervisors.ts'
import type { Traces } from './surroundings.ts'

type Fields = Record<string, unknown>

/** Fills what files and commands left open. */
export function fillFromSystemInformation(found: Traces, raw: unknown): Traces {
  const top = fieldsOf(raw)
  const system = fieldsOf(top['system'])
  const battery = fieldsOf(top['battery'])
  const word = (fields: Fields, name: string): string | null => (typeof fields[name] === 'string' && fields[name].trim() !== '' ? fields[name].trim() : null)
  const flag = (fields: Fields, name: string): boolean | null => (typeof fields[name] === 'boolean' ? fields[name] : null)

  const [maker, product] = [word(system, 'manufacturer'), word(system, 'model')]
  const words = [maker, product].filter((part) => part !== null).join(' ')
  const name = hypervisorOf({ systemMaker: maker, product, boardMaker: null, biosMaker: null, assetTag: null }) ?? word(system, 'virtualHost')
  const isGuest = name !== null || flag(system, 'virtual') === true
  const chassis = word(fieldsOf(top['chassis']), 'type')
  const byCase = chassis === null ? null : /laptop|notebook|portable|convertible|detachable|tablet/i.test(chassis) ? true : /desktop|tower|server|rack|blade|mini pc|all in one|pizza|lunch/i.test(chassis) ? false : null
  const hasBattery = flag(battery, 'hasBattery')
  const isPlugged = flag(battery, 'acConnected')
  return {
    ...found,
    hypervisor: found.hypervisor ?? (found.hardware === null && isGuest ? { name, because: `systeminformation says ${words || 'that it is virtual'}` } : null),
    hardware: found.hardware ?? (words !== '' && !isGuest ? `the nameplate says ${words}` : null),
    isLaptop: found.isLaptop ?? byCase ?? (hasBattery === true ? true : null),
    onBattery: found.onBattery ?? (hasBattery === false ? false : hasBattery === true && isPlugged !== null ? !isPlugged : null),
  }
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {}
}
