/** Transfers from pinned memory to the device: how fast work reaches it. */
import { transferWorkload } from './host-transfers.ts'

export const hostToDevice = transferWorkload('to-device', 'pinned', {
  id: 'host-to-device',
  title: 'transfers to the device',
  measures: 'Bytes per second from memory that the driver keeps in place (pinned) to the device.',
})
