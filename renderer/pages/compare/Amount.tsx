/** An amount of something that is locked up; a token's symbol never breaks, a longer name does between its words. */
import { formatPlain, gap } from '../../format/numbers.ts'

export function Amount({ amount, asset }: { amount: number; asset: string }) {
  return <span className={asset.includes(' ') ? undefined : 'amount'}>{`${formatPlain(amount)}${gap}${asset}`}</span>
}
