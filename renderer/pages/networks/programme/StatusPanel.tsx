/** What the software of a programme does now, why, what that stands on, and what can be asked of it. */
import type { EnrolmentState } from '../../../../shared/enrolment.ts'
import type { CheckRecord } from '../../../../shared/preflight.ts'
import type { ProviderPhase, ProviderState } from '../../../../shared/provider.ts'
import { Age, Moment } from '../../../components/Moment.tsx'
import { Notice } from '../../../components/Notice.tsx'
import { Section } from '../../../components/Page.tsx'
import { ProviderMark } from '../../../components/ProviderMark.tsx'
import { Words } from '../../../components/Words.tsx'
import { count } from '../../../format/numbers.ts'
import { formatSeconds, formatSpan } from '../../../format/time.ts'
import { causeWords, isUnderWay, markOf } from '../../../state/providers.ts'
import { writeRoute } from '../../../state/route.ts'
import { useNow } from '../../../state/window-context.ts'
import type { ProgrammeTab } from './programme-detail.ts'
import { CanItJoin } from './CanItJoin.tsx'
import { enrolmentWords } from './programme-words.ts'
import { PolicyPart } from './PolicyPart.tsx'
import { ProviderActions } from './ProviderActions.tsx'

export interface StatusPanelProps {
  name: string
  enrolment: EnrolmentState | undefined
  provider: ProviderState | undefined
  /** null: not measured yet. */
  checks: readonly CheckRecord[] | null
  /** What was agreed to has changed: it is to be read and agreed to anew. */
  isOther: boolean
  onShow: (tab: ProgrammeTab) => void
}

export function StatusPanel({ name, enrolment, provider, checks, isOther, onShow }: StatusPanelProps) {
  const isRunning = provider !== undefined && provider.phase !== 'not-set-up'
  const isSetUp = enrolment?.phase === 'set-up'
  return (
    <Section title={isRunning ? 'How it runs' : 'How far it is'} aside={<a href={writeRoute('activity', enrolment?.programmeId ?? provider?.programmeId ?? null)}>What happened</a>}>
      {isRunning ? (
        <Running name={name} provider={provider} />
      ) : (
        <p>
          {enrolment === undefined ? 'Idlewatt does not set this programme up; what it asks for stands below.' : isSetUp && provider === undefined ? 'It is set up. It has no software on this machine that could be started or watched.' : enrolmentWords[enrolment.phase]}
        </p>
      )}
      {isRunning || isSetUp || checks === null ? null : <CanItJoin checks={checks} />}
      {enrolment?.blocked ? (
        <Notice level="warning" title={<Words text={enrolment.blocked} />} />
      ) : null}
      {enrolment && (!isSetUp || isOther) ? (
        <p className="form-go">
          <button type="button" className="button" onClick={() => onShow('steps')}>
            {isSetUp ? 'Read it again and agree' : isUnderWay(enrolment) ? 'Go on with the steps' : 'See what setting up would do'}
          </button>
        </p>
      ) : null}
    </Section>
  )
}

function Running({ name, provider }: { name: string; provider: ProviderState }) {
  const now = useShortNow(provider.since)
  const failedStop = provider.phase === 'stop-failed'
  return (
    <div className="provider">
      <div className="provider-head">
        <p className="provider-mark">
          <ProviderMark state={provider} />{' '}
          <span className="muted small">
            since <Moment at={provider.since} />, for {formatSpan(Math.max(0, now - provider.since))}
          </span>
        </p>
        <ProviderActions name={name} provider={provider} />
      </div>
      <p className="visually-hidden" role="status">
        {name}: {markOf(provider).word}
      </p>
      {provider.phase === 'failed' || failedStop ? (
        <Notice level="error" title={<Words text={provider.because} />}>
          {failedStop ? <p>It counts as running until that is verified; stopping is tried again.</p> : null}
        </Notice>
      ) : (
        <p className="provider-because">
          <Words text={provider.because} />
        </p>
      )}
      {provider.phase === 'waiting' && provider.retryAt !== null ? <Retry at={provider.retryAt} /> : null}
      {provider.duplicate === null ? null : <Notice level="warning" title={<Words text={provider.duplicate} />} />}
      <PolicyPart programmeId={provider.programmeId} />
      <Facts provider={provider} />
      {provider.evidence.length > 0 ? (
        <details className="evidence">
          <summary>What that stands on ({count(provider.evidence.length, 'reading')})</summary>
          <ul>
            {provider.evidence.map((line, i) => (
              <li key={`${i} ${line}`}>
                <Words text={line} />
              </li>
            ))}
          </ul>
        </details>
      ) : null}
    </div>
  )
}

/** The time, every second while what is counted is young, and seldom once it is not. */
function useShortNow(since: number): number {
  const seldom = useNow()
  const often = useNow(seldom - since < 120_000 ? 1000 : 30_000)
  return Math.max(seldom, often)
}

const notRunning: ReadonlySet<ProviderPhase> = new Set<ProviderPhase>(['stopped', 'waiting', 'failed', 'starting'])

function earningWords(provider: ProviderState): string | null {
  if (provider.earning) return 'yes'
  if (notRunning.has(provider.phase) && provider.kind === 'managed') return provider.phase === 'starting' ? 'not yet: it is being started' : 'no: it does not run'
  if (provider.phase === 'stopping') return 'no: it is being stopped'
  return provider.earning === null ? null : `no: ${causeWords[provider.cause ?? 'unknown']}`
}

function Facts({ provider }: { provider: ProviderState }) {
  const { job } = provider
  const now = useShortNow(job?.since ?? 0)
  const earning = earningWords(provider)
  return (
    <dl className="facts provider-facts">
      <div>
        <dt>Earning</dt>
        <dd>{earning ?? <span className="unknown">cannot be told</span>}</dd>
      </div>
      {job ? (
        <div>
          <dt>Job in progress</dt>
          <dd>
            {job.id ?? 'without a name'}, for {formatSpan(Math.max(0, now - job.since))}
          </dd>
        </div>
      ) : null}
      <div>
        <dt>What runs</dt>
        <dd>{whatRuns(provider)}</dd>
      </div>
      <div>
        <dt>Who starts and stops it</dt>
        <dd>{provider.kind === 'observed' ? 'you; Idlewatt only looks at it' : provider.adopted ? 'Idlewatt; it was running before and was taken over as it was' : 'Idlewatt'}</dd>
      </div>
      {provider.readAt === null && notRunning.has(provider.phase) ? null : (
        <div>
          <dt>Read</dt>
          <dd>{provider.readAt === null ? <span className="unknown">not yet</span> : <Age at={provider.readAt} />}</dd>
        </div>
      )}
    </dl>
  )
}

function whatRuns({ pid, containers }: ProviderState): string {
  const parts = [pid === null ? null : `process ${pid}`, ...containers.map((one) => `${one.image} (${one.id.slice(0, 12)}, ${one.state})`)].filter((part) => part !== null)
  return parts.length === 0 ? 'nothing' : parts.join(', ')
}

function Retry({ at }: { at: number }) {
  const now = useNow(1000)
  const seconds = Math.ceil((at - now) / 1000)
  return <p className="muted">{seconds > 0 ? `It is started again in ${formatSeconds(seconds)}.` : 'It is being started again.'}</p>
}
