/** Unit: made-up values in the place of personal ones. */
import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { keepOfAnswer, keepOfFile, programName } from '../../../../main/gpu/capture/personal.ts'
import { createReplacer, type People } from '../../../../main/gpu/capture/secrets.ts'

const nobody: People = { hostName: null, userName: null }
const replaced = (text: string, people = nobody): string => {
  const replacer = createReplacer(people)
  replacer.learn(text)
  return replacer.apply(text)
}

describe('the replacer', () => {
  it('gives the same by the same, and different ones by different ones', () => {
    const [one, other] = ['8f750be4-dfbc-23b9-b33f-da729a536494', '19d6d965-2acc-f646-00f8-4c76979aabb4']
    const text = replaced(`GPU-${one} GPU-${other} MIG-GPU-${one}/1/0 ${one.toUpperCase()} {"uuid":"${one.replaceAll('-', '')}"}`)
    const [first, second, third, fourth, fifth] = text.match(/5eed[0-9a-f-]+/gi)!
    expect([first, third, fourth!.toLowerCase(), `${fifth!.slice(0, 8)}-${fifth!.slice(8, 12)}-${fifth!.slice(12, 16)}-${fifth!.slice(16, 20)}-${fifth!.slice(20)}`]).toEqual([first, first, first, first])
    expect(second).not.toBe(first)
  })

  it('leaves PCI addresses and ids, driver versions, clocks and words for "none"', () => {
    const text = '{"pci": "0000:01:00.0", "id": "10de:2684", "driver": "32.0.15.6094", "Serial Number": "N/A", "serial": null, "Unique ID": "N/A", "uuid_info": {"x": [1]}, "Card Series": "0x73df", "GUID": "55069"}\n<serial>[N/A]</serial><serial>0000000000000</serial>'
    expect(replaced(text)).toBe(text)
  })

  it('replaces a serial number wherever else it stands, of whatever form', () => {
    expect(replaced('{"asic_serial": "0xD2A83BB20D1A0A5F", "unique_id": "d2a83bb20d1a0a5f", "board": {"product_serial": "PCB0505-77"}}\nlog: PCB0505-77 failed')).toBe(
      '{"asic_serial": "0x5eed000000000001", "unique_id": "5eed000000000001", "board": {"product_serial": "replaced-serial-1"}}\nlog: replaced-serial-1 failed',
    )
    expect(JSON.parse(replaced('{"serial": 1324220001234}'))).toEqual({ serial: 9000000000001 })
  })

  it('knows a card’s unique id with and without zeros before it, and as HIP spells it', () => {
    const text = replaced('{"asic_serial": "0x02B4F8617326B1EA", "hip_uuid": "GPU-02b4f8617326b1ea"}\n"Unique ID": "0x2b4f8617326b1ea"\nunique_id: 02b4f8617326b1ea\nGPU-3919877325193652 GPU-8f750be4-dfbc-23b9-b33f-da729a536494')
    expect(text).not.toMatch(/2b4f8617326b1ea|3919877325193652/i)
    const [one, two, three, four] = [/asic_serial": "0x(\w+)/, /hip_uuid": "GPU-(\w+)/, /Unique ID": "0x(\w+)/, /unique_id: (\w+)/].map((pattern) => pattern.exec(text)?.[1])
    expect([two, three, four]).toEqual([one, one, one])
  })

  it('knows people by their folders, and this machine by its name, but not by everyday words', () => {
    const text = replaced('/home/anna.k/x C:\\\\Users\\\\Anna.K\\\\y C:\\Users\\bob\\z /home/ubuntu/a rig-7 RIG-7 server nvidia', { hostName: 'rig-7', userName: 'nvidia' })
    expect(text).toBe('/home/user-1/x C:\\\\Users\\\\user-1\\\\y C:\\Users\\user-2\\z /home/ubuntu/a replaced-machine-1 replaced-machine-1 server nvidia')
  })

  it('never breaks JSON', () => {
    const key = fc.constantFrom('serial', 'Serial Number', 'process_name', 'name', 'cmdline', 'uuid', 'unique_id', 'hostname', 'vm_name', 'pdi', 'other')
    const word = fc.oneof(fc.string(), fc.constantFrom('C:\\Users\\Anna B\\x y.exe --a "b"', '/home/anna/a b --x', '"quoted" /path', 'PCI\\VEN_10DE&DEV_2684&REV_A1\\4&2A&0', '9c:6b:00:1f:22:e7', '[N/A]', '0x9f3c17a05be2d846', '8f750be4-dfbc-23b9-b33f-da729a536494'))
    const document = fc.array(fc.dictionary(key, fc.oneof(word, fc.integer(), fc.boolean(), fc.constant(null), fc.array(word, { maxLength: 3 }))), { maxLength: 5 })
    fc.assert(
      fc.property(document, fc.boolean(), (value, isPretty) => {
        const text = JSON.stringify(value, null, isPretty ? 2 : 0)
        const after = JSON.parse(replaced(text, { hostName: 'rig-7', userName: 'anna' })) as object[]
        expect(after.map((one) => Object.keys(one))).toEqual(value.map((one) => Object.keys(one)))
      }),
      { numRuns: 500 },
    )
  })
})

test('what the kernel writes of a card’s users and of its place keeps no names and no serial numbers', () => {
  expect(keepOfFile('/proc/4242/fdinfo/7', 'drm-driver:\tamdgpu\ndrm-client-name:\tannas-project\ndrm-client-id:\t5\n')).toBe('drm-driver:\tamdgpu\ndrm-client-id:\t5\n')
  expect(keepOfFile('/sys/class/kfd/kfd/topology/nodes/1/properties', 'simd_count 192\nunique_id 8776624319445996106\nlocation_id 768\n')).toBe('simd_count 192\nlocation_id 768\n')
})

test.each([
  ['6.8.0-annas-rig', '6.8.0'],
  ['5.15.167.4-microsoft-standard-WSL2', '5.15.167.4-microsoft-standard-WSL2'],
  ['4.4.0-19041-Microsoft', '4.4.0-19041-Microsoft'],
  ['6.17.12-300.fc43.x86_64', '6.17.12-300.fc43.x86_64'],
  ['6.8.0-1021-azure', '6.8.0-1021-azure'],
  ['7.0.0-3-pve', '7.0.0-3-pve'],
])('a kernel’s own name, %s, is kept as far as it is nobody’s', (release, kept) => {
  expect(keepOfFile('/proc/sys/kernel/osrelease', `${release}\n`)).toBe(`${kept}\n`)
  expect(keepOfFile('/proc/version', `Linux version ${release} (anna@rig) (gcc 13) #1 SMP\n`)).toBe(`Linux version ${kept} (builder@host) (gcc 13) #1 SMP\n`)
})

describe('programs', () => {
  it.each([
    ['/home/anna/secret/bin/python3 train.py --token x', 'python3'],
    ['C:\\Program Files\\My Secret\\app.exe --x C:\\y.exe', 'app.exe'],
    ['"C:\\Program Files\\App\\app.exe" -a', 'app.exe'],
    ['python secret.py', 'python'],
    ['Xorg', 'Xorg'],
    ['[Not Found]', '[Not Found]'],
    ['[Insufficient Permissions]', '[Insufficient Permissions]'],
    ['N/A', 'N/A'],
  ])('%s is %s', (words, name) => {
    expect(programName(words)).toBe(name)
  })
})

describe('files and answers', () => {
  it('keep what tells the surroundings, and nothing of the rest', () => {
    expect(keepOfFile('/proc/1/environ', 'SECRET=1\0container=lxc\0HOME=/root\0')).toBe('container=lxc')
    expect(keepOfFile('/proc/1/cgroup', '0::/system.slice/docker-0123.scope/secret\n')).toBe('0::/docker/')
    expect(keepOfFile('/proc/cpuinfo', 'processor : 0\nflags : fpu hypervisor\n\nprocessor : 1\n\nSerial : 10000000deadbeef\n')).toBe('processor : 0\nflags : fpu hypervisor\n')
    expect(keepOfFile('/sys/class/dmi/id/chassis_asset_tag', 'ACME-4711\n')).toBe('\n')
    expect(keepOfFile('/sys/class/dmi/id/chassis_asset_tag', '7783-7084-3265-9085-8269-3286-77\n')).toContain('7783')
    expect(keepOfAnswer('qwinsta', ' SESSIONNAME  USERNAME\n>rdp-tcp#4   anna  2  Active\n')).toBe('>rdp-tcp#4')
    expect(keepOfAnswer('qwinsta', ' SESSIONNAME  USERNAME\n>anna-session  anna  2  Active\n')).toBe('>other')
  })
})
