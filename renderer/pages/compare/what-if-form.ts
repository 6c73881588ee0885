/** Turns what was typed into a what-if question, or into sentences about what is wrong with it. Pure. */
import { whatIfSchema, type WhatIf } from '../../../shared/requests.ts'
import type { MoneyFormat } from '../../format/money.ts'
import { numberProblem, parseNumber } from '../../format/typed-number.ts'

export interface WhatIfForm {
  gpuModel: string
  gpuCount: string
  /** In the money that is shown. */
  pricePerKwh: string
  wattsWork: string
  wattsWait: string
  /** Factors; empty: as it is. */
  tokenPrice: string
  utilisation: string
  payRate: string
  /** Further cards of the rig. */
  more: { gpuModel: string; gpuCount: string }[]
}

export const mostFurtherCards = 15

export const emptyWhatIf: WhatIfForm = { gpuModel: '', gpuCount: '1', pricePerKwh: '', wattsWork: '', wattsWait: '', tokenPrice: '', utilisation: '', payRate: '', more: [] }

export interface ReadWhatIf {
  input: WhatIf | null
  problems: Partial<Record<keyof WhatIfForm, string>>
}

/** Fields that hold text. */
type TextField = Exclude<keyof WhatIfForm, 'more'>
const fieldOf: Record<string, TextField> = { gpuModel: 'gpuModel', gpuCount: 'gpuCount', usdPerKwh: 'pricePerKwh', wattsWork: 'wattsWork', wattsWait: 'wattsWait', 'token-price': 'tokenPrice', utilisation: 'utilisation', 'pay-rate': 'payRate' }

/** An empty field is left out, so that the app's own value counts. */
export function readWhatIf(form: WhatIfForm, money: MoneyFormat): ReadWhatIf {
  const problems: ReadWhatIf['problems'] = {}
  const read = (field: TextField): number | undefined => {
    const parsed = parseNumber(form[field])
    if (parsed === 'not-a-number') problems[field] = numberProblem
    return typeof parsed === 'number' ? parsed : undefined
  }
  const price = read('pricePerKwh')
  const factors = { 'token-price': read('tokenPrice'), utilisation: read('utilisation'), 'pay-rate': read('payRate') }
  const more = form.more.filter((card) => card.gpuModel.trim() !== '').map((card) => ({ gpuModel: card.gpuModel.trim(), gpuCount: numberOr(card.gpuCount, 1) }))
  const question = {
    gpuModel: form.gpuModel.trim(),
    gpuCount: read('gpuCount') ?? 1,
    usdPerKwh: price === undefined ? undefined : price * money.usdPerUnit,
    wattsWork: read('wattsWork'),
    wattsWait: read('wattsWait'),
    more,
    factors: Object.fromEntries(Object.entries(factors).filter(([, factor]) => factor !== undefined)),
  }
  if (question.gpuModel === '') problems.gpuModel = 'Type the name of a card, such as “RTX 4090”.'
  const checked = whatIfSchema.safeParse(question)
  for (const issue of checked.error?.issues ?? []) {
    const field = fieldOf[String(issue.path[0] === 'factors' ? issue.path[1] : issue.path[0])]
    if (field) problems[field] ??= limitProblem(field, money)
    if (issue.path[0] === 'more') problems.more ??= 'Each further card needs a name, and a whole number from 1 to 64.'
  }
  return { input: checked.success && Object.keys(problems).length === 0 ? checked.data : null, problems }
}

/** The form with another name in place of one, of the first card or of further ones. */
export function withModel(form: WhatIfForm, typed: string, model: string): WhatIfForm {
  const isOf = (name: string): boolean => name.trim() === typed.trim()
  if (isOf(form.gpuModel) || !form.more.some((card) => isOf(card.gpuModel))) return { ...form, gpuModel: model }
  return { ...form, more: form.more.map((card) => (isOf(card.gpuModel) ? { ...card, gpuModel: model } : card)) }
}

/** What is no number is left for the schema to refuse. */
function numberOr(typed: string, otherwise: number): number {
  const parsed = parseNumber(typed)
  return parsed === null ? otherwise : parsed === 'not-a-number' ? NaN : parsed
}

function limitProblem(field: TextField, money: MoneyFormat): string {
  if (field === 'gpuCount') return 'A whole number from 1 to 64.'
  if (field === 'pricePerKwh') return `That cannot be a price per kilowatt-hour in ${money.code}.`
  if (field === 'tokenPrice' || field === 'utilisation' || field === 'payRate') return 'A factor from 0 to 100: 0.5 is half, 2 is twice.'
  if (field === 'gpuModel') return 'That is too long for the name of a card.'
  return 'Watts of one card: from 0 to 5,000.'
}
