/** Runs of this machine and from elsewhere: found, compared, exported, imported once, forgotten; scores of OctaneBench. */
import { describe, expect, test } from 'vitest'
import { sharedResult } from '../../../main/benchmark/share/run-names.ts'
import { NotPossible } from '../../../main/system/not-possible.ts'
import { secretRefusal } from '../../../shared/secrets.ts'
import { conditions, figure, memory, noon, openLibrary, run, sustained, uuid } from './runs.ts'

const own = { importId: null, gpuId: uuid, startedAt: noon }

describe('export and import', () => {
  test('a run that was exported comes in whole on another machine, without what belongs to the first', () => {
    const whole = run({ mode: 'sustained', sustained: sustained(), memory, reasons: ['The log is in /home/ann/.idlewatt/log on rig-in-the-cellar.', `Card ${uuid} reached 3.5 GFLOP/s.`] })
    const here = openLibrary()
    here.history.saveResult(whole)
    const { fileName, text } = here.library.exportRun(own)
    expect(fileName).toBe('idlewatt-bench-geforce-rtx-3090-2026-11-23-1200.json')
    for (const secret of [uuid, '/home/ann', 'rig-in-the-cellar']) expect(text).not.toContain(secret)
    const there = openLibrary()
    const { added, known } = there.library.importRuns({ text, from: '/home/bob/card.json' })
    expect([added.length, known, added[0]?.from]).toEqual([1, 0, 'card.json'])
    const { gpuId, reasons, ...rest } = there.library.imports()[0]?.result ?? run()
    const { gpuId: _, reasons: __, ...before } = whole
    expect(rest).toEqual(before)
    expect(gpuId).toMatch(/^card-[0-9a-f]{12}$/)
    expect(reasons).toEqual(['The log is in (a path) on (this machine).', 'Card (an id) reached 3.5 GFLOP/s.'])
  })

  test('names that a driver or a system gives may hold paths and numbers of the card, too; a machine called as a system is takes no word out of them', () => {
    const given = run({ gpuName: `A card ${uuid}`, driverVersion: 'C:\\Users\\ann\\driver', conditions: { ...conditions, openclPlatform: 'Some platform (/home/ann/build/lib)', os: 'linux-box 6.1', vendor: 'nvidia' }, results: [figure('fp32-compute', 5, { variant: 'float4 from /opt/own/kernels' })], memory: { ...memory, leftAlone: { bytes: 1, why: '512 MB for the screen of nvidia, told by /home/ann/x' } } })
    const shared = sharedResult(given, 'nvidia')
    expect(JSON.stringify(shared)).not.toMatch(new RegExp(`ann|/opt|${uuid}`))
    expect(shared).toMatchObject({ gpuName: 'A card (an id)', driverVersion: '(a path)', conditions: { vendor: 'nvidia', os: 'linux-box 6.1', openclPlatform: 'Some platform ((a path))' }, results: [{ workload: 'fp32-compute', unit: 'GFLOP/s', variant: 'float4 from (a path)' }], memory: { leftAlone: { why: '512 MB for the screen of (this machine), told by (a path)' } } })
    expect(sharedResult(run({ sustained: sustained(), memory }), null)).toEqual({ ...run({ sustained: sustained(), memory }), gpuId: shared.gpuId })
  })

  test('the same run is one import, from whichever document; one of our own is known', () => {
    const { library, history } = openLibrary()
    const text = JSON.stringify({ ...run(), meaning: { sentences: [] } })
    expect(library.importRuns({ text, from: 'a.json' })).toMatchObject({ added: [{}], known: 0 })
    expect(library.importRuns({ text: JSON.stringify([run(), run({ startedAt: noon - 1000 })]), from: 'b.json' })).toMatchObject({ added: [{}], known: 1 })
    const imported = library.imports().find((one) => one.result.startedAt === noon)
    expect(library.importRuns({ text: library.exportRun({ importId: imported?.id ?? '', gpuId: '', startedAt: 0 }).text, from: 'c.json' })).toEqual({ added: [], known: 1 })
    history.saveResult(run({ startedAt: noon + 5000, endedAt: noon + 9000 }))
    expect(library.importRuns({ text: library.exportRun({ ...own, startedAt: noon + 5000 }).text, from: 'd.json' })).toEqual({ added: [], known: 1 })
    expect(library.imports()).toHaveLength(2)
  })

  test('an import that is forgotten is gone, and can come again', () => {
    const { library } = openLibrary()
    const text = JSON.stringify(run())
    const [first] = library.importRuns({ text, from: 'a.json' }).added
    library.forgetImport(first?.id ?? '')
    expect(library.imports()).toEqual([])
    expect(() => library.forgetImport(first?.id ?? '')).toThrow(NotPossible)
    expect(library.importRuns({ text, from: 'a.json' }).added).toHaveLength(1)
  })

  test('nothing of a document is kept when any run in it is bad', () => {
    const { library } = openLibrary()
    expect(() => library.importRuns({ text: JSON.stringify([run(), { ...run(), startedAt: -1 }]), from: 'a.json' })).toThrow(/nothing of it was kept.*\[1\]\.startedAt must/)
    expect(library.imports()).toEqual([])
  })

  test('an id without a serial number in it stays: it says where the card is', () => {
    const { library, history } = openLibrary()
    for (const gpuId of ['pci:0000:01:00.0:1002:744c', 'opencl:0']) {
      history.saveResult(run({ gpuId }))
      expect(JSON.parse(library.exportRun({ ...own, gpuId }).text).result.gpuId).toBe(gpuId)
    }
  })
})

describe('meaning', () => {
  test('is made of the run, all others of this machine, the imports, and the score of that card', () => {
    const { library, history, asked } = openLibrary()
    for (const startedAt of [noon, noon - 1000]) history.saveResult(run({ startedAt }))
    history.saveResult(run({ gpuId: 'GPU-other', startedAt: noon }))
    library.importRuns({ text: JSON.stringify(run({ startedAt: noon - 9000 })), from: 'a.json' })
    library.importOctane({ gpuId: uuid, text: 'score 640', from: 'log.txt' })
    library.meaning(own)
    expect(asked[0]?.ownRuns.map((one) => [one.gpuId, one.startedAt])).toEqual([['GPU-other', noon], [uuid, noon - 1000]])
    expect([asked[0]?.imports.length, asked[0]?.octane?.score]).toEqual([1, 640])
    const imported = library.imports()[0]
    library.meaning({ importId: imported?.id ?? '', gpuId: '', startedAt: 0 })
    expect([asked[1]?.imports.length, asked[1]?.octane, asked[1]?.ref.importId]).toEqual([0, null, imported?.id])
  })

  test('a run that is only read from a file is a stranger\'s, though its id stands here too', () => {
    const { library, history, asked } = openLibrary()
    for (const startedAt of [noon, noon - 1000]) history.saveResult(run({ gpuId: 'opencl:0', startedAt }))
    history.saveResult(run({ startedAt: noon - 2000 }))
    const told = library.meaning({ result: run({ gpuId: 'opencl:0' }) })
    expect([told.ref.importId, asked[0]?.ref.importId]).toEqual([null, expect.stringMatching(/^[0-9a-f]{16}$/)])
    expect(asked[0]?.ownRuns.map((one) => one.startedAt), 'that very run stands beside no copy of itself').toEqual([noon - 1000, noon - 2000])
    library.meaning({ result: JSON.parse(library.exportRun({ ...own, startedAt: noon - 2000 }).text).result })
    expect(asked[1]?.ownRuns.map((one) => one.gpuId), 'its own card is no other card of its model').toEqual(['opencl:0', 'opencl:0'])
  })

  test('facts are asked by model, and by name for a run too old to hold its model', () => {
    const models: (string | null)[] = []
    const { library } = openLibrary({ factsOf: (model) => (models.push(model), null) })
    library.meaning({ result: run() })
    const { conditions: _, ...old } = run()
    library.meaning({ result: old })
    expect(models).toEqual(['GeForce RTX 3090', 'NVIDIA GeForce RTX 3090'])
  })

  test('a run that is not kept is refused with a sentence', () => {
    const { library } = openLibrary()
    for (const ref of [own, { ...own, importId: 'gone' }]) {
      expect(() => library.meaning(ref)).toThrow(/not kept here/)
      expect(() => library.exportRun(ref)).toThrow(NotPossible)
      expect(() => library.compare(ref, ref)).toThrow(NotPossible)
      expect(() => library.report([ref])).toThrow(NotPossible)
    }
  })
})

describe('comparing', () => {
  test('above 1 always means that the second is better, and differences within the spread are none', () => {
    const { library } = openLibrary()
    const a = run({ results: [figure('fp32-compute', 30_000), figure('memory-bandwidth', 800, { spread: 0.03 }), figure('memory-latency', 400), figure('fp64-compute', 500), figure('path-tracer', null)] })
    const b = run({ results: [figure('fp32-compute', 33_000), figure('memory-bandwidth', 816), figure('memory-latency', 500), figure('path-tracer', 90)] })
    const { rows, sentences } = library.compare({ result: a }, { result: b })
    expect(rows.map((row) => [row.workload, row.ratio === null ? null : Number(row.ratio.toFixed(3)), row.isSame])).toEqual([
      ['fp32-compute', 1.1, false],
      ['memory-bandwidth', 1.02, true],
      ['fp64-compute', null, null],
      ['memory-latency', 0.8, false],
      ['path-tracer', null, null],
    ])
    expect(sentences.slice(0, 2)).toEqual([expect.stringMatching(/^B is better in .*\(\+10 %\)\.$/), expect.stringMatching(/^B is worse in .*latency \(-20 %\)\.$/)])
  })

  test('figures that lie apart, but no further than their own runs, are not called the same', () => {
    const { library } = openLibrary()
    const { rows, sentences } = library.compare({ result: run({ results: [figure('fp32-compute', 158)] }) }, { result: run({ results: [figure('fp32-compute', 239, { spread: 0.57 })] }) })
    expect(rows[0]?.isSame).toBe(true)
    expect(sentences[0]).toMatch(/\(\+51 %\) cannot be told.*Measure again/)
    expect(sentences.join(' ')).not.toContain('the same')
  })

  test('what differs in the conditions is listed, and what makes figures unlike is said', () => {
    const { library } = openLibrary()
    const a = run()
    const b = run({ driverVersion: '570.10', conditions: { ...conditions, driverVersion: '570.10', powerLimitW: 280, kernelSet: 'ffffffffffff', eccEnabled: null } })
    const { differs, sentences } = library.compare({ result: a }, { result: b })
    expect(differs).toEqual([
      { label: 'Kernels', a: '0a1b2c3d4e5f', b: 'ffffffffffff' },
      { label: 'Driver', a: '565.57', b: '570.10' },
      { label: 'Power limit', a: '350 W', b: '280 W' },
    ])
    expect(sentences.join(' ')).toMatch(/same within their spread.*different kernels.*power limits differ \(350 W and 280 W\).*drivers differ/s)
  })

  test('runs without a workload in common are told so', () => {
    const { library } = openLibrary()
    const { rows, sentences } = library.compare({ result: run({ results: [figure('fp32-compute', 1)] }) }, { result: run({ results: [figure('memory-copy', 1)] }) })
    expect([rows.every((row) => row.ratio === null), sentences[0]]).toEqual([true, expect.stringMatching(/no workload in common/)])
  })

  test('wrong values are not compared in silence', () => {
    const { library } = openLibrary()
    const wrong = run({ results: [figure('fp32-compute', null, { status: 'wrong', reason: 'It computed 3 for 4.' }), figure('memory-bandwidth', 861)] })
    expect(library.compare({ result: run() }, { result: wrong }).sentences.join(' ')).toMatch(/B computed wrong values in single-precision compute/)
  })
})

describe('scores of OctaneBench', () => {
  test('the newest of a card is the one that counts', () => {
    const { library, history } = openLibrary()
    history.saveOctaneScore({ gpuId: uuid, score: 500, version: null, measuredAt: null, importedAt: noon, from: 'old.log' })
    expect(library.importOctane({ gpuId: uuid, text: 'score 641', from: 'C:\\logs\\octane.log' })).toMatchObject({ score: 641, from: 'octane.log', importedAt: noon + 3_600_000 })
    expect(library.octaneScores()).toEqual({ [uuid]: expect.objectContaining({ score: 641 }) })
  })
  test('a processor and other makers’ cards have none; a log that names another card says so', () => {
    const card = { name: 'NVIDIA GeForce RTX 3090', vendor: 'nvidia', kind: 'gpu' } as const
    const of = (changes: object) => openLibrary({ cardOf: () => ({ ...card, ...changes }) }).library
    const take = (changes: object, text: string) => of(changes).importOctane({ gpuId: uuid, text, from: 'octane.log' })
    for (const changes of [{ kind: 'cpu-device', vendor: 'intel', name: 'Intel Xeon' }, { kind: 'cpu-device', vendor: 'other', name: 'A processor' }, { vendor: 'amd', name: 'Radeon RX 7900 XTX' }]) {
      const library = of(changes)
      expect(() => library.importOctane({ gpuId: uuid, text: 'score 641', from: 'octane.log' })).toThrow(/OctaneBench runs on NVIDIA’s cards alone, and .* is none/)
      expect(library.octaneScores()).toEqual({})
    }
    expect(take({}, 'GPU: NVIDIA GeForce RTX 4090\nscore 641').remark).toBe('The log names NVIDIA GeForce RTX 4090, and this card is NVIDIA GeForce RTX 3090: make sure that the score is of this card.')
    expect(take({}, 'GPU: GeForce RTX 3090 Ti\nscore 641').remark).toMatch(/names GeForce RTX 3090 Ti/)
    for (const text of ['score 641', 'device 0: GeForce RTX 3090\nscore 641', 'RTX 3090, RTX 4090\nscore 641']) expect(take({}, text)).not.toHaveProperty('remark')
    expect(take({ name: 'NVIDIA H100 PCIe' }, 'NVIDIA H100\nscore 641')).not.toHaveProperty('remark')
    expect(take({ name: 'NVIDIA L40S' }, 'NVIDIA L40\nscore 641').remark).toMatch(/names NVIDIA L40,/)
  })
  test('a log without one, and a secret in place of one, are refused', () => {
    const { library } = openLibrary()
    expect(() => library.importOctane({ gpuId: uuid, text: 'hello', from: 'x' })).toThrow('There is no score in that log.')
    expect(() => library.importOctane({ gpuId: uuid, text: `score 600\n${'a'.repeat(64)}`, from: 'x' })).toThrow(secretRefusal)
    expect(library.octaneScores()).toEqual({})
  })
})

test('the list holds our own runs, newest first, then the imports, each with an id to type', () => {
  const { library, history } = openLibrary()
  for (const startedAt of [noon, noon + 1000]) history.saveResult(run({ startedAt, endedAt: startedAt + 10 }))
  library.importRuns({ text: JSON.stringify(run({ startedAt: noon - 5000 })), from: 'a.json' })
  const list = library.list()
  expect(list.map((one) => [one.result.startedAt, one.import?.from ?? null])).toEqual([[noon + 1000, null], [noon, null], [noon - 5000, 'a.json']])
  expect(list.every((one) => /^[0-9a-f]{8,16}$/.test(one.id))).toBe(true)
})
