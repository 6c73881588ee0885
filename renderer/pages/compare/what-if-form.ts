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
}

export const emptyWhatIf: WhatIfForm = { gpuModel: '', gpuCount: '1', pricePerKwh: '', wattsWork: '', wattsWait: '' }

export interface ReadWhatIf {
  input: WhatIf | null
  problems: Partial<Record<keyof WhatIfForm, string>>
}

const fieldOf: Record<string, keyof WhatIfForm> = { gpuModel: 'gpuModel', gpuCount: 'gpuCount', usdPerKwh: 'pricePerKwh', wattsWork: 'wattsWork', wattsWait: 'wattsWait' }

/** An empty field is left out, so that the app's own value counts. */
export function readWhatIf(form: WhatIfForm, money: MoneyFormat): ReadWhatIf {
  const problems: ReadWhatIf['problems'] = {}
  const read = (field: keyof WhatIfForm): number | undefined => {
    const parsed = parseNumber(form[field])
    if (parsed === 'not-a-number') problems[field] = numberProblem
    return typeof parsed === 'number' ? parsed : undefined
  }
  const price = read('pricePerKwh')
  const question = {
    gpuModel: form.gpuModel.trim(),
    gpuCount: read('gpuCount') ?? 1,
    usdPerKwh: price === undefined ? undefined : price * money.usdPerUnit,
    wattsWork: read('wattsWork'),
    wattsWait: read('wattsWait'),
  }
  if (question.gpuModel === '') problems.gpuModel = 'Type the name of a card, such as “RTX 4090”.'
  const checked = whatIfSchema.safeParse(question)
  for (const issue of checked.error?.issues ?? []) {
    const field = fieldOf[String(issue.path[0])]
    if (field) problems[field] ??= limitProblem(field, money)
  }
  return { input: checked.success && Object.keys(problems).length === 0 ? checked.data : null, problems }
}

function limitProblem(field: keyof WhatIfForm, money: MoneyFormat): string {
  if (field === 'gpuCount') return 'A whole number from 1 to 64.'
  if (field === 'pricePerKwh') return `That cannot be a price per kilowatt-hour in ${money.code}.`
  if (field === 'gpuModel') return 'That is too long for the name of a card.'
  return 'Watts of one card: from 0 to 5,000.'
}
