/** `idlewatt wallets`: the addresses that payouts go to. Addresses only: a key or a seed phrase is refused and kept nowhere. */
import type { WalletStatus } from '../../shared/ledger.ts'
import { looksLikeSecret, secretRefusal } from '../../shared/secrets.ts'
import { amountText } from './ledger-text.ts'
import { keepsOwn, makeDataFolder, openApp, sayNotices, type Call } from './open-app.ts'
import { bullet, drawTable, unknown } from './output.ts'
import { nearestWord, quoted, readOneOf, WrongWords } from './words.ts'

const actions = ['list', 'set', 'remove'] as const
const forms = { list: 'wallets', set: 'wallets set NETWORK ADDRESS', remove: 'wallets remove NETWORK' }
const takes = { list: 0, set: 2, remove: 1 }

/** 0: done; 1: the address was refused, or (list) one that is kept cannot be used. */
export async function wallets(call: Call, words: readonly string[]): Promise<number> {
  if (words.some(looksLikeSecret)) throw new WrongWords(secretRefusal)
  const [word = 'list', ...rest] = words
  const action = actions.find((one) => one === word)
  if (action === undefined) {
    const nearest = nearestWord(word, actions)
    throw new WrongWords(`wallets knows no ${quoted(word)}.${nearest === null ? '' : ` Did you mean ${nearest}?`} It knows: ${actions.join(', ')}.`)
  }
  // What follows is not repeated: it may be something that belongs nowhere.
  if (rest.length !== takes[action]) throw new WrongWords(`wallets ${action} takes ${['no more words', 'one word', 'two words'][takes[action]] ?? ''}: ${forms[action]}.`)
  const [network = '', address = ''] = rest
  if (action !== 'list') makeDataFolder(call)
  const app = openApp(call, 'command-line')
  if (action !== 'list') {
    const known = app.ledger.wallets()
    const networkId = readOneOf('network that pays to an address', network, known.map((one) => one.networkId))
    app.ledger.setWallet(networkId, action === 'set' ? address : null)
  }
  const statuses = app.ledger.wallets()
  sayNotices(app, call.terminal, action !== 'list' || keepsOwn(call))
  if (call.common.json) await call.terminal.document({ wallets: statuses })
  else await call.terminal.print(walletsText(statuses))
  return statuses.some((one) => one.address === null && one.fault !== null) ? 1 : 0
}

export function walletsText(statuses: readonly WalletStatus[]): string {
  if (statuses.length === 0) return 'No network here pays to an address that could be read.'
  const table = drawTable(
    [{ head: 'Network' }, { head: 'Address', flexible: true, least: 44 }, { head: 'There', flexible: true }, { head: 'Payouts' }],
    statuses.map((one) => [one.networkId, one.address ?? unknown, one.balances.length === 0 ? unknown : one.balances.map((balance) => `${amountText(balance.amount)} ${balance.asset}`).join('\n'), one.readsPayouts ? 'read' : 'not told']),
  )
  const remarks = statuses.filter((one) => one.address !== null || one.fault !== null).flatMap((one) => [one.fault, one.remark].filter((part) => part !== null).map((part) => bullet(`${one.networkId}: ${part}`)))
  return [table, ...(remarks.length > 0 ? [remarks.join('\n')] : [])].join('\n\n')
}
