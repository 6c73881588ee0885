/** Reads the recorded reward epochs of a file: numbers may be text in it, and what does not fit is said in plain words. */
import { described, plainNumber } from '../../../shared/outside-answers.ts'
import { MarketMisfit } from '../network.ts'
import { parseWalletWeeks, type WalletWeek } from './market.ts'

type Fields = Record<string, unknown>

/** The shape is that of liability-epochs-data.json. Throws `MarketMisfit` naming the field. */
export function readEpochsFile(raw: unknown): WalletWeek[] {
  const data = isObject(raw) ? raw.data : undefined
  const epochs = isObject(data) ? data.epochs : undefined
  if (!isObject(raw) || !isObject(data) || !Array.isArray(epochs)) {
    const [field, value] = !isObject(raw) ? ['the whole file', raw] : !isObject(data) ? ['data', data] : ['data.epochs', epochs]
    throw misfit(field, value, field === 'data.epochs' ? 'a list' : 'an object')
  }
  return parseWalletWeeks({ ...raw, data: { ...data, epochs: epochs.map(readEpoch) } })
}

function readEpoch(raw: unknown, index: number): Fields {
  const at = `data.epochs.${index}`
  if (!isObject(raw)) throw misfit(at, raw, 'an object')
  for (const name of ['channel', 'start', 'end']) if (typeof raw[name] !== 'string') throw misfit(`${at}.${name}`, raw[name], name === 'channel' ? 'text' : 'a date')
  for (const name of ['start', 'end']) if (!Number.isFinite(Date.parse(String(raw[name])))) throw misfit(`${at}.${name}`, raw[name], 'a date')
  return {
    ...raw,
    epochId: readNumber(raw.epochId, `${at}.epochId`),
    amountDue: readNumber(raw.amountDue, `${at}.amountDue`),
    metadataBySolKey: readWallets(raw.metadataBySolKey ?? {}, `${at}.metadataBySolKey`),
  }
}

function readWallets(raw: unknown, at: string): Fields {
  if (!isObject(raw)) throw misfit(at, raw, 'an object')
  return Object.fromEntries(Object.entries(raw).map(([wallet, each]) => {
    if (each === null || each === undefined) return [wallet, null]
    if (!isObject(each)) throw misfit(`${at}.${wallet}`, each, 'an object')
    const hours = each.obhUsed ?? null
    return [wallet, { ...each, obhUsed: hours === null ? null : readNumber(hours, `${at}.${wallet}.obhUsed`) }]
  }))
}

const limits: Record<string, { most: number; said: string }> = {
  epochId: { most: 1_000_000, said: 'a whole number' },
  amountDue: { most: 644_245_094e8, said: 'a number of 0 or more, and at most 644,245,094 RENDER in hundred-millionths,' },
  obhUsed: { most: 1e12, said: 'a number of 0 or more, and at most a million million,' },
}

function readNumber(raw: unknown, field: string): number {
  const value = plainNumber(raw)
  const limit = limits[field.slice(field.lastIndexOf('.') + 1)]
  const fits = typeof value === 'number' && value >= 0 && value <= (limit?.most ?? NaN) && (!field.endsWith('.epochId') || Number.isInteger(value))
  if (!fits) throw misfit(field, raw, limit?.said ?? 'a number')
  return value
}

function misfit(field: string, found: unknown, expected: string): MarketMisfit {
  return new MarketMisfit(`The reward epochs do not have the shape of liability-epochs-data.json: ${field} is ${described(found)}, where ${expected} is expected.`)
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
