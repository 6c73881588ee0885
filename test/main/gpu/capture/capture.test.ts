/** Service: a machine written down as a recorded machine is found again as it was, and holds nothing personal. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { captureMachine, type CaptureOptions, type MachineCapture } from '../../../../main/gpu/capture/index.ts'
import { batteryScript } from '../../../../main/system/windows-surroundings.ts'
import { adaptersScript } from '../../../../main/gpu/windows/adapters.ts'
import { countersScript } from '../../../../main/gpu/windows/counters.ts'
import type { MachineSource } from '../../../../main/system/machine-source.ts'
import { openRecordedMachine } from '../../../../main/system/recorded-machine.ts'
import type { Detection } from '../../../../shared/machine.ts'
import { fastClock } from '../../../helpers/clocks.ts'
import { newFolder } from '../../../helpers/files.ts'
import { gpusOn, machineFolder, machineOf } from '../../../helpers/gpus.ts'

const clock = fastClock(200)
const people = { hostName: 'annas-rig', userName: 'annak' }
const capture = (source: MachineSource, more: Partial<CaptureOptions> = {}): Promise<MachineCapture> => captureMachine({ source, clock, askLibrary: async () => null, people, ...more })
const wholeText = (made: MachineCapture): string => Object.entries(made.files).map(([name, text]) => `${name}\n${text}`).join('\n')

function written(made: MachineCapture): string {
  const folder = join(newFolder(), 'captured')
  mkdirSync(folder)
  for (const [name, text] of Object.entries(made.files)) writeFileSync(join(folder, name), text)
  return folder
}

async function detect(source: MachineSource): Promise<Detection> {
  const house = gpusOn(source, { clock })
  const found = await house.look()
  await house.gpus.stop()
  return found
}

/** Without what is meant to differ: ids, moments, the recording's own name, programs' paths. */
function essence(found: Detection): unknown {
  const anonymous = (key: string, value: unknown): unknown => {
    if (['id', 'uuid', 'takenAt', 'detectedAt', 'recorded', 'firstSeenAt', 'lostSince', 'evidence', 'because'].includes(key)) return value === null ? null : 'some'
    if (key === 'processes' && Array.isArray(value)) return value.map(({ pid, memoryBytes }: { pid: number; memoryBytes: number | null }) => ({ pid, memoryBytes }))
    return value
  }
  return JSON.parse(JSON.stringify(found, anonymous))
}

const recordings = readdirSync(machineFolder('.')).filter((name) => existsSync(join(machineFolder(name), 'machine.json')))

describe('a captured machine', () => {
  it.each(recordings)('%s is detected as it was', async (name) => {
    const folder = written(await capture(openRecordedMachine(machineFolder(name), clock)))
    expect(essence(await detect(openRecordedMachine(folder, clock)))).toEqual(essence(await detect(openRecordedMachine(machineFolder(name), clock))))
  })

  it.each(recordings)('%s has no UUID, unique id or serial number left', async (name) => {
    const text = wholeText(await capture(openRecordedMachine(machineFolder(name), clock)))
    const original = readdirSync(machineFolder(name)).map((file) => readFileSync(join(machineFolder(name), file), 'utf8')).join('\n')
    const secrets = [...original.matchAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi), ...original.matchAll(/(?<=unique_id": "|unique_id |Unique ID": "0x|<serial>)[0-9a-f]{6,}/gi)].map(([value]) => value.toLowerCase())
    // The number of a property that our own question names.
    for (const secret of secrets.filter((value) => !value.startsWith('60b193cb'))) {
      expect(text.toLowerCase()).not.toContain(secret)
      expect(text.toLowerCase()).not.toContain(secret.replaceAll('-', ''))
    }
  })

  it('keeps one card’s ids alike in every layer, spelt as each spells them', async () => {
    const nvml = { driverVersion: '570.86.15', devices: [{ name: 'NVIDIA RTX A4000', uuid: 'GPU-8f750be4-dfbc-23b9-b33f-da729a536494', serial: '1321021012345', computeProcesses: [{ pid: 7, name: 'python secret_plan.py' }], pci: { busId: '00000000:01:00.0', pciDeviceId: 0x24b010de, pciSubSystemId: 0 } }] }
    const opencl = { ok: true, devices: [{ platform: 0, device: 0, platformName: 'NVIDIA CUDA', platformVendor: 'NVIDIA Corporation', name: 'NVIDIA RTX A4000', vendor: 'NVIDIA Corporation', type: 'gpu', version: 'OpenCL 3.0', driverVersion: '570.86.15', memoryBytes: 1, computeUnits: 1, maxClockMhz: 1, pciAddress: null, uuid: '8f750be4dfbc23b9b33fda729a536494', unifiedMemory: false }] }
    const made = await capture(machineOf({ recorded: null }), { askLibrary: async (layer) => ({ nvml, opencl, systeminformation: null })[layer] })
    expect(wholeText(made)).not.toMatch(/8f750be4|1321021012345|secret_plan/)
    expect(made.files['machine.json']).toContain('"nvml": "nvml.json"')
    const found = await detect(openRecordedMachine(written(made), clock))
    expect(found.gpus).toHaveLength(1)
    expect(found.gpus[0]).toMatchObject({ name: 'NVIDIA RTX A4000', seenBy: ['nvml', 'opencl'], uuid: expect.stringMatching(/^GPU-5eed/) })
  })

  it('tells what could not be read, and goes on', async () => {
    const made = await capture(machineOf({ recorded: null, async run(program) {
      if (program === 'nvidia-smi') return { kind: 'timed-out', afterMs: 15_000 }
      return program === 'rocm-smi' ? { kind: 'failed', message: 'this user may not run it' } : { kind: 'not-found' }
    } }), { askLibrary: () => Promise.reject(new Error('no answer within 20 s\n    at probe')) })
    expect(made.notes).toContain('NVIDIA’s library (NVML) could not be captured: no answer within 20 s.')
    expect(made.notes.some((note) => note.startsWith('`rocm-smi') && note.endsWith('this user may not run it.'))).toBe(true)
    expect(JSON.parse(made.files['machine.json']!)).toMatchObject({ platform: 'linux', commands: [{ run: 'nvidia-smi -q -x', hangs: true }], layers: {} })
  })

  it('holds folders of which nothing was read, and files that are no text', async () => {
    const base = machineOf({ files: { '/sys/class/drm/card0/device/vendor': '0x1002\n', '/sys/class/drm/card0/device/class': '0x030000\n', '/sys/class/drm/card0-DP-1/edid': 'screen' } })
    const made = await capture({ ...base, readBytes: async (path) => (path.endsWith('gpu_metrics') ? new Uint8Array([0x80, 0, 1, 3, 255]) : null) })
    const again = openRecordedMachine(written(made), clock)
    expect(await again.listFolder('/sys/class/drm')).toEqual(['card0', 'card0-DP-1'])
    expect(await again.listFolder('/sys/class/drm/card0-DP-1')).toEqual([])
    const path = Object.keys((JSON.parse(made.files['machine.json']!) as { files: object }).files).find((name) => name.endsWith('gpu_metrics'))
    if (path !== undefined) expect([...((await again.readBytes(path)) ?? [])]).toEqual([0x80, 0, 1, 3, 255])
  })
})

describe('what is personal', () => {
  const secrets = {
    uuid: '513536b6-7d19-9063-b049-1e69664bb298',
    mig: '0e4a3c1d-55aa-5b7c-9f10-2c61d7a0e111',
    serial: '1650522003820',
    pdi: '531e7660f021a0d4',
    user: 'annak',
    other: 'b.meier',
    host: 'annas-rig',
    mac: '9c:6b:00:1f:22:e7',
    project: 'secret-model',
    token: 'hf_abcdef',
    container: 'a'.repeat(8) + '0123456789abcdef'.repeat(3) + 'b'.repeat(8),
    tag: 'ACME-004711',
    environment: 'WALLET_SEED',
    machineName: 'acme-vm-7',
  }
  const smi = `<?xml version="1.0" ?><nvidia_smi_log><driver_version>570.86.15</driver_version><attached_gpus>1</attached_gpus><gpu id="00000000:01:00.0">
    <product_name>NVIDIA A100</product_name><serial>${secrets.serial}</serial><uuid>GPU-${secrets.uuid}</uuid><pdi>0x${secrets.pdi}</pdi><mig_uuid>MIG-${secrets.mig}</mig_uuid><vm_name>${secrets.machineName}</vm_name>
    <processes><process_info><pid>7</pid><process_name>/home/${secrets.other}/${secrets.project}/bin/python3 train.py --token ${secrets.token}</process_name></process_info>
    <process_info><pid>8</pid><process_name>C:\\Users\\${secrets.user}\\${secrets.project}\\app.exe --x</process_name></process_info></processes></gpu></nvidia_smi_log>`
  const files = {
    '/.dockerenv': '',
    '/proc/1/environ': `${secrets.environment}=abandon\0container=docker\0`,
    '/proc/1/cgroup': `12:devices:/docker/${secrets.container}\n`,
    '/sys/class/dmi/id/sys_vendor': 'Dell Inc.\n',
    '/sys/class/dmi/id/chassis_asset_tag': `${secrets.tag}\n`,
  }
  const systeminformation = { graphics: { controllers: [{ vendor: 'NVIDIA', model: 'NVIDIA A100', pnpDeviceId: 'PCI\\VEN_10DE&DEV_20B0&SUBSYS_1&REV_A1\\4&2A1CBA7&0&0019' }], displays: [{ model: 'DELL', serial: 'CN0ABC' }] }, osInfo: { hostname: secrets.host, fqdn: `${secrets.host}.acme.lan`, serial: 'e3b0c442' }, net: [{ mac: secrets.mac }], path: `/home/${secrets.user}/x` }
  const machine = machineOf({ recorded: null, commands: { 'nvidia-smi -q -x': smi }, files })

  it('is replaced everywhere, and counted', async () => {
    const made = await capture(machine, { askLibrary: async (layer) => (layer === 'systeminformation' ? systeminformation : null) })
    const text = wholeText(made).toLowerCase()
    for (const [what, secret] of Object.entries({ ...secrets, display: 'CN0ABC', instance: '2A1CBA7', system: 'e3b0c442' })) expect(text, what).not.toContain(secret.toLowerCase())
    expect(made.replaced).toEqual(expect.arrayContaining([{ what: 'UUIDs', count: 2 }, { what: 'user names', count: expect.any(Number) }, { what: 'programs’ paths and arguments', count: 2 }]))
    expect(made.notes).toEqual([])
    // What is needed stays.
    for (const kept of ['python3', 'app.exe', '00000000:01:00.0', 'VEN_10DE&DEV_20B0&SUBSYS_1&REV_A1', 'Dell Inc.', '570.86.15', 'NVIDIA A100']) expect(wholeText(made)).toContain(JSON.stringify(kept).slice(1, -1))
    const again = openRecordedMachine(written(made), clock)
    expect((await again.facts()).surroundings).toMatchObject({ kind: 'container', name: 'Docker' })
  })

  it('is not who is logged in to Windows', async () => {
    const commands = {
      qwinsta: ` SESSIONNAME       USERNAME   ID  STATE\r\n services                     0  Disc\r\n>rdp-tcp#12        ${secrets.user}     2  Active\r\n                   ${secrets.other}  3  Disc\r\n`,
      'reg query HKLM\\HARDWARE\\DESCRIPTION\\System\\BIOS': 'HKEY_LOCAL_MACHINE\\HARDWARE\\DESCRIPTION\\System\\BIOS\r\n    SystemManufacturer    REG_SZ    LENOVO\r\n    SystemProductName    REG_SZ    82WM\r\n    EnclosureType    REG_DWORD    0xa\r\n',
      [`powershell.exe -NoProfile -NonInteractive -Command ${batteryScript}`]: '{"Name":"L21","BatteryStatus":2}',
      [`powershell.exe -NoProfile -NonInteractive -Command ${adaptersScript}`]: '[]',
      [`powershell.exe -NoProfile -NonInteractive -Command ${countersScript}`]: '{"EngineCount":0}',
    }
    const made = await capture(machineOf({ platform: 'win32', recorded: null, commands }))
    expect(wholeText(made)).not.toMatch(/annak|b\.meier/)
    expect((await openRecordedMachine(written(made), clock).facts()).surroundings).toMatchObject({ remoteSession: 'rdp', isLaptop: true, onBattery: false })
  })

  const captures = join(import.meta.dirname, '../../../../../shared/captures')
  it.skipIf(!existsSync(captures))('is gone from real cards’ output', async () => {
    for (const file of readdirSync(join(captures, 'nvidia-smi'))) {
      const original = readFileSync(join(captures, 'nvidia-smi', file), 'utf8')
      const text = wholeText(await capture(machineOf({ recorded: null, commands: { 'nvidia-smi -q -x': original } })))
      for (const [secret] of original.matchAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?<=<serial>)\d{6,}|(?<=<pdi>0x)\w+|powersj/g)) {
        if (!/^0+$/.test(secret)) expect(text, `${file}: ${secret}`).not.toContain(secret)
      }
    }
  })
})
