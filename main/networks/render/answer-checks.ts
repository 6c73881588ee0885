/** Refuses answers of the set-up that cannot be: wallets and the two parts of an API key. Pure; what was typed is never repeated. */

export function refuseWallet(field: string, value: string): string | null {
  if (field !== 'wallet' || value.trim() === '') return null
  if (/^0x[0-9a-f]{40}$/i.test(value.trim())) return 'That is an address of Ethereum. RENDER is paid on Solana: give the Solana address.'
  return /^[1-9A-HJ-NP-Za-km-z]{32,44}$/.test(value.trim()) ? null : 'That is no Solana address: it has 32 to 44 letters and digits, without 0, O, I and l. Copy it from the wallet.'
}

export function refuseKey(field: string, value: string): string | null {
  const typed = value.trim()
  const begins: Record<string, string> = { publicKey: 'pk_', secretKey: 'sk_' }
  const wanted = begins[field]
  if (wanted === undefined) return null
  const other = wanted === 'pk_' ? 'sk_' : 'pk_'
  if (typed.startsWith(other)) return `That is the other half of the key: this field takes the part that begins with ${wanted}.`
  return new RegExp(`^${wanted}[A-Za-z0-9_-]{4,500}$`).test(typed) ? null : `That is no such key: it begins with ${wanted}. Copy it from the page that shows it once.`
}
