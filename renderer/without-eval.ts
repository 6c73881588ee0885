/** Tells zod never to build code from strings, which the page's Content-Security-Policy refuses. Imported before any schema. */
import { config } from 'zod'

config({ jitless: true })
