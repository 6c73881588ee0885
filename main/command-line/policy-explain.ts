/** `idlewatt policy explain`: every rule in its order, for each card and programme: which decides, which would too, and what is not known. */
import type { Explanation, PolicyState, RuleVerdict } from '../../shared/policy-state.ts'
import type { Call } from './open-app.ts'
import { bullet, drawTable, wrap } from './output.ts'
import { openPolicy } from './policy-app.ts'
import { cardName, doWords, titleOf, untilText, wouldWords } from './policy-show.ts'

const outcomes: Record<RuleVerdict['outcome'], string> = { decides: 'DECIDES', holds: 'holds too', clear: 'clear', overridden: 'overridden', unknown: 'not known' }

/** 0: said; 1: there is nothing of the kind to decide on. */
export async function explain(call: Call, typed: string | undefined): Promise<number> {
  const app = await openPolicy(call, 'looks')
  const programme = typed === undefined ? null : await app.programme(typed)
  const gpuId = call.common.gpu === null ? null : await app.gpuId(call.common.gpu)
  await app.read()
  const found = await app.ask('policy.explain', { ...(programme === null ? {} : { programmeId: programme.id }), ...(gpuId === null ? {} : { gpuId }) })
  // Asked for by name it is told; of all that was never set up the same sentence would stand many times.
  const told = programme !== null || gpuId !== null ? found : found.filter(({ decision }) => decision.because[0]?.rule !== 'not-set-up')
  const { policy } = await app.state()
  if (call.common.json) await call.terminal.document(found)
  else if (told.length > 0) await call.terminal.print(told.map((one) => explanationText(one, policy, Date.now())).join('\n\n'))
  if (told.length === 0) call.terminal.say(wrap(found.length > 0 ? 'No programme is set up, so there is nothing to decide. Name one to see its rules all the same: idlewatt policy explain PROGRAMME' : 'There is no such pair of a card and a programme here, so there is nothing to decide.'))
  return told.length > 0 || (call.common.json && found.length > 0) ? 0 : 1
}

export function explanationText({ decision, rules }: Explanation, state: PolicyState, now: number): string {
  const title = titleOf(state, decision.programmeId)
  const on = decision.gpuId === null ? '' : ` on ${cardName(state, decision.gpuId).replace('\n', ', ')}`
  const words = state.notActing === null ? doWords : wouldWords
  const until = untilText(decision, now, state.zone)
  const evidence = decision.because.flatMap((one) => one.evidence)
  return [
    wrap(`${title}${on} ${words[decision.do]}: ${decision.because[0]?.sentence ?? ''}`),
    ...(until === '–' ? [] : [wrap(`Until: ${until}`)]),
    ...evidence.map((one) => bullet(one)),
    '',
    drawTable([{ head: 'Rule', flexible: true, least: 20 }, { head: 'Now' }, { head: 'Because', flexible: true, least: 30 }], rules.map((rule) => [rule.title, outcomes[rule.outcome], rule.sentence])),
  ].join('\n')
}
