/** Where the window begins: one connection, one state, one tree of pages. */
import './without-eval.ts'
import { createRoot } from 'react-dom/client'
import { App } from './App.tsx'
import { openConnection } from './connection/index.ts'
import { createSampleLog } from './state/sample-log.ts'
import { WindowContext } from './state/window-context.ts'
import { createWindowState } from './state/window-state.ts'

function start(): void {
  const root = document.getElementById('root')
  if (!root) throw new Error('The page has no #root.')
  const connection = openConnection(window)
  const state = createWindowState(connection)
  const sampleLog = createSampleLog(state)
  createRoot(root).render(
    <WindowContext.Provider value={{ connection, state, sampleLog }}>
      <App />
    </WindowContext.Provider>,
  )
}

start()
