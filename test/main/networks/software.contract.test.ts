/** What every network's steps and software keep, whichever it is: sources, undo, effects, no secret in a command, lines that become the listed events, readers that never fail. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { citedUrls, networks, practice, softwareOn } from '../../../main/networks/index.ts'
import type { AnyNetwork, CommandTemplate, SoftwareDefinition, SoftwareFacts, SoftwareSign, StepDefinition } from '../../../main/networks/network.ts'
import type { Source } from '../../../shared/network.ts'
import { historyEventIds } from '../../../shared/history.ts'
import { noReadings } from '../../../shared/preflight.ts'
import { root } from '../earnings/estimating.ts'

interface LineCase extends Partial<Omit<SoftwareSign, 'event' | 'sentence'>> {
  line: string
  event: string | null
  /** Left out: any of the network's software may read it. */
  programmeId?: string
  /** Must, or must not, stand in its sentence. */
  says?: string
  saysNot?: string
}

const all = [...networks, practice]
const isSaid = ({ url, date, note }: Source): boolean => url !== '' && (date !== null || (note ?? '') !== '')
const sentence = /\S.*[.!?)]$/s
const builtIn = ['home', 'folder', 'localAppData', 'cards']
const namesIn = (text: string): string[] => [...text.matchAll(/\{((?:secret:)?[A-Za-z][\w-]*)\}/g)].map((hit) => hit[1] ?? '')
const stepsOf = (network: AnyNetwork): StepDefinition[] => network.enrolments.flatMap((enrolment) => enrolment.steps)
const commandsOf = (definition: SoftwareDefinition): CommandTemplate[] => [definition.command, ...Object.values(definition.commandOn ?? {})].filter((command) => command !== null)
const wordsOf = (command: CommandTemplate): string[] => [command.program, ...command.args, command.cwd ?? '']

const noFacts: SoftwareFacts = { at: 1e12, signs: [], lastLineAt: null, isProcessThere: null, containers: null, services: {}, endpoints: {}, registry: null, cards: [], answers: {}, startedAt: null }

function expectCommand(command: CommandTemplate, fields: Set<string>, secrets: Set<string>): void {
  for (const word of wordsOf(command)) {
    for (const name of namesIn(word)) {
      expect(name.startsWith('secret:'), `${word}: a secret in a command can be read by every process`).toBe(false)
      expect(secrets.has(name), `${word}: a secret in a command`).toBe(false)
      expect(fields.has(name) || builtIn.includes(name), `${word}: nobody fills {${name}}`).toBe(true)
    }
  }
  for (const template of Object.values(command.env ?? {})) for (const name of namesIn(template)) expect(name.startsWith('secret:') ? secrets.has(name.slice(7)) : fields.has(name) || builtIn.includes(name), template).toBe(true)
}

describe.each(all)('$title', (network) => {
  test('every programme has steps, each id once; every managed one has software', () => {
    expect(network.enrolments.map((one) => one.programmeId).sort()).toEqual(network.programmes.map((one) => one.id).sort())
    for (const { steps, summary } of network.enrolments) {
      expect(summary).toMatch(sentence)
      expect(steps.length).toBeGreaterThan(0)
      expect(new Set(steps.map((step) => step.id)).size).toBe(steps.length)
    }
    const withSoftware = network.software.map((one) => one.programmeId)
    expect(new Set(withSoftware).size).toBe(withSoftware.length)
    for (const { id, software } of network.programmes) if (software !== 'guided') expect(withSoftware, id).toContain(id)
    for (const { programmeId, kind } of network.software) {
      const programme = network.programmes.find((one) => one.id === programmeId)
      expect(programme, programmeId).toBeDefined()
      if (programme?.software === 'managed') expect(kind).toBe('managed')
    }
  })

  test.each(stepsOf(network))('step $id: a source, what it does, how it is noticed and undone, and its effects', (step) => {
    expect(isSaid(step.source), 'a source with a date, or why there is none').toBe(true)
    for (const text of [step.title, step.what, step.noticedBy, step.undoWords]) expect(text).toMatch(/\S/)
    for (const text of [step.what, step.noticedBy, step.undoWords]) expect(text).toMatch(sentence)
    if (step.undo.kind === 'nothing') expect(step.undo.why).toMatch(sentence)
    if (step.undo.kind === 'website' || step.undo.kind === 'by-hand') expect(step.undo.todo.length).toBeGreaterThan(0)
    for (const trap of step.traps) {
      expect(trap.sentence).toMatch(sentence)
      expect(isSaid(trap.source), trap.id).toBe(true)
    }
    for (const list of [step.effects.files, step.effects.folders, step.effects.rights, step.effects.ports, step.effects.otherSoftware, step.effects.costs]) expect(Array.isArray(list)).toBe(true)
    if (step.do.kind === 'download') {
      const { url, hosts, mostBytes, bytes, sha256, file } = step.do
      expect(/^(https:|own:)/.test(url), url).toBe(true)
      if (url.startsWith('https:')) expect(hosts).toContain(new URL(url).host)
      expect(bytes ?? 0).toBeLessThanOrEqual(mostBytes)
      if (sha256 !== null) expect(sha256).toMatch(/^[0-9a-f]{64}$/)
      expect(file).toMatch(/^[\w.-]+$/)
      expect(step.effects.hash, 'the hash, or how it is come by').not.toBeNull()
      expect(step.effects.files.length).toBeGreaterThan(0)
    }
    if (step.do.kind === 'start' || step.do.kind === 'command' || step.do.kind === 'image') expect(step.effects.rights.length, 'with what rights').toBeGreaterThan(0)
    for (const url of [step.do.kind === 'website' ? step.do.url : null, step.undo.kind === 'website' ? step.undo.url : null]) {
      if (url === null) continue
      expect(new URL(url).protocol).toBe('https:')
      expect(citedUrls().has(url), `${url} may be opened`).toBe(true)
    }
    if (step.do.kind === 'ask') expect(step.fields.length).toBeGreaterThan(0)
    for (const probe of [step.check, step.verify]) {
      if (probe.kind === 'answered') for (const field of probe.fields) expect(step.fields.map((one) => one.id)).toContain(field)
      if (probe.kind === 'reading') expect(probe.isSo(noReadings(0), {}).ok, 'nothing measured: it cannot be told').toBeNull()
      if (probe.kind === 'reading' || probe.kind === 'software') expect((probe.kind === 'reading' ? probe.isSo(noReadings(0), {}) : probe.isSo(null)).because).toMatch(/\S/)
      if (probe.kind === 'software') expect(probe.isSo(null).ok).not.toBe(true)
    }
    for (const field of step.fields) {
      expect(field.label && field.hint).toBeTruthy()
      if (field.kind === 'choice') expect(field.choices.length).toBeGreaterThan(1)
      if (field.kind === 'secret') expect((field.placeholder ?? '').length, 'a made-up secret looks like a real one').toBeLessThanOrEqual(8)
    }
  })

  test('no step asks for a seed phrase or a private key', () => {
    for (const field of stepsOf(network).flatMap((step) => step.fields)) expect(`${field.id} ${field.label}`).not.toMatch(/seed|mnemonic|private key|recovery phrase/i)
  })

  test('a refusal never repeats what was typed', () => {
    const typed = 'zq9-typed-by-mistake-8841'
    for (const step of stepsOf(network)) for (const field of step.fields) expect(step.refuse?.(field.id, typed) ?? '').not.toContain('8841')
  })

  test('commands name only what somebody fills, and no secret stands in them', () => {
    for (const { programmeId, steps } of network.enrolments) {
      const fields = steps.flatMap((step) => step.fields)
      const secrets = new Set(fields.filter((field) => field.kind === 'secret').map((field) => field.id))
      const open = new Set(fields.filter((field) => field.kind !== 'secret').map((field) => field.id))
      const definition = network.software.find((one) => one.programmeId === programmeId)
      const ofSteps = steps.flatMap((step) => [step.do, step.check, step.verify].flatMap((one) => (one.kind === 'command' ? [one.command] : [])))
      for (const command of [...ofSteps, ...(definition === undefined ? [] : commandsOf(definition))]) expectCommand(command, open, secrets)
      for (const { url, whose, everyMs, source } of definition?.endpoints ?? []) {
        for (const name of namesIn(url)) expect(open.has(name), `${url}: nobody fills {${name}}`).toBe(true)
        expect(isSaid(source)).toBe(true)
        expect(everyMs).toBeGreaterThanOrEqual(1000)
        if (whose === 'public') expect(url).toMatch(/^https:\/\/[a-z0-9.-]+\//)
      }
    }
  })

  test.each(['linux', 'win32', 'darwin'] as const)('on %s one command for each, and no step leaves out all downloads of a file that is run', (platform) => {
    const definitions = softwareOn(network, platform)
    expect(definitions).toHaveLength(network.software.length)
    for (const definition of definitions) {
      if (!definition.platforms.includes(platform)) continue
      const file = /^\{folder\}\/files\/([^/]+)$/.exec(definition.command?.program ?? '')?.[1]
      if (file === undefined) continue
      const steps = network.enrolments.find((one) => one.programmeId === definition.programmeId)?.steps ?? []
      const here = steps.filter((step) => step.do.kind === 'download' && step.do.file === file && (step.leftOut?.({ platform, arch: platform === 'darwin' ? 'arm64' : 'x64', readings: noReadings(0), answers: {} }) ?? null) === null)
      expect(here, file).toHaveLength(1)
    }
  })

  const linesFile = join(root, 'main/networks', network.id, 'fixtures', 'log-lines.json')
  const lines = existsSync(linesFile) ? (JSON.parse(readFileSync(linesFile, 'utf8')) as LineCase[]) : []
  const readers = (programmeId?: string): SoftwareDefinition[] => network.software.filter((one) => programmeId === undefined || one.programmeId === programmeId)

  test('software that writes a log has recorded lines, some of which say nothing', () => {
    const writes = network.software.some((one) => one.command !== null || one.logFiles.length > 0)
    if (!writes) return
    expect(lines.some((one) => one.event !== null)).toBe(true)
    expect(lines.some((one) => one.event === null)).toBe(true)
  })

  test.each(lines)('line "$line" → $event', ({ line, event, programmeId, activity, earning, cause, job, figures, says, saysNot }) => {
    const sign = readers(programmeId).map((one) => one.readLine(line)).find((one) => one !== null) ?? null
    if (event === null) return void expect(sign).toBeNull()
    expect(sign).not.toBeNull()
    expect(sign).toMatchObject({ event, ...(activity === undefined ? {} : { activity }), ...(earning === undefined ? {} : { earning }), ...(cause === undefined ? {} : { cause }), ...(job === undefined ? {} : { job }), ...(figures === undefined ? {} : { figures }) })
    expect(sign?.sentence).toMatch(sentence)
    if (says !== undefined) expect(sign?.sentence).toContain(says)
    if (saysNot !== undefined) expect(JSON.stringify(sign)).not.toContain(saysNot)
  })

  describe.each(network.software)('software of $programmeId', (definition) => {
    const own = lines.filter((one) => one.programmeId === undefined || one.programmeId === definition.programmeId)
    test('says where it is from, and can be told apart', () => {
      expect(isSaid(definition.source)).toBe(true)
      expect(definition.readyWithinMs).toBeGreaterThan(0)
      if (definition.containers) expect(definition.containers.imagePrefix.length, 'an empty prefix would be every container').toBeGreaterThan(3)
      for (const { name } of definition.processes) expect(name).toMatch(/^[^/\\]+$/)
      for (const text of Object.values(definition.exitCodes)) expect(text).toMatch(sentence)
    })

    test('any line at all is read without failing, a megabyte and torn text too, and quickly', () => {
      const begun = performance.now()
      for (const line of ['x'.repeat(1_000_000), '1'.repeat(1_000_000), ' '.repeat(200_000), 'a '.repeat(100_000), '\u001b[31m\u0000\ud800', `container ${'remov'.repeat(50_000)}`, `${'docker '.repeat(50_000)}`]) definition.readLine(line)
      expect(performance.now() - begun, 'ms').toBeLessThan(2000)
      fc.assert(fc.property(fc.string({ unit: 'binary' }), (line) => { const sign = definition.readLine(line); expect(sign === null || (sign.event !== '' && sign.sentence !== '')).toBe(true) }), { numRuns: 200 })
    })

    test('a token inside a line does not reach what is said of it', () => {
      const token = 'eyJhbGciOiJIUzI1NiJ9.c2VjcmV0LWluc2lkZQ.q8841z'
      for (const { line } of own) expect(JSON.stringify(definition.readLine(`${line} token=${token}`) ?? {})).not.toContain('q8841z')
    })

    test('events of jobs are told as jobs', () => {
      for (const { line } of own) {
        const sign = definition.readLine(line)
        if (sign !== null && historyEventIds.includes(sign.event as never) && sign.event.startsWith('job-')) expect(sign.job, line).toBeDefined()
      }
    })

    const signs = own.flatMap(({ line }) => { const sign = definition.readLine(line); return sign === null ? [] : [sign] })
    const images = definition.containers?.expected.map(({ image }) => image) ?? ['stranger']
    const container = fc.record({
      id: fc.stringMatching(/^[0-9a-f]{12}$/), name: fc.string(), image: fc.constantFrom(...images, 'stranger:1', ''), state: fc.constantFrom('created', 'running', 'paused', 'restarting', 'exited', 'dead'), labels: fc.constant({}),
      startedAt: fc.option(fc.integer({ min: 0, max: 2e12 })), exitCode: fc.option(fc.integer()), restartCount: fc.option(fc.nat()), health: fc.option(fc.constantFrom('starting' as const, 'healthy' as const, 'unhealthy' as const)),
    })
    const answer = fc.oneof(fc.record({ at: fc.nat(), value: fc.anything(), why: fc.constant(null) }), fc.record({ at: fc.nat(), value: fc.constant(null), why: fc.string() }))
    const facts = fc.record<SoftwareFacts>({
      at: fc.integer({ min: 0, max: 2e12 }),
      signs: fc.array(fc.record({ at: fc.nat(), sign: fc.constantFrom<SoftwareSign>(...signs, { event: 'x', sentence: 'x.' }) }).map(({ at, sign }) => ({ ...sign, at })), { maxLength: 8 }),
      lastLineAt: fc.option(fc.nat()), isProcessThere: fc.option(fc.boolean()), containers: fc.option(fc.array(container, { maxLength: 4 })),
      services: fc.dictionary(fc.string(), fc.option(fc.constantFrom('active', 'failed', 'inactive', 'stopped'))),
      endpoints: fc.record(Object.fromEntries(definition.endpoints.map(({ id }) => [id, answer])), { requiredKeys: [] }) as unknown as fc.Arbitrary<SoftwareFacts['endpoints']>,
      registry: fc.option(fc.dictionary(fc.string(), fc.string())),
      cards: fc.array(fc.record({ gpuId: fc.string(), utilisation: fc.option(fc.double({ min: 0, max: 1, noNaN: true })), memoryUsedBytes: fc.option(fc.nat()) }), { maxLength: 2 }),
      answers: fc.constant({}), startedAt: fc.option(fc.nat()),
    })

    test('whatever is known of it, it gives one reading with a sentence, and a cause exactly where it does not earn', () => {
      fc.assert(
        fc.property(facts, (known) => {
          const reading = definition.read(known)
          expect(reading.sentence).toMatch(sentence)
          expect(reading.cause !== null, `${reading.sentence} (${String(reading.earning)}, ${String(reading.cause)})`).toBe(reading.earning === false)
          expect(reading.at).toBe(known.at)
          for (const one of reading.evidence) expect(one).toMatch(/\S/)
          if (reading.earning === true) expect(['working', 'ready', 'idle']).toContain(reading.activity)
          const price = definition.stopPrice(known)
          expect(price.sentence).toMatch(sentence)
          expect(price.usd === null || Number.isFinite(price.usd)).toBe(true)
          expect(price.finishMinutes === null || (Number.isInteger(price.finishMinutes) && price.finishMinutes >= 0)).toBe(true)
          if (known.isProcessThere === null && known.containers === null && known.registry === null && Object.keys(known.endpoints).length === 0) expect(price.finishMinutes).toBeNull()
          expect(price.source === null || isSaid(price.source)).toBe(true)
        }),
        { numRuns: 300 },
      )
    })

    test('nothing known: it does not claim to work or to earn', () => {
      const reading = definition.read(noFacts)
      expect(reading.earning).not.toBe(true)
      expect(['working', 'ready', 'idle']).not.toContain(reading.activity)
    })

    test('nothing known: neither what stopping costs nor how long finishing takes is a figure', () => {
      const { usd, finishMinutes } = definition.stopPrice(noFacts)
      expect(finishMinutes).toBeNull()
      if (network.isPractice !== true) expect(usd).toBeNull()
    })
  })
})
