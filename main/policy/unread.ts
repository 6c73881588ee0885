/** The policy before anything was read: what a window sees at first. Pure. */
import type { PolicyMachine, PolicyState } from '../../shared/policy-state.ts'
import type { PolicySettings } from '../../shared/policy.ts'

const notRead = { value: null, why: 'Not read yet.', at: 0 } as const

export const unreadMachine: PolicyMachine = {
  idleMs: notRead,
  isAttended: notRead,
  isLocked: notRead,
  fullScreen: notRead,
  gameMode: notRead,
  onBattery: notRead,
  charge: notRead,
  isLidClosed: notRead,
  isMetered: notRead,
  trafficTodayBytes: notRead,
  diskFreeBytes: notRead,
  processorLoad: notRead,
  isGoingToSleep: false,
}

export function unreadState(settings: PolicySettings, zone: string, at: number): PolicyState {
  return {
    settings,
    notActing: 'Idlewatt is starting.',
    sentence: 'Idlewatt is starting.',
    why: null,
    until: null,
    decisions: [],
    machine: unreadMachine,
    cards: [],
    programmes: [],
    prices: [],
    zone,
    keepsAwake: null,
    freed: [],
    shortcut: { keys: settings.shortcut, isTaken: null, sentence: 'Only the desktop app has one.' },
    canSleep: { sleeps: null, wakes: null, sentence: 'Not looked at yet.' },
    madeAt: at,
  }
}
