/** The Electron stand-in's part of the desktop around the window: tray, menus, keys, power. */
import { EventEmitter } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import type * as Electron from 'electron'

export interface ShownMenu {
  template: Electron.MenuItemConstructorOptions[]
}

export interface ShownTray {
  picture: StandInPicture
  tooltip: string
  menu: ShownMenu | null
  /** How often a menu was handed over. */
  menus: number
  isDestroyed: boolean
  events: EventEmitter
}

export interface StandInPicture {
  files: string[]
  isTemplate: boolean
}

/** What a test looks at and plays. */
export interface DesktopPlay {
  trays: ShownTray[]
  /** Keys that another program has. */
  takenKeys: Set<string>
  registeredKeys: Map<string, () => void>
  blockers: Set<number>
  switches: Map<string, string>
  power: { idleSeconds: number; idleState: ReturnType<Electron.PowerMonitor['getSystemIdleState']>; isOnBattery: boolean; emit(event: string): void }
  theme: { isDark: boolean; change(isDark: boolean): void }
  /** Clicks what has this in its label, also in a menu below. Throws where it is not there, or cannot be clicked. */
  click(label: string, trayNo?: number): void
  /** Labels of the tray's menu, those below it indented. */
  labels(trayNo?: number): string[]
}

export function createDesktopParts(afterReady: (what: string) => void, beforeReady: (what: string) => void) {
  const powerEvents = new EventEmitter()
  const themeEvents = new EventEmitter()
  const play: DesktopPlay = {
    trays: [],
    takenKeys: new Set(),
    registeredKeys: new Map(),
    blockers: new Set(),
    switches: new Map(),
    power: { idleSeconds: 0, idleState: 'active', isOnBattery: false, emit: (event) => void powerEvents.emit(event, { preventDefault() {} }) },
    theme: {
      isDark: false,
      change(isDark) {
        play.theme.isDark = isDark
        themeEvents.emit('updated')
      },
    },
    click(label, trayNo = 0) {
      const item = itemsOf(play.trays[trayNo]?.menu?.template ?? []).find((one) => one.label?.includes(label))
      if (!item || item.enabled === false || item.click === undefined) throw new Error(`The tray has nothing to click with "${label}": ${play.labels(trayNo).join(' | ')}`)
      ;(item.click as () => void)()
    },
    labels: (trayNo = 0) => labelsOf(play.trays[trayNo]?.menu?.template ?? [], ''),
  }

  function createTray(picture: StandInPicture): unknown {
    afterReady('Tray')
    const events = new EventEmitter()
    const shown: ShownTray = { picture, tooltip: '', menu: null, menus: 0, isDestroyed: false, events }
    play.trays.push(shown)
    return Object.assign(events, {
      setImage: (next: StandInPicture) => void (shown.picture = next),
      setToolTip: (text: string) => void (shown.tooltip = text),
      setContextMenu(menu: ShownMenu) {
        shown.menu = menu
        shown.menus += 1
      },
      destroy: () => void (shown.isDestroyed = true),
    })
  }

  let blockers = 0
  return {
    play,
    Tray: createTray as unknown as new (image: Electron.NativeImage) => Pick<Electron.Tray, 'setImage' | 'setToolTip' | 'setContextMenu' | 'destroy' | 'on'>,
    Menu: {
      setApplicationMenu() {},
      buildFromTemplate: (template) => ({ template }) as unknown as Electron.Menu,
    } satisfies Partial<typeof Electron.Menu>,
    nativeImage: {
      createFromPath(path) {
        if (!existsSync(path) || readFileSync(path).readUInt32BE(0) !== 0x89504e47) throw new Error(`No picture at ${path}`)
        const picture: StandInPicture = { files: [path], isTemplate: false }
        return Object.assign(picture, {
          toDataURL: () => `data:image/png;base64,${readFileSync(path).toString('base64')}`,
          addRepresentation: ({ dataURL }: Electron.AddRepresentationOptions) => void picture.files.push(dataURL ?? ''),
          setTemplateImage: (is: boolean) => void (picture.isTemplate = is),
        }) as unknown as Electron.NativeImage
      },
    } satisfies Partial<typeof Electron.nativeImage>,
    // Not Object.assign, which would read the values once.
    nativeTheme: Object.defineProperties(themeEvents, {
      shouldUseDarkColors: { get: () => play.theme.isDark },
      shouldUseDarkColorsForSystemIntegratedUI: { get: () => play.theme.isDark },
    }),
    globalShortcut: {
      register(keys: string, press: () => void) {
        afterReady('globalShortcut')
        // As Electron refuses what it cannot read.
        if (!/^([A-Za-z0-9]+\+)*[A-Za-z0-9]+$/.test(keys)) throw new TypeError(`Error processing argument at index 0, conversion failure from ${keys}`)
        if (play.takenKeys.has(keys) || play.registeredKeys.has(keys)) return false
        play.registeredKeys.set(keys, press)
        return true
      },
      unregister: (keys: string) => void play.registeredKeys.delete(keys),
    } satisfies Partial<Electron.GlobalShortcut>,
    powerMonitor: Object.assign(powerEvents, {
      getSystemIdleTime() {
        afterReady('powerMonitor')
        return play.power.idleSeconds
      },
      getSystemIdleState: () => play.power.idleState,
      isOnBatteryPower: () => play.power.isOnBattery,
    }),
    powerSaveBlocker: {
      start(type: 'prevent-app-suspension' | 'prevent-display-sleep') {
        if (type !== 'prevent-app-suspension') throw new Error('The screen may always go dark.')
        blockers += 1
        play.blockers.add(blockers)
        return blockers
      },
      stop: (id: number) => play.blockers.delete(id),
    } satisfies Partial<Electron.PowerSaveBlocker>,
    commandLine: {
      getSwitchValue: (name: string) => play.switches.get(name) ?? '',
      appendSwitch(name: string, value = '') {
        beforeReady('app.commandLine.appendSwitch')
        play.switches.set(name, value)
      },
    } satisfies Partial<Electron.CommandLine>,
  }
}

function itemsOf(template: Electron.MenuItemConstructorOptions[]): Electron.MenuItemConstructorOptions[] {
  return template.flatMap((item) => [item, ...(Array.isArray(item.submenu) ? itemsOf(item.submenu) : [])])
}

function labelsOf(template: Electron.MenuItemConstructorOptions[], indent: string): string[] {
  return template.flatMap((item) => [...(item.label === undefined ? [] : [indent + item.label]), ...(Array.isArray(item.submenu) ? labelsOf(item.submenu, `${indent}  `) : [])])
}
