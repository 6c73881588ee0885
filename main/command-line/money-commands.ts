/** The commands about money: sources, networks, the ledger, wallets, tariffs, and how good the predictions were. */
import type { BacktestFlags } from './backtest.ts'
import type { CommandSpec } from './command-spec.ts'
import { addLedgerWords, addWalletWords, ledgerExamples, walletExamples, type LedgerFlags } from './ledger-words.ts'
import type { MarketsFlags } from './markets.ts'
import type { TariffFlags } from './tariff.ts'
import { addTariffWords, tariffExamples } from './tariff-words.ts'

export const moneyCommands: CommandSpec[] = [
  {
    name: 'markets',
    description: 'Lists where prices and figures are from, how old they are, and every request that was made for them; asks again, or switches a source off.',
    takes: ['network'],
    examples: ['idlewatt markets', 'idlewatt markets --refresh', 'idlewatt markets requests', 'idlewatt markets off SOURCE', 'idlewatt markets --json'],
    setUp: (command) =>
      command
        .usage('[list | requests | on SOURCE | off SOURCE] [flags]')
        .argument('[words...]', 'list, where it is left out; a SOURCE is an id of the list')
        .option('--refresh', 'ask every source that is on, now'),
    run: async (call, command) => (await import('./markets.ts')).markets(call, command.args, command.opts<MarketsFlags>()),
  },
  {
    name: 'networks',
    description: 'Says of each network whether it is used: utilisation, leases, revenue, what renters pay, what it will pay out and until when.',
    takes: ['network'],
    examples: ['idlewatt networks', 'idlewatt networks --network NETWORK --json'],
    setUp: (command) => command.usage('[NETWORK] [flags]').argument('[words...]', 'a network, for all that is known of it'),
    run: async (call, command) => (await import('./networks.ts')).networks(call, command.args),
  },
  {
    name: 'ledger',
    description: 'Shows what was paid, what it cost and what had been promised; takes entries and corrections, and writes the file for the tax office.',
    takes: ['gpu', 'network'],
    examples: ledgerExamples,
    setUp: addLedgerWords,
    run: async (call, command) => (await import('./ledger.ts')).ledger(call, command.args, command.opts<LedgerFlags>()),
  },
  {
    name: 'wallets',
    description: 'Lists the addresses that payouts go to, and what lies there; sets and removes them. Addresses only: no key is ever asked for.',
    takes: [],
    examples: walletExamples,
    setUp: addWalletWords,
    run: async (call, command) => (await import('./wallets.ts')).wallets(call, command.args),
  },
  {
    name: 'tariff',
    description: 'Shows and sets what electricity costs: one price, a table of the week, or dated prices from a file.',
    takes: [],
    examples: tariffExamples,
    setUp: addTariffWords,
    run: async (call, command) => (await import('./tariff.ts')).tariff(call, command.args, command.opts<TariffFlags>()),
  },
  {
    name: 'backtest',
    description: 'Predicts each recorded week from the weeks before it, and holds the band against what was paid.',
    takes: ['network'],
    examples: ['idlewatt backtest --network NETWORK --epochs epochs.json --paid paid.json --json'],
    setUp: (command) =>
      command
        .usage('--network ID --epochs FILE --paid FILE [flags]')
        .option('--epochs <file>', 'recorded weekly epochs, as the network publishes them')
        .option('--paid <file>', 'what reached each wallet in those epochs')
        .option('--from <epoch>', 'the first week that is predicted (the seventh)'),
    run: async (call, command) => (await import('./backtest.ts')).backtest(call, command.opts<BacktestFlags>()),
  },
]
