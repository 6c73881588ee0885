/** What goes into a support bundle, and what must not. Part of the wiring. */
import { homedir, hostname, userInfo } from 'node:os'
import type { EnrolmentState } from '../shared/enrolment.ts'
import type { MachineReadings } from '../shared/preflight.ts'
import type { Settings } from '../shared/settings.ts'
import type { Gpus } from './gpu/index.ts'
import type { History } from './history/index.ts'
import type { Host } from './host.ts'
import type { MarketData } from './market-data/index.ts'
import type { Programmes } from './programmes.ts'
import type { Store } from './state/store.ts'
import { createSupport, type Support, type SupportOptions } from './support/index.ts'
import type { Clock } from './system/clock.ts'

const eventsDays = 14
const most = { events: 2000, logLinesAtOnce: 2000, logLetters: 10_000_000, requests: 500 }
const dayMs = 86_400_000
const answered = '(an answer of yours)'

export interface SupportSources {
  host: Host
  store: Store
  history: History
  gpus: Gpus
  programmes: Programmes
  marketData: Pick<MarketData, 'requests' | 'statuses'>
  clock: Clock
}

export function setUpSupport(sources: SupportSources): Support {
  const { host, store, history, gpus, programmes, marketData, clock } = sources

  const parts: SupportOptions['parts'] = [
    { what: 'What this is, and the version', read: () => ({ 'README.txt': readMe(host, clock.now()) }) },
    { what: 'Settings', read: () => ({ 'settings.json': pretty(settingsOf()) }) },
    { what: 'State of the app', read: () => ({ 'state.json': pretty(state()) }) },
    { what: 'Set-up steps, programme by programme', read: () => ({ 'enrolments.json': pretty(programmes.enrolment.states().filter(({ startedAt }) => startedAt !== null).map(withoutAnswers)) }) },
    { what: 'State of provider software', read: () => ({ 'providers.json': pretty(programmes.providers.states()) }) },
    { what: 'Logs of provider software', read: logs },
    { what: 'Events of the last 14 days', read: () => ({ 'events.json': pretty(history.events({ from: clock.now() - eventsDays * dayMs, to: clock.now() + dayMs, limit: most.events })) }) },
    { what: 'Alerts', read: () => ({ 'alerts.json': pretty(history.alerts()) }) },
    { what: 'Checks of this machine', read: checks },
    { what: 'Requests made of servers outside, the newest', read: () => ({ 'requests.json': pretty({ sources: marketData.statuses(), requests: marketData.requests({ limit: most.requests }) }) }) },
    { what: 'This machine as a recorded one', read: recording, madeUp: ['serial or id', 'network card'] },
  ]

  function settingsOf(): Settings {
    return store.read('settings').values
  }

  /** What has a file of its own is not in it twice. */
  function state(): unknown {
    const { settings: _settings, telemetry: _telemetry, ...rest } = store.snapshot().state
    return { ...rest, programmes: { ...rest.programmes, enrolments: 'in enrolments.json', providers: 'in providers.json' } }
  }

  /** Taken anew, without asking anybody outside for it. */
  async function checks(): Promise<Record<string, string>> {
    const records = await programmes.enrolment.preflight({ programmeId: null, measures: false, outside: false })
    return { 'checks.json': pretty(records), 'readings.json': pretty(withoutLabels(programmes.enrolment.readings())) }
  }

  async function recording(): Promise<Record<string, string>> {
    const { files } = await gpus.capture()
    return Object.fromEntries(Object.entries(files).map(([name, text]) => [`machine/${name}`, text]))
  }

  function logs(): Record<string, string> {
    return Object.fromEntries(
      programmes.providers.states().flatMap(({ programmeId }) => {
        const text = wholeLog(programmeId)
        return text === '' ? [] : [[`logs/${programmeId.replaceAll('/', '-')}.txt`, text]]
      }),
    )
  }

  /** The newest first, as a log is asked for, and turned round. */
  function wholeLog(programmeId: string): string {
    const pages: string[] = []
    let letters = 0
    let before: number | undefined
    for (;;) {
      const { lines, hasOlder } = programmes.providers.logs({ programmeId, limit: most.logLinesAtOnce, ...(before === undefined ? {} : { before }) })
      const page = lines.map(({ at, stream, text }) => `${new Date(at).toISOString()} ${stream} ${text}\n`).join('')
      pages.push(page)
      letters += page.length
      before = lines[0]?.no
      if (!hasOlder || before === undefined || letters >= most.logLetters) return pages.reverse().join('')
    }
  }

  function known(): ReturnType<SupportOptions['known']> {
    const { gpus: state } = store.snapshot().state
    const detection = state.phase === 'ready' ? state.detection : state.previous
    const { wallets, bandwidthServer, stunServer, ntpServer } = settingsOf()
    return [
      ...Object.values(wallets).map((text) => ({ what: 'wallet address', text })),
      ...programmes.enrolment.states().flatMap(answersOf).map((text) => ({ what: 'answer of yours', text })),
      ...(detection?.gpus ?? []).flatMap(({ uuid }) => (uuid === null ? [] : [{ what: 'serial or id', text: uuid }])),
      ...[bandwidthServer, stunServer, ntpServer].flatMap((text) => (text === null || text === 'off' ? [] : [{ what: 'server of yours', text }, { what: 'server of yours', text: hostOf(text) }])),
      { what: 'folder of yours', text: host.dataFolder },
      { what: 'home folder', text: homedir() },
      { what: 'name of this machine', text: hostname() },
      { what: 'name of this machine', text: hostname().split('.')[0] ?? '' },
      { what: 'user name', text: userName() },
    ]
  }

  return createSupport({ parts, known, now: clock.now })
}

/** Labels of others' containers may hold anything. */
function withoutLabels(readings: MachineReadings): unknown {
  const { docker } = readings
  if (docker.value === null) return readings
  return { ...readings, docker: { ...docker, value: { ...docker.value, containers: docker.value.containers.map(({ labels: _labels, ...rest }) => rest) } } }
}

/** An answer may be a word of two letters, which cannot be looked for everywhere else. What was chosen from a list tells of nobody. */
function withoutAnswers(enrolment: EnrolmentState): EnrolmentState {
  return {
    ...enrolment,
    steps: enrolment.steps.map((step) => ({ ...step, answers: Object.fromEntries(Object.entries(step.answers).map(([id, value]) => [id, isChoice(step, id) ? value : answered])) })),
  }
}

function answersOf({ steps }: EnrolmentState): string[] {
  return steps.flatMap((step) => Object.entries(step.answers).flatMap(([id, value]) => (isChoice(step, id) ? [] : [value])))
}

function isChoice({ fields }: EnrolmentState['steps'][number], id: string): boolean {
  return fields.find((field) => field.id === id)?.kind === 'choice'
}

function hostOf(text: string): string {
  return URL.canParse(text) && text.includes('//') ? new URL(text).hostname : text.replace(/:\d+$/, '')
}

function userName(): string {
  try {
    return userInfo().username
  } catch {
    return ''
  }
}

function pretty(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}

function readMe({ version, door }: Host, at: number): string {
  return [
    `A support bundle of Idlewatt ${version} (${door}), made ${new Date(at).toISOString()}, on ${process.platform} ${process.arch} with Node.js ${process.versions.node}.`,
    'Secrets, addresses, serials and names were taken out and replaced by words in square brackets, the same for the same.',
    'The folder machine/ can be looked at as if it were this machine: idlewatt --machine machine detect',
    'Look through the files before you hand them on. Nothing was sent anywhere.',
    '',
  ].join('\n')
}
