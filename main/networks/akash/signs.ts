/** Processes of the provider. Tenants' work runs under names of their own in containers. */
import type { ProviderSign } from '../network.ts'

export const signs: ProviderSign[] = [
  { programmeId: 'akash/provider', processNames: ['provider-services'], source: { url: 'https://github.com/akash-network/provider', date: '2026-06-29', note: 'cmd/provider-services' } },
]
