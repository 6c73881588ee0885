/** The router that this machine sends to first. A person types `ip route`, `route print 0.0.0.0` or `route -n get default`. */
import { isIPv4 } from 'node:net'
import type { MachineSource } from '../../system/machine-source.ts'
import { said } from './known.ts'

/** Address and, where told, the interface towards it. null: none, or it cannot be told. */
export async function readGateway(source: MachineSource, signal: AbortSignal): Promise<{ address: string; interfaceName: string | null } | null> {
  const limits = { timeoutMs: 3_000, signal }
  if (source.platform === 'linux') return gatewayInRoutes((await source.readFile('/proc/net/route')) ?? '')
  if (source.platform === 'darwin') {
    const text = (await said(source, 'route', ['-n', 'get', 'default'], limits)).value ?? ''
    const address = /gateway:\s*(\d+(?:\.\d+){3})/.exec(text)?.[1]
    return address === undefined ? null : { address, interfaceName: /interface:\s*(\S+)/.exec(text)?.[1] ?? null }
  }
  if (source.platform === 'win32') {
    const text = (await said(source, 'route', ['print', '-4', '0.0.0.0'], limits)).value ?? ''
    const address = /^\s*0\.0\.0\.0\s+0\.0\.0\.0\s+(\d+(?:\.\d+){3})\s/m.exec(text)?.[1]
    return address === undefined ? null : { address, interfaceName: null }
  }
  return null
}

/** Of /proc/net/route: addresses are hexadecimal with the lowest byte first; the route with the least metric counts. Pure. */
export function gatewayInRoutes(text: string): { address: string; interfaceName: string } | null {
  const routes = text.split('\n').slice(1).flatMap((line) => {
    const [interfaceName, destination, gateway, , , , metric, mask] = line.trim().split(/\s+/)
    if (interfaceName === undefined || destination !== '00000000' || mask !== '00000000' || gateway === undefined || !/^[0-9A-F]{8}$/i.test(gateway)) return []
    const address = [6, 4, 2, 0].map((at) => parseInt(gateway.slice(at, at + 2), 16)).join('.')
    return isIPv4(address) && address !== '0.0.0.0' ? [{ address, interfaceName, metric: Number(metric) || 0 }] : []
  })
  const first = routes.sort((one, other) => one.metric - other.metric)[0]
  return first === undefined ? null : { address: first.address, interfaceName: first.interfaceName }
}
