/** Whether the connection is paid for by volume, as NetworkManager tells; a person types `nmcli -f GENERAL.METERED device show`. */
import { BusFault, type Bus } from './dbus.ts'
import { known, unknown, type Readings } from './readers.ts'

const manager = { name: 'org.freedesktop.NetworkManager', path: '/org/freedesktop/NetworkManager', interface: 'org.freedesktop.NetworkManager' }

export function hearMetered(bus: Bus, again: () => void): void {
  bus.onSignal({ sender: manager.name, interface: 'org.freedesktop.DBus.Properties', member: 'PropertiesChanged', arg0: manager.interface }, again)
}

/** NMMetered: 0 unknown, 1 yes, 2 no, 3 and 4 its guesses. */
export async function readMetered(bus: Bus, at: number): Promise<NonNullable<Readings['isMetered']>> {
  try {
    const value = Number(await bus.property({ ...manager, property: 'Metered' }))
    if (value === 1 || value === 2) return known(value === 1, 'NetworkManager', at)
    if (value === 3 || value === 4) return known(value === 3, 'NetworkManager guesses so', at)
    return unknown('NetworkManager does not know whether the connection is paid for by volume.', at)
  } catch (error) {
    if (error instanceof BusFault && error.isAbsent) return unknown('NetworkManager does not run here, and nothing else tells whether the connection is paid for by volume.', at)
    return unknown(error instanceof Error ? error.message : String(error), at)
  }
}
