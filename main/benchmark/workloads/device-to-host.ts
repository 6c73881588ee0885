/** Transfers from the device to pinned memory: how fast results come back. */
import { transferWorkload } from './host-transfers.ts'

export const deviceToHost = transferWorkload('to-host', 'pinned', {
  id: 'device-to-host',
  title: 'transfers from the device',
  measures: 'Bytes per second from the device to memory that the driver keeps in place (pinned).',
})
