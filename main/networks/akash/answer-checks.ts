/** Refuses answers of the set-up that cannot be: addresses, domains, the gateway. Pure; what was typed is never repeated. */

const label = '[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?'
const domain = new RegExp(`^(${label}\\.)+${label}$`, 'i')

export function refuseProvider(field: string, value: string): string | null {
  const typed = value.trim()
  switch (field) {
    case 'address':
      return /^akash1[02-9ac-hj-np-z]{38}$/.test(typed) ? null : 'That is no Akash address: it begins with akash1 and has 44 characters. Copy it from the wallet, or from "provider-services keys show".'
    case 'domain':
      return domain.test(typed) && typed.length <= 200 ? null : 'That is no domain. Give it as in example.org, without https:// and without "provider." before it.'
    case 'gateway':
      return refuseGateway(typed)
    case 'log':
      return typed === '' || typed.startsWith('/') ? null : 'Give the whole path of the file, beginning with /.'
    default:
      return null
  }
}

function refuseGateway(typed: string): string | null {
  const shape = 'Give the gateway as in https://provider.example.org:8443, with nothing after the port.'
  if (!/^https:\/\/[^\s/@?#]+$/i.test(typed) || !URL.canParse(typed)) return shape
  const { hostname } = new URL(typed)
  if (/^169\.254\./.test(hostname) || /^\[fe80:/i.test(hostname) || /^\[fd00:ec2:/i.test(hostname)) return 'That address belongs to the machine\'s own cloud service or network card, not to a provider.'
  return null
}

/** Where the gateway is reached, as "host:port"; null: not given. */
export function gatewayPlace(gateway: string | undefined): { host: string; port: string } | null {
  if (gateway === undefined || !URL.canParse(gateway)) return null
  const { hostname, port } = new URL(gateway)
  return { host: hostname, port: port === '' ? '443' : port }
}
