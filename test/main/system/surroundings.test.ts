/** Unit: where a system runs and who looks at it, told from files, commands and the environment. */
import { describe, expect, it } from 'vitest'
import { surroundingsOf } from '../../../main/system/surroundings.ts'
import { batteryScript } from '../../../main/system/windows-surroundings.ts'
import type { Surroundings } from '../../../shared/machine.ts'
import { machineOf } from '../../helpers/gpus.ts'

const dmi = (maker: string, product: string, more: Record<string, string> = {}): Record<string, string> =>
  Object.fromEntries(Object.entries({ sys_vendor: maker, product_name: product, ...more }).map(([name, text]) => [`/sys/class/dmi/id/${name}`, `${text}\n`]))
const on = (files: Record<string, string>, env: Record<string, string> = {}): Promise<Surroundings | null> => surroundingsOf(machineOf({ files }), { env })

describe('on Linux', () => {
  it.each([
    ['QEMU', 'Standard PC (Q35 + ICH9, 2009)', {}, 'QEMU'],
    ['Red Hat', 'KVM', {}, 'KVM'],
    ['VMware, Inc.', 'VMware Virtual Platform', {}, 'VMware'],
    ['innotek GmbH', 'VirtualBox', {}, 'VirtualBox'],
    ['Microsoft Corporation', 'Virtual Machine', {}, 'Hyper-V'],
    ['Microsoft Corporation', 'Virtual Machine', { chassis_asset_tag: '7783-7084-3265-9085-8269-3286-77' }, 'Hyper-V (Azure)'],
    ['Amazon EC2', 'g5.xlarge', {}, 'Amazon EC2'],
    ['Google', 'Google Compute Engine', {}, 'Google Compute Engine'],
    ['Xen', 'HVM domU', {}, 'Xen'],
  ])('%s %s is a virtual machine', async (maker, product, more, name) => {
    expect(await on(dmi(maker, product, more))).toMatchObject({ kind: 'virtual-machine', name })
  })

  it.each([
    ['Dell Inc.', 'Precision 7960 Tower'],
    ['Amazon EC2', 'p4d.metal'],
    ['Microsoft Corporation', 'Surface Laptop Studio 2'],
    ['Google', 'Chromebox'],
  ])('%s %s is hardware', async (maker, product) => {
    expect(await on({ ...dmi(maker, product), '/proc/cpuinfo': 'flags : fpu vme\n' })).toMatchObject({ kind: 'bare-metal', name: null })
  })

  it('tells WSL1 from WSL2, and neither from a virtual machine of Azure', async () => {
    expect(await on({ '/proc/sys/kernel/osrelease': '5.15.167.4-microsoft-standard-WSL2\n' })).toMatchObject({ kind: 'wsl', name: 'WSL2', sentence: expect.stringContaining('Windows') })
    expect(await on({ '/proc/sys/kernel/osrelease': '4.4.0-19041-Microsoft\n' })).toMatchObject({ kind: 'wsl', name: 'WSL1', sentence: expect.stringContaining('cannot reach graphics cards') })
    expect(await on({ '/proc/sys/kernel/osrelease': '6.8.0-1015-azure\n', ...dmi('Microsoft Corporation', 'Virtual Machine') })).toMatchObject({ kind: 'virtual-machine' })
  })

  it.each([
    [{ '/.dockerenv': '' }, 'Docker'],
    [{ '/run/.containerenv': 'engine="podman"\n' }, 'Podman'],
    [{ '/run/systemd/container': 'lxc\n' }, 'LXC'],
    [{ '/.dockerenv': '', '/var/run/secrets/kubernetes.io/serviceaccount/namespace': 'default' }, 'Kubernetes'],
    [{ '/proc/1/cgroup': '0::/kubepods.slice/kubepods-besteffort.slice/pod1\n' }, 'Kubernetes'],
    [{ '/proc/1/environ': 'PATH=/bin\0container=lxc\0' }, 'LXC'],
  ])('%j is a container', async (files, name) => {
    expect(await on(files as Record<string, string>)).toMatchObject({ kind: 'container', name })
  })

  it('names what is around a container', async () => {
    const found = await on({ '/.dockerenv': '', ...dmi('Amazon EC2', 'g5.xlarge') })
    expect(found).toMatchObject({ kind: 'container', name: 'Docker', hypervisor: 'Amazon EC2', evidence: ['/.dockerenv exists', 'the nameplate says Amazon EC2 g5.xlarge'] })
    expect(await on({ '/.dockerenv': '', '/proc/sys/kernel/osrelease': '5.15.1-microsoft-standard-WSL2' })).toMatchObject({ kind: 'container', hypervisor: 'WSL2' })
  })

  it('knows a laptop and whether its battery feeds it; a mouse’s battery is none', async () => {
    const power = (online: string, status: string): Record<string, string> => ({
      '/sys/class/power_supply/AC/type': 'Mains\n',
      '/sys/class/power_supply/AC/online': `${online}\n`,
      '/sys/class/power_supply/BAT0/type': 'Battery\n',
      '/sys/class/power_supply/BAT0/status': `${status}\n`,
    })
    const laptop = dmi('LENOVO', '21CB', { chassis_type: '10' })
    expect(await on({ ...laptop, ...power('0', 'Discharging') })).toMatchObject({ isLaptop: true, onBattery: true, sentence: expect.stringContaining('battery') })
    expect(await on({ ...laptop, ...power('1', 'Charging') })).toMatchObject({ isLaptop: true, onBattery: false })
    const mouse = { '/sys/class/power_supply/hidpp_battery_0/type': 'Battery\n', '/sys/class/power_supply/hidpp_battery_0/scope': 'Device\n' }
    expect(await on({ ...dmi('ASUS', 'System Product Name', { chassis_type: '3' }), ...mouse })).toMatchObject({ isLaptop: false, onBattery: false })
    expect(await on(dmi('ASUS', 'System Product Name'))).toMatchObject({ isLaptop: null, onBattery: null })
  })

  it('tells the kinds of remote sessions', async () => {
    const files = dmi('ASUS', 'System Product Name')
    expect(await on(files, { SSH_CONNECTION: '10.0.0.2 5000 10.0.0.3 22' })).toMatchObject({ remoteSession: 'ssh' })
    expect(await on(files, { XRDP_SESSION: '1', SSH_CONNECTION: 'x' })).toMatchObject({ remoteSession: 'rdp' })
    expect(await on(files, { VNCDESKTOP: 'rig:1' })).toMatchObject({ remoteSession: 'vnc' })
    expect(await on(files)).toMatchObject({ remoteSession: null })
  })

  it('says nothing where nothing tells', async () => {
    expect(await on({})).toBeNull()
    expect(await surroundingsOf(machineOf({ platform: 'freebsd' }))).toBeNull()
  })
})

describe('on Windows', () => {
  const plate = (values: string): string => `\r\nHKEY_LOCAL_MACHINE\\HARDWARE\\DESCRIPTION\\System\\BIOS\r\n${values}\r\n`
  const key = 'reg query HKLM\\HARDWARE\\DESCRIPTION\\System\\BIOS'
  const windows = (commands: Record<string, string>, env: Record<string, string> = {}): Promise<Surroundings | null> => surroundingsOf(machineOf({ platform: 'win32', commands }), { env })

  it('knows a virtual machine, and Remote Desktop', async () => {
    const text = plate('    SystemManufacturer    REG_SZ    Microsoft Corporation\r\n    SystemProductName    REG_SZ    Virtual Machine\r\n    EnclosureType    REG_DWORD    0x3')
    const sessions = ' SESSIONNAME       USERNAME                 ID  STATE   TYPE        DEVICE\r\n services                                    0  Disc\r\n>rdp-tcp#12        anna                      2  Active\r\n'
    expect(await windows({ [key]: text, qwinsta: sessions })).toMatchObject({ kind: 'virtual-machine', name: 'Hyper-V', remoteSession: 'rdp' })
    expect(await windows({ [key]: text, qwinsta: sessions }, { SESSIONNAME: 'Console' })).toMatchObject({ remoteSession: null })
    expect(await windows({ [key]: text }, { SESSIONNAME: 'RDP-Tcp#3' })).toMatchObject({ remoteSession: 'rdp' })
  })

  it('asks a laptop’s battery, and no desktop’s', async () => {
    const text = (enclosure: string): string => plate(`    SystemManufacturer    REG_SZ    LENOVO\r\n    SystemProductName    REG_SZ    82WM\r\n    EnclosureType    REG_DWORD    ${enclosure}`)
    const battery = `powershell.exe -NoProfile -NonInteractive -Command ${batteryScript}`
    expect(await windows({ [key]: text('0xa'), [battery]: '{"Name":"L21","BatteryStatus":1}' })).toMatchObject({ kind: 'bare-metal', isLaptop: true, onBattery: true })
    expect(await windows({ [key]: text('0xa'), [battery]: '[{"Name":"L21","BatteryStatus":2}]' })).toMatchObject({ isLaptop: true, onBattery: false })
    expect(await windows({ [key]: text('0x3'), [battery]: '{"Name":"UPS","BatteryStatus":1}' })).toMatchObject({ isLaptop: false, onBattery: false })
  })
})

describe('on macOS', () => {
  it('tells a MacBook on its battery and a virtual machine', async () => {
    const mac = (commands: Record<string, string>): Promise<Surroundings | null> => surroundingsOf(machineOf({ platform: 'darwin', commands }))
    const batteries = "Now drawing from 'Battery Power'\n -InternalBattery-0 (id=4653155)\t81%; discharging; 5:12 remaining present: true\n"
    expect(await mac({ 'sysctl -n kern.hv_vmm_present': '0\n', 'sysctl -n hw.model': 'MacBookPro18,2\n', 'pmset -g batt': batteries })).toMatchObject({ kind: 'bare-metal', isLaptop: true, onBattery: true })
    expect(await mac({ 'sysctl -n kern.hv_vmm_present': '1\n', 'sysctl -n hw.model': 'VirtualMac2,1\n' })).toMatchObject({ kind: 'virtual-machine', name: 'Apple Virtualization' })
  })
})

describe('in a recording', () => {
  it('tells by systeminformation’s answers and by facts what files and commands leave open', async () => {
    const systeminformation = { system: { manufacturer: 'LENOVO', model: '82WM', virtual: false }, chassis: { type: 'Notebook' }, battery: { hasBattery: true, acConnected: false } }
    expect(await surroundingsOf(machineOf({ platform: 'win32', layers: { systeminformation } }))).toMatchObject({ kind: 'bare-metal', isLaptop: true, onBattery: true, sentence: 'A laptop. It runs on its battery now.' })
    expect(await surroundingsOf(machineOf({ layers: { systeminformation: { system: { manufacturer: 'QEMU', model: 'Standard PC', virtual: true } } } }))).toMatchObject({ kind: 'virtual-machine', name: 'QEMU' })
    expect(await surroundingsOf(machineOf({}), { isVirtual: true })).toMatchObject({ kind: 'virtual-machine', name: null })
    expect(await surroundingsOf(machineOf({}), { isWsl: true, isVirtual: true })).toMatchObject({ kind: 'wsl' })
    expect(await surroundingsOf(machineOf({}), { isVirtual: false })).toMatchObject({ kind: 'bare-metal' })
  })
})
