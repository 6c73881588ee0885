/** The what-if question that the rows below it answer; null: they are of this machine. */
import { createContext } from 'react'
import type { WhatIf } from '../../../shared/requests.ts'

export const WhatIfQuestion = createContext<WhatIf | null>(null)
