/** Rules about provider software: it gave up, will not end, keeps dying, or runs without earning for a reason that lies here. */
import { bad, clear, defineRule, type MachineLook, type WatchedProvider } from './rule.ts'

/** Software takes a while to be ready, and a fault that mends itself is no news. */
const earnlessMs = 10 * 60_000
const settledMs = 60_000

function listed(providers: readonly WatchedProvider[], words: (provider: WatchedProvider) => string): string {
  return providers.map((provider) => `${provider.title}: ${words(provider)}`).join(' ')
}

function evidenceOf(providers: readonly WatchedProvider[]): { label: string; value: string }[] {
  return providers.map(({ title, because }) => ({ label: title, value: because }))
}

export const providerGaveUp = defineRule<MachineLook>({
  id: 'provider-gave-up',
  beginAfterMs: 0,
  endAfterMs: 0,
  judge({ providers = [] }) {
    const failed = providers.filter(({ phase, wanted }) => phase === 'failed' && wanted === 'run')
    if (failed.length === 0) return clear
    return bad({
      severity: 'critical',
      title: failed.length === 1 ? `${failed[0]?.title ?? ''} no longer runs` : `${failed.length} programmes no longer run`,
      sentence: listed(failed, ({ because }) => because),
      remedy: 'Look at its log on the programme’s page, mend what it names, and start it again.',
      evidence: evidenceOf(failed),
    })
  },
})

export const providerWillNotEnd = defineRule<MachineLook>({
  id: 'provider-will-not-end',
  beginAfterMs: 0,
  endAfterMs: 0,
  judge({ providers = [] }) {
    const stuck = providers.filter(({ phase }) => phase === 'stop-failed')
    if (stuck.length === 0) return clear
    return bad({
      severity: 'critical',
      title: 'Provider software will not end',
      sentence: `It was told to stop and still runs, so the card is not free. ${listed(stuck, ({ because }) => because)}`,
      remedy: 'Idlewatt goes on trying. If it stays so, restart the computer: a process that waits for a driver cannot be ended otherwise.',
      evidence: evidenceOf(stuck),
    })
  },
})

export const providerKeepsDying = defineRule<MachineLook>({
  id: 'provider-keeps-dying',
  beginAfterMs: 0,
  endAfterMs: settledMs,
  judge({ providers = [] }) {
    // What was stopped, or given up, is spoken of elsewhere or nobody's matter any more.
    const dying = providers.filter(({ failures, wanted, phase }) => failures >= 3 && wanted === 'run' && phase !== 'failed' && phase !== 'stopped')
    if (dying.length === 0) return clear
    return bad({
      severity: 'warning',
      title: 'Provider software keeps ending',
      sentence: `It had to be started again several times within ten minutes. ${listed(dying, ({ because }) => because)}`,
      remedy: 'Look at its log on the programme’s page: the last lines before the end usually say why.',
      evidence: evidenceOf(dying),
    })
  },
})

export const providerEarnsNothing = defineRule<MachineLook>({
  id: 'provider-earns-nothing',
  beginAfterMs: earnlessMs,
  endAfterMs: settledMs,
  judge({ providers = [] }) {
    // No demand is nobody's fault here: it is shown, and no alarm.
    const idle = providers.filter(({ phase, earning, cause }) => (phase === 'running' || phase === 'finishing') && earning === false && (cause === 'broken-here' || cause === 'not-eligible'))
    if (idle.length === 0) return clear
    return bad({
      severity: 'warning',
      title: 'Running, but not earning',
      sentence: listed(idle, ({ because }) => because),
      remedy: 'The programme’s page shows what was seen and which of its requirements are not met.',
      evidence: evidenceOf(idle),
    })
  },
})

export const providerDoubled = defineRule<MachineLook>({
  id: 'provider-doubled',
  beginAfterMs: settledMs,
  endAfterMs: settledMs,
  judge({ providers = [] }) {
    const doubled = providers.filter(({ duplicate }) => duplicate !== null)
    if (doubled.length === 0) return clear
    return bad({
      severity: 'warning',
      title: 'Another copy of provider software runs',
      sentence: listed(doubled, ({ duplicate }) => duplicate ?? ''),
      remedy: 'End the copy that was started elsewhere: two at once cost rewards on most networks. Idlewatt does not end what it did not start.',
      evidence: doubled.map(({ title, duplicate }) => ({ label: title, value: duplicate ?? '' })),
    })
  },
})
