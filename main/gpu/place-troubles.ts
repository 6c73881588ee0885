/** What is missing in a container or in WSL, where the driver lies outside: other words and other remedies than on hardware of its own. Pure. */
import type { Gpu, Machine, Problem } from '../../shared/machine.ts'
import { driverMissing, libraryMissing } from './nvidia/problems.ts'

/** Microsoft's device by which Windows lends its cards to WSL2 and Hyper-V machines (GPU-PV). */
const lentCardId = '1414:008e'
const windowsLibraries = '/usr/lib/wsl/lib'

export const driverGoneIds: ReadonlySet<string> = new Set(['driver-missing', 'driver-library-missing'])

/** "537.70", "570.133.20". Windows' own drivers count otherwise: "10.0.20348.1". */
const nvidiaVersion = /^\d{3}\.\d{2,3}(\.\d{1,3})?$/

/** There is a card of NVIDIA's, but neither NVML nor nvidia-smi. */
export function driverMissingIn({ platform, surroundings }: Pick<Machine, 'platform' | 'surroundings'>, gpu: Pick<Gpu, 'driverVersion' | 'attachment'>): Problem {
  if (surroundings?.kind === 'container') {
    return {
      id: 'driver-missing',
      sentence: `There is an NVIDIA card, but it was not handed to this container${named(surroundings.name)}: neither the driver’s library (NVML) nor nvidia-smi is in it.`,
      remedy: `${handIn(surroundings.name)} The driver belongs on the host, not into the container; if it is not there yet, install it there.`,
    }
  }
  if (surroundings?.kind === 'wsl') {
    return {
      id: 'driver-missing',
      sentence: 'There is an NVIDIA card, but the driver in Windows does not reach this Linux in WSL: neither its library (NVML) nor nvidia-smi is found here.',
      remedy: wslRemedy(surroundings.name),
    }
  }
  const isSlice = gpu.attachment?.kind === 'virtual-gpu'
  return gpu.driverVersion !== null && nvidiaVersion.test(gpu.driverVersion) ? libraryMissing(gpu.driverVersion, platform, isSlice) : driverMissing(platform, isSlice)
}

/** How an AMD or Intel card comes into a container; null: this is none. */
export function kernelCardHandedIn(vendor: Gpu['vendor'], { surroundings }: Pick<Machine, 'surroundings'>): string | null {
  if (surroundings?.kind !== 'container') return null
  if (vendor === 'amd') return 'Hand the card to the container (Docker, Podman: `--device /dev/kfd --device /dev/dri`, and the groups video and render) and install AMD’s OpenCL (part of ROCm, or mesa-opencl-icd) in it; the kernel’s driver belongs on the host.'
  if (vendor === 'intel') return 'Hand the card to the container (Docker, Podman: `--device /dev/dri`, and the group render) and install Intel’s OpenCL (intel-opencl-icd) in it; the kernel’s driver belongs on the host.'
  return null
}

/** No GPU where the machine around has, or may have, one. null: nothing is around. */
export function noGpuIn({ surroundings }: Pick<Machine, 'surroundings'>, others: readonly Gpu[], besides: string): Problem | null {
  const isLent = others.some(({ pciDeviceId }) => pciDeviceId === lentCardId)
  if (surroundings?.kind === 'container') {
    return {
      id: 'no-gpu',
      sentence: `No GPU was found in this container${named(surroundings.name)}: only cards that are handed to it are seen here.${besides}`,
      remedy: `NVIDIA: ${handIn(surroundings.name)} AMD: \`--device /dev/kfd --device /dev/dri\`. Intel: \`--device /dev/dri\`. You can still ask what a card would earn.`,
    }
  }
  if (surroundings?.kind === 'wsl') {
    const offered = isLent ? ': Windows offers its card here, but no driver reaches it' : ': none of Windows’ cards is reachable from this Linux'
    return {
      id: 'no-gpu',
      sentence: `No GPU was found in ${surroundings.name ?? 'WSL'}${offered}.${isLent ? '' : besides}`,
      remedy: `${wslRemedy(surroundings.name)} For AMD or Intel, install the maker’s driver for WSL in Windows and its OpenCL in this Linux. Or run Idlewatt in Windows itself.`,
    }
  }
  if (!isLent) return null
  return {
    id: 'no-gpu',
    sentence: 'No GPU was found in this machine: its host offers to lend a card (GPU-PV), but no driver here reaches it.',
    remedy: 'The host’s driver files must be copied into this virtual machine, or the whole card be handed to it (Discrete Device Assignment). You can still ask what a card would earn.',
  }
}

function named(name: string | null): string {
  return name === null ? '' : ` (${name})`
}

/** Each kind of container has its own word for it. */
function handIn(name: string | null): string {
  const toolkit = 'with the NVIDIA Container Toolkit installed on the host'
  if (name === 'Podman') return `Start the container with \`--device nvidia.com/gpu=all\`, ${toolkit}.`
  if (name === 'Kubernetes') return 'Ask for the card in the pod’s limits (`nvidia.com/gpu: 1`), with NVIDIA’s device plugin and Container Toolkit on the node.'
  if (name === 'LXC') return 'Hand the card to the container (`lxc config device add NAME gpu gpu` and `nvidia.runtime=true`), with the NVIDIA Container Toolkit installed on the host.'
  return `Start the container with \`--gpus all\`, ${toolkit}.`
}

function wslRemedy(name: string | null): string {
  if (name === 'WSL1') return 'WSL1 cannot reach graphics cards: in Windows, run `wsl --set-version <distribution> 2`.'
  return `For NVIDIA, install the newest driver in Windows (none in this Linux), then run \`wsl --update\` and \`wsl --shutdown\` there. Its library and nvidia-smi then lie in ${windowsLibraries}, which must be in the library path.`
}
