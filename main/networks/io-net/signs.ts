/** Processes of the launcher; the names of its containers are random. */
import type { ProviderSign } from '../network.ts'

export const signs: ProviderSign[] = [
  {
    programmeId: 'io-net/worker',
    processNames: ['io-net-launcher', 'io_net_launch_binary_linux', 'io_net_launch_binary_mac', 'io_net_launch_binary_windows.exe'],
    source: { url: 'https://github.com/ionet-official/io_launch_binaries', date: '2026-11-23', note: 'launch-binary.sh, read; the Windows name is from the network\'s guide' },
  },
]
