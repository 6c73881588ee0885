/** What stays after leaving a programme, and what is left to the user: stakes that unlock later, images, rules, things to do on a website. Pure. */
import type { EnrolmentReport } from '../../shared/enrolment.ts'
import type { StepDefinition } from '../networks/network.ts'
import { dayText } from './download-faults.ts'
import { shown } from './step-words.ts'

const dayMs = 86_400_000

/** A sentence for each stake or deposit; the days are counted from today. */
export function stakesAfter(capital: EnrolmentReport['capital'], now: number): string[] {
  return capital.map(({ asset, amount, lockDays }) => {
    const sum = amount === null ? `What you staked or deposited in ${asset}` : `${amount} ${asset}`
    if (lockDays === null) return `${sum}: how long it stays locked after you ask for it back is not known. Idlewatt cannot ask for it; you do that where you staked it.`
    if (lockDays === 0) return `${sum}: can be asked back at once, where you staked it. Idlewatt cannot do that for you.`
    return `${sum}: stays locked for ${lockDays} days after you ask for it back, until ${dayText(now + lockDays * dayMs)} if you ask today. Idlewatt cannot do that for you.`
  })
}

/** In the order in which it is undone: last first. */
export function leavingOf(steps: readonly StepDefinition[], capital: EnrolmentReport['capital'], on: { now: number; values: Record<string, string> }): EnrolmentReport['leaving'] {
  const undos = [...steps].reverse().map((step) => ({ step: step.title, undo: shown(step.undoWords, on.values), remains: step.remains.map((line) => shown(line, on.values)) }))
  const stakes = stakesAfter(capital, on.now)
  return stakes.length === 0 ? undos : [...undos, { step: 'Your stake or deposit', undo: 'Ask for it back where you staked it.', remains: stakes }]
}
