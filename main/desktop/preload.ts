/** The only thing that crosses into the page: ask, and hear of updates. The page chooses no channel. */
import { contextBridge, ipcRenderer } from 'electron'
import { channels, type Bridge } from '../../shared/bridge.ts'

const bridge: Bridge = {
  ask: (name, input) => ipcRenderer.invoke(channels.ask, name, input),
  onUpdate(listener) {
    const hear = (_event: unknown, update: unknown): void => listener(update)
    ipcRenderer.on(channels.updates, hear)
    return () => void ipcRenderer.removeListener(channels.updates, hear)
  },
}

contextBridge.exposeInMainWorld('idlewatt', bridge)
