/** nvidia-smi's XML in depth: details of old and new schemas, and cards as nobody has seen them yet. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseSmi } from '../../../../main/gpu/nvidia/smi.ts'

const at = Date.UTC(2026, 10, 23)
const GiB = 1024 ** 3
const captures = join(import.meta.dirname, '../../../../../shared/captures/nvidia-smi')

function cardWith(inner: string) {
  return parseSmi(`<nvidia_smi_log><gpu id="00000000:01:00.0">${inner}</gpu></nvidia_smi_log>`, at).cards[0]!
}
const capture = (name: string) => parseSmi(readFileSync(join(captures, `${name}.xml`), 'utf8'), at).cards[0]!

describe.skipIf(!existsSync(captures))('captures in depth (skipped where ../shared/captures is absent)', () => {
  test('RTX 4000 SFF Ada, v13: margins in place of temperatures', () => {
    const card = capture('rtx-4000-sff-ada-v13')
    expect(card).toMatchObject({
      architecture: 'Ada Lovelace',
      coreClockMaxMhz: 3105,
      memoryClockMaxMhz: 7001,
      persistenceMode: true,
      computeMode: 'Default',
      driverModel: null,
      boardPartNumber: '900-5G192-1770-000',
      attachment: null,
      retiredPages: null,
      remappedRows: { correctable: 0, uncorrectable: 0, pending: false, failed: false },
      // 38 °C, 49 to go, slowdown 2 beyond that, shutdown 7.
      temperatureLimits: { slowdownC: 89, shutdownC: 94, targetC: 88, memoryC: null },
    })
    expect(card.sample).toMatchObject({ smClockMhz: 210, videoClockMhz: 765, pcieReplays: 0, fans: [{ share: 0.3, rpm: null }] })
    expect(card.sample!.processes.every(({ kind }) => kind !== undefined)).toBe(true)
  })
  test('Tesla T4, v11: limits, retired pages of Turing, passed through to a cloud machine', () => {
    const card = capture('tesla-t4')
    expect(card).toMatchObject({ coreClockMaxMhz: 1590, memoryClockMaxMhz: 5001, attachment: { kind: 'passthrough' } })
    expect(card.temperatureLimits).toMatchObject({ slowdownC: 93, shutdownC: 96 })
    expect(card.retiredPages).toEqual({ singleBit: 0, doubleBit: 0, pending: false })
  })
  test('A100 in MIG: why there is no load', () => {
    expect(capture('a100-sxm4-v12').sample!.unknown['utilisation']).toContain('MIG')
  })
  test('Quadro P400, driver 418', () => {
    expect(capture('quadro-p400')).toMatchObject({ architecture: null, remappedRows: null, temperatureLimits: { slowdownC: expect.any(Number), shutdownC: expect.any(Number) } })
  })
})

describe('odd machines', () => {
  test('every field [N/A]: all unknown, each with a reason, nothing 0', () => {
    const file = existsSync(captures) ? readFileSync(join(captures, 'rtx-4000-sff-ada-v13.xml'), 'utf8') : '<nvidia_smi_log><gpu id="0:1:0.0"><fan_speed>1 %</fan_speed></gpu></nvidia_smi_log>'
    const card = parseSmi(file.replace(/<(\w+)>[^<>\n]+<\/\1>/g, '<$1>[N/A]</$1>'), at).cards[0]!
    for (const [field, value] of Object.entries(card.sample!)) if (field !== 'takenAt') expect([field, typeof value]).not.toEqual([field, 'number'])
    expect(card.sample).toMatchObject({ throttle: null, performanceState: null, fans: [] })
    expect(card).toMatchObject({ uuid: null, name: null, architecture: null, temperatureLimits: null, retiredPages: null, remappedRows: null, attachment: null })
    expect(card.sample!.unknown['fans']).toBeTruthy()
  })
  test('a name with quotes, an ampersand and an emoji', () => {
    expect(cardWith('<product_name>NVIDIA &quot;Tiny&quot; &amp; Söhne 🚀 \'X\'</product_name>').name).toBe('NVIDIA "Tiny" & Söhne 🚀 \'X\'')
  })
  test('frost: negative temperatures are readings', () => {
    const { sample } = cardWith('<temperature><gpu_temp>-12 C</gpu_temp><memory_temp>-3 C</memory_temp></temperature>')
    expect(sample).toMatchObject({ temperatureC: -12, memoryC: -3 })
  })
  test('4 TB of memory', () => {
    const card = cardWith('<fb_memory_usage><total>4194304 MiB</total><used>4194303 MiB</used></fb_memory_usage>')
    expect([card.memoryBytes, card.sample!.memoryTotalBytes]).toEqual([4096 * GiB, 4096 * GiB])
  })
  test('sixty-four cards', () => {
    const gpus = Array.from({ length: 64 }, (_, n) => `<gpu id="0000000${n % 8}:${n.toString(16)}:00.0"><product_name>NVIDIA L4</product_name><uuid>GPU-${String(n).padStart(8, '0')}-aaaa</uuid></gpu>`)
    const { cards } = parseSmi(`<nvidia_smi_log><attached_gpus>64</attached_gpus>${gpus.join('')}</nvidia_smi_log>`, at)
    expect(new Set(cards.map(({ uuid }) => uuid)).size).toBe(64)
  })
  test('a schema of next year: unknown blocks, a speed for each fan, words and reasons nobody knows', () => {
    const card = cardWith(
      '<quantum_state><entangled>Yes</entangled></quantum_state><fan_speed>40 %</fan_speed><fan_speed>55 %</fan_speed>' +
        '<clocks_event_reasons><clocks_event_reason_board_limit>Active</clocks_event_reason_board_limit><clocks_event_reason_moon_phase>Active</clocks_event_reason_moon_phase></clocks_event_reasons>' +
        '<temperature><gpu_temp>50 C</gpu_temp><gpu_temp_hotspot>61 C</gpu_temp_hotspot></temperature><compute_mode>Shared_Dreams</compute_mode><product_architecture>Feynman</product_architecture>',
    )
    expect(card).toMatchObject({ computeMode: 'Shared_Dreams', architecture: 'Feynman' })
    expect(card.sample).toMatchObject({ temperatureC: 50, fan: 0.55, fans: [{ share: 0.4 }, { share: 0.55 }], throttle: ['board_limit', 'moon_phase'] })
  })
  test('numbers that cannot be are unknown', () => {
    const card = cardWith(
      '<fb_memory_usage><total>99999999999999 MiB</total><used>-4 MiB</used></fb_memory_usage><temperature><gpu_temp>4294967295 C</gpu_temp></temperature>' +
        '<utilization><gpu_util>4294967295 %</gpu_util></utilization><gpu_power_readings><power_draw>-1.00 W</power_draw><current_power_limit>0.00 W</current_power_limit></gpu_power_readings><max_clocks><graphics_clock>0 MHz</graphics_clock></max_clocks>',
    )
    expect(card).toMatchObject({ memoryBytes: null, powerLimitW: null, coreClockMaxMhz: null })
    expect(card.sample).toMatchObject({ memoryUsedBytes: null, temperatureC: null, utilisation: null, powerW: null, powerLimitW: null })
    expect(card.sample!.unknown['temperatureC']).toContain('4294967295')
  })
  test('the long list of settable clocks is passed over, and complaints still name the right line', () => {
    const clocks = `<supported_clocks>\n${'<supported_graphics_clock>1 MHz</supported_graphics_clock>\n'.repeat(1000)}</supported_clocks>\n`
    expect(cardWith(`${clocks}<product_name>NVIDIA L4</product_name>`).name).toBe('NVIDIA L4')
    expect(() => cardWith(`${clocks}<product_name>NVIDIA L4</oops>`)).toThrow(/line 1003/)
  })
  test('what a process does with the card', () => {
    const process = (type: string) => cardWith(`<processes><process_info><pid>7</pid><type>${type}</type><process_name>x</process_name></process_info></processes>`).sample!.processes[0]!.kind
    expect(['C', 'G', 'C+G', 'M+C', 'N/A', 'Z'].map(process)).toEqual(['compute', 'graphics', 'both', 'compute', null, null])
  })
  test('Windows: WDDM, and TCC by its older name', () => {
    const model = (word: string) => cardWith(`<driver_model><current_dm>${word}</current_dm></driver_model>`).driverModel
    expect(['WDDM', 'TCC', 'WDM', 'MCDM', 'N/A', 'Else'].map(model)).toEqual(['WDDM', 'TCC', 'TCC', 'MCDM', null, null])
  })
})
