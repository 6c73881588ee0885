/** What macOS tells of its surroundings. A person types `sysctl kern.hv_vmm_present hw.model` and `pmset -g batt`. */
import { hypervisorOf } from './hypervisors.ts'
import type { MachineSource } from './machine-source.ts'
import type { Traces } from './surroundings.ts'

const timeoutMs = 4_000

export async function readMac(machine: MachineSource): Promise<Traces> {
  const ask = async (program: string, args: string[]): Promise<string | null> => {
    const answer = await machine.run(program, args, { timeoutMs })
    return answer.kind === 'done' && answer.exitCode === 0 ? answer.stdout.trim() : null
  }
  const [guest, model, power] = await Promise.all([ask('sysctl', ['-n', 'kern.hv_vmm_present']), ask('sysctl', ['-n', 'hw.model']), ask('pmset', ['-g', 'batt'])])
  const byModel = model === null ? null : hypervisorOf({ systemMaker: null, product: model, boardMaker: null, biosMaker: null, assetTag: null })
  const hasBattery = power === null ? null : /InternalBattery/.test(power)
  return {
    container: null,
    wsl: null,
    hypervisor: guest === '1' || byModel !== null ? { name: byModel, because: byModel === null ? 'kern.hv_vmm_present is 1' : `the model is ${model}` } : null,
    hardware: guest === '0' ? 'kern.hv_vmm_present is 0' : model ? `the model is ${model}` : null,
    isLaptop: model === null ? hasBattery : /^MacBook/i.test(model) ? true : hasBattery,
    onBattery: power === null ? null : /drawing from 'Battery Power'/.test(power),
    remoteSession: null,
    evidence: [],
  }
}
