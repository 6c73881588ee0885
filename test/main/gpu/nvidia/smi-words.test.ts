/** What nvidia-smi prints in place of its document, before it, within it, or instead of its end. */
import { describe, expect, test } from 'vitest'
import { answerFrom } from '../../../../main/gpu/nvidia/smi-layer.ts'
import { parseSmi } from '../../../../main/gpu/nvidia/smi.ts'

const at = Date.UTC(2026, 10, 23)
const done = (stdout: string, more: { exitCode?: number; stderr?: string } = {}) => answerFrom({ kind: 'done', exitCode: 0, stderr: '', ...more, stdout }, at)

const card = (bus: string) => `<gpu id="00000000:${bus}:00.0"><product_name>NVIDIA L4</product_name><fb_memory_usage><total>23034 MiB</total></fb_memory_usage></gpu>\n`
const log = (counted: number, inner: string) => `<?xml version="1.0" ?>\n<nvidia_smi_log>\n<attached_gpus>${counted}</attached_gpus>\n${inner}</nvidia_smi_log>\n`
const refused = (why: string) => `Unable to determine the device handle for GPU0000:41:00.0: ${why}\n`

describe('a card that cannot be opened', () => {
  test.each([
    ['before the document', refused('Unknown Error') + log(2, card('01')), ''],
    ['after it', log(2, card('01')) + refused('Unknown Error'), ''],
    ['within it', log(2, card('01') + refused('Unknown Error')), ''],
    ['in place of its end', log(2, card('01')).replace('</nvidia_smi_log>', refused('Unknown Error')), ''],
    ['as an error, and once more in the document', log(2, card('01') + refused('Unknown Error')), refused('Unknown Error')],
  ])('named %s: the others are shown, and it is named once by its address', (_where, stdout, stderr) => {
    const answer = done(stdout, { stderr })
    expect(answer.cards.map(({ pciAddress, problems }) => [pciAddress, problems])).toEqual([['0000:01:00.0', []]])
    expect(answer).toMatchObject({ state: 'answered', problems: [{ id: 'card-not-readable', sentence: 'The NVIDIA driver cannot open the card at 0000:41:00.0: Unknown Error.', remedy: expect.stringContaining('Restart') }] })
  })

  test.each([
    ['Unknown Error', 'card-not-readable'],
    ['Not Found', 'card-not-readable'],
    ['GPU is lost.  Reboot the system to recover this GPU', 'gpu-lost'],
    ['GPU requires restart', 'gpu-reset-required'],
    ['Insufficient Permissions', 'driver-not-permitted'],
  ])('"%s" where nothing else is printed is %s', (why, id) => {
    const answer = done(refused(why), { exitCode: 255 })
    expect(answer).toMatchObject({ state: 'failed', problems: [{ id, sentence: expect.stringContaining('41:00.0') }] })
  })

  test('several are all named', () => {
    const words = refused('Unknown Error') + refused('Unknown Error').replace('41:', '81:')
    expect(done(words, { exitCode: 255 }).problems.map(({ sentence }) => /0000:\d+/.exec(sentence)?.[0])).toEqual(['0000:41', '0000:81'])
  })

  test('output that breaks off without a word is still broken', () => {
    expect(done(log(2, card('01')).replace('</nvidia_smi_log>', ''))).toMatchObject({ state: 'failed', problems: [{ id: 'machine-output-broken' }] })
  })
})

describe('other words', () => {
  test.each([
    ['Failed to initialize NVML: GPU access blocked by the operating system\nFailed to properly shut down NVML: GPU access blocked by the operating system', 'driver-not-permitted'],
    // As Windows' nvidia-smi spells it.
    ['NVIDIA-SMI has failed because you do not have suffcient permissions. Please try running with elevated privileges.', 'driver-not-permitted'],
    ['Failed to initialize NVML: GPU is lost', 'gpu-lost'],
  ])('%s', (words, id) => {
    expect(done(words, { exitCode: 9 })).toMatchObject({ state: 'failed', problems: [{ id, remedy: expect.stringMatching(/.{20}/) }] })
  })

  test('a recording that PowerShell wrote in UTF-16 is read', () => {
    const file = Buffer.from(`\ufeff${log(1, card('01'))}`, 'utf16le').toString('utf8')
    expect(done(file).cards.map(({ name }) => name)).toEqual(['NVIDIA L4'])
    expect(done(Buffer.from('No devices were found', 'utf16le').toString('utf8'), { exitCode: 6 })).toMatchObject({ state: 'answered', cards: [] })
  })
})

describe('layouts', () => {
  const only = (inner: string, id = '00000000:01:00.0') => parseSmi(`<nvidia_smi_log><gpu id="${id}">${inner}</gpu></nvidia_smi_log>`, at).cards[0]!

  test('addresses of drivers before 2012 are domain, bus and device', () => {
    expect(only('<pci><pci_bus_id>0:1:0</pci_bus_id></pci>', '0:1:0').pciAddress).toBe('0000:01:00.0')
    expect(only('', '0:2B:0').pciAddress).toBe('0000:2b:00.0')
  })
  test.each(['Unknown Error', '[Unknown Error]', 'ERR!'])('a card that answers "%s" is one in trouble', (word) => {
    expect(only(`<fb_memory_usage><total>${word}</total></fb_memory_usage>`).problems).toMatchObject([{ id: 'card-not-readable', remedy: expect.stringContaining('Restart') }])
  })
  test('names of programs are text, whatever stands in them', () => {
    const named = (name: string) => only(`<processes><process_info><pid>1</pid><process_name>${name}</process_name></process_info></processes><fan_speed>5 %</fan_speed>`).sample!
    expect(['/opt/R&D/run', 'python <stdin>', 'a "b" && c', '&lt;ok&gt; &#65;'].map((name) => named(name).processes[0]!.name)).toEqual(['/opt/R&D/run', 'python <stdin>', 'a "b" && c', '<ok> A'])
    expect(named('\ufffd\ufffd\u0001&<')).toMatchObject({ fan: 0.05, processes: [{ pid: 1, name: 'unknown program' }] })
  })
  test('a name that never ends does not hold anything up', () => {
    const started = performance.now()
    expect(done(`<nvidia_smi_log>${'<process_name>&'.repeat(200_000)}</nvidia_smi_log>`).problems[0]).toMatchObject({ id: 'machine-output-broken' })
    expect(done(`<nvidia_smi_log><gpu>${'<process_name>&'.repeat(20_000)}</process_name></gpu></nvidia_smi_log>`).state).toBe('answered')
    expect(performance.now() - started).toBeLessThan(5000)
  })
  test('with its document type within it (`--dtd`), as nvidia-smi prints it on request', () => {
    const dtd = '<!DOCTYPE nvidia_smi_log [\n<!ELEMENT nvidia_smi_log (timestamp,driver_version,gpu+)>\n<!ELEMENT gpu (product_name)>\n<!ATTLIST gpu id CDATA #REQUIRED>\n]>'
    expect(done(log(1, card('01')).replace('<nvidia_smi_log>', `${dtd}\n<nvidia_smi_log>`)).cards).toHaveLength(1)
  })
  test('a chip that shares the machine’s memory says so', () => {
    const { sample } = only('<product_name>NVIDIA GB10</product_name><fb_memory_usage><total>N/A</total><used>N/A</used></fb_memory_usage>')
    expect(sample!.unknown).toMatchObject({ memoryTotalBytes: expect.stringContaining('the machine’s'), memoryUsedBytes: expect.stringContaining('the machine’s') })
  })
  test('a hotspot, should a schema have it; its limit is none', () => {
    expect(only('<temperature><gpu_temp>50 C</gpu_temp><gpu_hotspot_limit>105 C</gpu_hotspot_limit><gpu_hotspot_temp>61 C</gpu_hotspot_temp></temperature>').sample!.hotspotC).toBe(61)
  })
  test.each([['None', []], ['Reset', ['gpu-reset-required']], ['Reboot', ['gpu-reset-required']], ['Drain and Reset', ['gpu-reset-required']], ['Drain P2P', []], ['N/A', []]])('recovery action "%s"', (action, ids) => {
    expect(only(`<gpu_recovery_action>${action}</gpu_recovery_action>`).problems.map(({ id }) => id)).toEqual(ids)
  })
})
