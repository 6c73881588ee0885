/** nvidia-smi's XML: its many words for "unknown", its layouts over the years, and input that is broken or hostile. */
import fc from 'fast-check'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseSmi } from '../../../main/gpu/nvidia/smi.ts'
import { SmiUnreadable } from '../../../main/gpu/nvidia/smi-xml.ts'
import { answerFrom } from '../../../main/gpu/nvidia/smi-layer.ts'
import { machineFolder } from '../../helpers/gpus.ts'

const at = Date.UTC(2026, 10, 23)
const MiB = 1024 ** 2
const done = (stdout: string, more: { exitCode?: number; stderr?: string } = {}) => answerFrom({ kind: 'done', exitCode: 0, stderr: '', ...more, stdout }, at)

/** One card of which only this is said. */
function cardWith(inner: string, id = '00000000:01:00.0') {
  return parseSmi(`<?xml version="1.0" ?><nvidia_smi_log><attached_gpus>1</attached_gpus><gpu id="${id}">${inner}</gpu></nvidia_smi_log>`, at).cards[0]!
}

describe('words for unknown', () => {
  test.each([
    ['N/A', /N\/A/],
    ['[N/A]', /N\/A/],
    ['Not Supported', /does not support/],
    ['[Not Supported]', /does not support/],
    ['[Unknown Error]', /unknown error/],
    ['Unknown Error', /unknown error/],
    ['ERR!', /error/],
    ['Requested functionality has been deprecated', /deprecated/],
    ['[GPU requires reset]', /reset/],
    ['GPU is lost', /lost/],
    ['[Insufficient Permissions]', /permission/i],
    ['', /empty/],
    ['many', /"many"/],
    ['12 bananas', /"12 bananas"/],
  ])('"%s" is unknown, never 0', (word, why) => {
    const { sample, powerLimitW } = cardWith(
      `<fan_speed>${word}</fan_speed><temperature><gpu_temp>${word}</gpu_temp></temperature><utilization><gpu_util>${word}</gpu_util></utilization>` +
        `<power_readings><power_draw>${word}</power_draw><power_limit>${word}</power_limit></power_readings><fb_memory_usage><used>${word}</used></fb_memory_usage>`,
    )
    expect(sample).toMatchObject({ fan: null, temperatureC: null, utilisation: null, powerW: null, memoryUsedBytes: null })
    expect(powerLimitW).toBeNull()
    for (const field of ['fan', 'temperatureC', 'utilisation', 'powerW', 'memoryUsedBytes']) expect(sample!.unknown[field]).toMatch(why)
  })

  test('numbers that cannot be are unknown', () => {
    const { sample } = cardWith('<utilization><gpu_util>4294967295 %</gpu_util></utilization><temperature><gpu_temp>4294967295 C</gpu_temp></temperature><power_readings><power_draw>4294967.29 W</power_draw></power_readings>')
    expect(sample).toMatchObject({ utilisation: null, temperatureC: null, powerW: null })
    expect(sample!.unknown['utilisation']).toContain('cannot be')
  })

  test('every reading that is null has its reason', () => {
    const { sample } = cardWith('')
    const missing = Object.entries(sample!).filter(([name, value]) => value === null && name !== 'performanceState')
    expect(missing.length).toBeGreaterThan(10)
    for (const [name] of missing) expect(sample!.unknown[name], name).toBeTruthy()
  })
})

describe('layouts', () => {
  test('an element that stands there with an attribute or a child of another kind does not confuse', () => {
    expect(cardWith('<product_name lang="en">NVIDIA T400</product_name><pci>N/A</pci>')).toMatchObject({ name: 'NVIDIA T400', pciAddress: '0000:01:00.0' })
  })
  test('the address in the tag is enough', () => {
    expect(cardWith('<pci><pci_device_id>0x268410DE</pci_device_id></pci>', '00000001:65:00.0')).toMatchObject({ pciAddress: '0001:65:00.0', pciDeviceId: '10de:2684' })
  })
  test('memory errors: single and double bit before Turing, SRAM and DRAM since, parity and SEC-DED apart since v13', () => {
    const of = (volatile: string) => cardWith(`<ecc_errors><volatile>${volatile}</volatile></ecc_errors>`).sample!
    expect(of('<single_bit><device_memory>3</device_memory><total>4</total></single_bit><double_bit><total>1</total></double_bit>')).toMatchObject({ eccCorrected: 4, eccUncorrected: 1 })
    expect(of('<sram_correctable>1</sram_correctable><sram_uncorrectable>2</sram_uncorrectable><dram_correctable>10</dram_correctable><dram_uncorrectable>20</dram_uncorrectable>')).toMatchObject({ eccCorrected: 11, eccUncorrected: 22 })
    expect(of('<sram_correctable>0</sram_correctable><sram_uncorrectable_parity>1</sram_uncorrectable_parity><sram_uncorrectable_secded>2</sram_uncorrectable_secded><dram_uncorrectable>4</dram_uncorrectable>')).toMatchObject({ eccCorrected: 0, eccUncorrected: 7 })
    expect(of('<sram_correctable>N/A</sram_correctable><dram_correctable>N/A</dram_correctable>')).toMatchObject({ eccCorrected: null })
  })
  test('throttle reasons under both names; none active is an empty list, not unknown', () => {
    const of = (xml: string) => cardWith(xml).sample!.throttle
    expect(of('<clocks_throttle_reasons><clocks_throttle_reason_hw_slowdown>Active</clocks_throttle_reason_hw_slowdown><clocks_throttle_reason_gpu_idle>Not Active</clocks_throttle_reason_gpu_idle></clocks_throttle_reasons>')).toEqual(['hw_slowdown'])
    expect(of('<clocks_event_reasons><clocks_event_reason_sw_power_cap>Active</clocks_event_reason_sw_power_cap></clocks_event_reasons>')).toEqual(['sw_power_cap'])
    expect(of('<clocks_event_reasons><clocks_event_reason_gpu_idle>Not Active</clocks_event_reason_gpu_idle></clocks_event_reasons>')).toEqual([])
    expect(of('<clocks_event_reasons>N/A</clocks_event_reasons>')).toBeNull()
  })
  test('power of the module where the GPU itself has none; limits in force before those asked for', () => {
    expect(cardWith('<gpu_power_readings><power_draw>N/A</power_draw></gpu_power_readings><module_power_readings><power_draw>612.50 W</power_draw></module_power_readings>').sample!.powerW).toBe(612.5)
    expect(cardWith('<power_readings><power_limit>300.00 W</power_limit><enforced_power_limit>250.00 W</enforced_power_limit></power_readings>').powerLimitW).toBe(250)
  })
  test('a process on two MIG slices is one process; on Windows its memory is unknown', () => {
    const one = (memory: string) => `<process_info><pid>77</pid><type>C</type><process_name>python</process_name><used_memory>${memory}</used_memory></process_info>`
    expect(cardWith(`<processes>${one('100 MiB')}${one('50 MiB')}</processes>`).sample!.processes).toEqual([{ pid: 77, name: 'python', memoryBytes: 150 * MiB, ours: null, kind: 'compute' }])
    expect(cardWith(`<processes>${one('N/A')}</processes>`).sample!.processes[0]!.memoryBytes).toBeNull()
    expect(cardWith('<processes><process_info><pid>5</pid><process_name>[Insufficient Permissions]</process_name></process_info></processes>').sample!.processes[0]!.name).toBe('unknown program')
  })
  test('shared-memory boards (GB10) have no memory of their own to tell', () => {
    expect(cardWith('<product_name>NVIDIA GB10</product_name><fb_memory_usage><total>N/A</total></fb_memory_usage>')).toMatchObject({ memoryBytes: null, isIntegrated: true })
  })
  test('warnings before and after the document are no part of it', () => {
    const xml = readFileSync(join(machineFolder('rtx-3050'), 'nvidia-smi.xml'), 'utf8')
    expect(done(`WARNING: infoROM is corrupted at gpu 0000:07:00.0\n${xml}\nWARNING: infoROM is corrupted at gpu 0000:07:00.0\n`).cards).toHaveLength(1)
    expect(done(xml.replaceAll('\n', '\r\n')).cards[0]!.name).toBe('NVIDIA GeForce RTX 3050')
  })
})

describe('captures as they come', () => {
  test('the layout of 2013: memory, processes and ids by their old names', () => {
    const card = cardWith(
      '<uuid>GPU-94c0c0f86546c136-ec582b09</uuid><pci><pci_device_id>6D110DE</pci_device_id></pci><memory_usage><total>5375 MB</total><used>2594 MB</used></memory_usage>' +
        '<compute_processes><process_info><pid>26931</pid><process_name>/usr/bin/python</process_name><used_memory>2577 MB</used_memory></process_info></compute_processes>',
    )
    expect(card).toMatchObject({ memoryBytes: 5375 * MiB, pciDeviceId: '10de:06d1', uuid: 'GPU-94c0c0f86546c136-ec582b09' })
    expect(card.sample).toMatchObject({ memoryUsedBytes: 2594 * MiB, processes: [{ pid: 26931, name: '/usr/bin/python', memoryBytes: 2577 * MiB }] })
  })
  test.each(['[removed]', 'REDACTED', 'GPU-00000000-0000-0000-0000-000000000000', 'GPU-XXXXXXXX-XXXX-XXXX-XXXX-XXXXXXXXXXXX'])('a struck-out UUID is none: %s', (uuid) => {
    expect(cardWith(`<uuid>${uuid}</uuid>`).uuid).toBeNull()
  })
  test('a struck-out device id is none', () => {
    expect(cardWith('<pci><pci_device_id>000000DE</pci_device_id></pci>').pciDeviceId).toBeNull()
  })
  const whole = (name: string) => `<?xml version="1.0" ?>\n<!DOCTYPE nvidia_smi_log SYSTEM "nvsmi_device_v12.dtd">\n<nvidia_smi_log><gpu id="1:0.0"><product_name>${name}</product_name></gpu></nvidia_smi_log>\n`
  test('a comment before the document may name its tags', () => {
    expect(parseSmi(`<!-- was <nvidia_smi_log> -->\n<!-- and </nvidia_smi_log> -->\n${whole('<![CDATA[NVIDIA T4]]>')}`, at).cards[0]!.name).toBe('NVIDIA T4')
    expect(() => parseSmi('<!-- <nvidia_smi_log></nvidia_smi_log>', at)).toThrow(SmiUnreadable)
  })
  test('of several documents one after another the first counts', () => {
    expect(parseSmi(whole('NVIDIA T4') + whole('NVIDIA L4'), at).cards.map(({ name }) => name)).toEqual(['NVIDIA T4'])
  })
  test('a folder with a hyphen belongs to the program’s path on Windows', () => {
    const path = 'C:\\Program Files\\My App -x\\größe.exe'
    expect(cardWith(`<processes><process_info><pid>1</pid><process_name>${path}</process_name></process_info></processes>`).sample!.processes[0]!.name).toBe(path)
  })
})

describe('words in place of a document', () => {
  test.each(['bash: nvidia-smi: command not found', "'nvidia-smi' is not recognized as an internal or external command,\noperable program or batch file."])('%s: it is not installed', (stderr) => {
    expect(done('', { exitCode: 127, stderr })).toMatchObject({ state: 'absent', problems: [] })
  })
  test.each([
    ['Failed to initialize NVML: Driver/library version mismatch\nNVML library version: 570.124', 18, 'driver-library-mismatch'],
    ["NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. Make sure that the latest NVIDIA driver is installed and running.", 9, 'driver-not-loaded'],
    ['Unable to determine the device handle for GPU0000:41:00.0: GPU is lost.  Reboot the system to recover this GPU', 15, 'gpu-lost'],
    ["NVIDIA-SMI couldn't find libnvidia-ml.so library in your system. Please make sure that the NVIDIA Display Driver is properly installed and present in your system.", 12, 'driver-not-loaded'],
    ['Failed to initialize NVML: Insufficient Permissions', 4, 'driver-not-permitted'],
    ['Failed to initialize NVML: Unknown Error', 255, 'driver-not-answering'],
    ['', 1, 'driver-not-answering'],
    ['', 0, 'machine-output-broken'],
    ['<html><body>hello</body></html>', 0, 'machine-output-broken'],
  ])('%s', (words, exitCode, id) => {
    const answer = done(words, { exitCode })
    expect([answer.state, answer.problems.map((problem) => problem.id)]).toEqual(['failed', [id]])
    expect(answer.problems[0]!.remedy).toBeTruthy()
  })
  test('no devices is an answer', () => {
    expect(done('No devices were found', { exitCode: 6 })).toMatchObject({ state: 'answered', cards: [], problems: [] })
  })
  test('a card that fell off the bus is named beside the others', () => {
    const xml = readFileSync(join(machineFolder('rtx-3050'), 'nvidia-smi.xml'), 'utf8')
    const answer = done(`Unable to determine the device handle for GPU 0000:41:00.0: GPU is lost.  Reboot the system to recover this GPU\n${xml}`)
    expect(answer.cards).toHaveLength(1)
    expect(answer.problems[0]).toMatchObject({ id: 'gpu-lost', sentence: expect.stringContaining('0000:41:00.0') })
  })
})

describe('hostile and broken input', () => {
  const bomb = `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><nvidia_smi_log><gpu><product_name>&b;</product_name></gpu></nvidia_smi_log>`
  test('an entity bomb is refused before it is parsed', () => {
    expect(() => parseSmi(bomb, at)).toThrow(/declares XML entities/)
  })
  test('an entity without its declaration is refused too', () => {
    expect(() => parseSmi('<nvidia_smi_log><gpu><product_name>&b;</product_name></gpu></nvidia_smi_log>', at)).toThrow(SmiUnreadable)
  })
  test('50 MB are refused at once', () => {
    const started = performance.now()
    expect(() => parseSmi(`<nvidia_smi_log>${'x'.repeat(50 * MiB)}</nvidia_smi_log>`, at)).toThrow(/MiB long/)
    expect(performance.now() - started).toBeLessThan(1000)
  })
  test('tags named after parts of JavaScript do no harm', () => {
    const { cards } = parseSmi('<nvidia_smi_log><__proto__><polluted>yes</polluted></__proto__><constructor>c</constructor><gpu id="1"><hasOwnProperty>x</hasOwnProperty><toString>y</toString></gpu></nvidia_smi_log>', at)
    expect(cards).toHaveLength(1)
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })
  test('a sentence says where the output breaks off', () => {
    const xml = readFileSync(join(machineFolder('rtx-3050'), 'nvidia-smi.xml'), 'utf8')
    const cut = xml.split('\n').slice(0, 40).join('\n')
    expect(() => parseSmi(cut, at)).toThrow(/breaks off in line 40/)
    expect(() => parseSmi(xml.replace('</pci>', '</cpi>'), at)).toThrow(/line \d+/)
  })

  const whole = readFileSync(join(machineFolder('mig-a100'), 'nvidia-smi.xml'), 'utf8')
  function throwsOnlyUnreadable(text: string): void {
    try {
      for (const card of parseSmi(text, at).cards) {
        for (const value of Object.values(card.sample ?? {})) if (typeof value === 'number') expect(Number.isFinite(value)).toBe(true)
      }
    } catch (error) {
      expect(error).toBeInstanceOf(SmiUnreadable)
    }
  }
  test('cut anywhere, it gives cards or the one declared error', () => {
    fc.assert(fc.property(fc.nat(whole.length), fc.nat(whole.length), (from, to) => throwsOnlyUnreadable(whole.slice(Math.min(from, to), Math.max(from, to)))), { numRuns: 150 })
  })
  test('with any piece replaced, it gives cards or the one declared error', () => {
    const piece = fc.oneof(fc.string(), fc.constantFrom('<', '>', '&', '</gpu>', '<gpu>', 'N/A', '-1', '1e999', ']]>', '<![CDATA[', '<!--', '\u0000', '<gpu id="', '99999999999999999999 MiB', '<processes/>', '<pid>x</pid>'))
    fc.assert(
      fc.property(fc.nat(whole.length), fc.nat(60), piece, (start, length, text) => throwsOnlyUnreadable(whole.slice(0, start) + text + whole.slice(start + length))),
      { numRuns: 300 },
    )
  })
})
