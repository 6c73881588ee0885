/** One programme: how its software runs now, and behind tabs its requirements, what it binds, setting it up, its log, and leaving it. */
import { Tabs } from 'radix-ui'
import { useEffect, useState, type KeyboardEvent } from 'react'
import type { ProgrammeInfo } from '../../../../shared/network.ts'
import { FailedReading } from '../../../components/FailedReading.tsx'
import { Icon } from '../../../components/Icon.tsx'
import { Notice } from '../../../components/Notice.tsx'
import { OutLink } from '../../../components/SourceLink.tsx'
import { capitalise, hostOf, softwareWords } from '../../../format/words.ts'
import { isEnrolled, stepsDone } from '../../../state/providers.ts'
import { programmeName } from '../../../state/programmes.ts'
import { replaceRoute, writeRoute } from '../../../state/route.ts'
import { usePart } from '../../../state/window-context.ts'
import { tallyOf } from '../../checks/checks.ts'
import { useChecks } from '../../checks/use-checks.ts'
import { BindsPart } from './BindsPart.tsx'
import { LeaveTab } from './LeaveTab.tsx'
import { LogTab } from './LogTab.tsx'
import { programmeDetail, type ProgrammeTab } from './programme-detail.ts'
import { isOtherNow } from './programme-words.ts'
import { RequirementsTab } from './RequirementsTab.tsx'
import { StatusPanel } from './StatusPanel.tsx'
import { StepsTab } from './StepsTab.tsx'
import { useReport } from './use-report.ts'

export function ProgrammePage({ info, tab }: { info: ProgrammeInfo; tab: ProgrammeTab | null }) {
  const { networks } = usePart('networks')
  const { enrolments, providers, practice } = usePart('programmes')
  const enrolment = enrolments.find((one) => one.programmeId === info.id)
  const provider = providers.find((one) => one.programmeId === info.id)
  const report = useReport(info.id, enrolment)
  const checks = useChecks(info.id)
  const { take } = checks
  useEffect(() => {
    if (report.report) take(report.report.checks)
  }, [report.report, take])
  /** What most concerns somebody who comes here; it stays what it was while they look on. */
  const [first] = useState<ProgrammeTab>(() => (provider && isEnrolled(enrolment, provider) && enrolment?.phase !== 'setting-up' ? 'log' : enrolment && enrolment.phase !== 'not-begun' && enrolment.phase !== 'left' ? 'steps' : 'requirements'))
  const open = tab ?? first
  const name = programmeName(info, info.id)
  const isPractice = practice.some((one) => one.id === info.id)
  const network = networks.find((one) => one.id === info.networkId)
  const back = writeRoute('networks', network ? network.id : null)
  const own = checks.checks?.filter((check) => check.programmeId === info.id) ?? null
  const steps = enrolment ? stepsDone(enrolment) : null
  useEffect(() => {
    document.title = `${name} · Idlewatt`
  }, [name])
  const show = (next: ProgrammeTab): void => replaceRoute('networks', programmeDetail(info.id, next))
  /** To the step whose turn it is, not only to its tab. */
  function goTo(next: ProgrammeTab): void {
    show(next)
    if (next !== 'steps') return
    requestAnimationFrame(() => {
      const step = document.querySelector<HTMLElement>('.step-current') ?? document.querySelector<HTMLElement>('.steps')
      step?.scrollIntoView({ block: 'start' })
      step?.querySelector<HTMLElement>('.row-button')?.focus({ preventScroll: true })
    })
  }
  function closeOnEscape(event: KeyboardEvent): void {
    const isTyping = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement
    if (event.key !== 'Escape' || event.defaultPrevented || isTyping) return
    window.location.assign(back)
  }
  return (
    <main className="page" id="page" tabIndex={-1} onKeyDown={closeOnEscape}>
      <p className="back">
        <a href={back}>
          <Icon name="back" />
          {network ? network.title : 'All networks'}
        </a>
      </p>
      <header className="page-head">
        <div>
          <h1 tabIndex={-1}>{name}</h1>
          <div className="page-lead">
            <p>{info.summary}</p>
            <p className="small">
              {capitalise(softwareWords[info.software])}
              {info.takesWholeMachine ? '; it takes the whole machine' : ''}. {info.url.startsWith('https://') ? <OutLink url={info.url}>{hostOf(info.url)}</OutLink> : null}
            </p>
          </div>
        </div>
      </header>
      {isPractice ? (
        <Notice level="info" title="This is practice: it joins no network and earns nothing.">
          <p>Every step is real (a download, a process, a container), so that you can see how setting up, running and leaving go. Leaving removes all of it.</p>
        </Notice>
      ) : null}
      <StatusPanel name={name} enrolment={enrolment} provider={provider} checks={isPractice && own?.length === 0 ? null : own} isOther={isOtherNow(enrolment, report.report)} onShow={goTo} />
      <FailedReading failure={report.failure} onAgain={report.readAgain} urgent>
        {report.report ? <p>What is shown is the last that was read.</p> : null}
      </FailedReading>
      <Tabs.Root value={open} onValueChange={(next) => show(next as ProgrammeTab)}>
        <Tabs.List className="tabs" aria-label="About this programme">
          <Tabs.Trigger className="tab" value="requirements">
            Requirements <span className="tab-note">{own ? (own.length > 0 ? tallyOf(own) : '') : report.isReading ? 'measuring …' : ''}</span>
          </Tabs.Trigger>
          <Tabs.Trigger className="tab" value="binds">
            Capital and duties
          </Tabs.Trigger>
          <Tabs.Trigger className="tab" value="steps">
            Setting up <span className="tab-note">{steps && steps.all > 0 ? `${steps.done} of ${steps.all}` : ''}</span>
          </Tabs.Trigger>
          <Tabs.Trigger className="tab" value="log">
            Log
          </Tabs.Trigger>
          <Tabs.Trigger className="tab" value="leave">
            Leaving
          </Tabs.Trigger>
        </Tabs.List>
        <Tabs.Content value="requirements" className="tab-content" tabIndex={-1}>
          <RequirementsTab name={name} checks={checks} isReading={report.isReading} onAll={report.readAgain} />
        </Tabs.Content>
        <Tabs.Content value="binds" className="tab-content" tabIndex={-1}>
          <BindsPart info={info} report={report.report} isPractice={isPractice} />
        </Tabs.Content>
        <Tabs.Content value="steps" className="tab-content" tabIndex={-1}>
          <StepsTab name={name} enrolment={enrolment} report={report} onShow={show} />
        </Tabs.Content>
        <Tabs.Content value="log" className="tab-content" tabIndex={-1}>
          <LogTab programmeId={info.id} name={name} />
        </Tabs.Content>
        <Tabs.Content value="leave" className="tab-content" tabIndex={-1}>
          <LeaveTab name={name} enrolment={enrolment} report={report.report} />
        </Tabs.Content>
      </Tabs.Root>
    </main>
  )
}
